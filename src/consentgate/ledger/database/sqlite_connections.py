"""Connections to SQLite that no fork happens upon, and one that is kept for who comes next.

SQLite keeps in memory which locks a process has on a file. A child that is forked while one is open takes
the parent's locks for its own, and both then write over each other's commits: sqlite.org, "How To Corrupt
An SQLite Database File", section 2.6. So a fork waits until no connection is in use and closes the one
that is kept, and none is opened meanwhile.

Without that one, each commit would be the last one before the database is closed: SQLite then copies its
write-ahead log into the file and deletes it, which takes longer than the commit.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

_PATIENCE = 20.0
"""The seconds for which a fork waits. A thread that forks while it reads the ledger waits for itself."""

_A_LITTLE = 50
"""The milliseconds to wait for readers, before the log is left for the next connection to empty."""


class ForkedWhileOpen(sqlite3.OperationalError):
    """A process that was forked in the middle of a transaction. It must not open the database."""


class _Forks:
    """Counts the connections that are in use, and makes forks and them wait for each other."""

    def __init__(self) -> None:
        self._begin(is_unsafe=False)

    def _begin(self, *, is_unsafe: bool) -> None:
        self._changed = threading.Condition()
        self._in_use = 0
        # Several threads may fork at a time.
        self._forking = 0
        self._is_unsafe = is_unsafe
        # Nobody else may drop them: to collect a connection closes it, and a fork could fall into that.
        self._keepers: set[Keeper] = set()

    def add(self, keeper: Keeper) -> None:
        """Have a `keeper` end what it keeps before the next fork."""
        with self._changed:
            self._keepers.add(keeper)

    def remove(self, keeper: Keeper) -> None:
        """Forget a `keeper` that keeps nothing any more."""
        with self._changed:
            self._keepers.discard(keeper)

    def enter(self, *, is_to_open: bool = True) -> None:
        """Count a connection that is about to be used, or to be closed. Raises ForkedWhileOpen where it is
        to be opened."""
        with self._changed:
            self._changed.wait_for(lambda: not self._forking)
            if self._is_unsafe and is_to_open:
                raise ForkedWhileOpen("this process was forked while the ledger's database was open")
            self._in_use += 1

    def leave(self) -> None:
        """Count a connection that is not used any more."""
        with self._changed:
            self._in_use -= 1
            self._changed.notify_all()

    def before(self) -> None:
        """Wait until no connection is open, and keep others from being opened."""
        with self._changed:
            self._forking += 1
            self._changed.wait_for(lambda: not self._in_use, _PATIENCE)
            for keeper in self._keepers:
                keeper.end()
            self._keepers.clear()

    def after_in_parent(self) -> None:
        """Let connections be opened again."""
        with self._changed:
            self._forking -= 1
            self._changed.notify_all()

    def after_in_child(self) -> None:
        """Begin anew, in a process that has one thread."""
        # The threads that held the lock or used connections are not there any more.
        self._begin(is_unsafe=self._is_unsafe or self._in_use > 0)


_forks = _Forks()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_forks.before,
        after_in_parent=_forks.after_in_parent,
        after_in_child=_forks.after_in_child,
    )


class Keeper:
    """Opens connections to the database in the file at `path`, and keeps the last one that was closed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept: GuardedConnection | None = None
        # What was deleted on one connection is for the next to empty the log of.
        self._has_deleted = False
        self._lock = threading.Lock()

    def open(self, *given: Any, **options: Any) -> GuardedConnection:
        """Return the connection that was kept, or a new one with these arguments of sqlite3's. Raises
        sqlite3.Error."""
        _forks.enter()
        try:
            kept = self._take()
            if kept is not None and kept.file != _file_at(self._path):
                # The file was replaced: what is written to the one before is lost.
                kept.end()
                kept = None
            if kept is None:
                kept = sqlite3.connect(*given, **options, factory=GuardedConnection)
                kept.keeper, kept.file = self, _file_at(self._path)
            kept.is_used = True
        except BaseException:
            _forks.leave()
            raise
        return kept

    def take_back(self, connection: GuardedConnection) -> None:
        """Keep a connection that is not used any more, or end it."""
        try:
            _forks.add(self)
            with self._lock:
                has_deleted, self._has_deleted = connection.has_deleted or self._has_deleted, False
            connection.has_deleted = False
            is_emptied = not has_deleted or connection.empty_log()
            with self._lock:
                self._has_deleted |= not is_emptied
                if self._kept is None and connection.can_be_kept:
                    self._kept = connection
                    return
            connection.end()
        finally:
            _forks.leave()

    def close(self) -> None:
        """End the connection that is kept, unless a fork does so right now."""
        _forks.enter(is_to_open=False)
        try:
            self.end()
            _forks.remove(self)
        finally:
            _forks.leave()

    def end(self) -> None:
        """End the connection that is kept. No fork may fall into that: SQLite has locks in memory, too, and
        the child would wait for them for good."""
        kept = self._take()
        if kept is not None:
            kept.end()

    def _take(self) -> GuardedConnection | None:
        with self._lock:
            kept, self._kept = self._kept, None
        return kept


class GuardedConnection(sqlite3.Connection):
    """A connection that forks wait for while it `is_used`. When it is closed, it goes back to its `keeper`,
    unless it `is_doubtful`: something has failed on it. Who deletes on it what must not stay says that it
    `has_deleted`."""

    keeper: Keeper
    file: tuple[int, int] | None
    is_used = False
    is_doubtful = False
    has_deleted = False

    @property
    def can_be_kept(self) -> bool:
        """True where another can use it: nothing has failed, and it is known which file it is to."""
        return not self.is_doubtful and not self.in_transaction and self.file is not None

    def empty_log(self) -> bool:
        """Empty the write-ahead log, in which what was deleted still stands. Return whether that is done: not
        while others read. They are waited for only a little, since nobody can write meanwhile."""
        with suppress(sqlite3.Error):
            [patience] = self.execute("PRAGMA busy_timeout").fetchone()
            self.execute(f"PRAGMA busy_timeout={_A_LITTLE}")
            try:
                [is_busy, *_] = self.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                self.execute(f"PRAGMA busy_timeout={patience}")
            return not is_busy
        return False

    def close(self) -> None:
        """Give the connection back."""
        if self.is_used:
            self.is_used = False
            self.keeper.take_back(self)

    def end(self) -> None:
        """Close the connection for good."""
        super().close()


def note_deletion(connection: Connection) -> None:
    """Say that what is deleted on a `connection` must leave the files, too."""
    used = connection.connection.dbapi_connection
    if isinstance(used, GuardedConnection):
        used.has_deleted = True


def _file_at(path: Path) -> tuple[int, int] | None:
    with suppress(OSError):
        found = path.stat()
        return found.st_dev, found.st_ino
    return None

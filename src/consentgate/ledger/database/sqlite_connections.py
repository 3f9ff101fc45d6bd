"""Connections to SQLite that no fork happens upon.

SQLite keeps in memory which locks a process has on a file. A child that is forked while one is open takes
the parent's locks for its own, and both then write over each other's commits: sqlite.org, "How To Corrupt
An SQLite Database File", section 2.6. So a fork waits until no connection is open, and none is opened
meanwhile.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from typing import Any

_PATIENCE = 20.0
"""The seconds for which a fork waits. A thread that forks while it reads the ledger waits for itself."""


class ForkedWhileOpen(sqlite3.OperationalError):
    """A process that was forked in the middle of a transaction. It must not open the database."""


class _Forks:
    """Counts the connections that are open, and makes forks and them wait for each other."""

    def __init__(self) -> None:
        self._begin(is_unsafe=False)

    def _begin(self, *, is_unsafe: bool) -> None:
        self._changed = threading.Condition()
        self._open = 0
        self._is_forking = False
        self._is_unsafe = is_unsafe

    def enter(self) -> None:
        """Count a connection that is about to be opened. Raises ForkedWhileOpen."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_forking)
            if self._is_unsafe:
                raise ForkedWhileOpen("this process was forked while the ledger's database was open")
            self._open += 1

    def leave(self) -> None:
        """Count a connection that has been closed."""
        with self._changed:
            self._open -= 1
            self._changed.notify_all()

    def before(self) -> None:
        """Wait until no connection is open, and keep others from being opened."""
        with self._changed:
            self._is_forking = True
            self._changed.wait_for(lambda: not self._open, _PATIENCE)

    def after_in_parent(self) -> None:
        """Let connections be opened again."""
        with self._changed:
            self._is_forking = False
            self._changed.notify_all()

    def after_in_child(self) -> None:
        """Begin anew, in a process that has one thread."""
        # The threads that held the lock or had connections open are not there any more.
        self._begin(is_unsafe=self._is_unsafe or self._open > 0)


_forks = _Forks()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_forks.before,
        after_in_parent=_forks.after_in_parent,
        after_in_child=_forks.after_in_child,
    )


class GuardedConnection(sqlite3.Connection):
    """A connection that forks wait for."""

    def __init__(self, *given: Any, **options: Any) -> None:
        _forks.enter()
        self._is_counted = True
        try:
            super().__init__(*given, **options)
        except BaseException:
            self._leave()
            raise

    def close(self) -> None:
        """Close the connection."""
        super().close()
        self._leave()

    def _leave(self) -> None:
        if self._is_counted:
            self._is_counted = False
            _forks.leave()

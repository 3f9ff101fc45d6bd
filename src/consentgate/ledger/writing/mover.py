"""Moves what waits in a spool to the database, in order, each entry once."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from msgspec import MsgspecError
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from consentgate.ledger.chain.entries import Entry, ErasureEntry, RecordEntry, decode
from consentgate.ledger.chain.keys import Keys
from consentgate.ledger.database.connections import OutdatedTables
from consentgate.ledger.database.storing import TooNew, store
from consentgate.ledger.proof.checkpoints import make_checkpoint_if_due
from consentgate.log_fields import Fields, fields

from .segments import read_frames
from .spool import SpoolWriter, left_behind, remove_folder, segments_in

_log = logging.getLogger("consentgate.ledger")

SEGMENT_AGE = 3600.0
"""The seconds after which a segment ends although it is small, so that what was erased leaves the disk."""
BATCH = 500
"""The most entries that are stored in one transaction."""
_PAUSE = 0.2
"""The seconds between looks at what is new, so that a busy site's records go in together."""
_LONGEST_PAUSE = 30.0
"""The most seconds between two tries while the database does not work."""
_BETWEEN_LOOKS = 60.0
"""The seconds between looks for what other processes have left behind."""


class Moving:
    """Moves what the writer of this process, and those that are no more, have in a `spool`.

    `engine` is asked for when it is needed, and `withdrew` is called when withdrawals are in the database.
    Used by one thread at a time.
    """

    def __init__(
        self,
        spool: Path,
        engine: Callable[[], Engine],
        keys: Keys,
        checkpoint_every: float,
        withdrew: Callable[[], None],
    ) -> None:
        self._spool = spool
        self._engine = engine
        self._keys = keys
        self._checkpoint_every = checkpoint_every
        self._withdrew = withdrew
        # How far the segment of a live writer has been moved.
        self._offsets: dict[Path, int] = {}
        self._damaged: set[Path] = set()
        self._told: set[Path] = set()
        self._checkpoint_due = 0.0

    def move_own(self, writer: SpoolWriter) -> None:
        """Move what a live writer has written. Raises SQLAlchemyError where the database does not work."""
        begun = time.monotonic()
        for stretch in writer.stretches():
            start = self._offsets.get(stretch.path, 0)
            if stretch.end is None or stretch.end > start:
                data = stretch.path.read_bytes()[: stretch.end]
                frames = read_frames(data, start)
                damaged = frames.damaged + frames.is_torn
                if damaged:
                    self._damaged.add(stretch.path)
                self._store(writer.writer, frames.payloads, stretch.path, damaged)
                self._offsets[stretch.path] = len(data)
                writer.moved(len(data) - start, len(frames.payloads))
            if stretch.sealed:
                self._let_go(stretch.path)
        writer.moved_all_before(begun)
        writer.renew(SEGMENT_AGE)

    def _let_go(self, path: Path) -> None:
        """Remove a segment whose entries are in the database; keep it as `*.damaged` if some were lost."""
        if path in self._damaged:
            path.rename(path.with_suffix(".damaged"))
            self._damaged.discard(path)
        else:
            path.unlink()
        self._offsets.pop(path, None)

    def move_left_behind(self) -> None:
        """Move what processes that are no more have left. Raises SQLAlchemyError."""
        for writer, folder in left_behind(self._spool):
            with contextlib.suppress(FileNotFoundError):
                self._move_folder(writer, folder)

    def _move_folder(self, writer: str, folder: Path) -> None:
        segments = segments_in(folder)
        keep = False
        for path in segments:
            frames = read_frames(path.read_bytes())
            # What is torn off at the very end was never answered.
            damaged = frames.damaged + (frames.is_torn and path != segments[-1])
            try:
                self._store(writer, frames.payloads, path, damaged)
            except TooNew:
                self._tell(
                    path,
                    fields("spool too new"),
                    "%s has records of a newer version, which will move them",
                    path,
                )
                return
            except _KeyMissing:
                self._tell(
                    path,
                    fields("key missing"),
                    "%s has a visitor's order to erase a record that is signed with a key which is not at "
                    "hand: it stays in the spool until the ledger has that key, too",
                    path,
                )
                return
            if damaged:
                keep = True
                path.rename(path.with_suffix(".damaged"))
        if not keep:
            remove_folder(folder)

    def _store(self, writer: str, payloads: Sequence[bytes], path: Path, damaged: int) -> None:
        if damaged:
            self._tell(
                path,
                fields("spool damaged", count=damaged),
                "%s is damaged in %d places: the whole entries are moved, and the file is kept. Look after "
                "the disk; `consentgate ledger verify` names the records that are missing",
                path,
                damaged,
            )
        entries = iter(self._genuine(_decoded(payloads), path))
        while batch := list(islice(entries, BATCH)):
            with self._engine().begin() as connection:
                store(connection, writer, batch, self._keys)
            if any(map(_takes_back, batch)):
                self._withdrew()

    def _genuine(self, entries: Iterator[Entry], path: Path) -> Iterator[Entry]:
        """Yield the entries without forged orders to erase records: who can write to the spool must not be
        able to have the ledger itself remove what it proves."""
        for entry in entries:
            if not isinstance(entry, ErasureEntry) or entry.is_signed(self._keys):
                yield entry
            elif not self._keys.has(entry.signature.key_id):
                raise _KeyMissing
            else:
                self._tell(
                    path,
                    fields("forged order"),
                    "%s has an order to erase a record that no ledger has signed: ignored",
                    path,
                )

    def checkpoint(self, *, is_last: bool = False) -> None:
        """Make a checkpoint where one is due, or where this is the last chance. Raises SQLAlchemyError."""
        if time.monotonic() < self._checkpoint_due and not is_last:
            return
        # Another process may make the same one at the same time.
        with contextlib.suppress(IntegrityError), self._engine().begin() as connection:
            make_checkpoint_if_due(connection, self._keys, 0 if is_last else self._checkpoint_every)
        self._checkpoint_due = time.monotonic() + min(_BETWEEN_LOOKS, self._checkpoint_every)

    def _tell(self, path: Path, extra: Fields, message: str, *values: object) -> None:
        if path not in self._told:
            self._told.add(path)
            _log.error(message, *values, extra=extra)


def _takes_back(entry: Entry) -> bool:
    return isinstance(entry, ErasureEntry) or (isinstance(entry, RecordEntry) and entry.record.takes_back)


class _KeyMissing(Exception):
    """An order to erase a record that cannot be verified with the keys at hand."""


def _decoded(payloads: Sequence[bytes]) -> Iterator[Entry]:
    for payload in payloads:
        # A payload whose checksum is right is an entry, unless a later version has written it.
        try:
            yield decode(payload)
        except MsgspecError as error:
            raise TooNew(str(error)) from error


class Mover:
    """A thread that moves what waits, until it is told to stop. The process does not wait for it.

    It calls `tell` after each move, with whether the database took it.
    """

    def __init__(
        self, moving: Moving, writer: Callable[[], SpoolWriter | None], tell: Callable[[bool], None]
    ) -> None:
        self._moving = moving
        self._writer = writer
        self._tell = tell
        self._wanted = threading.Event()
        self._stopping = False
        self._lock = threading.Lock()
        self._failure = ""
        self._looked_at = -_BETWEEN_LOOKS
        self._thread = threading.Thread(target=self._run, name="consentgate-ledger", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Say that something waits."""
        self._wanted.set()

    def look_again(self) -> None:
        """Have the next move look at what has been left behind, too."""
        self._looked_at = -_BETWEEN_LOOKS
        self._wanted.set()

    def move(self, *, is_last: bool = False) -> bool:
        """Move all that waits now. Return whether the database took it."""
        taken = self._move(is_last=is_last)
        self._tell(taken)
        return taken

    def _move(self, *, is_last: bool) -> bool:
        with self._lock:
            try:
                if (writer := self._writer()) is not None:
                    self._moving.move_own(writer)
                if time.monotonic() - self._looked_at >= _BETWEEN_LOOKS:
                    # Before it looks: who asks for another look meanwhile gets one.
                    self._looked_at = time.monotonic()
                    self._moving.move_left_behind()
                self._moving.checkpoint(is_last=is_last)
            except (SQLAlchemyError, OSError, OutdatedTables, TooNew) as error:
                self._looked_at = -_BETWEEN_LOOKS
                self._tell_failure(error)
                return False
            if self._failure:
                self._failure = ""
                _log.warning("the ledger's database works again", extra=fields("database works"))
            return True

    def _tell_failure(self, error: Exception) -> None:
        cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
        failure = type(cause).__name__
        if failure != self._failure:
            self._failure = failure
            # The message of a driver can have values of a record in it, and a URL a password.
            _log.error(
                "the ledger's database does not work (%s): records wait in the spool, and visitors notice "
                "nothing. This is logged once",
                failure,
                extra=fields("database failing"),
            )

    def stop(self) -> bool:
        """Stop, after one last move. Return whether the database took all."""
        self._stopping = True
        self._wanted.set()
        self._thread.join()
        return self.move(is_last=True)

    def _run(self) -> None:
        pause = _PAUSE
        while not self._stopping:
            self._wanted.clear()
            try:
                pause = _PAUSE if self.move() else min(2 * pause, _LONGEST_PAUSE)
            except Exception:
                # Whatever it was, records are safe where they are, and the next try may work.
                _log.exception("moving records to the database failed", extra=fields("database failing"))
                pause = _LONGEST_PAUSE
            self._wait(pause)

    def _wait(self, pause: float) -> None:
        until = time.monotonic() + pause
        while not self._stopping and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, _PAUSE))
        if not self._stopping and not self._failure:
            self._wanted.wait(_BETWEEN_LOOKS)

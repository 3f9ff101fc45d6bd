"""The spool: a folder of segments, where records wait for the database and survive whatever happens to it.

Each process that writes has a folder of its own in it, and holds a lock on that while it lives. What a
process leaves behind is moved by any other.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from consentgate.consent.record import Event, Notice, Record, Waiting
from consentgate.ledger.chain.entries import encode
from consentgate.ledger.chain.keys import Keys
from consentgate.ledger.chain.numbering import Numbering

from .file_lock import FileLock
from .segments import Segment, framed, sync_folder

SEGMENT_SIZE = 1 << 20
"""The bytes after which a new segment is begun: what was moved to the database is deleted by the segment."""
_LOCK = "lock"
_SUFFIX = ".segment"
_UNBORN = ".new-"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the segment at `path` that can be read: up to the offset `end`, or to its end where that is
    None. Nothing more is written to a segment that is `sealed`."""

    path: Path
    end: int | None
    sealed: bool


class SpoolWriter:
    """One process's folder in a `spool`. Threads share one, and whoever waits for the disk waits for all.

    `limit` is the most bytes that wait for the database. Raises OSError where the folder cannot be made.
    """

    def __init__(self, spool: Path, keys: Keys, *, limit: int) -> None:
        self._keys = keys
        self._limit = limit
        self._numbering = Numbering.begin()
        self.writer = self._numbering.writer
        self.folder = spool / self.writer
        self._lock = threading.Lock()
        self._sync_lock = threading.Lock()
        self._written = self._synced = 0
        self._synced_size = 0
        self._is_full = self._is_broken = self._is_closed = False
        self._waiting = self._entries = 0
        self._waiting_since = 0.0
        # What was erased leaves the disk with its segment.
        self._ends_soon = False
        self._begun_at = time.monotonic()
        # Locked before it has its name, so that nobody takes it for one that a process left behind.
        unborn = spool / f"{_UNBORN}{self.writer}"
        try:
            unborn.mkdir(mode=0o700, parents=True)
            self._held = FileLock(unborn / _LOCK, create=True)
            unborn.rename(self.folder)
            self._segment = Segment(self._path(1))
            sync_folder(self.folder)
            sync_folder(spool)
        except OSError:
            self._give_up(unborn)
            raise
        self._number = 1

    def _give_up(self, unborn: Path) -> None:
        for attribute in ("_segment", "_held"):
            if hasattr(self, attribute):
                getattr(self, attribute).close()
        for folder in (unborn, self.folder):
            shutil.rmtree(folder, ignore_errors=True)

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:06}{_SUFFIX}"

    def append(self, record: Record, notice: Notice | None) -> None:
        """Write a record, and return when it would survive a loss of power. Raises OSError."""
        with self._lock:
            if self._is_full or self._is_broken or self._is_closed:
                raise OSError(errno.EIO, "the disk has failed this writer")
            if self._waiting > self._limit:
                raise OSError(errno.ENOSPC, "too much waits for the database")
            entries, numbering = self._numbering.add(record, notice, self._keys)
            data = b"".join(framed(encode(entry)) for entry in entries)
            try:
                self._segment.append(data)
            except OSError:
                # What is in the file is not known for sure. A new writer begins with a chain of its own.
                self._is_full = True
                raise
            self._numbering = numbering
            if not self._waiting:
                self._waiting_since = time.monotonic()
            self._waiting += len(data)
            self._entries += len(entries)
            self._written += 1
            self._ends_soon |= record.event is Event.ERASED
            mine = self._written
        self._sync(mine)

    def _sync(self, mine: int) -> None:
        with self._sync_lock:
            if self._synced >= mine:
                return
            if self._is_broken:
                raise OSError(errno.EIO, "the disk has failed this writer")
            with self._lock:
                segment, written, size = self._segment, self._written, self._segment.size
            try:
                segment.sync()
            except OSError:
                # What another thread is just appending is cut off, too: it will hear that it was not synced.
                with self._lock:
                    self._break()
                raise
            self._synced, self._synced_size = written, size
            if size >= SEGMENT_SIZE or self._ends_soon:
                # It is only a matter of space: the next record tries again.
                with contextlib.suppress(OSError):
                    self._rotate()

    def _break(self) -> None:
        """Write nothing more, since the disk has failed to sync: the kernel may have dropped what it could
        not write, and says so once only. What was not answered goes elsewhere, and must not come twice. The
        caller holds both locks."""
        self._is_broken = True
        with contextlib.suppress(OSError):
            self._segment.cut(self._synced_size)

    def _rotate(self) -> None:
        """Begin a new segment. The caller holds the lock for syncing."""
        with self._lock:
            if self._is_full:
                return
            try:
                self._segment.sync()
            except OSError:
                self._break()
                raise
            self._synced = self._written
            following = Segment(self._path(self._number + 1))
            # In this order: a child that is forked in between closes one that is open.
            before, self._segment = self._segment, following
            before.close()
            self._number, self._synced_size = self._number + 1, 0
            self._ends_soon, self._begun_at = False, time.monotonic()
        sync_folder(self.folder)

    def renew(self, age: float) -> None:
        """Begin a new segment where there is something in one of this `age` in seconds."""
        with self._sync_lock:
            can_write = not (self._is_full or self._is_broken or self._is_closed)
            if can_write and self._synced_size and time.monotonic() - self._begun_at >= age:
                # It is only a matter of time: the next look tries again.
                with contextlib.suppress(OSError):
                    self._rotate()

    def stretches(self) -> list[Stretch]:
        """List what of the segments can be moved, in order."""
        with self._sync_lock:
            active, end = self._path(self._number), self._synced_size
        before = [Stretch(path, None, sealed=True) for path in segments_in(self.folder) if path < active]
        return [*before, Stretch(active, end, sealed=False)]

    def moved(self, size: int, entries: int) -> None:
        """Note that so many bytes and entries more are in the database."""
        with self._lock:
            self._waiting -= size
            self._entries -= entries

    def moved_all_before(self, moment: float) -> None:
        """Note that all is in the database that was written before a moment of the monotonic clock."""
        with self._lock:
            self._waiting_since = max(moment, self._waiting_since)

    @property
    def waiting(self) -> Waiting:
        """What waits for the database. It may be younger than it says, and never older."""
        with self._lock:
            if not self._waiting:
                return Waiting()
            return Waiting(self._waiting, self._entries, time.monotonic() - self._waiting_since)

    @property
    def has_failed(self) -> bool:
        """True where the disk has failed this writer, which writes nothing more."""
        return self._is_full or self._is_broken

    def let_go(self) -> None:
        """Close the segment in a forked process, where no other thread is left. The parent keeps it."""
        if not self._is_closed:
            self._segment.close()

    def close(self) -> None:
        """Write nothing more. What is left is for others to move."""
        with self._sync_lock, self._lock:
            if not self._is_closed:
                self._is_closed = True
                self._segment.close()
                self._held.close()


def segments_in(folder: Path) -> list[Path]:
    """List the segments in a writer's folder, in order."""
    return sorted(path for path in folder.iterdir() if path.suffix == _SUFFIX)


def left_behind(spool: Path) -> Iterator[tuple[str, Path]]:
    """Yield the writers, by id and folder, that have left something in a `spool` and are no more. While one
    is looked at, nobody else looks at it."""
    for folder in sorted(folders_of(spool)):
        try:
            held = FileLock(folder / _LOCK)
        except OSError:
            # It lives, or another has just moved it.
            continue
        try:
            yield folder.name, folder
        finally:
            held.close()


def size_left_behind(spool: Path) -> int:
    """Return how many bytes writers that are no more have left in a `spool`."""
    with contextlib.suppress(FileNotFoundError):
        return sum(path.stat().st_size for _, folder in left_behind(spool) for path in segments_in(folder))
    # Another process is moving them.
    return 0


def folders_of(spool: Path) -> list[Path]:
    """List the folders of all writers in a spool."""
    try:
        return [path for path in spool.iterdir() if path.is_dir() and not path.name.startswith(".")]
    except FileNotFoundError:
        return []


def remove_folder(folder: Path) -> None:
    """Remove the folder of a writer that is no more, with what is left in it: the lock last."""
    for path in segments_in(folder):
        path.unlink()
    (folder / _LOCK).unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        os.rmdir(folder)

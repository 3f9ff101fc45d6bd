"""A lock on a file, which ends with the process that holds it, however that ends."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


class _Locks:
    """The locks that this process holds. A child that it forks must not hold them, too: a lock on a file ends
    when all processes that have inherited it have closed it, and not before."""

    def __init__(self) -> None:
        # A fork waits for it: no lock is half made in a child.
        self.changing = threading.Lock()
        self.held: dict[FileLock, int] = {}

    def leave_to_parent(self) -> None:
        """Close the files in a child, which leaves the parent's locks as they are."""
        for file in self.held.values():
            with suppress(OSError):
                os.close(file)
        self.held.clear()
        self.changing.release()


_locks = _Locks()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_locks.changing.acquire,
        after_in_parent=_locks.changing.release,
        after_in_child=_locks.leave_to_parent,
    )


class FileLock:
    """A lock on the file at `path`. With `create` the file is made where it is missing. A forked child does
    not have it.

    Raises OSError where another process has it, or there is no file.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        with _locks.changing:
            file = os.open(path, os.O_RDWR | (os.O_CREAT if create else 0), 0o600)
            try:
                _lock(file)
            except OSError:
                os.close(file)
                raise
            _locks.held[self] = file

    def close(self) -> None:
        """Give the lock up. In a forked child there is nothing to give up."""
        with _locks.changing:
            if (file := _locks.held.pop(self, None)) is not None:
                os.close(file)

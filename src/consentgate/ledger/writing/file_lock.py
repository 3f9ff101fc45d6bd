"""A lock on a file, which ends with the process that holds it, however that ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


class FileLock:
    """A lock on the file at `path`. With `create` the file is made where it is missing.

    Raises OSError where another process has it, or there is no file.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self._file = os.open(path, os.O_RDWR | (os.O_CREAT if create else 0), 0o600)
        try:
            _lock(self._file)
        except OSError:
            os.close(self._file)
            raise

    def close(self) -> None:
        """Give the lock up. In a forked child this leaves the parent's lock as it is."""
        os.close(self._file)

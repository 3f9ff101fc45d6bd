"""Databases whose commits survive a loss of power, as both the ledger and the bare INSERT want them."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from statistics import median
from typing import Protocol

from tools.postgres import Postgres, Unavailable

_SYNCS = 200


class Databases(Protocol):
    """A place for databases, and for the spools of ledgers."""

    name: str

    def create(self) -> str:
        """Make an empty database, and return its URL."""

    def spool(self) -> Path:
        """Return a folder for a spool that is not there yet."""


class SQLite:
    """Files in a folder."""

    name = "SQLite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)

    def create(self) -> str:
        """Return the URL of a file that is not there yet."""
        return f"sqlite:///{self._folder / f'{next(self._numbers)}.db'}"

    def spool(self) -> Path:
        """Return a folder for a spool that is not there yet."""
        return self._folder / f"spool{next(self._numbers)}"


class PostgreSQL:
    """A server, and spools in a folder."""

    name = "PostgreSQL"

    def __init__(self, server: Postgres, folder: Path) -> None:
        self._server = server
        self._folder = folder
        self._numbers = count(1)

    def create(self) -> str:
        """Make an empty database, and return its URL."""
        return self._server.create(f"bench{next(self._numbers)}")

    def spool(self) -> Path:
        """Return a folder for a spool that is not there yet."""
        return self._folder / f"spool{next(self._numbers)}"


@contextmanager
def databases(names: frozenset[str] = frozenset(("SQLite", "PostgreSQL"))) -> Iterator[list[Databases]]:
    """Give places for databases of the kinds that there are here, and remove them in the end."""
    folder = Path(tempfile.mkdtemp(prefix="consentgate-bench"))
    found: list[Databases] = [SQLite(folder)] if SQLite.name in names else []
    server = None
    try:
        if PostgreSQL.name in names:
            try:
                server = Postgres(is_durable=True)
            except Unavailable as reason:
                print(f"no PostgreSQL: {reason}")
            else:
                found.append(PostgreSQL(server, folder))
        yield found
    finally:
        if server is not None:
            server.remove()
        shutil.rmtree(folder, ignore_errors=True)


def sync_microseconds() -> float:
    """Return how long the disk takes to make a write of a record's size last: the median. Where that is next
    to nothing the disk is none, and no figure of a run says anything."""
    with tempfile.TemporaryFile(prefix="consentgate-bench", buffering=0) as file:
        times = []
        for _ in range(_SYNCS):
            file.write(bytes(700))
            start = time.perf_counter()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - start)
    return median(times) * 1e6

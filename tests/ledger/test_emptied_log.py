"""What was deleted leaves SQLite's write-ahead log, too, and nobody waits for that."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine

from consentgate.ledger.database.connections import PATIENCE, connect_to, database_url
from consentgate.ledger.database.sqlite_connections import note_deletion

_SECRET = "what has to go"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A database with something in it that has to go."""
    made = connect_to(database_url(f"sqlite:///{tmp_path / 'consent.db'}"))
    with made.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE invented (text TEXT)")
        connection.exec_driver_sql(f"INSERT INTO invented VALUES ('{_SECRET}'), ('stays')")
    yield made
    made.dispose()


@contextmanager
def _read(folder: Path) -> Iterator[None]:
    """Read for as long as the block lasts, as `consentgate ledger verify` does."""
    with closing(sqlite3.connect(folder / "consent.db", isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM invented").fetchall()
        yield


def _commit(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO invented VALUES ('more')")


def _is_in_log(folder: Path) -> bool:
    return _SECRET.encode() in (folder / "consent.db-wal").read_bytes()


def test_what_was_deleted_while_others_read_leaves_the_log_later_whatever_connection_is_kept(
    engine: Engine, tmp_path: Path
) -> None:
    with _read(tmp_path):
        deleting, other = engine.connect(), engine.connect()
        with deleting.begin():
            note_deletion(deleting)
            deleting.exec_driver_sql(f"DELETE FROM invented WHERE text = '{_SECRET}'")
        # The first one is kept.
        other.close()
        deleting.close()
        was_in_log = _is_in_log(tmp_path)
    _commit(engine)

    assert was_in_log
    assert not _is_in_log(tmp_path)


def test_no_commit_waits_for_who_reads_since_something_was_deleted(engine: Engine, tmp_path: Path) -> None:
    with _read(tmp_path):
        with engine.begin() as connection:
            note_deletion(connection)
            connection.exec_driver_sql(f"DELETE FROM invented WHERE text = '{_SECRET}'")
        begun = time.monotonic()
        _commit(engine)
        took = time.monotonic() - begun

    assert took < PATIENCE / 2

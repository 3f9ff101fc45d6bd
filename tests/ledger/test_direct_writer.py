"""Records that are committed to the database before their visitors are answered."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import SQLAlchemyError

from consentgate.ledger import Ledger, Record
from consentgate.ledger.chain.keys import Keys
from consentgate.ledger.writing import direct_writer
from consentgate.ledger.writing.direct_writer import DirectWriter

from .conftest import Open
from .records import NOTICE, SECRET, grant, ids, verified

OTHERS = 7


class Gate:
    """Gives a writer its engine once it is open. Until then whoever asks first waits."""

    def __init__(self, engine: Callable[[], Engine]) -> None:
        self._engine = engine
        self.asked = threading.Event()
        self.opened = threading.Event()

    def __call__(self) -> Engine:
        self.asked.set()
        assert self.opened.wait(60)
        return self._engine()


def append_together(writer: DirectWriter, gate: Gate, records: list[Record]) -> list[Future[None]]:
    """Append the first record, and while that is being committed the others. Return what came of each."""
    with ThreadPoolExecutor(len(records)) as pool:
        first = pool.submit(writer.append, records[0], NOTICE)
        assert gate.asked.wait(60)
        others = [pool.submit(writer.append, record, NOTICE) for record in records[1:]]
        until = time.monotonic() + 60
        while writer.waiting < len(others) and time.monotonic() < until:
            time.sleep(0.001)
        gate.opened.set()
    return [first, *others]


def test_records_that_come_during_a_commit_are_committed_together(open_ledger: Open) -> None:
    ledger = open_ledger(durable="database")
    commits: list[object] = []
    event.listen(ledger.engine(), "commit", commits.append)
    gate = Gate(ledger.engine)
    records = [grant() for _ in range(OTHERS + 1)]

    for kept in append_together(DirectWriter(gate, Keys([SECRET])), gate, records):
        kept.result()

    committed = len(commits)
    assert (transactions(ledger) or committed) == 2
    assert ids(ledger) == sorted(record.id for record in records)
    assert verified(ledger).faults == ()


def transactions(ledger: Ledger) -> int:
    """In how many transactions the records that are in PostgreSQL were written, 0 for another database."""
    with ledger.engine().begin() as connection:
        if connection.dialect.name != "postgresql":
            return 0
        asked = "SELECT count(DISTINCT xmin::text) FROM consentgate_records"
        return int(connection.exec_driver_sql(asked).scalar_one())


def test_a_commit_that_fails_is_told_to_all_whom_it_was_for(open_ledger: Open) -> None:
    ledger = open_ledger(durable="database")
    with ledger.engine().begin() as connection:
        connection.exec_driver_sql(
            "ALTER TABLE consentgate_links ADD CHECK (seq < 2)"
            if connection.dialect.name == "postgresql"
            else "CREATE TRIGGER second BEFORE INSERT ON consentgate_links WHEN NEW.seq >= 2 "
            "BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    gate = Gate(ledger.engine)
    writer = DirectWriter(gate, Keys([SECRET]))
    records = [grant() for _ in range(OTHERS + 1)]

    first, *others = append_together(writer, gate, records)

    first.result()
    assert all(isinstance(other.exception(), SQLAlchemyError) for other in others)
    assert ids(ledger) == [records[0].id]
    # Nobody else waits for a database that has just failed.
    with pytest.raises(TimeoutError):
        writer.append(grant(), NOTICE)
    assert writer.waiting == 0


@pytest.mark.parametrize("part", ["_take", "append", "_end"])
def test_an_interrupt_loses_nothing_that_is_answered_later(
    open_ledger: Open, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    ledger = open_ledger(durable="database")
    writer = DirectWriter(ledger.engine, Keys([SECRET]))
    writer.append(grant(), NOTICE)
    interrupted, later = grant(), [grant(), grant()]
    where = DirectWriter if part == "_take" else direct_writer
    finish = getattr(where, part)

    def interrupt(*given: Any) -> None:
        monkeypatch.setattr(where, part, finish)
        finish(*given)
        raise KeyboardInterrupt

    monkeypatch.setattr(where, part, interrupt)
    with pytest.raises(KeyboardInterrupt):
        writer.append(interrupted, NOTICE)
    for record in later:
        writer.append(record, NOTICE)

    assert {record.id for record in later} <= {*ids(ledger)}
    assert len(ids(ledger)) == (3 if part == "_take" else 4)
    assert verified(ledger).faults == ()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_commit_leaves_the_database_open_for_the_next(open_ledger: Open, tmp_path: Path) -> None:
    ledger = open_ledger(durable="database")

    ledger.record(grant(), NOTICE)

    # Whoever closes a database last copies its log into it, and deletes the log.
    assert (tmp_path / "consent.db-wal").exists()
    ledger.close()
    assert not (tmp_path / "consent.db-wal").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows does not replace a file that is open")
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_records_go_into_the_file_that_a_backup_was_put_back_as(open_ledger: Open, tmp_path: Path) -> None:
    ledger = open_ledger(durable="database")
    before, after = grant(), grant()
    ledger.record(before, NOTICE)
    with (
        closing(sqlite3.connect(tmp_path / "consent.db")) as there,
        closing(sqlite3.connect(tmp_path / "backup.db")) as backup,
    ):
        there.backup(backup)

    for name in ("consent.db-wal", "consent.db-shm"):
        (tmp_path / name).unlink()
    (tmp_path / "backup.db").replace(tmp_path / "consent.db")
    ledger.record(after, NOTICE)

    assert ids(ledger) == sorted((before.id, after.id))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux says which files are open")
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_fork_takes_no_connection_along(open_ledger: Open) -> None:
    ledger = open_ledger(durable="database")
    ledger.record(grant(), NOTICE)
    assert any("consent.db" in name for name in open_files())

    child = os.fork()
    if child == 0:
        has_one = True
        try:
            has_one = any("consent.db" in name for name in open_files())
        finally:
            os._exit(has_one)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    ledger.record(grant(), NOTICE)
    assert len(ids(ledger)) == 2


def open_files() -> list[str]:
    names = []
    for number in os.listdir("/proc/self/fd"):
        # The folder that is listed is among them, and closed by now.
        with suppress(FileNotFoundError):
            names.append(os.readlink(f"/proc/self/fd/{number}"))
    return names

"""Disks and databases that fail: nothing that was answered is lost, and no visitor waits for a database."""

from __future__ import annotations

import errno
import logging
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from consentgate.ledger import Ledger, NotRecorded
from consentgate.ledger.writing import spool
from consentgate.ledger.writing.segments import Segment
from tools.postgres import Postgres

from .conftest import Open
from .records import NOTICE, SECRET, grant, ids, kept, refusal, refused, verified, withdrawal


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'consent.db'}"


def segments(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.segment"))


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program that holds the lock of a database."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")


# -- the database --------------------------------------------------------------------------------------------


def test_records_wait_for_a_database_that_is_locked(
    sqlite_url: str, open_ledger: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consentgate.ledger.database.connections.PATIENCE", 0)
    ledger = open_ledger(url=sqlite_url)
    given = [grant() for _ in range(3)]
    with locked(tmp_path / "consent.db"):
        for record in given:
            ledger.record(record, NOTICE)
        assert not ledger.move()

    assert ledger.move()
    assert ids(ledger) == sorted(record.id for record in given)
    assert verified(ledger).faults == ()


def test_records_wait_for_a_database_that_is_not_there_yet(
    open_ledger: Open, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "later"
    ledger = open_ledger(url=f"sqlite:///{folder / 'consent.db'}")
    record = grant()
    ledger.record(record, NOTICE)
    assert not ledger.move()
    assert not ledger.move()
    messages = [one.getMessage() for one in caplog.records if one.levelno == logging.ERROR]
    assert len([one for one in messages if "visitors notice nothing" in one]) == 1

    folder.mkdir()

    assert ledger.move()
    assert kept(ledger) == [record]
    assert "the ledger's database works again" in caplog.text


def test_records_wait_for_a_database_that_is_read_only(
    sqlite_url: str, open_ledger: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = open_ledger(url=sqlite_url)
    first, second = grant(), grant()
    ledger.record(first, NOTICE)
    ledger.move()
    with closing(sqlite3.connect(tmp_path / "consent.db")) as connection:
        # Root may write to any file, but not past a trigger.
        connection.execute(
            "CREATE TRIGGER no BEFORE INSERT ON consentgate_links "
            "BEGIN SELECT RAISE(ABORT, 'attempt to write a readonly database'); END"
        )
    ledger.record(second, NOTICE)
    assert not ledger.move()
    with closing(sqlite3.connect(tmp_path / "consent.db")) as connection:
        connection.execute("DROP TRIGGER no")

    assert ledger.move()
    assert ids(ledger) == sorted([first.id, second.id])
    assert verified(ledger).faults == ()


def test_a_process_that_ends_while_the_database_is_down_leaves_its_records_to_the_next(
    open_ledger: Open, tmp_path: Path
) -> None:
    folder = tmp_path / "later"
    ledger = open_ledger(url=f"sqlite:///{folder / 'consent.db'}")
    record = grant()
    ledger.record(record, NOTICE)
    ledger.record(refusal())
    ledger.close()
    assert segments(tmp_path / "spool")
    folder.mkdir()

    with closing(
        Ledger(f"sqlite:///{folder / 'consent.db'}", spool=tmp_path / "spool", secret_key=SECRET)
    ) as later:
        assert later.move()
        assert kept(later) == [record]
        assert refused(later) == 1
    assert segments(tmp_path / "spool") == []


def test_a_move_that_is_repeated_changes_nothing(
    sqlite_url: str, open_ledger: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a crash between the commit and what comes after it."""
    ledger = open_ledger(url=sqlite_url)
    record = grant()
    ledger.record(record, NOTICE)
    ledger.record(refusal())
    ledger.move()
    [segment] = segments(tmp_path / "spool")
    again = tmp_path / "spool" / segment.parent.name
    data = segment.read_bytes()
    ledger.close()
    again.mkdir()
    (again / "lock").touch()
    (again / segment.name).write_bytes(data)

    with closing(Ledger(sqlite_url, spool=tmp_path / "spool", secret_key=SECRET)) as later:
        assert later.move()
        assert kept(later) == [record]
        assert refused(later) == 1
        assert verified(later).faults == ()


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_postgresql_that_is_killed_loses_nothing_that_was_answered(
    postgres: Postgres, url: str, open_ledger: Open
) -> None:
    ledger = open_ledger()
    given = [grant() for _ in range(30)]
    try:
        for number, record in enumerate(given):
            if number == 10:
                postgres.kill()
            if number == 20:
                postgres.start()
            ledger.record(record, NOTICE)
            if number % 5 == 4:
                ledger.move()
    finally:
        if postgres.process is None:
            postgres.start()

    while not ledger.move():
        pass
    assert ids(ledger) == sorted(record.id for record in given)
    assert verified(ledger).faults == ()


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_connections_that_are_cut_are_made_anew(postgres: Postgres, url: str, open_ledger: Open) -> None:
    ledger = open_ledger()
    database = make_url(url).database
    given = [grant() for _ in range(4)]
    for record in given:
        ledger.record(record, NOTICE)
        while not ledger.move():
            pass
        with psycopg.connect(postgres.dsn(str(database)), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    assert ids(ledger) == sorted(record.id for record in given)


# -- the disk ------------------------------------------------------------------------------------------------


class Disk:
    """A disk that can fail: writing, syncing or the making of files."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def fails(self, method: str, code: int = errno.ENOSPC) -> None:
        def fail(*_: Any, **__: Any) -> None:
            raise OSError(code, os.strerror(code))

        self._monkeypatch.setattr(Segment, method, fail)

    def works(self) -> None:
        self._monkeypatch.undo()


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


HOWS = [("append", errno.ENOSPC), ("append", errno.EROFS), ("sync", errno.EIO), ("__init__", errno.ENOSPC)]


@pytest.mark.parametrize(("how", "code"), HOWS)
def test_records_go_straight_to_the_database_while_the_disk_fails(
    open_ledger: Open, disk: Disk, how: str, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    ledger = open_ledger()
    first, second, third = grant(), grant(), grant()
    ledger.record(first, NOTICE)
    disk.fails(how, code)
    if how == "__init__":
        # It is a new writer that needs a new file.
        ledger._process.writer = None
    ledger.record(second, NOTICE)
    assert second.id in ids(ledger)
    disk.works()

    ledger.record(third, NOTICE)
    ledger.move()

    assert ids(ledger) == sorted([first.id, second.id, third.id])
    assert verified(ledger).faults == ()
    assert "the ledger's spool cannot be written" in caplog.text


@pytest.mark.parametrize(("how", "code"), HOWS[:3])
def test_what_neither_disk_nor_database_take_is_not_recorded(
    open_ledger: Open, disk: Disk, how: str, code: int, tmp_path: Path
) -> None:
    folder = tmp_path / "gone"
    ledger = open_ledger(url=f"sqlite:///{folder / 'consent.db'}")
    disk.fails(how, code)

    with pytest.raises(NotRecorded):
        ledger.record(grant(), NOTICE)
    disk.works()
    folder.mkdir()
    record = grant()
    ledger.record(record, NOTICE)

    assert ledger.move()
    # A record whose sync failed may be on the disk all the same: nobody was told that it counts.
    assert record in kept(ledger)
    assert verified(ledger).faults == ()


def test_a_spool_that_is_too_long_takes_no_more(open_ledger: Open, tmp_path: Path) -> None:
    folder = tmp_path / "later"
    ledger = open_ledger(url=f"sqlite:///{folder / 'consent.db'}", spool_limit=4000)
    given = []
    with pytest.raises(NotRecorded):
        for _ in range(50):
            record = grant()
            ledger.record(record)
            given.append(record)
    assert 0 < len(given) < 50
    folder.mkdir()
    assert ledger.move()

    last = grant()
    ledger.record(last)
    ledger.move()

    assert ids(ledger) == sorted(record.id for record in [*given, last])


def test_segments_end_and_are_deleted_when_their_records_are_in_the_database(
    open_ledger: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "SEGMENT_SIZE", 1000)
    folder = tmp_path / "later"
    ledger = open_ledger(url=f"sqlite:///{folder / 'consent.db'}")
    given = [grant() for _ in range(10)]
    for record in given:
        ledger.record(record)
    assert len(segments(tmp_path / "spool")) > 5
    folder.mkdir()

    assert ledger.move()

    assert len(segments(tmp_path / "spool")) == 1
    assert ids(ledger) == sorted(record.id for record in given)
    assert [fault.where[:6] for fault in verified(ledger).faults] == ["notice"]


def test_a_segment_that_was_damaged_is_kept_and_what_is_whole_in_it_is_moved(
    open_ledger: Open, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "later"
    ledger = open_ledger(url=f"sqlite:///{folder / 'consent.db'}")
    given = [grant() for _ in range(5)]
    for record in given:
        ledger.record(record)
    ledger.close()
    [segment] = segments(tmp_path / "spool")
    data = bytearray(segment.read_bytes())
    at = data.index(given[2].id.encode())
    data[at : at + 4] = b"zzzz"
    segment.write_bytes(data)
    folder.mkdir()

    with closing(
        Ledger(f"sqlite:///{folder / 'consent.db'}", spool=tmp_path / "spool", secret_key=SECRET)
    ) as later:
        assert later.move()

        assert ids(later) == sorted(record.id for number, record in enumerate(given) if number != 2)
        [missing] = [fault for fault in verified(later).faults if "notice" not in fault.where]
        assert missing.what == "record 3 is missing"
    assert [path.name for path in (tmp_path / "spool").rglob("*.damaged")] == ["000001.damaged"]
    assert "is damaged in 1 places" in caplog.text


def test_a_damaged_segment_of_a_live_process_is_kept_too(
    open_ledger: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(spool, "SEGMENT_SIZE", 1)
    folder = tmp_path / "later"
    ledger = open_ledger(url=f"sqlite:///{folder / 'consent.db'}")
    given = [grant() for _ in range(5)]
    for record in given:
        ledger.record(record)
    overwritten, torn, *_ = sorted(segments(tmp_path / "spool"))
    overwritten.write_bytes(b"z" * len(overwritten.read_bytes()))
    torn.write_bytes(torn.read_bytes()[:-8])
    folder.mkdir()

    assert ledger.move()

    assert ids(ledger) == sorted(record.id for record in given[2:])
    names = sorted(path.name for path in (tmp_path / "spool").rglob("*.damaged"))
    assert names == ["000001.damaged", "000002.damaged"]
    assert caplog.text.count("the file is kept") == 2


FULL = """
import resource, signal, sys
from consentgate.ledger import Ledger, NotRecorded
from tests.ledger.records import SECRET, NOTICE, grant

url, spool = sys.argv[1:]
ledger = Ledger(url, spool=spool, secret_key=SECRET)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (6000, resource.RLIM_INFINITY))
recorded = refused = 0
while refused < 3:
    record = grant()
    try:
        ledger.record(record)
        print(record.id, flush=True)
        recorded += 1
    except NotRecorded:
        refused += 1
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files as POSIX does")
def test_a_disk_that_is_full_for_real_loses_nothing_that_was_answered(
    sqlite_url: str, tmp_path: Path
) -> None:
    """No file may be longer than some kilobytes: neither segments nor the database can grow."""
    command = [sys.executable, "-c", FULL, sqlite_url, str(tmp_path / "spool")]
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root / "src"), str(root)])}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]
    answered = done.stdout.split()
    assert answered

    with closing(Ledger(sqlite_url, spool=tmp_path / "spool", secret_key=SECRET)) as later:
        assert later.move()
        assert set(answered) <= set(ids(later))
        found = [fault for fault in verified(later).faults if "notice" not in fault.where]
        assert found == []


def test_a_withdrawal_is_kept_beside_the_grant_that_it_ends(open_ledger: Open) -> None:
    ledger = open_ledger()
    given = grant()
    ledger.record(given, NOTICE)
    ledger.record(withdrawal(given), NOTICE)
    ledger.move()

    assert len(kept(ledger)) == 2

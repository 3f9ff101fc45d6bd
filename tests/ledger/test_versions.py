"""Two versions of an application at once, as while one takes the place of the other."""

from __future__ import annotations

import logging
import shutil
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import inspect, select

from consentgate.consent.record import FORM
from consentgate.ledger import Ledger, LedgerError, Record
from consentgate.ledger.chain.entries import RecordEntry, encode
from consentgate.ledger.chain.keys import Keys
from consentgate.ledger.chain.numbering import Numbering
from consentgate.ledger.database import versions
from consentgate.ledger.database.connections import connect_to, database_url, upgrade_tables
from consentgate.ledger.database.schema import records
from consentgate.ledger.database.versions import VERSION_TABLE
from consentgate.ledger.writing.segments import framed

from .conftest import Open
from .records import NOTICE, SECRET, grant, ids, kept, verified
from .test_crashes import THREADS, check, start

NEXT = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "9999", "0004"

def upgrade():
    op.add_column("consentgate_records", sa.Column("invented", sa.Text))
"""


@pytest.fixture
def next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The migrations of a version to come. `monkeypatch.undo()` goes back to this one."""
    folder = tmp_path / "migrations"
    shutil.copytree(versions._MIGRATIONS, folder)
    (folder / "versions" / "9999_next.py").write_text(NEXT)
    monkeypatch.setattr(versions, "_MIGRATIONS", folder)
    return folder


def test_a_new_version_waits_for_the_upgrade_which_the_old_one_does_not_notice(
    url: str,
    open_ledger: Open,
    next_version: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.undo()
    old = open_ledger()
    first, second, third = grant(), grant(), grant()
    old.record(first, NOTICE)
    old.move()

    monkeypatch.setattr(versions, "_MIGRATIONS", next_version)
    with pytest.raises(LedgerError, match=r"older version \(0004\): run `consentgate ledger upgrade`"):
        open_ledger()
    assert upgrade_tables(database_url(url)) == "9999"
    new = open_ledger()
    new.record(second, NOTICE)
    old.record(third, NOTICE)

    assert new.move() and old.move()
    assert ids(new) == sorted(one.id for one in (first, second, third))
    assert verified(new).faults == ()
    monkeypatch.undo()
    with caplog.at_level(logging.WARNING, "consentgate"):
        restarted = open_ledger()
    assert "newer version (9999)" in caplog.text
    assert upgrade_tables(database_url(url)) == "9999"
    assert verified(restarted).faults == ()


def test_upgrading_twice_changes_nothing(url: str) -> None:
    parsed = database_url(url)

    assert upgrade_tables(parsed) == upgrade_tables(parsed) == "0004"


def test_a_crowd_of_the_old_version_goes_on_while_the_tables_are_upgraded(
    url: str, open_ledger: Open, next_version: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The old version is in processes of its own, which know nothing of the one to come."""
    spool = str(tmp_path / "spool")
    monkeypatch.undo()
    open_ledger().close()
    crowd = [start(url, spool, 12) for _ in range(2)]
    try:
        answered = []
        for process in crowd:
            assert process.stdout is not None
            # It has begun to write.
            answered.append(process.stdout.readline().strip())
        monkeypatch.setattr(versions, "_MIGRATIONS", next_version)
        assert upgrade_tables(database_url(url)) == "9999"
        new = open_ledger()
        mine = grant()
        new.record(mine, NOTICE)
        for process in crowd:
            assert process.stdout is not None and process.stderr is not None
            answered += process.stdout.read().split("\n")[:-1]
            assert process.wait() == 0, process.stderr.read()[-2000:]
    finally:
        for process in crowd:
            process.kill()
            process.__exit__(None, None, None)
    # The old version, started again, writes into the new tables.
    again = start(url, spool, 3)
    output, complaint = again.communicate()
    assert again.returncode == 0, complaint[-2000:]

    check(new, [*answered, *output.split("\n")[:-1], f"grant {mine.id}"], in_flight=0)
    assert len(answered) >= 2 * THREADS * 12


def left_behind(spool: Path, *taken: Record, **more: Any) -> Path:
    """What a process of a version to come has left in the spool: records of another form, with `more` in
    them. Return its segment."""
    numbering, data = Numbering.begin(), b""
    for record in taken:
        entries, numbering = numbering.add(record, NOTICE, Keys([SECRET]))
        for entry in entries:
            encoded = msgspec.json.decode(encode(entry))
            if isinstance(entry, RecordEntry):
                encoded["record"] = {**asdict(record), "event": record.event.value, **more}
            data += framed(msgspec.json.encode(encoded))
    folder = spool / numbering.writer
    folder.mkdir(parents=True)
    (folder / "lock").touch()
    segment = folder / "000001.segment"
    segment.write_bytes(data)
    return segment


@pytest.mark.parametrize("more", [{"form": FORM + 1}, {"form": FORM + 1, "invented": "text"}])
def test_records_of_a_later_form_wait_for_the_version_that_knows_them(
    open_ledger: Open,
    tmp_path: Path,
    more: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    spool = tmp_path / "spool"
    # One of this version before them in the same folder, one after them in another.
    later, beside, own = grant(), grant(), grant()
    newer = left_behind(spool, later, **more)
    ours = left_behind(spool, beside)
    written = newer.read_bytes()
    old = open_ledger()
    old.record(own, NOTICE)

    assert old.move()
    assert ids(old) == sorted([beside.id, own.id])
    assert verified(old).faults == ()
    assert newer.read_bytes() == written
    assert not ours.exists()
    assert "has records of a newer version, which will move them" in caplog.text

    monkeypatch.setattr("consentgate.ledger.database.storing.FORM", FORM + 1)
    assert old.move()
    assert ids(old) == sorted([later.id, beside.id, own.id])
    assert not newer.exists()


def test_tables_of_a_version_before_are_brought_up_to_date_with_what_is_in_them(
    url: str, next_version: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Real tables of version 0001, with records in them, and a column that they lack."""
    monkeypatch.undo()
    record = grant()
    with closing(Ledger(url, spool=tmp_path / "spool", secret_key=SECRET)) as old:
        old.record(record, NOTICE)
        assert old.move()
    engine = connect_to(database_url(url))
    assert "invented" not in {column["name"] for column in inspect(engine).get_columns(records.name)}

    monkeypatch.setattr(versions, "_MIGRATIONS", next_version)
    assert upgrade_tables(database_url(url)) == "9999"
    assert "invented" in {column["name"] for column in inspect(engine).get_columns(records.name)}
    with closing(Ledger(url, spool=tmp_path / "spool", secret_key=SECRET)) as new:
        assert kept(new) == [record]
        assert verified(new).faults == ()
    with engine.begin() as connection:
        assert connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar() == "9999"
        assert connection.execute(select(records.c.form)).scalar() == FORM
    engine.dispose()

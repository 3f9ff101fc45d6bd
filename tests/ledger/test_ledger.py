"""What is recorded is in the database, as it was given, once."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import delete, inspect, update

from consentgate.ledger import Ledger, LedgerError, NotRecorded, Record
from consentgate.ledger.chain.keys import Keys
from consentgate.ledger.database.connections import reading
from consentgate.ledger.database.reading import find, find_notice, successor_of
from consentgate.ledger.database.retention import Purged
from consentgate.ledger.database.schema import metadata, records
from consentgate.ledger.database.versions import VERSION_TABLE
from consentgate.ledger.writing.mover import Mover, Moving

from .conftest import Open
from .records import DAY, NOTICE, NOW, SECRET, grant, ids, kept, refusal, refused, verified, withdrawal


@pytest.fixture(params=["disk", "database"])
def ledger(request: pytest.FixtureRequest, open_ledger: Open) -> Ledger:
    return open_ledger(durable=request.param)


def test_no_folder_is_made_for_a_database(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match=r"there is no folder .*nosuch/dir: make it, or correct the URL"):
        Ledger(f"sqlite:///{tmp_path}/nosuch/dir/a.db")
    assert [*tmp_path.iterdir()] == []


def test_records_come_back_as_they_were_given(ledger: Ledger) -> None:
    given = grant(
        controller="Beispiel GmbH & Söhne 🏠", signals=("dnt", "gpc"), categories={"b": True, "a": False}
    )
    taken_back = withdrawal(given)

    ledger.record(given, NOTICE)
    ledger.record(taken_back, NOTICE)

    assert ledger.move()
    assert kept(ledger) == [given, taken_back]
    assert verified(ledger).faults == ()


def test_a_record_is_found_by_its_id_and_by_what_it_replaces(ledger: Ledger) -> None:
    given = grant()
    taken_back = withdrawal(given)
    ledger.record(given)
    ledger.record(taken_back)
    ledger.move()

    with reading(ledger.engine()) as connection:
        assert find(connection, given.id) == given
        assert find(connection, taken_back.id) == taken_back
        assert find(connection, "0" * 32) is None
        assert successor_of(connection, given.id) == taken_back
        assert successor_of(connection, taken_back.id) is None


def test_the_notice_that_records_cite_is_stored_once_and_found_by_its_digest(ledger: Ledger) -> None:
    for _ in range(3):
        ledger.record(grant(), NOTICE)
    ledger.move()

    with reading(ledger.engine()) as connection:
        assert find_notice(connection, NOTICE.digest) == NOTICE
        assert find_notice(connection, NOTICE.digest[:8]) == NOTICE
        assert find_notice(connection, "%") is None


def test_refusals_are_counted_and_leave_nothing_else(ledger: Ledger) -> None:
    for _ in range(5):
        ledger.record(refusal(), NOTICE)
    ledger.move()

    assert refused(ledger) == 5
    assert kept(ledger) == []
    assert verified(ledger).links == 0
    with reading(ledger.engine()) as connection:
        assert find_notice(connection, NOTICE.digest) is None


def test_many_threads_record_at_once(ledger: Ledger) -> None:
    given = [[grant() for _ in range(8)] for _ in range(8)]

    def record_all(records: list[Record]) -> None:
        for record in records:
            ledger.record(record, NOTICE)

    threads = [threading.Thread(target=record_all, args=(records,)) for records in given]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ledger.move()

    assert ids(ledger) == sorted(record.id for records in given for record in records)
    assert verified(ledger).faults == ()


def test_what_was_recorded_before_is_there_after_a_restart(open_ledger: Open) -> None:
    first, second = grant(), grant()
    ledger = open_ledger()
    ledger.record(first, NOTICE)
    ledger.close()

    ledger = open_ledger()
    ledger.record(second, NOTICE)
    ledger.move()

    assert ids(ledger) == sorted([first.id, second.id])
    assert verified(ledger).faults == ()


def test_an_edited_and_a_removed_record_are_found_in_either_database_B10(ledger: Ledger) -> None:
    first, second, third = grant(), grant(), grant()
    for record in (first, second, third):
        ledger.record(record, NOTICE)
    ledger.move()
    with ledger.engine().begin() as connection:
        connection.execute(update(records).where(records.c.id == first.id).values(host="example.com"))
        connection.execute(delete(records).where(records.c.id == second.id))

    found = [fault.what for fault in verified(ledger).faults]
    assert found == ["its record was changed", "its record was removed"]


def test_what_was_kept_for_long_enough_is_purged_from_either_database(ledger: Ledger) -> None:
    given = grant()
    ledger.record(given, NOTICE)
    ledger.record(withdrawal(given), NOTICE)
    ledger.record(refusal())
    ledger.move()

    assert ledger.purge(now=NOW) == Purged(0, 0, 0, 0)
    assert ledger.purge(now=NOW + 4000 * DAY) == Purged(1, 1, 1, 1)
    found = verified(ledger)
    assert (found.links, found.purged, found.faults) == (2, 2, ())


def test_a_closed_ledger_records_nothing(ledger: Ledger) -> None:
    ledger.close()

    with pytest.raises(NotRecorded):
        ledger.record(grant())


def test_a_closed_ledger_leaves_nothing_in_its_spool(open_ledger: Open, tmp_path: Path) -> None:
    ledger = open_ledger()
    ledger.record(grant(), NOTICE)

    ledger.close()

    assert [*(tmp_path / "spool").rglob("*")] == []


# -- the tables ----------------------------------------------------------------------------------------------


def test_who_asks_for_another_look_during_one_gets_it(
    open_ledger: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moving = Moving(tmp_path / "spool", open_ledger().engine, Keys([SECRET]), 60, lambda: None)
    looks: list[Path] = []
    made = threading.Event()

    def look(spool: Path) -> list[tuple[str, Path]]:
        assert made.wait(60)
        if not looks:
            # A writer has closed, and what it left is there after this look.
            mover.look_again()
        looks.append(spool)
        return []

    monkeypatch.setattr("consentgate.ledger.writing.mover.left_behind", look)
    mover = Mover(moving, lambda: None, lambda works: None)
    made.set()
    assert mover.move() and mover.stop()

    assert len(looks) == 2


def test_the_tables_are_those_of_the_schema(open_ledger: Open) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with open_ledger().engine().begin() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []


def test_no_column_could_hold_who_a_visitor_is(open_ledger: Open) -> None:
    columns = inspect(open_ledger().engine()).get_columns("consentgate_records")

    names = {column["name"] for column in columns}
    assert not names & {"ip", "address", "user_agent", "referer", "url", "path", "query", "user"}


# -- what it may be given ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    ["consent.db", "", "mysql://host/database", "sqlite://", "sqlite:///:memory:", "invented://host/x"],
)
def test_the_url_of_something_else_is_refused_with_what_was_expected(wrong: str) -> None:
    with pytest.raises(ValueError, match="url: expected where the database is"):
        Ledger(wrong)


def test_a_refused_url_does_not_show_its_password() -> None:
    with pytest.raises(ValueError) as raised:
        Ledger("invented://user:hunter2@host/x")

    assert "hunter2" not in str(raised.value)


def test_postgresql_needs_a_spool_or_the_word_that_there_is_none() -> None:
    with pytest.raises(ValueError, match=r'spool: expected a folder.*durable="database"'):
        Ledger("postgresql://localhost/database")


def test_a_spool_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(LedgerError, match="spool: cannot make the folder"):
        Ledger(f"sqlite:///{tmp_path / 'consent.db'}", spool=tmp_path / "file" / "spool")


def test_nothing_is_recorded_without_a_key(tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path / 'consent.db'}")

    with pytest.raises(ValueError, match="secret_key: expected the key"):
        ledger.record(grant())
    ledger.close()


def test_the_keys_of_the_gate_do_not_replace_those_of_the_ledger(tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path / 'consent.db'}", secret_key=SECRET)
    own = ledger.keys

    assert ledger.signing_with(("another key, of the gate",)).keys is own
    ledger.close()


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_a_text_that_no_database_keeps_is_no_record(text: str) -> None:
    with pytest.raises(ValueError, match="host: a record cannot keep"):
        grant(host=text)


@pytest.mark.parametrize("spool", [None, "spool"])
def test_a_relative_path_is_from_the_folder_in_which_the_ledger_was_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spool: str | None
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    with closing(Ledger("sqlite:///consent.db", spool=spool, secret_key=SECRET)) as ledger:
        monkeypatch.chdir(tmp_path / "elsewhere")
        ledger.record(grant(), NOTICE)
        assert ledger.move()

    assert (tmp_path / "consent.db").is_file()
    assert not list((tmp_path / "elsewhere").iterdir())

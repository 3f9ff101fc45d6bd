"""What a visitor has erased is gone, wherever it was on its way, and the chains stay whole."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url, select, text

from consentgate.ledger import Event, Ledger, Record
from consentgate.ledger.chain.entries import Entry, ErasureEntry, encode
from consentgate.ledger.chain.keys import Keys
from consentgate.ledger.chain.numbering import Numbering
from consentgate.ledger.database.connections import reading
from consentgate.ledger.database.erasing import erase, wait_for_erasures
from consentgate.ledger.database.schema import erasures, metadata
from consentgate.ledger.database.storing import store
from consentgate.ledger.writing import mover
from consentgate.ledger.writing.segments import framed

from .conftest import Open
from .records import DAY, NOTICE, NOW, SECRET, counted, erasure, grant, kept, verified, withdrawal


@pytest.fixture(params=["disk", "database"])
def ledger(request: pytest.FixtureRequest, open_ledger: Open) -> Ledger:
    return open_ledger(durable=request.param)


def story() -> list[Record]:
    """A consent, what it became, and its end."""
    given = grant()
    renewed = grant(event=Event.RENEWED, replaces=given.id, at=NOW + 1)
    reduced = grant(event=Event.REDUCED, replaces=renewed.id, at=NOW + 2)
    return [given, renewed, reduced, withdrawal(reduced, at=NOW + 3)]


def whole(ledger: Ledger) -> str:
    """Every row of every table."""
    with reading(ledger.engine()) as connection:
        return repr([connection.execute(text(f"SELECT * FROM {table}")).all() for table in metadata.tables])


@pytest.mark.parametrize("place", range(4))
def test_all_that_came_before_and_after_goes_and_the_chain_stays_whole_B10(
    ledger: Ledger, place: int
) -> None:
    records, other = story(), grant()
    for record in (*records, other):
        ledger.record(record, NOTICE)
    ledger.move()

    ledger.record(erasure(records[place], at=NOW + 9))
    ledger.move()

    assert kept(ledger) == [other]
    found = verified(ledger)
    assert (found.faults, found.links, found.purged) == ((), 5, 4)
    assert counted(ledger) == {"erased": 1}
    assert not any(record.id in whole(ledger) for record in records)


def test_what_is_ordered_again_changes_nothing(ledger: Ledger) -> None:
    record = grant()
    ledger.record(record, NOTICE)
    for second in range(3):
        ledger.record(erasure(record, at=NOW + second))
        ledger.move()

    assert kept(ledger) == []
    assert counted(ledger) == {"erased": 1}
    assert verified(ledger).faults == ()


def test_what_was_decided_after_the_order_stays(ledger: Ledger) -> None:
    record = grant()
    later = grant(event=Event.RENEWED, replaces=record.id, at=NOW + 10)
    ledger.record(record, NOTICE)
    ledger.record(later)
    ledger.record(erasure(record, at=NOW + 5))
    ledger.move()

    assert kept(ledger) == [later]


# -- on its way ----------------------------------------------------------------------------------------------


def left_in(spool: Path, *given: Record) -> None:
    """Leave records in a spool, as a process whose database is down does."""
    nowhere = f"sqlite:///{spool / 'nowhere' / 'consent.db'}"
    with closing(Ledger(nowhere, spool=spool, secret_key=SECRET)) as ledger:
        for record in given:
            ledger.record(record, NOTICE)


@pytest.mark.parametrize("late", [(0,), (3,), (1, 2), (0, 1, 2, 3)])
def test_what_is_still_in_the_spool_of_another_machine_ends_erased(
    open_ledger: Open, tmp_path: Path, late: tuple[int, ...]
) -> None:
    records, other = story(), grant()
    left_in(tmp_path / "elsewhere", *(records[place] for place in late), other)
    ledger = open_ledger()
    for place in sorted({*range(4)} - {*late}):
        ledger.record(records[place], NOTICE)
    # What leads from one to the next may be what is on its way.
    ledger.record(erasure(records[2], at=NOW + 9))
    assert ledger.move()

    elsewhere = open_ledger(spool=tmp_path / "elsewhere")
    assert elsewhere.move()

    assert [record for record in kept(ledger) if record != other] == []
    assert verified(ledger).faults == ()
    assert counted(ledger) == {"erased": 1}


def test_an_order_that_waits_for_the_database_is_carried_out_by_the_next_process(
    open_ledger: Open, tmp_path: Path
) -> None:
    record = grant()
    ledger = open_ledger(spool=tmp_path / "first")
    ledger.record(record, NOTICE)
    ledger.move()
    left_in(tmp_path / "spool", erasure(record))

    later = open_ledger()
    assert later.move()

    assert kept(later) == []
    assert verified(later).faults == ()


KEYS = Keys([SECRET])
CHAIN = story()


def entries_of(*given: Record) -> tuple[str, list[Entry]]:
    """A writer of its own, and what it wrote."""
    numbering, written = Numbering.begin(), list[Entry]()
    for record in given:
        entries, numbering = numbering.add(record, None, KEYS)
        written += entries
    return numbering.writer, written


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_in_whatever_order_spools_are_moved_nothing_of_it_is_left(open_ledger: Open) -> None:
    """Each record, and the order, in a spool of its own; moved in each of the orders that there are."""
    ledger = open_ledger(durable="database")
    for order in permutations(range(5)):
        given = [replace(one, id=f"{one.id[:-4]}{hash(order) & 0xFFFF:04x}") for one in CHAIN]
        given = [
            replace(one, replaces=given[place - 1].id if place else "") for place, one in enumerate(given)
        ]
        spools = [entries_of(one) for one in (*given, erasure(given[1], at=NOW + 9))]
        with ledger.engine().begin() as connection:
            for place in order:
                store(connection, *spools[place], KEYS)
        assert kept(ledger) == [], order
    assert counted(ledger) == {"erased": 120}
    assert verified(ledger).faults == ()


def test_who_stores_and_who_erases_at_the_same_time_do_not_miss_each_other(open_ledger: Open) -> None:
    ledger = open_ledger(durable="database")
    record = grant()
    erased = threading.Event()

    def order() -> None:
        ledger.record(erasure(record))
        erased.set()

    thread = threading.Thread(target=order)
    with ledger.engine().begin() as connection:
        store(connection, *entries_of(record), KEYS)
        thread.start()
        # Nothing says that a thread waits for a lock: this can only be too short to fail.
        assert not erased.wait(0.3)
    thread.join()

    assert kept(ledger) == []
    assert verified(ledger).faults == ()


def test_what_comes_after_the_order_that_it_is_under_ends_erased(ledger: Ledger) -> None:
    first, record = grant(), grant()
    for one in (first, record, erasure(record, at=NOW + 9)):
        ledger.record(one, NOTICE)
    ledger.move()

    ledger.record(grant(event=Event.RENEWED, replaces=record.id, at=NOW + 5))
    ledger.move()

    assert kept(ledger) == [first]
    assert verified(ledger).faults == ()


def test_processes_that_store_what_was_erased_do_not_wait_for_each_other(open_ledger: Open) -> None:
    record, after = grant(), grant()
    ledgers = [open_ledger(durable="database") for _ in range(4)]
    ledgers[0].record(erasure(record, at=NOW + 9))

    def renew(ledger: Ledger) -> None:
        for _ in range(20):
            ledger.record(grant(event=Event.RENEWED, replaces=record.id, at=NOW + 5), NOTICE)

    with ThreadPoolExecutor(len(ledgers)) as pool:
        # One that waits for ever is refused, which raises here.
        for done in [pool.submit(renew, ledger) for ledger in ledgers]:
            done.result()
    ledgers[0].record(after)

    assert kept(ledgers[0]) == [after]
    assert verified(ledgers[0]).faults == ()


@pytest.mark.parametrize("isolation", ["read committed", "serializable"])
def test_what_is_appended_while_an_order_is_carried_out_ends_erased(
    url: str, open_ledger: Open, isolation: str
) -> None:
    if url.startswith("postgresql"):
        # Whatever is usual in the database that the site has.
        with psycopg.connect(url) as connection:
            name = make_url(url).database
            connection.execute(f"ALTER DATABASE {name} SET default_transaction_isolation TO '{isolation}'")
    ledger = open_ledger(durable="database")
    first, record = grant(), grant()
    ledger.record(first, NOTICE)
    appended = threading.Event()

    def append() -> None:
        ledger.record(record)
        appended.set()

    thread = threading.Thread(target=append)
    with ledger.engine().begin() as connection:
        wait_for_erasures(connection, erases=True)
        thread.start()
        # Long enough for a statement that began before the order is committed.
        assert not appended.wait(0.3)
        erase(connection, KEYS, [(record.id, NOW + 9)])
    thread.join()

    assert kept(ledger) == [first]
    assert verified(ledger).faults == ()


# -- what is left of it --------------------------------------------------------------------------------------


def contents(folder: Path) -> Iterator[bytes]:
    return (path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_no_file_has_it_any_more(open_ledger: Open, tmp_path: Path) -> None:
    ledger = open_ledger()
    record, other = grant(), grant()
    for one in (record, other):
        ledger.record(one, NOTICE)
    assert ledger.move()
    assert any(record.id.encode() in content for content in contents(tmp_path))

    ledger.record(erasure(record))
    assert ledger.move()

    assert not any(record.id.encode() in content for content in contents(tmp_path))
    assert any(other.id.encode() in content for content in contents(tmp_path))


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_another_process_lets_go_of_its_copy_when_its_segment_is_old(
    open_ledger: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mover, "SEGMENT_AGE", 0.0)
    ledger = open_ledger()
    record = grant()
    ledger.record(record, NOTICE)
    assert ledger.move() and ledger.move()

    assert not any(record.id.encode() in content for content in contents(tmp_path / "spool"))
    assert kept(ledger) == [record]


def test_a_purge_forgets_orders_once_nothing_can_be_on_its_way(ledger: Ledger) -> None:
    record = grant()
    ledger.record(record, NOTICE)
    ledger.record(erasure(record))
    ledger.move()

    def marks() -> int:
        with reading(ledger.engine()) as connection:
            return len(connection.execute(select(erasures)).all())

    ledger.purge(NOW + 3 * 365 * DAY)
    assert marks() == 1
    ledger.purge(NOW + 5 * 365 * DAY)
    assert marks() == 0


# -- who may order it ----------------------------------------------------------------------------------------


def put_into(spool: Path, *entries: Entry) -> None:
    """Put entries into a spool, as who can write to its folder can."""
    folder = spool / "0123456789abcdef"
    folder.mkdir(parents=True)
    (folder / "lock").touch()
    (folder / "000001.segment").write_bytes(b"".join(framed(encode(entry)) for entry in entries))


@pytest.mark.parametrize("changed", ["id", "at", "mac"])
def test_a_forged_order_is_ignored(
    open_ledger: Open, tmp_path: Path, caplog: pytest.LogCaptureFixture, changed: str
) -> None:
    ledger = open_ledger()
    record = grant()
    ledger.record(record, NOTICE)
    ledger.move()
    _, [entry] = entries_of(erasure(record if changed != "id" else grant()))
    assert isinstance(entry, ErasureEntry)
    signature = replace(entry.signature, mac=bytes(16)) if changed == "mac" else entry.signature
    at = entry.at + 1 if changed == "at" else entry.at
    put_into(
        tmp_path / "spool", ErasureEntry(1, record.id, at, entry.counted, signature), *entries_of(grant())[1]
    )

    assert ledger.move()

    assert record in kept(ledger)
    assert counted(ledger) == {}
    assert "no ledger has signed" in caplog.text
    assert record.id not in caplog.text


def test_an_order_whose_key_is_not_at_hand_waits_for_it(
    open_ledger: Open, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    record = grant()
    first = open_ledger(spool=tmp_path / "first")
    first.record(record, NOTICE)
    first.move()
    left_in(tmp_path / "spool", erasure(record))
    with caplog.at_level(logging.ERROR):
        open_ledger(secret_key="another key of the ledger").move()
    assert kept(first) == [record]
    assert "a key which is not at hand" in caplog.text

    later = open_ledger(secret_key=[SECRET, "another key of the ledger"])
    assert later.move()

    assert kept(first) == []

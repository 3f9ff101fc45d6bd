"""Nobody can edit, insert, remove or reorder a record without being found out."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Table, delete, event, insert, select, update

from consentgate.ledger import Ledger, Retention
from consentgate.ledger.chain.keys import Keys
from consentgate.ledger.chain.links import Head, Link, chained
from consentgate.ledger.database import retention
from consentgate.ledger.database.schema import checkpoints, links, notices, objections, records, writers
from consentgate.ledger.proof.checkpoints import Checkpoint
from consentgate.ledger.proof.verification import verify

from .conftest import Open
from .records import DAY, NOTICE, NOW, SECRET, grant, ids, kept, verified, withdrawal

MANY = 6


@pytest.fixture
def url(tmp_path: Path) -> str:
    """An empty database. One kind is enough: what is read from each is the same (test_ledger.py)."""
    return f"sqlite:///{tmp_path / 'consent.db'}"


@pytest.fixture
def ledger(open_ledger: Open) -> Ledger:
    """A ledger with two chains, each under a checkpoint."""
    ledger = open_ledger(checkpoint_every=0)
    given = [grant(at=NOW + number) for number in range(MANY)]
    for record in given:
        ledger.record(record, NOTICE)
    ledger.record(withdrawal(given[0]), NOTICE)
    ledger.move()
    other = open_ledger()
    other.record(grant(), NOTICE)
    other.close()
    ledger.checkpoint()
    return ledger


def faults(ledger: Ledger, known: Checkpoint | None = None, keys: Keys | None = None) -> list[str]:
    found = verify(ledger.engine(), keys or ledger.keys, known)  # type: ignore[arg-type]
    return [str(fault) for fault in found.faults]


def change(ledger: Ledger, *statements: Any) -> None:
    with ledger.engine().begin() as connection:
        for statement in statements:
            connection.execute(statement)


def places(ledger: Ledger) -> list[tuple[str, int]]:
    """Where the records are, of the longer chain first."""
    with ledger.engine().begin() as connection:
        rows = connection.execute(select(links.c.writer, links.c.seq)).all()
    longest = max(rows, key=lambda row: row.seq).writer
    return sorted(((row.writer, row.seq) for row in rows), key=lambda at: (at[0] != longest, at[1]))


def at(table: Table, place: tuple[str, int]) -> Any:
    return (table.c.writer == place[0]) & (table.c.seq == place[1])


def test_a_ledger_that_nobody_touched_has_no_faults(ledger: Ledger) -> None:
    found = verified(ledger)

    assert found.faults == ()
    assert found.links == MANY + 2
    assert found.checkpoints >= 2
    assert found.uncovered == 0


EDITS = {
    "event": "renewed",
    "at": NOW - 1,
    "services": '{"films":true,"stats":true}',
    "categories": '{"performance":true}',
    "host": "example.com",
    "controller": "Somebody Else",
    "notice": "0" * 64,
    "language": "fr",
    "control": "accept",
    "source": "choices",
    "policy": "6" * 16,
    "signals": '["gpc"]',
    "valid_until": NOW + 10_000 * DAY,
    "id": "0" * 32,
    "replaces": "0" * 32,
    "account": "somebody",
    "form": 0,
    "withdrawn": '["stats"]',
}


def test_every_field_of_a_record_is_among_the_edits() -> None:
    assert set(EDITS) == {column.name for column in records.columns} - {"writer", "seq"}


@pytest.mark.parametrize("field", EDITS)
def test_an_edited_record_is_found(ledger: Ledger, field: str) -> None:
    place = places(ledger)[2]
    change(ledger, update(records).where(at(records, place)).values({field: EDITS[field]}))

    assert f"record {place[0]}/3: its record was changed" in faults(ledger)


@pytest.mark.parametrize("what", ["not json", '{"stats": "perhaps"}', "[]"])
def test_a_record_that_cannot_be_read_any_more_is_found(ledger: Ledger, what: str) -> None:
    place = places(ledger)[2]
    change(ledger, update(records).where(at(records, place)).values(services=what))

    assert f"record {place[0]}/3: its record was changed, and cannot be read" in faults(ledger)


@pytest.mark.parametrize("number", range(MANY))
def test_a_removed_record_is_found(ledger: Ledger, number: int) -> None:
    place = places(ledger)[number]
    change(ledger, delete(records).where(at(records, place)))

    assert faults(ledger) == [f"record {place[0]}/{number + 1}: its record was removed"]


@pytest.mark.parametrize("number", range(MANY + 1))
def test_a_record_that_was_removed_with_its_link_is_found(ledger: Ledger, number: int) -> None:
    place = places(ledger)[number]
    change(ledger, *(delete(table).where(at(table, place)) for table in (links, records, objections)))

    assert any(f"record {number + 1} is missing" in fault for fault in faults(ledger))


def test_a_chain_that_was_removed_as_a_whole_is_found(ledger: Ledger) -> None:
    writer = places(ledger)[-1][0]
    change(ledger, *(delete(table).where(table.c.writer == writer) for table in (links, records, writers)))

    assert any(fault.startswith(f"writer {writer}: all its records are missing") for fault in faults(ledger))


def test_two_records_that_changed_places_are_found(ledger: Ledger) -> None:
    first, second = places(ledger)[1:3]
    aside = {"writer": "aside"}
    change(
        ledger,
        update(records).where(at(records, first)).values(aside),
        update(records).where(at(records, second)).values(seq=first[1]),
        update(records).where(records.c.writer == "aside").values(writer=first[0], seq=second[1]),
    )

    assert faults(ledger) == [
        f"record {first[0]}/2: its record was changed",
        f"record {first[0]}/3: its record was changed",
    ]


def rewritten(ledger: Ledger, keys: Keys, table: Table = records, **values: Any) -> None:
    """Edit the second record of a chain, and make all links after it again with these keys."""
    place = places(ledger)[1]
    change(ledger, update(records).where(at(records, place)).values(values))
    edited = {(record.id): record for record in kept(ledger)}
    with ledger.engine().begin() as connection:
        head = Head(place[0])
        for row in _chain(connection, place[0]):
            link = head.next(edited[row.id].digest, keys)
            again = {"digest": link.digest, "chain": link.chain, "key_id": link.key_id, "mac": link.mac}
            connection.execute(update(links).where(at(links, (link.writer, link.seq))).values(again))
            head = Head.of(link)
        connection.execute(update(writers).where(writers.c.writer == place[0]).values(chain=head.chain))


def _chain(connection: Connection, writer: str) -> Sequence[Any]:
    found = [
        row
        for table in (records, objections)
        for row in connection.execute(select(table).where(table.c.writer == writer))
    ]
    return sorted(found, key=lambda row: row.seq)


def test_a_chain_that_was_made_again_without_the_key_is_found(ledger: Ledger) -> None:
    rewritten(ledger, Keys(["a key that somebody guessed"]), host="example.com")

    found = faults(ledger)
    assert any("knows another chain up to here" in fault for fault in found)


def test_even_who_has_the_key_does_not_get_past_a_checkpoint(ledger: Ledger) -> None:
    assert ledger.keys is not None
    rewritten(ledger, ledger.keys, host="example.com")

    assert any("knows another chain up to here" in fault for fault in faults(ledger))


def test_an_inserted_record_is_found(ledger: Ledger) -> None:
    place = places(ledger)[0]
    with ledger.engine().begin() as connection:
        row = connection.execute(select(records).where(at(records, place))).mappings().one()
        connection.execute(insert(records).values({**row, "seq": 99, "id": "f" * 32}))

    assert faults(ledger) == [f"record {place[0]}/99: it was inserted: no writer has written it"]


def test_a_record_that_was_put_at_the_end_of_a_chain_is_found(ledger: Ledger) -> None:
    place = places(ledger)[MANY]
    forged = grant()
    with ledger.engine().begin() as connection:
        row = connection.execute(select(links).where(at(links, place))).mappings().one()
        chain = chained(bytes(row["chain"]), place[0], MANY + 2, forged.digest)
        values = {"digest": forged.digest, "chain": chain, "seq": MANY + 2}
        connection.execute(insert(links).values({**row, **values}))
        same = connection.execute(select(records).limit(1)).mappings().one()
        connection.execute(insert(records).values({**same, "id": forged.id, "seq": MANY + 2}))

    assert f"record {place[0]}/{MANY + 2}: its signature is wrong" in faults(ledger)


@pytest.mark.parametrize("field", ["digest", "chain", "mac"])
def test_an_edited_link_is_found(ledger: Ledger, field: str) -> None:
    place = places(ledger)[3]
    size = 16 if field == "mac" else 32
    change(ledger, update(links).where(at(links, place)).values({field: b"\1" * size}))

    assert faults(ledger)


def test_a_key_id_that_nobody_has_counts_for_nothing_after_the_last_checkpoint(open_ledger: Open) -> None:
    ledger = open_ledger()
    ledger.record(grant(), NOTICE)
    ledger.move()
    change(ledger, delete(checkpoints), update(links).values(key_id="invented"))

    assert any("key 'invented', which is not at hand" in fault for fault in faults(ledger))


# -- checkpoints ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["at", "heads", "chain", "mac"])
def test_an_edited_checkpoint_is_found(ledger: Ledger, field: str) -> None:
    values = {"at": 5, "heads": "{}", "chain": b"\1" * 32, "mac": b"\1" * 16}
    change(ledger, update(checkpoints).where(checkpoints.c.number == 1).values({field: values[field]}))

    assert any(fault.startswith("checkpoint ") for fault in faults(ledger))


def test_a_removed_checkpoint_is_found(ledger: Ledger) -> None:
    change(ledger, delete(checkpoints).where(checkpoints.c.number == 1))

    assert "checkpoint 2: checkpoints before it are missing" in faults(ledger)


def test_heads_that_cannot_be_read_are_found(ledger: Ledger) -> None:
    change(ledger, update(checkpoints).where(checkpoints.c.number == 1).values(heads='{"a": [1]}'))

    assert "checkpoint 1: what it covers cannot be read" in faults(ledger)


def test_a_checkpoint_that_was_kept_elsewhere_tells_of_a_tail_that_was_cut_off(ledger: Ledger) -> None:
    ledger.record(grant(), NOTICE)
    ledger.move()
    known = ledger.checkpoint() or last(ledger)
    place = places(ledger)[-2]
    change(ledger, delete(checkpoints).where(checkpoints.c.number == known.number))
    place = max(places(ledger), key=lambda one: one[1])
    change(ledger, *(delete(table).where(at(table, place)) for table in (links, records)))

    assert faults(ledger) == []
    found = faults(ledger, known)
    assert f"the checkpoint that was kept: checkpoint {known.number} is missing in the ledger" in found
    assert any(f"record {place[1]} is missing" in fault for fault in found)


def test_a_checkpoint_that_was_kept_elsewhere_tells_of_a_ledger_that_was_made_anew(ledger: Ledger) -> None:
    known = last(ledger)
    forged = Checkpoint(known.number, known.at, "{}", known.chain, known.key_id, known.mac)

    assert faults(ledger, known) == []
    assert any("of the ledger is another one" in fault for fault in faults(ledger, forged))


def last(ledger: Ledger) -> Checkpoint:
    with ledger.engine().begin() as connection:
        rows = connection.execute(select(checkpoints).order_by(checkpoints.c.number)).all()
    return Checkpoint.of(rows[-1])


@pytest.mark.parametrize("jump", [-400 * DAY, -1, 400 * DAY])
def test_a_clock_that_jumps_leaves_no_fault(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, jump: float
) -> None:
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + jump)
    for _ in range(2):
        ledger.record(grant(at=int(now + jump)), NOTICE)
        ledger.move()
        ledger.checkpoint()
        monkeypatch.undo()

    found = verified(ledger)
    assert (found.faults, found.uncovered) == ((), 0)


def test_a_backup_verifies_and_a_kept_checkpoint_tells_what_it_lacks(ledger: Ledger, tmp_path: Path) -> None:
    live, copy = (sqlite3.connect(tmp_path / name) for name in ("consent.db", "copy.db"))
    with closing(live), closing(copy):
        live.backup(copy)
    ledger.record(grant(), NOTICE)
    ledger.move()
    known = ledger.checkpoint() or last(ledger)

    restored = Ledger(f"sqlite:///{tmp_path / 'copy.db'}", secret_key=SECRET)

    assert faults(restored) == []
    assert any(f"record {MANY + 2} is missing" in fault for fault in faults(restored, known))
    restored.close()


# -- keys ----------------------------------------------------------------------------------------------------


def test_an_old_key_verifies_what_it_has_signed(open_ledger: Open) -> None:
    old = open_ledger()
    old.record(grant(), NOTICE)
    old.close()

    new = open_ledger(secret_key=[SECRET, "a newer key for the tests"])
    new.record(grant(), NOTICE)
    new.move()

    assert faults(new) == []
    with new.engine().begin() as connection:
        assert len(set(connection.execute(select(links.c.key_id)).scalars())) == 2


def test_after_a_checkpoint_the_old_key_is_not_needed_any_more(open_ledger: Open) -> None:
    old = open_ledger()
    old.record(grant(), NOTICE)
    old.close()
    without = Keys(["a newer key for the tests"])
    assert any("which is not at hand" in fault for fault in faults(old, keys=without))

    new = open_ledger(secret_key=[SECRET, "a newer key for the tests"])
    new.record(grant(), NOTICE)
    new.close()

    assert faults(new, keys=without) == []


# -- purges --------------------------------------------------------------------------------------------------

YEAR = 365 * DAY


def test_what_was_purged_is_gone_and_no_fault(ledger: Ledger) -> None:
    purged = ledger.purge(now=NOW + 3 * YEAR + 184 * DAY)

    assert (purged.records, purged.objections) == (MANY + 1, 1)
    assert kept(ledger) == []
    found = verified(ledger)
    assert found.faults == ()
    assert found.purged == found.links == MANY + 2


def test_evidence_is_kept_for_as_long_as_it_may_be_needed(ledger: Ledger) -> None:
    [replaced] = [record.replaces for record in kept(ledger) if record.replaces]

    assert ledger.purge(now=NOW + 3 * YEAR - DAY).records == 0
    # A withdrawal ends a grant, long before its time would be over.
    assert ledger.purge(now=NOW + 3 * YEAR + DAY).records == 1
    assert replaced not in ids(ledger)


def test_withdrawals_have_a_retention_of_their_own(open_ledger: Open) -> None:
    ledger = open_ledger(retention=Retention(evidence="6 years", objections="1 year"))
    given = grant()
    ledger.record(given, NOTICE)
    ledger.record(withdrawal(given), NOTICE)
    ledger.move()

    purged = ledger.purge(now=NOW + YEAR + DAY)

    assert (purged.records, purged.objections) == (0, 1)
    assert verified(ledger).faults == ()


def test_a_notice_stays_as_long_as_a_record_cites_it(ledger: Ledger) -> None:
    later = time.time() + 4 * YEAR
    with ledger.engine().begin() as connection:
        connection.execute(update(notices).values(stored_at=NOW - 10 * YEAR))

    assert ledger.purge(now=NOW + 3 * YEAR - DAY).notices == 0
    assert ledger.purge(now=later).notices == 1


def test_what_a_writer_cites_is_there_though_it_was_purged_meanwhile(
    open_ledger: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = open_ledger(retention=Retention("1 days", "1 days"))
    ledger.record(grant(), NOTICE)
    ledger.move()
    later = time.time() + 4 * YEAR
    monkeypatch.setattr("time.time", lambda: later)
    assert ledger.purge(now=later).notices == 1

    ledger.record(grant(at=int(later), valid_until=int(later) + YEAR), NOTICE)
    ledger.move()

    assert verified(ledger).faults == ()


def test_a_notice_that_is_cited_again_is_young_again(ledger: Ledger, open_ledger: Open) -> None:
    change(ledger, update(notices).values(stored_at=NOW - 10 * YEAR))
    other = open_ledger()
    other.record(grant(), NOTICE)
    assert other.move()

    with ledger.engine().begin() as connection:
        assert connection.execute(select(notices.c.stored_at)).scalar_one() > NOW - YEAR


def test_a_purge_that_only_looks_like_one_is_found(ledger: Ledger) -> None:
    assert ledger.keys is not None
    first, second = places(ledger)[:2]
    change(
        ledger,
        delete(records).where(at(records, first)),
        update(links).where(at(links, first)).values(purge_mac=bytes(16), purge_key_id=ledger.keys.newest_id),
        delete(records).where(at(records, second)),
        update(links).where(at(links, second)).values(purge_mac=bytes(16), purge_key_id="invented"),
    )

    assert faults(ledger) == [
        f"record {first[0]}/1: its record was removed, and not by a purge",
        f"record {second[0]}/2: it is signed with the key 'invented', which is not at hand: give that, too",
    ]


def test_a_record_that_comes_back_after_its_purge_is_found(ledger: Ledger) -> None:
    place = places(ledger)[1]
    with ledger.engine().begin() as connection:
        row = connection.execute(select(records).where(at(records, place))).mappings().one()
    ledger.purge(now=NOW + 10 * YEAR)
    change(ledger, insert(records).values(dict(row)))

    assert any("was purged, and is there all the same" in fault for fault in faults(ledger))


def test_edits_of_what_is_left_are_found_after_a_purge(ledger: Ledger) -> None:
    ledger.purge(now=NOW + 3 * YEAR + DAY)
    place = places(ledger)[2]
    change(ledger, update(records).where(at(records, place)).values(host="example.com"))

    assert faults(ledger) == [f"record {place[0]}/3: its record was changed"]


def test_purging_goes_in_small_batches(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_BATCH", 2)
    deleted = []

    def note(_: Any, cursor: Any, statement: str, *__: Any) -> None:
        if statement.startswith("DELETE FROM consentgate_records"):
            deleted.append(cursor.rowcount)

    event.listen(ledger.engine(), "after_cursor_execute", note)

    assert ledger.purge(now=NOW + 10 * YEAR).records == MANY + 1
    assert deleted == [2, 2, 2, 1]


@pytest.mark.parametrize("wrong", ["", "3", "three years"])
def test_a_retention_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="evidence: expected"):
        Retention(evidence=wrong)


# -- notices -------------------------------------------------------------------------------------------------


def test_an_edited_notice_is_found(ledger: Ledger) -> None:
    change(ledger, update(notices).values(banner="<section>You have to</section>"))

    assert faults(ledger) == [f"notice {NOTICE.digest[:12]}: it was changed"]


def test_a_missing_notice_is_found(ledger: Ledger) -> None:
    change(ledger, delete(notices))

    assert set(faults(ledger)) == {f"notice {NOTICE.digest[:12]}: records cite it, and it is missing"}


# -- by hand -------------------------------------------------------------------------------------------------


def test_links_are_what_the_documentation_says() -> None:
    """An auditor without this package can compute them: docs/ledger.md."""
    link = Head("0123456789abcdef").next(grant(id="1" * 32).digest, Keys([SECRET]))
    by_hand = hashlib.sha256(bytes(32) + b"0123456789abcdef" + bytes(7) + b"\1" + link.digest)

    assert isinstance(link, Link)
    assert link.chain == by_hand.digest()

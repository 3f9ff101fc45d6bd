"""Puts what writers wrote into the database, each entry once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, bindparam, case, select

from consentgate.consent.record import FORM, SINCE, Event, Record
from consentgate.ledger.chain.entries import CountEntry, Entry, ErasureEntry, NoticeEntry, RecordEntry
from consentgate.ledger.chain.keys import Keys
from consentgate.ledger.chain.links import START, Link

from .deliveries import enqueue_erasure, listening_since
from .erasing import erase, erase_late, wait_for_erasures
from .inserting import insert_into
from .schema import counts, links, notices, objections, records, writers


class TooNew(Exception):
    """A record of a form that a newer version of the package has written. That version must move it."""


def store(connection: Connection, writer: str, entries: Sequence[Entry], keys: Keys) -> None:
    """Put the `entries` of a writer, in order and at least one, into the database, but for those that are
    there already. To be called in a transaction. The `keys` sign what is left of records that are erased.

    Raises TooNew.
    """
    if any(isinstance(entry, RecordEntry) and entry.record.form > FORM for entry in entries):
        raise TooNew(writer)
    erases = any(isinstance(entry, ErasureEntry) for entry in entries)
    arrived = [entry.record for entry in entries if isinstance(entry, RecordEntry)]
    wait_for_erasures(connection, arrived, erases=erases)
    # As a rule they follow what is there already: then one statement takes the writer up and moves it on.
    if not _advance(connection, writer, entries[0].position - 1, entries):
        position = _taken_up(connection, writer)
        entries = [entry for entry in entries if entry.position > position]
        if not entries:
            return
        _advance(connection, writer, position, entries)
    _store_notices(connection, [entry for entry in entries if isinstance(entry, NoticeEntry)])
    _count(connection, [entry for entry in entries if isinstance(entry, CountEntry)])
    kept = [entry for entry in entries if isinstance(entry, RecordEntry)]
    _store_records(connection, kept)
    if kept:
        erase_late(connection, keys, [entry.record for entry in kept])
    if erases:
        _erase(connection, keys, [entry for entry in entries if isinstance(entry, ErasureEntry)])


_AT = writers.update().where(writers.c.writer == bindparam("of"), writers.c.position == bindparam("before"))
_TO_POSITION = _AT.values(position=bindparam("to"))
TO_LINK = _AT.values(position=bindparam("to"), seq=bindparam("at"), chain=bindparam("hash"))
"""Moves the writer `of` entries from the position `before` to another, with the link there."""


def _advance(connection: Connection, writer: str, before: int, entries: Sequence[Entry]) -> bool:
    """Move the writer on from the position `before` to the last of the `entries`, and say whether it was
    there. Until the end of the transaction nobody else stores this writer's."""
    values: dict[str, Any] = {"of": writer, "before": before, "to": entries[-1].position}
    statement = _TO_POSITION
    for entry in reversed(entries):
        if isinstance(entry, RecordEntry):
            values |= {"at": entry.link.seq, "hash": entry.link.chain}
            statement = TO_LINK
            break
    return connection.execute(statement, values).rowcount == 1


def _taken_up(connection: Connection, writer: str) -> int:
    """Return the position of the writer's last entry in the database. Until the end of the transaction nobody
    else stores this writer's."""
    first = {"writer": writer, "position": 0, "seq": 0, "chain": START, "checkpointed": 0}
    connection.execute(insert_into(connection, writers).values(first).on_conflict_do_nothing())
    asked = select(writers.c.position).where(writers.c.writer == writer).with_for_update()
    return int(connection.execute(asked).scalar_one())


def _store_records(connection: Connection, kept: Sequence[RecordEntry]) -> None:
    if kept:
        connection.execute(links.insert(), [msgspec.structs.asdict(entry.link) for entry in kept])
    for table in (records, objections):
        rows = [
            row_of(entry.record, entry.link.writer, entry.link.seq)
            for entry in kept
            if table_for(entry.record.event) is table
        ]
        if rows:
            connection.execute(table.insert(), rows)


def _erase(connection: Connection, keys: Keys, ordered: Sequence[ErasureEntry]) -> None:
    new = erase(connection, keys, [(entry.id, entry.at) for entry in ordered])
    for entry in ordered if listening_since(connection) else ():
        if entry.id in new and entry.withdrawn:
            # Its record may be on its way yet.
            host, controller = entry.counted.host, entry.controller
            enqueue_erasure(connection, entry.id, entry.at, host, controller, entry.withdrawn)
    # Who orders the same again is counted once.
    _count(connection, {entry.id: entry.counted for entry in ordered if entry.id in new}.values())


def _store_notices(connection: Connection, kept: Iterable[NoticeEntry]) -> None:
    # In one order, so that no two processes wait for each other's rows.
    for entry in sorted(kept, key=lambda entry: entry.notice.digest):
        notice = entry.notice
        row = {
            "digest": notice.digest,
            "language": notice.language,
            "banner": notice.banner,
            "choices": notice.choices,
            "stored_at": entry.stored_at,
        }
        added = insert_into(connection, notices).values(row)
        # It is cited now, so that a purge must find it young.
        now = added.excluded.stored_at
        newest = case((now > notices.c.stored_at, now), else_=notices.c.stored_at)
        connection.execute(added.on_conflict_do_update(index_elements=["digest"], set_={"stored_at": newest}))


def _count(connection: Connection, counted: Iterable[CountEntry]) -> None:
    columns = ("day", "event", "host", "policy", "language", "control")
    times = Counter(tuple(getattr(entry, column) for column in columns) for entry in counted)
    # In one order, too.
    for key, count in sorted(times.items()):
        row = dict(zip(columns, key, strict=True)) | {"count": count}
        added = insert_into(connection, counts).values(row)
        more = added.on_conflict_do_update(
            index_elements=list(columns), set_={"count": counts.c["count"] + added.excluded["count"]}
        )
        connection.execute(more)


def table_for(event: Event) -> Table:
    """Return the table that keeps the records of an event."""
    return objections if event is Event.WITHDRAWN else records


def row_of(record: Record, writer: str, seq: int) -> dict[str, Any]:
    """Return the row of a record with this place in a writer's chain, by the names of columns."""
    row = {name: getattr(record, name) for name in _FIELDS}
    for name in _AS_JSON:
        row[name] = _json.encode(row[name]).decode()
    row["event"], row["writer"], row["seq"] = record.event.value, writer, seq
    return row


_AS_JSON = frozenset(("categories", "services", "signals", "withdrawn"))
_FIELDS = tuple(one.name for one in fields(Record))
_json = msgspec.json.Encoder(order="sorted")


def record_of(row: Any) -> Record:
    """Return the record in a row of the database. Raises ValueError where there is none any more."""
    # What no digest of its form covers is nothing that the record says.
    values = {name: getattr(row, name) for name in _FIELDS if SINCE.get(name, 0) <= row.form}
    for name in _AS_JSON & values.keys():
        values[name] = msgspec.json.decode(values[name])
    return msgspec.convert(values, Record)


def link_of(row: Any) -> Link:
    """Return the link in a row of the database."""
    return Link(row.writer, row.seq, bytes(row.digest), bytes(row.chain), row.key_id, bytes(row.mac))

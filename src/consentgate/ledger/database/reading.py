"""Reads the ledger: single records, and all of them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, TextIO

from sqlalchemy import Column, Connection, Table, func, select, tuple_

from consentgate.consent.record import LONGEST_HISTORY, Notice, Record

from .schema import checkpoints, ends_another, links, notices, objections, records
from .storing import record_of

_AT_ONCE = 1000


def find(connection: Connection, id: str) -> Record | None:
    """Return the record with this id, None where there is none, or none any more."""
    for table in (records, objections):
        row = connection.execute(select(table).where(table.c.id == id)).first()
        if row is not None:
            return record_of(row)
    return None


def history(connection: Connection, id: str) -> list[Record]:
    """Return the record with this id and those that came after it, each of which replaced the one before."""
    found = find(connection, id)
    records: list[Record] = []
    while found is not None and found not in records:
        records.append(found)
        found = successor_of(connection, found.id)
    return records


def successor_of(connection: Connection, id: str) -> Record | None:
    """Return the record that ended the grant with this id."""
    return next(iter(successors_of(connection, id)), None)


def successors_of(connection: Connection, id: str) -> list[Record]:
    """List the records that name the grant with this id as what they end: several, where a visitor decided in
    two windows at a time. Withdrawals come first."""
    return [
        record_of(row)
        for table in (objections, records)
        for row in connection.execute(
            select(table)
            .where(ends_another(table), table.c.replaces == id)
            .order_by(table.c.at)
            .limit(LONGEST_HISTORY)
        )
    ]


def distinct(connection: Connection, column: Column[Any]) -> Iterator[Any]:
    """Yield the values in a column, in order, each once. An index has to begin with it: then each takes one
    look-up, however many rows have it."""
    least = select(func.min(column))
    value = connection.execute(least).scalar()
    while value is not None:
        yield value
        value = connection.execute(least.where(column > value)).scalar()


def keys_used(connection: Connection) -> set[str]:
    """Return the ids of all keys with which links and checkpoints were signed."""
    return {
        id
        for table in (links, checkpoints)
        for id in connection.execute(select(table.c.key_id).distinct()).scalars()
    }


def find_notice(connection: Connection, digest: str) -> Notice | None:
    """Return the notice with this digest, or the only one whose digest begins so."""
    matching = select(notices).where(notices.c.digest.startswith(digest, autoescape=True)).limit(2)
    rows = connection.execute(matching).all()
    return Notice(rows[0].language, rows[0].banner, rows[0].choices) if len(rows) == 1 else None


def all_records(connection: Connection, *, controller: str = "", host: str = "") -> Iterator[Record]:
    """Yield all records, of one controller or host where that is given: first what proves consent, then what
    proves withdrawals, each writer's in order."""
    for table in (records, objections):
        yield from _all_of(connection, table, controller, host)


def _all_of(connection: Connection, table: Table, controller: str, host: str) -> Iterator[Record]:
    place = tuple_(table.c.writer, table.c.seq)
    last: tuple[str, int] | None = None
    while True:
        chosen = select(table).order_by(table.c.writer, table.c.seq).limit(_AT_ONCE)
        if controller:
            chosen = chosen.where(table.c.controller == controller)
        if host:
            chosen = chosen.where(table.c.host == host)
        if last is not None:
            chosen = chosen.where(place > last)
        rows = connection.execute(chosen).all()
        if not rows:
            return
        yield from map(record_of, rows)
        last = rows[-1].writer, rows[-1].seq


def write_json_lines(found: Iterator[Record], out: TextIO) -> None:
    """Write each record as a JSON object on a line of its own."""
    for record in found:
        out.write(json.dumps(asdict(record), ensure_ascii=False) + "\n")


_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def write_csv(found: Iterator[Record], out: TextIO) -> None:
    """Write the records as CSV, with the names of the fields in the first line."""
    names = [*Record.__dataclass_fields__]
    rows = csv.writer(out)
    rows.writerow(names)
    for record in found:
        rows.writerow([_cell(getattr(record, name)) for name in names])


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(f"{id}={'yes' if granted else 'no'}" for id, granted in sorted(value.items()))
    text = " ".join(value) if isinstance(value, tuple) else str(value)
    # Spreadsheets run what begins like a formula, and a host is what a visitor's program says.
    return f"'{text}" if text.startswith(_DANGEROUS) else text

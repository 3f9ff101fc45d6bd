"""Erases records, and leaves their links with a signed mark, so that chains stay whole."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, and_, bindparam, delete, select, update

from consentgate.consent.record import GRANTS, Record
from consentgate.ledger.chain.keys import Keys
from consentgate.ledger.chain.links import purge_signature

from .deliveries import enqueue_erasure, listening_since
from .inserting import insert_into
from .schema import ends_another, erasures, links, objections, records
from .sqlite_connections import note_deletion

_ERASURES = 0x6572617375726573
"""The number of PostgreSQL's advisory lock for erasures: "erasures" in ASCII."""
_LOCK = f"SELECT pg_advisory_xact_lock({_ERASURES})"
SHARED_LOCK = f"SELECT pg_advisory_xact_lock_shared({_ERASURES})"
"""What PostgreSQL is told to keep erasures from happening until the end of a transaction."""
_DIGEST_SIZE = 16
_GRANTS = frozenset(event.value for event in GRANTS)

Order = tuple[str, int]
"""The id of a record to erase, and the second of the order."""


def wait_for_erasures(connection: Connection, arrived: Iterable[Record] = (), *, erases: bool) -> None:
    """Keep who stores records and who `erases` some from missing what the other does, until the end of the
    transaction. SQLite has one writer at a time anyway."""
    if connection.dialect.name == "postgresql":
        # Of what has arrived, some is to be erased again. Two that find that out later wait for each other.
        erases = erases or bool(erased_at(connection, ids_of(arrived)))
        connection.exec_driver_sql(_LOCK if erases else SHARED_LOCK)


def erase(connection: Connection, keys: Keys, orders: Iterable[Order]) -> set[str]:
    """Erase the records that are ordered, and all that came before and after them, whatever comes later of
    them too. Return the ids of the orders that are new."""
    waiting = [*orders]
    ordered = {id for id, _ in waiting}
    is_listening = listening_since(connection) > 0
    new, done = ordered - erased_at(connection, ordered).keys(), set[str]()
    while waiting:
        id, at = waiting.pop()
        if id in done:
            continue
        done.add(id)
        marked = insert_into(connection, erasures).values(digest=digest_of(id), at=at)
        connection.execute(marked.on_conflict_do_nothing())
        for table in (records, objections):
            rows = _of(connection, table, id, at)
            if is_listening:
                _enqueue(connection, rows, at)
            purge_rows(connection, keys, table, rows)
            waiting += ((other, at) for row in rows for other in (row.id, row.replaces) if other)
    return new


def _of(connection: Connection, table: Table, id: str, at: int) -> Sequence[Any]:
    """Return the record with this id, and those that replaced it: what was decided after the order stays."""
    kept = table.c.id, table.c.replaces, table.c.event, table.c.host, table.c.controller, table.c.services
    chosen = select(links.c.writer, links.c.seq, links.c.chain, *kept)
    joined = chosen.join(table, and_(table.c.writer == links.c.writer, table.c.seq == links.c.seq))
    later = joined.where(ends_another(table), table.c.replaces == id, table.c.at <= at)
    # Two queries: for conditions with OR, no database uses both indexes.
    return [*connection.execute(joined.where(table.c.id == id)), *connection.execute(later)]


def _enqueue(connection: Connection, rows: Iterable[Any], at: int) -> None:
    """Have the site's hook told of each consent that is erased: the site may have noted any of their ids."""
    for row in rows:
        if row.event in _GRANTS:
            services = [id for id, granted in msgspec.json.decode(row.services).items() if granted]
            enqueue_erasure(connection, row.id, at, row.host, row.controller, services)


def erase_late(connection: Connection, keys: Keys, arrived: Sequence[Record]) -> None:
    """Erase those of the records that have just `arrived` in the database which had been ordered before."""
    marks = erased_at(connection, ids_of(arrived))
    late: list[Order] = []
    for record in arrived:
        replaced = marks.get(record.replaces)
        if record.id in marks:
            late.append((record.id, marks[record.id]))
        elif replaced is not None and record.at <= replaced:
            late.append((record.id, replaced))
    if late:
        wait_for_erasures(connection, erases=True)
        erase(connection, keys, late)


def erased_at(connection: Connection, ids: Collection[str]) -> dict[str, int]:
    """Return when those of the `ids` were erased that were."""
    digests = {digest_of(id): id for id in ids}
    found = select(erasures).where(erasures.c.digest.in_([*digests]))
    return {digests[bytes(row.digest)]: row.at for row in connection.execute(found)} if digests else {}


def ids_of(arrived: Iterable[Record]) -> set[str]:
    """Return the ids of the records and of what they replace: whichever of them was erased, they are, too."""
    return {id for record in arrived for id in (record.id, record.replaces) if id}


def digest_of(id: str) -> bytes:
    """Return what is kept of an id that was erased. Nobody can guess 128 random bits."""
    return hashlib.sha256(id.encode()).digest()[:_DIGEST_SIZE]


def purge_rows(connection: Connection, keys: Keys, table: Table, rows: Sequence[Any]) -> None:
    """Delete the records of a `table` whose `rows` of links are given, and mark those links."""
    if not rows:
        return
    signatures = [(row, purge_signature(keys, bytes(row.chain))) for row in rows]
    marked = update(links).where(links.c.writer == bindparam("of"), links.c.seq == bindparam("place"))
    connection.execute(
        marked.values(purge_key_id=bindparam("by"), purge_mac=bindparam("with")),
        [{"of": row.writer, "place": row.seq, "by": one.key_id, "with": one.mac} for row, one in signatures],
    )
    # One by one: for a list of pairs SQLite reads the whole table.
    gone = delete(table).where(table.c.writer == bindparam("of"), table.c.seq == bindparam("place"))
    note_deletion(connection)
    connection.execute(gone, [{"of": row.writer, "place": row.seq} for row in rows])

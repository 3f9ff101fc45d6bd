"""Finds withdrawals among the records that were stored, and queues them for the site's hook.

The records are the queue: a row for each writer says how far they were looked through, as a reader's offset
does in a log. So whoever stores a record need not know whether there is a hook. A process without one, or of
an older version, loses nothing; where there never was a hook, nothing is written; and while there is none,
nothing grows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Select, func, select

from consentgate.consent.record import TAKING_BACK, Record

from .deliveries import Undelivered, count_queued, enqueue
from .inserting import insert_into
from .reading import find
from .schema import objections, queued, records, writers
from .storing import record_of

_LOCK = 0x717565756564
"""The number of PostgreSQL's advisory lock for looking through records: "queued" in ASCII."""
_BATCH = 500
"""The most withdrawals that are queued in one transaction, so that none is long."""
_MOST_STEPS = 1000
"""The most renewals that are gone back for the withdrawal before them."""
_EVENTS = tuple(event.value for event in TAKING_BACK)


def has_new(connection: Connection) -> bool:
    """Say whether records were stored that nobody has looked through."""
    return connection.execute(_unseen().limit(1)).first() is not None


def queue_new(connection: Connection) -> bool:
    """Queue the withdrawals among the records that nobody has looked through. To be called in a transaction,
    in a database that a hook listens to. Return whether there are more."""
    if connection.dialect.name == "postgresql":
        # One process at a time, so that none sees a visitor's second withdrawal before the first is queued.
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    room = _BATCH
    for writer, start, end in connection.execute(_unseen()).all():
        if not room:
            return True
        found = _withdrawals(connection, writer, start, end, room)
        for _, record in found:
            enqueue(connection, record, _services(connection, record), _before(connection, record))
        room -= len(found)
        seen = insert_into(connection, queued).values(writer=writer, seq=end if room else found[-1][0])
        connection.execute(
            seen.on_conflict_do_update(index_elements=["writer"], set_={"seq": seen.excluded.seq})
        )
    return not room


def count_undelivered(connection: Connection) -> Undelivered:
    """Count what waits, also among the records that nobody has looked through: nothing where there never was
    a hook."""
    queue = count_queued(connection)
    total, oldest, services = queue.waiting, queue.oldest, Counter(queue.services)
    for writer, start, end in connection.execute(_unseen()).all() if queue.since else ():
        for _, record in _withdrawals(connection, writer, start, end):
            total += 1
            oldest = min(oldest or record.at, record.at)
            services.update(_services(connection, record))
    return replace(queue, waiting=total, oldest=oldest, services=dict(sorted(services.items())))


def _unseen() -> Select[Any]:
    """Return the query for the writers that have stored more than was looked through: from where, and to
    where."""
    seen = func.coalesce(queued.c.seq, 0)
    joined = writers.outerjoin(queued, queued.c.writer == writers.c.writer)
    chosen = select(writers.c.writer, seen, writers.c.seq).select_from(joined)
    return chosen.where(writers.c.seq > seen).order_by(writers.c.writer)


def _withdrawals(
    connection: Connection, writer: str, start: int, end: int, most: int | None = None
) -> list[tuple[int, Record]]:
    """List the withdrawals of a writer after the record numbered `start`, up to `end`, by number: the first
    ones, at `most` so many."""
    found = []
    for table in (records, objections):
        chosen = (
            select(table)
            .where(
                table.c.writer == writer, table.c.seq > start, table.c.seq <= end, table.c.event.in_(_EVENTS)
            )
            .order_by(table.c.seq)
            .limit(most)
        )
        found += [(row.seq, record_of(row)) for row in connection.execute(chosen)]
    return sorted(found, key=lambda one: one[0])[:most]


def _services(connection: Connection, record: Record) -> Sequence[str]:
    """Return the services that were granted before a record and are not any more.

    The record says that of the services that the policy had. The record before it knows what the policy has
    not any more, and what was taken back meanwhile without being recorded.
    """
    before = find(connection, record.replaces) if record.replaces else None
    gone = {*record.withdrawn}
    if before is not None:
        gone |= {id for id, granted in before.services.items() if granted}
    elif record.form == 1:
        # Nobody knows any more. To be told twice that consent has ended harms nobody.
        gone |= {*record.services}
    return sorted(id for id in gone if not record.services.get(id))


def _before(connection: Connection, record: Record) -> str:
    """Return the id of the last withdrawal of the same visitor before a record, "" where there is none. It
    may be on its way into the database yet."""
    id = record.replaces
    for _ in range(_MOST_STEPS):
        if id in ("", record.id):
            return ""
        found = find(connection, id)
        if found is None or found.takes_back:
            return id
        id = found.replaces
    return ""

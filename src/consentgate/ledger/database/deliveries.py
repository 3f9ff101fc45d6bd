"""The deliveries that wait for the site's hook: who takes which, and what became of it.

A process holds what it delivers for a while, so that no other delivers it at the same time, and holds it
longer as long as it lives. What a process that was killed has held is free again once that time is over.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, exists, func, or_, select, update

from consentgate.consent.record import Event, Record

from .inserting import insert_into
from .schema import deliveries, hooks, queued, writers
from .sqlite_connections import note_deletion

_WITHDRAWALS = "withdrawals"
WAITS_FOR = 5
"""The failed attempts after which what the same visitor has withdrawn later does not wait any longer."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A withdrawal for the hook: the `record`, and the `services` that it is about. It was tried `attempts`
    times before."""

    record: Record
    services: tuple[str, ...]
    attempts: int

    @property
    def id(self) -> str:
        """The id of the record."""
        return self.record.id


@dataclass(frozen=True, slots=True)
class Backoff:
    """The seconds to wait after a failure: the `first`, twice as many after each further one, at most the
    `longest`."""

    first: float
    longest: float

    def after(self, attempts: int) -> float:
        """Return the seconds to wait after so many attempts."""
        # Above that it is the longest one anyway, and numbers must not overflow.
        return min(self.longest, self.first * 2.0 ** min(attempts - 1, 60))


@dataclass(frozen=True, slots=True)
class Undelivered:
    """What waits to be delivered: how many withdrawals, how many of them have failed before, since when the
    `oldest` waits (in seconds since the epoch, 0 where none does), and how many by the last error and by
    service. `since` is when there was a hook for the first time, 0 where there never was one."""

    since: int
    waiting: int
    failing: int
    oldest: int
    errors: dict[str, int]
    services: dict[str, int]


def listen(connection: Connection) -> None:
    """Have all withdrawals that are stored from now on delivered. Those that were stored before are not for
    the hook, unless there has been one before."""
    first = insert_into(connection, hooks).values(name=_WITHDRAWALS, since=int(time.time()))
    # Which rows were inserted PostgreSQL's driver does not count.
    if connection.execute(first.on_conflict_do_nothing().returning(hooks.c.name)).first() is not None:
        seen = select(writers.c.writer, writers.c.seq)
        connection.execute(queued.insert().from_select(["writer", "seq"], seen))


def listening_since(connection: Connection) -> int:
    """Return since when withdrawals are delivered, 0 where they are not: there never was a hook."""
    asked = select(hooks.c.since).where(hooks.c.name == _WITHDRAWALS)
    return connection.execute(asked).scalar_one_or_none() or 0


def enqueue(connection: Connection, record: Record, services: Sequence[str], after: str = "") -> None:
    """Have a withdrawal delivered, once that with the id `after` was. One that waits already stays as it
    is."""
    row = {
        "id": record.id,
        "record": record.canonical.decode(),
        "services": msgspec.json.encode(services).decode(),
        "at": record.at,
        "after": after,
        "attempts": 0,
        "error": "",
        "tried_at": 0.0,
        "not_before": 0.0,
        "holder": "",
        "held_until": 0.0,
    }
    connection.execute(insert_into(connection, deliveries).values(row).on_conflict_do_nothing())


def enqueue_erasure(
    connection: Connection, id: str, at: int, host: str, controller: str, services: Iterable[str]
) -> None:
    """Have the erasure of the consent with this `id` delivered, as the withdrawal of the `services` that were
    granted by it. That of the same consent has the same id."""
    gone = tuple(sorted(services))
    own_id = hashlib.sha256(b"erased " + id.encode()).hexdigest()[:32]
    record = Record(
        Event.ERASED, at, host, controller, id=own_id, replaces=id, control="erase", withdrawn=gone
    )
    # The consent itself may have taken something back.
    enqueue(connection, record, gone, after=id)


def take(
    connection: Connection, holder: str, seconds: float, *, most: int, before: float | None = None
) -> list[Delivery]:
    """Have `holder` hold at most so many of the deliveries that are due for so many `seconds`, and return
    them: new ones first. With `before`, those are due that were not tried since then.

    Nobody else holds them, and they do not follow one of the same visitor that is still to be delivered.
    """
    now = clock(connection)
    earlier = deliveries.alias()
    is_expected = or_(earlier.c.attempts < WAITS_FOR, earlier.c.held_until > now)
    follows = exists().where(earlier.c.id == deliveries.c.after, is_expected)
    due = deliveries.c.not_before <= now if before is None else deliveries.c.tried_at < before
    chosen = (
        select(deliveries)
        .where(due, deliveries.c.held_until <= now, ~follows)
        .order_by(deliveries.c.attempts, deliveries.c.not_before, deliveries.c.at, deliveries.c.id)
        .limit(most)
        .with_for_update(skip_locked=True, of=deliveries)
    )
    rows = connection.execute(chosen).all()
    if rows:
        taken = update(deliveries).where(deliveries.c.id.in_([row.id for row in rows]))
        connection.execute(taken.values(holder=holder, held_until=now + seconds))
    return [_delivery_of(row) for row in rows]


def hold(connection: Connection, holder: str, ids: Collection[str], seconds: float) -> None:
    """Have `holder` hold what it holds of these for so many seconds more."""
    held = update(deliveries).where(deliveries.c.id.in_(ids), deliveries.c.holder == holder)
    connection.execute(held.values(held_until=clock(connection) + seconds))


def delivered(connection: Connection, id: str) -> None:
    """Remove what the hook has taken, whoever holds it meanwhile."""
    connection.execute(delete(deliveries).where(deliveries.c.id == id))
    # It had a copy of the record, which may have been erased meanwhile.
    note_deletion(connection)


def failed(connection: Connection, holder: str, delivery: Delivery, error: str, backoff: Backoff) -> None:
    """Have a delivery that `holder` holds tried again later."""
    now = clock(connection)
    held = update(deliveries).where(deliveries.c.id == delivery.id, deliveries.c.holder == holder)
    again = {
        "attempts": delivery.attempts + 1,
        "error": error[:255],
        "tried_at": now,
        "not_before": now + backoff.after(delivery.attempts + 1),
        "holder": "",
        "held_until": 0.0,
    }
    connection.execute(held.values(again))


def seconds_to_next(connection: Connection) -> float | None:
    """Return the seconds until something may be due, None where nothing waits."""
    now = clock(connection)
    free = select(deliveries.c.not_before).where(deliveries.c.held_until <= now)
    held = select(func.min(deliveries.c.held_until)).where(deliveries.c.held_until > now)
    # Two queries, of which each ends at the first row of an index.
    first_free = connection.execute(free.order_by(deliveries.c.not_before).limit(1)).scalar_one_or_none()
    moments = [moment for moment in (first_free, connection.execute(held).scalar_one()) if moment is not None]
    return max(0.0, min(moments) - now) if moments else None


def count_queued(connection: Connection) -> Undelivered:
    """Count what waits in the queue."""
    errors: Counter[str] = Counter()
    services: Counter[str] = Counter()
    total, oldest = 0, 0
    columns = deliveries.c.error, deliveries.c.services
    grouped = select(*columns, func.count(), func.min(deliveries.c.at)).group_by(*columns)
    for error, ids, count, at in connection.execute(grouped):
        total += count
        oldest = min(oldest or at, at)
        services.update(dict.fromkeys(msgspec.json.decode(ids), count))
        errors.update({error: count} if error else {})
    return Undelivered(
        listening_since(connection),
        total,
        errors.total(),
        oldest,
        dict(sorted(errors.items())),
        dict(sorted(services.items())),
    )


def clock(connection: Connection) -> float:
    """Return the time by the database's clock, which all machines share. SQLite's is this machine's."""
    if connection.dialect.name == "postgresql":
        return float(connection.exec_driver_sql("SELECT extract(epoch FROM clock_timestamp())").scalar_one())
    return time.time()


def _delivery_of(row: Any) -> Delivery:
    services = msgspec.json.decode(row.services, type=tuple[str, ...])
    return Delivery(msgspec.json.decode(row.record, type=Record), services, row.attempts)

"""How long records are kept, and their purge."""

from __future__ import annotations

import datetime
import logging
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Engine, Select, Table, and_, delete, exists, or_, select, tuple_

from consentgate.ledger.chain.keys import Keys
from consentgate.log_fields import fields
from consentgate.policy.lifetime import DAY, lifetime_seconds

from .erasing import purge_rows
from .schema import counts, deliveries, ends_another, erasures, links, notices, objections, records
from .sqlite_connections import note_deletion

_log = logging.getLogger("consentgate.ledger")

_BATCH = 500
"""The most records that are purged in one transaction, so that none is long."""
_EARLIEST = -(1 << 62)
_LONGEST_WAY = 30 * DAY
"""The seconds that a record may take from a spool to the database. The notice that it cites waits for it."""
_YEARS = "3 years"
_LONGEST_VALIDITY = "13 months"


@dataclass(frozen=True, slots=True)
class Retention:
    """How long records are kept, as the policy file writes lifetimes.

    `evidence` counts from the end of a grant: its withdrawal, its replacement or the end of its validity.
    `objections` counts from a withdrawal. No law names a number for the former; three years is a limitation
    period that controllers choose.

    Raises ValueError for what is no lifetime.
    """

    evidence: str = _YEARS
    objections: str = _YEARS

    def __post_init__(self) -> None:
        for name, text in (("evidence", self.evidence), ("objections", self.objections)):
            try:
                seconds = lifetime_seconds(text)
            except ValueError:
                seconds = 0
            if not seconds:
                expected = 'a number of minutes, hours, days, months or years, like "3 years"'
                raise ValueError(f"{name}: expected {expected}, not {text!r}") from None


@dataclass(frozen=True, slots=True)
class Purged:
    """How many of each were purged."""

    records: int
    objections: int
    notices: int
    counts: int


def purge(engine: Engine, keys: Keys, retention: Retention, now: float | None = None) -> Purged:
    """Delete what has been kept for long enough at the time `now`. Raises SQLAlchemyError."""
    at = int(time.time() if now is None else now)
    ended = at - lifetime_seconds(retention.evidence)
    withdrawn = at - lifetime_seconds(retention.objections)
    with engine.begin() as connection:
        # A record that is still on its way by then is old enough to be purged.
        late = min(ended, withdrawn) - lifetime_seconds(_LONGEST_VALIDITY)
        connection.execute(delete(erasures).where(erasures.c.at < late))
    _give_up_deliveries(engine, withdrawn)
    return Purged(
        _purge_before(engine, keys, records, records.c.valid_until, ended)
        + _purge_replaced(engine, keys, objections, ended)
        + _purge_replaced(engine, keys, records, ended),
        _purge_before(engine, keys, objections, objections.c.at, withdrawn),
        _purge_notices(engine, ended),
        _purge_counts(engine, ended),
    )


def _purge_before(engine: Engine, keys: Keys, table: Table, time: Column[Any], end: int) -> int:
    """Purge the records of a table whose `time` is before the second `end`. Return how many there were."""
    chosen = _linked(table).where(time < end).order_by(time).limit(_BATCH)
    count = 0
    while True:
        with engine.begin() as connection:
            rows = connection.execute(chosen).all()
            purge_rows(connection, keys, table, rows)
        count += len(rows)
        if len(rows) < _BATCH:
            return count


def _purge_replaced(engine: Engine, keys: Keys, table: Table, ended: int) -> int:
    """Purge the records that one in `table` ended before a second. Return how many there were."""
    later = table.alias()
    place = tuple_(later.c.at, later.c.writer, later.c.seq)
    chosen = select(later).where(ends_another(later), later.c.at < ended).order_by(*place).limit(_BATCH)
    count = 0
    last = (_EARLIEST, "", 0)
    while True:
        with engine.begin() as connection:
            those = connection.execute(chosen.where(place > last)).all()
            replaced = _linked(records).where(records.c.id.in_([one.replaces for one in those]))
            rows = connection.execute(replaced).all()
            purge_rows(connection, keys, records, rows)
        count += len(rows)
        if len(those) < _BATCH:
            return count
        last = those[-1].at, those[-1].writer, those[-1].seq


def _linked(table: Table) -> Select[Any]:
    """Return the query for the links of the records in a table."""
    together = and_(table.c.writer == links.c.writer, table.c.seq == links.c.seq)
    return select(links.c.writer, links.c.seq, links.c.chain).join(table, together)


def _give_up_deliveries(engine: Engine, withdrawn: int) -> None:
    """Delete what the site's hook has not taken for as long as withdrawals are kept: it has a copy of the
    record, which is not to be kept for longer."""
    with engine.begin() as connection:
        given_up = connection.execute(delete(deliveries).where(deliveries.c.at < withdrawn)).rowcount
        if given_up:
            note_deletion(connection)
    if given_up:
        _log.error(
            "on_withdrawal has not taken %d withdrawals for so long that they were purged",
            given_up,
            extra=fields("hook given up", count=given_up),
        )


def _purge_notices(engine: Engine, ended: int) -> int:
    """Delete the notices that no record cites any more, and none on its way to the database can."""
    stored = ended - _LONGEST_WAY
    cited = [exists().where(table.c.notice == notices.c.digest) for table in (records, objections)]
    unused = delete(notices).where(notices.c.stored_at < stored, ~or_(*cited))
    with engine.begin() as connection:
        return connection.execute(unused).rowcount


def _purge_counts(engine: Engine, ended: int) -> int:
    day = datetime.datetime.fromtimestamp(ended, datetime.UTC).date()
    with engine.begin() as connection:
        return connection.execute(delete(counts).where(counts.c.day < day)).rowcount

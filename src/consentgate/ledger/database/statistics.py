"""Counts decisions, in the database: by one thing at a time.

No count is by two things at once, such as by host and language: on a quiet day a visitor would be alone in
it. The exception is time, by which only events are counted.
"""

from __future__ import annotations

import datetime
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    case,
    func,
    literal,
    select,
    union,
    union_all,
)

from consentgate.consent.record import GRANTS, Event
from consentgate.policy.lifetime import DAY

from .schema import counts, objections, records

MOST = 1000
"""The most rows of a table. Hosts are what browsers say, which can make up any number."""
_AT_ONCE = 1000
_SUM_OF_COUNTS = func.sum(counts.c["count"])

Events = Mapping[Event, int]
"""How often each event happened."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The decisions that are counted: from the day `since` to the day `until`, both included and in UTC; on
    this `host`, and to this `controller`. None and "" leave it open."""

    since: datetime.date | None = None
    until: datetime.date | None = None
    host: str = ""
    controller: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """How often a category or service was `granted`, was `left_out` of a consent to something else, or was
    `refused` with all else."""

    granted: int = 0
    left_out: int = 0
    refused: int = 0

    def __add__(self, other: Answers) -> Answers:
        return Answers(
            self.granted + other.granted, self.left_out + other.left_out, self.refused + other.refused
        )

    @property
    def total(self) -> int:
        """How often it was answered at all."""
        return self.granted + self.left_out + self.refused

    @property
    def share(self) -> float | None:
        """How much of the answers were a yes, from 0 to 1; None where there were none."""
        return self.granted / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class Table:
    """Events by a value such as a language, the most frequent first. The `others` are `left` values that have
    no row of their own."""

    rows: Mapping[str, Events]
    others: Events = field(default_factory=lambda: summed(()))
    left: int = 0


@dataclass(frozen=True, slots=True)
class UnitTable:
    """Answers by the id of a category or service. The `others` are `left` ids that have no row."""

    rows: Mapping[str, Answers]
    others: Answers = Answers()
    left: int = 0


@dataclass(frozen=True, slots=True)
class Statistics:
    """The counts of a `selection`.

    `sources` has no refusals and objections: nothing keeps where these were. `first_seen` has the first day
    of each version of a policy, whatever was selected. `to_all` counts the grants of all that was asked for,
    and `to_some` the others. `unattributed` refusals are in no row of the categories and services: no record
    says what their version of the policy asks for.
    """

    selection: Selection
    days: Mapping[datetime.date, Events]
    hosts: Table
    controllers: Table
    languages: Table
    policies: Table
    controls: Table
    sources: Table
    first_seen: Mapping[str, datetime.date]
    categories: UnitTable
    services: UnitTable
    to_all: int
    to_some: int
    unattributed: int

    @property
    def events(self) -> Events:
        """How often each event happened in all."""
        return summed(self.days.values())


def summed(several: Iterable[Events]) -> Events:
    """Return the sum of `several` counts, each event in its place."""
    total: Counter[Event] = Counter()
    for events in several:
        total.update(events)
    return {event: total[event] for event in Event}


def statistics(connection: Connection, selection: Selection | None = None) -> Statistics:
    """Count the decisions of a `selection`, by default all. The database counts; the rows do not come here.

    A count of refusals says nothing of the controller. It is that of the records under the same version of
    the policy, and "" where these have none or several.
    """
    selection = selection or Selection()
    if connection.dialect.name == "postgresql":
        # Millions of rows may take longer than a visitor can wait, and here none does.
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
    counting = _Counting(connection, selection)
    policies = counting.by("policy")
    units = counting.units()
    days = counting.days()
    return Statistics(
        selection,
        days,
        counting.by("host"),
        counting.by("controller"),
        counting.by("language"),
        policies,
        counting.by("control"),
        counting.by("source"),
        counting.first_seen(policies.rows),
        units.table("categories"),
        units.table("services"),
        units.to_all,
        units.to_some,
        summed(days.values())[Event.REFUSED] - units.refusals,
    )


def _controllers() -> Subquery:
    """Return the controller of each version of a policy: those versions have one that are part of a policy's
    digest, as the gate makes it."""
    named = union(*(select(table.c.policy, table.c.controller) for table in (records, objections))).subquery()
    one = select(named.c.policy, func.min(named.c.controller).label("controller")).group_by(named.c.policy)
    return one.having(func.count() == 1).subquery()


class _Units:
    """Adds up answers by category and service."""

    def __init__(self) -> None:
        self.to_all = self.to_some = self.refusals = 0
        self._answers: dict[str, dict[str, Answers]] = {"categories": {}, "services": {}}

    def granted(self, units: Mapping[str, Mapping[str, bool]], count: int) -> None:
        """Add `count` grants with the same answers."""
        for kind, answers in units.items():
            for id, granted in answers.items():
                self._add(kind, id, Answers(count) if granted else Answers(0, count))
        if all(granted for answers in units.values() for granted in answers.values()):
            self.to_all += count
        else:
            self.to_some += count

    def refused(self, units: Mapping[str, Mapping[str, bool]], count: int) -> None:
        """Add `count` refusals of all that was asked for."""
        self.refusals += count
        for kind, answers in units.items():
            for id in answers:
                self._add(kind, id, Answers(0, 0, count))

    def _add(self, kind: str, id: str, answers: Answers) -> None:
        of_kind = self._answers[kind]
        of_kind[id] = of_kind.get(id, Answers()) + answers

    def table(self, kind: str) -> UnitTable:
        """Return the answers of a kind, those that were granted most often first."""
        answers = sorted(self._answers[kind].items(), key=lambda item: (-item[1].granted, item[0]))
        rest = answers[MOST:]
        return UnitTable(dict(answers[:MOST]), sum((one for _, one in rest), Answers()), len(rest))


class _Counting:
    """Asks the database about one selection."""

    def __init__(self, connection: Connection, selection: Selection) -> None:
        self._connection = connection
        self._selection = selection

    def _kept(self, table: Any, *columns: ColumnElement[Any]) -> Select[Any]:
        """Return the selected rows of a table of records."""
        chosen, selection = select(*columns), self._selection
        if selection.since is not None:
            chosen = chosen.where(table.c.at >= _midnight(selection.since))
        if selection.until is not None:
            chosen = chosen.where(table.c.at < _midnight(selection.until) + DAY)
        if selection.host:
            chosen = chosen.where(table.c.host == selection.host)
        if selection.controller:
            chosen = chosen.where(table.c.controller == selection.controller)
        return chosen

    def _counted(self, *columns: ColumnElement[Any]) -> Select[Any]:
        """Return the selected rows of the daily counts."""
        chosen, selection = select(*columns), self._selection
        if selection.since is not None:
            chosen = chosen.where(counts.c.day >= selection.since)
        if selection.until is not None:
            chosen = chosen.where(counts.c.day <= selection.until)
        if selection.host:
            chosen = chosen.where(counts.c.host == selection.host)
        if selection.controller:
            named = _controllers()
            its_own = select(named.c.policy).where(named.c.controller == selection.controller)
            chosen = chosen.where(counts.c.policy.in_(its_own))
        return chosen

    def by(self, name: str) -> Table:
        """Count events by the column of this name."""
        parts = [
            self._kept(
                table, table.c[name].label("value"), table.c.event, func.count().label("times")
            ).group_by(table.c[name], table.c.event)
            for table in (records, objections)
        ]
        if name == "controller":
            named = _controllers()
            value: ColumnElement[Any] = func.coalesce(named.c.controller, literal(""))
            parts.append(
                self._counted(value.label("value"), counts.c.event, _SUM_OF_COUNTS.label("times"))
                .select_from(counts.outerjoin(named, named.c.policy == counts.c.policy))
                .group_by(value, counts.c.event)
            )
        elif name in counts.c:
            value = counts.c[name]
            parts.append(
                self._counted(value.label("value"), counts.c.event, _SUM_OF_COUNTS.label("times")).group_by(
                    value, counts.c.event
                )
            )
        found = union_all(*parts).subquery()
        by_event = [func.sum(case((found.c.event == event.value, found.c.times), else_=0)) for event in Event]
        asked = select(found.c.value, *by_event).group_by(found.c.value)
        most = asked.order_by(func.sum(found.c.times).desc(), found.c.value).limit(MOST)
        rows = {str(value): _events(times) for value, *times in self._connection.execute(most)}
        if len(rows) < MOST:
            return Table(rows)
        number = self._connection.execute(select(func.count(found.c.value.distinct()))).scalar_one()
        (*times,) = self._connection.execute(select(*by_event)).one()
        listed, total = summed(rows.values()), _events(times)
        return Table(rows, {event: total[event] - listed[event] for event in Event}, number - len(rows))

    def days(self) -> Mapping[datetime.date, Events]:
        """Count events by day."""
        found: dict[datetime.date, Counter[Event]] = {}
        for table in (records, objections):
            midnight = (table.c.at - table.c.at % DAY).label("midnight")
            asked = self._kept(table, midnight, table.c.event, func.count()).group_by(midnight, table.c.event)
            for at, event, count in self._connection.execute(asked):
                found.setdefault(_day(at), Counter())[Event(event)] += count
        nameless = self._counted(counts.c.day, counts.c.event, _SUM_OF_COUNTS)
        for day, event, count in self._connection.execute(nameless.group_by(counts.c.day, counts.c.event)):
            found.setdefault(day, Counter())[Event(event)] += int(count)
        return {day: {event: found[day][event] for event in Event} for day in sorted(found)}

    def first_seen(self, policies: Iterable[str]) -> Mapping[str, datetime.date]:
        """Return the first day on which each version of a policy is found in the ledger."""
        listed, found = [*policies], dict[str, datetime.date]()
        for table in (records, objections):
            at = select(table.c.policy, func.min(table.c.at)).where(table.c.policy.in_(listed))
            for policy, first in self._connection.execute(at.group_by(table.c.policy)):
                found[policy] = min(found.get(policy, datetime.date.max), _day(first))
        day = select(counts.c.policy, func.min(counts.c.day)).where(counts.c.policy.in_(listed))
        for policy, first in self._connection.execute(day.group_by(counts.c.policy)):
            found[policy] = min(found.get(policy, datetime.date.max), first)
        return found

    def units(self) -> _Units:
        """Count answers by category and service. A refusal counts for all that its version of the policy
        asks for, as far as a record is there that says what that is."""
        units = _Units()
        columns = (records.c.categories, records.c.services)
        is_grant = records.c.event.in_([event.value for event in GRANTS])
        granted = self._kept(records, *columns, func.count()).where(is_grant).group_by(*columns)
        for categories, services, count in self._streamed(granted):
            units.granted({"categories": json.loads(categories), "services": json.loads(services)}, count)
        asked = _asked_for()
        refused = (
            self._counted(counts.c.policy, _SUM_OF_COUNTS.label("times"))
            .where(counts.c.event == Event.REFUSED.value)
            .group_by(counts.c.policy)
            .subquery()
        )
        known = select(asked.c.categories, asked.c.services, refused.c.times).join_from(
            refused, asked, asked.c.policy == refused.c.policy
        )
        for categories, services, times in self._streamed(known):
            units.refused(
                {"categories": json.loads(categories), "services": json.loads(services)}, int(times)
            )
        return units

    def _streamed(self, asked: Select[Any]) -> Iterator[Any]:
        """Yield rows without ever having all of them in memory."""
        options = {"stream_results": True, "yield_per": _AT_ONCE}
        yield from self._connection.execute(asked, execution_options=options)


def _asked_for() -> Subquery:
    """Return what each version of a policy asks for: each record under it has all ids."""
    found = union_all(
        *(
            select(
                table.c.policy,
                func.min(table.c.categories).label("categories"),
                func.min(table.c.services).label("services"),
            ).group_by(table.c.policy)
            for table in (records, objections)
        )
    ).subquery()
    columns = (func.min(found.c[name]).label(name) for name in ("categories", "services"))
    return select(found.c.policy, *columns).group_by(found.c.policy).subquery()


def _events(times: Iterable[Any]) -> Events:
    return {event: int(count or 0) for event, count in zip(Event, times, strict=True)}


def _midnight(day: datetime.date) -> int:
    return int(datetime.datetime.combine(day, datetime.time(), datetime.UTC).timestamp())


def _day(second: int) -> datetime.date:
    return datetime.datetime.fromtimestamp(int(second), datetime.UTC).date()

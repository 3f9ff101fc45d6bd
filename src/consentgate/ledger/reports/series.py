"""Events over time: in days, weeks or months, and in longer stretches where little happened."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from consentgate.ledger.database.statistics import Events, summed

_DAY = datetime.timedelta(days=1)
_MOST_DAYS = 31
_MOST_WEEKS = 26


class Unit(Enum):
    """The shortest stretch of a series."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    @classmethod
    def for_range(cls, first: datetime.date, last: datetime.date) -> Unit:
        """Return the unit in which a range of days is some 30 stretches or fewer."""
        days = (last - first).days + 1
        if days <= _MOST_DAYS:
            return cls.DAY
        return cls.WEEK if days <= 7 * _MOST_WEEKS else cls.MONTH

    def begin(self, day: datetime.date) -> datetime.date:
        """Return the first day of the unit that a `day` is in. Weeks begin on Monday (ISO 8601)."""
        if self is Unit.MONTH:
            return day.replace(day=1)
        return day - day.weekday() * _DAY if self is Unit.WEEK else day

    def after(self, begin: datetime.date) -> datetime.date:
        """Return the first day of the unit that follows the one which begins on a day."""
        if self is Unit.MONTH:
            return (begin + 31 * _DAY).replace(day=1)
        return begin + (7 if self is Unit.WEEK else 1) * _DAY


@dataclass(frozen=True, slots=True)
class Stretch:
    """The events from the day `first` to the day `last`, which are so many `units`."""

    first: datetime.date
    last: datetime.date
    events: Events
    units: int = 1

    @property
    def total(self) -> int:
        """How many events there were."""
        return sum(self.events.values())

    def joined(self, other: Stretch) -> Stretch:
        """Return this stretch with the one that follows it."""
        return Stretch(self.first, other.last, summed((self.events, other.events)), self.units + other.units)


def series(
    days: Mapping[datetime.date, Events],
    unit: Unit,
    first: datetime.date,
    last: datetime.date,
    *,
    least: int = 1,
) -> list[Stretch]:
    """Return the stretches from the day `first` to the day `last`, in order.

    A stretch in which something happened, but fewer than `least` times, is joined with its neighbours.
    """
    return _joined([*_stretches(days, unit, first, last)], least)


def _stretches(
    days: Mapping[datetime.date, Events], unit: Unit, first: datetime.date, last: datetime.date
) -> Iterator[Stretch]:
    by_unit: dict[datetime.date, list[Events]] = {}
    for day, events in days.items():
        by_unit.setdefault(unit.begin(day), []).append(events)
    begin = unit.begin(first)
    while begin <= last:
        following = unit.after(begin)
        yield Stretch(max(begin, first), min(following - _DAY, last), summed(by_unit.get(begin, ())))
        begin = following


def _joined(stretches: Sequence[Stretch], least: int) -> list[Stretch]:
    done: list[Stretch] = []
    open_one: Stretch | None = None
    for stretch in stretches:
        open_one = stretch if open_one is None else open_one.joined(stretch)
        if not 0 < open_one.total < least:
            done.append(open_one)
            open_one = None
    while open_one is not None and done and 0 < open_one.total < least:
        open_one = done.pop().joined(open_one)
    return [*done, open_one] if open_one is not None else done

"""The charts of a report, as numbers that the template draws: all lengths are percentages, so that a chart is
as wide as its page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from consentgate.consent.record import Event
from consentgate.ledger.database.statistics import Answers, Events, Table, UnitTable

from .series import Stretch
from .words import NOT_KEPT, percent, stretch_in_words

MOST_BARS = 12
"""The most bars of a chart of values. The table under it has all rows."""
_LONGEST_LABEL = 28
"""The most characters that fit above a bar at 360 pixels, beside its numbers."""
_GAP = 0.15
_STEPS = (1, 1.2, 1.5, 2, 3, 4, 5, 6, 8, 10)

SAID_YES = (Event.GIVEN, Event.RENEWED)
SAID_NO = (Event.REFUSED,)
TOOK_BACK = (Event.WITHDRAWN, Event.REDUCED, Event.ERASED)
OBJECTED = (Event.OBJECTED,)


@dataclass(frozen=True, slots=True)
class Column:
    """A column over a stretch of time; its place and size are in percent of the chart."""

    left: float
    width: float
    height: float
    label: str


@dataclass(frozen=True, slots=True)
class Columns:
    """A chart over time, of one `kind`. The area of a column is its number: one that stands for several days
    is as high as their average. `top` is what the height of the chart stands for."""

    kind: str
    title: str
    total: int
    columns: Sequence[Column]
    top: int


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar: its `kind`, where it begins, and how wide it is, in percent."""

    kind: str
    left: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of parts that make up a whole, with its `label` and its `value` in words."""

    label: str
    value: str
    parts: Sequence[Part]


def count_of(events: Events, kind: Sequence[Event]) -> int:
    """Return how often one of several events happened."""
    return sum(events[event] for event in kind)


def rate(events: Events) -> float | None:
    """Return how many of the first answers were a consent, from 0 to 1; None where there was none."""
    answers = events[Event.GIVEN] + events[Event.REFUSED]
    return events[Event.GIVEN] / answers if answers else None


_OVER_TIME = (
    ("yes", "Said yes", SAID_YES),
    ("no", "Said no", SAID_NO),
    ("back", "Took consent back", TOOK_BACK),
    ("object", "Objected", OBJECTED),
)


def over_time(stretches: Sequence[Stretch], unit: str) -> Iterator[Columns]:
    """Yield a chart for each kind of decision that was made, all to one scale."""
    units = sum(stretch.units for stretch in stretches)
    highest = max(
        (count_of(one.events, kind) / one.units for one in stretches for _, _, kind in _OVER_TIME), default=0
    )
    top = _nice(highest)
    for name, title, kind in _OVER_TIME:
        total = sum(count_of(stretch.events, kind) for stretch in stretches)
        if total or kind != OBJECTED:
            columns = [*_columns(stretches, kind, units, top, unit)]
            yield Columns(name, title, total, columns, top)


def _columns(
    stretches: Sequence[Stretch], kind: Sequence[Event], units: int, top: int, unit: str
) -> Iterator[Column]:
    before = 0
    for stretch in stretches:
        count = count_of(stretch.events, kind)
        if count:
            label = f"{stretch_in_words(stretch)}: {count:,}"
            if stretch.units > 1:
                label += f" in {stretch.units} {unit}s"
            yield Column(
                round(100 * (before + _GAP / 2) / units, 3),
                round(100 * (stretch.units - _GAP) / units, 3),
                round(100 * count / stretch.units / top, 3),
                label,
            )
        before += stretch.units


def _nice(highest: float) -> int:
    """Return a round whole number that is not below `highest`."""
    scale = 1
    while 10 * scale < highest:
        scale *= 10
    tops = (round(step * scale, 6) for step in _STEPS)
    return next(int(top) for top in tops if top >= highest and top == int(top))


def of_values(table: Table, names: Mapping[str, str] | None = None) -> list[Bar]:
    """Return a bar for each value: how many said yes, said no, and took consent back."""
    bars = []
    for value, events in [*table.rows.items()][:MOST_BARS]:
        share = rate(events)
        said = f"{percent(share)} said yes" if share is not None else ""
        counts = {name: count_of(events, kind) for name, _, kind in _OVER_TIME[:3]}
        bars.append(Bar(_label((names or {}).get(value, value)), said, _parts(counts)))
    return bars


def of_units(table: UnitTable, names: Mapping[str, str] | None = None) -> list[Bar]:
    """Return a bar for each category or service: how many answers granted it, left it out, refused all."""
    bars = []
    for id, answers in [*table.rows.items()][:MOST_BARS]:
        counts = {"yes": answers.granted, "part": answers.left_out, "no": answers.refused}
        bars.append(Bar(_label((names or {}).get(id, id)), _of(answers), _parts(counts)))
    return bars


def _of(answers: Answers) -> str:
    return f"{percent(answers.share)} of {answers.total:,}"


def _label(value: str) -> str:
    value = value or NOT_KEPT
    return value if len(value) <= _LONGEST_LABEL else f"{value[: _LONGEST_LABEL - 1]}…"


def _parts(counts: Mapping[str, int]) -> list[Part]:
    total = sum(counts.values())
    parts, left = [], 0.0
    for kind, count in counts.items():
        if count:
            width = 100 * count / total
            parts.append(Part(kind, round(left, 3), round(width, 3)))
            left += width
    return parts

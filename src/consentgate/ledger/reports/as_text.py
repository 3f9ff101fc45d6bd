"""The statistics as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from consentgate.consent.record import Event
from consentgate.ledger.database.statistics import Answers, Events, Statistics, Table, UnitTable
from consentgate.policy.messages import printable

from .series import Unit, series
from .words import NOT_KEPT, WORDS, percent, period_in_words, stretch_in_words

_WIDEST = 40
_Row = Sequence[str]


def as_text(statistics: Statistics, *, least: int = 1) -> Iterator[str]:
    """Yield the lines of the tables. Columns of what never happened are left out."""
    selection, days = statistics.selection, [*statistics.days]
    first, last = (days[0], days[-1]) if days else (None, None)
    of_what = [period_in_words(selection, first, last), selection.host, selection.controller]
    yield printable(", ".join(filter(None, of_what)))
    if first is None or last is None:
        return
    columns = [event for event, count in statistics.events.items() if count]
    first, last = selection.since or first, selection.until or last
    unit = Unit.for_range(first, last)
    stretches = series(statistics.days, unit, first, last, least=least)
    over_time = [_row(stretch_in_words(one), one.events, columns) for one in stretches if one.total]
    heads = [WORDS[event] for event in columns]
    yield from _table(unit.value, heads, [_row("all", statistics.events, columns), *over_time])
    for name, table in (
        ("host", statistics.hosts),
        ("controller", statistics.controllers),
        ("language", statistics.languages),
        ("policy", statistics.policies),
        ("button", statistics.controls),
        ("where", statistics.sources),
    ):
        dates = statistics.first_seen if table is statistics.policies else {}
        rows = [
            [*_row(value, events, columns), f"since {dates[value]}" if value in dates else ""]
            for value, events in table.rows.items()
        ]
        yield from _table(name, [*heads, ""], [*rows, *_others(table, columns)])
    for name, units in (("category", statistics.categories), ("service", statistics.services)):
        heads_of_units = ["granted", "left out", "refused", "share"]
        yield from _table(name, heads_of_units, [*_units(units)])


def _row(value: str, events: Events, columns: Sequence[Event]) -> list[str]:
    return [_plain(value), *(f"{events[event]:,}" for event in columns)]


def _others(table: Table, columns: Sequence[Event]) -> Iterator[list[str]]:
    if table.left:
        yield [*_row(f"({table.left:,} others)", table.others, columns), ""]


def _units(table: UnitTable) -> Iterator[list[str]]:
    for id, answers in table.rows.items():
        yield _answers(id, answers)
    if table.left:
        yield _answers(f"({table.left:,} others)", table.others)


def _answers(id: str, answers: Answers) -> list[str]:
    numbers = (answers.granted, answers.left_out, answers.refused)
    return [_plain(id), *(f"{number:,}" for number in numbers), percent(answers.share)]


def _plain(value: str) -> str:
    text = printable(value) or NOT_KEPT
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


def _table(name: str, heads: Sequence[str], rows: Sequence[_Row]) -> Iterator[str]:
    if not rows:
        return
    lines = [["by " + name, *heads], *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    yield ""
    for line in lines:
        cells = [line[0].ljust(widths[0]), *(map(str.rjust, line[1:], widths[1:]))]
        yield "  ".join(cells).rstrip()

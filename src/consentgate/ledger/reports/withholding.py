"""Keeps small numbers out of what is handed on: who is alone in a row could be recognised."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from consentgate.ledger.database.statistics import Events, Statistics, Table, UnitTable, summed

LEAST = 5
"""The fewest decisions in a row that is shown. No law names a number; offices of statistics use 3 to 10."""

_Row = TypeVar("_Row")


def withheld(statistics: Statistics, least: int) -> Statistics:
    """Return the statistics with each row of fewer than `least` decisions among the others of its table.

    The days stay: `series` joins them.
    """
    if least <= 1:
        return statistics
    tables = ("hosts", "controllers", "languages", "policies", "controls", "sources")
    changed = {name: _table(getattr(statistics, name), least) for name in tables}
    policies = changed["policies"].rows
    return replace(
        statistics,
        hosts=changed["hosts"],
        controllers=changed["controllers"],
        languages=changed["languages"],
        policies=changed["policies"],
        controls=changed["controls"],
        sources=changed["sources"],
        first_seen={policy: day for policy, day in statistics.first_seen.items() if policy in policies},
        categories=_units(statistics.categories, least),
        services=_units(statistics.services, least),
    )


def _table(table: Table, least: int) -> Table:
    rows, hidden = _split(table.rows, _total, _total(table.others), least)
    return Table(rows, summed((table.others, *hidden.values())), table.left + len(hidden))


def _units(table: UnitTable, least: int) -> UnitTable:
    rows, hidden = _split(table.rows, lambda answers: answers.total, table.others.total, least)
    return UnitTable(rows, sum(hidden.values(), table.others), table.left + len(hidden))


def _total(events: Events) -> int:
    return sum(events.values())


def _split(
    rows: Mapping[str, _Row], total: Callable[[_Row], int], others: int, least: int
) -> tuple[dict[str, _Row], dict[str, _Row]]:
    """Return the rows that are shown, and those that are not. Where too few would be hidden, what is shown
    would tell their number: the smallest of the others is hidden, too."""
    shown = dict(rows)
    hidden: dict[str, _Row] = {}
    for name in sorted(rows, key=lambda name: (total(rows[name]), name)):
        if total(rows[name]) >= least and not 0 < others < least:
            break
        hidden[name] = shown.pop(name)
        others += total(hidden[name])
    return shown, hidden

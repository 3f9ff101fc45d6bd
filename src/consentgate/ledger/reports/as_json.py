"""The statistics as JSON for machines, in a shape that stays."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from consentgate.ledger.database.statistics import Answers, Events, Statistics, Table, UnitTable

from .series import Stretch, Unit, series

FORM = 1
"""The form of what is written. A later one with this number may have more keys, and no fewer."""


def as_json(statistics: Statistics, *, least: int = 1) -> str:
    """Write the statistics. With `least`, days on which fewer decisions were made are joined with others."""
    return json.dumps(_document(statistics, least), indent=2, ensure_ascii=False)


def _document(statistics: Statistics, least: int) -> dict[str, Any]:
    selection = statistics.selection
    days = [*statistics.days]
    stretches = series(statistics.days, Unit.DAY, days[0], days[-1], least=least) if days else []
    return {
        "form": FORM,
        "since": selection.since.isoformat() if selection.since else None,
        "until": selection.until.isoformat() if selection.until else None,
        "host": selection.host,
        "controller": selection.controller,
        "least": least,
        "events": _events(statistics.events),
        "to_all": statistics.to_all,
        "to_some": statistics.to_some,
        "days": {_interval(one): _events(one.events) for one in stretches if one.total},
        "hosts": _rows(statistics.hosts),
        "controllers": _rows(statistics.controllers),
        "languages": _rows(statistics.languages),
        "policies": dict(_versions(statistics)),
        "controls": _rows(statistics.controls),
        "sources": _rows(statistics.sources),
        "categories": _units(statistics.categories),
        "services": _units(statistics.services),
        "others": {
            "hosts": _others(statistics.hosts),
            "controllers": _others(statistics.controllers),
            "languages": _others(statistics.languages),
            "policies": _others(statistics.policies),
            "controls": _others(statistics.controls),
            "sources": _others(statistics.sources),
            "categories": _other_units(statistics.categories),
            "services": _other_units(statistics.services),
        },
        "unattributed": statistics.unattributed,
    }


def _interval(stretch: Stretch) -> str:
    """Write a day, or an interval of days (ISO 8601), both included."""
    first, last = stretch.first.isoformat(), stretch.last.isoformat()
    return first if first == last else f"{first}/{last}"


def _events(events: Events) -> dict[str, int]:
    return {event.value: count for event, count in events.items()}


def _rows(table: Table) -> dict[str, dict[str, int]]:
    return {value: _events(events) for value, events in table.rows.items()}


def _others(table: Table) -> dict[str, Any]:
    return {"rows": table.left, **_events(table.others)}


def _versions(statistics: Statistics) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for policy, events in statistics.policies.rows.items():
        first = statistics.first_seen.get(policy)
        yield policy, {"first_seen": first.isoformat() if first else None, **_events(events)}


def _units(table: UnitTable) -> dict[str, dict[str, Any]]:
    return {id: _answers(answers) for id, answers in table.rows.items()}


def _other_units(table: UnitTable) -> dict[str, Any]:
    return {"rows": table.left, **_answers(table.others)}


def _answers(answers: Answers) -> dict[str, Any]:
    share = answers.share
    return {
        "granted": answers.granted,
        "left_out": answers.left_out,
        "refused": answers.refused,
        "share": None if share is None else round(share, 4),
    }

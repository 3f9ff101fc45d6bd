"""The statistics as a page of HTML that holds all it shows: it contacts nobody, and runs nothing."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from consentgate.consent.record import Event
from consentgate.ledger.database.statistics import Events, Statistics
from consentgate.policy import Policy
from consentgate.texts.cldr import cldr

from . import charts
from .series import Stretch, Unit, series
from .withholding import withheld
from .words import NOT_KEPT, WORDS, day_in_words, percent, period_in_words, short_day, stretch_in_words

_BUTTONS = {
    "accept": "Accept, or accept all",
    "save": "Save the choice",
    "allow": "Allow, at a blocked embed",
    "refuse": "Refuse, or refuse all",
    "withdraw": "Withdraw",
    "object": "Object",
    "permit": "Permit again",
    "erase": "Erase the record",
}
_PLACES = {
    "banner": "The banner of a page",
    "choices": "The page of the choices",
    "placeholder": "A blocked embed",
    "unknown": "Not known: the browser does not say",
}


@dataclass(frozen=True, slots=True)
class Names:
    """What categories and services are called, by their ids."""

    categories: Mapping[str, str]
    services: Mapping[str, str]

    @classmethod
    def of_policy(cls, policy: Policy | None) -> Names:
        """Return the names in a `policy`, none without one."""
        if policy is None:
            return cls({}, {})
        language = policy.language_for("en")
        titles = policy.texts_in(language).categories
        return cls(
            {category.id: titles[category.id].title for category in policy.categories},
            {service.id: service.name for service in policy.services},
        )


def as_page(
    statistics: Statistics, made: datetime.datetime, *, least: int, policy: Policy | None = None
) -> str:
    """Write the report, `made` at this time. Rows of fewer than `least` decisions are not shown by
    themselves; the `policy`, where there is one, says what its categories and services are called."""
    shown, total = withheld(statistics, least), sum(statistics.events.values())
    return _template().render(
        made=made,
        least=least,
        total=total,
        is_shown=total >= least and total > 0,
        events=statistics.events,
        statistics=shown,
        selection=statistics.selection,
        names=Names.of_policy(policy),
        time=_OverTime.of(statistics, least),
        columns=[event for event, count in statistics.events.items() if count],
    )


@dataclass(frozen=True, slots=True)
class _OverTime:
    """The period in words, and what happened in its stretches."""

    period: str
    unit: str
    stretches: list[Stretch]
    has_joined: bool
    ends: tuple[str, str]

    @classmethod
    def of(cls, statistics: Statistics, least: int) -> _OverTime:
        days, selection = [*statistics.days], statistics.selection
        first, last = (days[0], days[-1]) if days else (None, None)
        period = period_in_words(selection, first, last)
        since, until = selection.since or first, selection.until or last
        if since is None or until is None or since > until:
            return cls(period, Unit.DAY.value, [], False, ("", ""))
        unit = Unit.for_range(since, until)
        stretches = series(statistics.days, unit, since, until, least=least)
        return cls(
            period,
            unit.value,
            stretches,
            any(one.units > 1 for one in stretches),
            (short_day(since), short_day(until)),
        )


def _languages(languages: Any) -> dict[str, str]:
    """Return what languages call themselves, with their tags."""
    known = cldr()
    named = {tag: known.get(tag) or known.get(tag.partition("-")[0]) for tag in languages}
    return {tag: f"{language.endonym} ({tag})" for tag, language in named.items() if language is not None}


def _first_answers(events: Events) -> int:
    return events[Event.GIVEN] + events[Event.REFUSED]


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader(__package__, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        Event=Event,
        charts=charts,
        words=WORDS,
        buttons=_BUTTONS,
        places=_PLACES,
        not_kept=NOT_KEPT,
        languages_named=_languages,
        first_answers=_first_answers,
        day_in_words=day_in_words,
        short_day=short_day,
        stretch_in_words=stretch_in_words,
    )
    environment.filters.update(percent=percent, number=lambda number: f"{number:,}")
    return environment.get_template("report.html")

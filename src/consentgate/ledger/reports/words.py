"""The words of tables and reports."""

from __future__ import annotations

import datetime

from consentgate.consent.record import Event
from consentgate.ledger.database.statistics import Selection

from .series import Stretch, Unit

WORDS = {
    Event.GIVEN: "consented",
    Event.RENEWED: "renewed",
    Event.REDUCED: "reduced",
    Event.WITHDRAWN: "withdrew",
    Event.ERASED: "erased",
    Event.REFUSED: "refused",
    Event.OBJECTED: "objected",
    Event.PERMITTED: "permitted",
}
"""What visitors did, by the event: as the headings of columns."""
NOT_KEPT = "(not known)"
"""What stands for a value that is not kept."""


def day_in_words(day: datetime.date) -> str:
    """Write a day, like "1 November 2026"."""
    return f"{day.day} {day:%B %Y}"


def short_day(day: datetime.date) -> str:
    """Write a day in few characters, like "1 Nov 2026"."""
    return f"{day.day} {day:%b %Y}"


def days_in_words(first: datetime.date, last: datetime.date) -> str:
    """Write the days from `first` to `last` without saying a month or year twice."""
    if first == last:
        return day_in_words(first)
    if first.year != last.year:
        return f"{day_in_words(first)} to {day_in_words(last)}"
    if first.month != last.month:
        return f"{first.day} {first:%B} to {day_in_words(last)}"
    return f"{first.day} to {day_in_words(last)}"


def stretch_in_words(stretch: Stretch) -> str:
    """Write the days of a stretch, like "1 to 7 Nov 2026", or the month that it is."""
    first, last = stretch.first, stretch.last
    if first.day == 1 and last == Unit.MONTH.after(first) - datetime.timedelta(days=1):
        return f"{last:%b %Y}"
    if first == last:
        return short_day(last)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {short_day(last)}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {first:%b}{year} to {short_day(last)}"


def period_in_words(selection: Selection, first: datetime.date | None, last: datetime.date | None) -> str:
    """Write the period of a selection. An end that is open is the `first` or `last` day with a decision."""
    since, until = selection.since or first, selection.until or last
    if since is None or until is None:
        return "no decision yet"
    return days_in_words(since, until)


def percent(share: float | None) -> str:
    """Write a share from 0 to 1, like "58 %"; "" for none. What is not all or nothing does not look so."""
    if share is None:
        return ""
    if 0 < share < 0.01:
        return "under 1 %"
    if 0.99 < share < 1:
        return "over 99 %"
    return f"{share * 100:.0f} %"

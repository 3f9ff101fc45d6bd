"""Dates in Set-Cookie headers (RFC 6265bis, section 5.1.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

_DELIMITER = re.compile(r"[\t\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]")
_TIME = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\D|\Z)")
_DAY = re.compile(r"(\d{1,2})(?:\D|\Z)")
_YEAR = re.compile(r"(\d{2,4})(?:\D|\Z)")
_MONTH = re.compile(r"(?ai)jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# In the order in which a token is tried as each of them.
_PARTS = {"time": _TIME, "day": _DAY, "month": _MONTH, "year": _YEAR}
_OLDEST_YEAR = 1601


def parse_cookie_date(text: str) -> float | None:
    """Return the seconds since the epoch of a cookie date, None where browsers see none."""
    found = _parts(_DELIMITER.split(text))
    if len(found) < len(_PARTS):
        return None
    year = _full_year(int(found["year"][1]))
    if year < _OLDEST_YEAR:
        return None
    month, day = _MONTHS.index(found["month"][0].lower()) + 1, int(found["day"][1])
    hour, minute, second = map(int, found["time"].groups())
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()
    except (ValueError, OverflowError):
        return None


def _parts(tokens: Iterable[str]) -> dict[str, re.Match[str]]:
    """Return the parts of a date. Each token is the first part that it can be and that is still missing."""
    found: dict[str, re.Match[str]] = {}
    for token in tokens:
        for part, pattern in _PARTS.items():
            if part not in found and (match := pattern.match(token)):
                found[part] = match
                break
    return found


def _full_year(year: int) -> int:
    if year >= 100:
        return year
    return year + (1900 if year >= 70 else 2000)

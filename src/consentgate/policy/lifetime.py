"""How long a cookie may live, as the policy file writes it."""

from __future__ import annotations

import re

DAY = 86_400
LONGEST = 395 * DAY
"""Thirteen months in seconds: the ceiling where a policy names no lifetime (CNIL 2020-091, section 5)."""

_UNITS = {"minute": 60, "hour": 3_600, "day": DAY, "month": 30 * DAY, "year": 365 * DAY}
EXPECTED = 'expected "session" or a number of minutes, hours, days, months or years, like "14 days"'
_LIFETIME = re.compile(r"([1-9][0-9]{0,5}) (minute|hour|day|month|year)s?")


def lifetime_seconds(text: str) -> int:
    """Seconds of a lifetime such as "14 days"; 0 for "session". 13 months are 395 days.

    Raises ValueError with a sentence that says what is expected.
    """
    if text == "session":
        return 0
    match = _LIFETIME.fullmatch(text)
    if match is None:
        raise ValueError(EXPECTED)
    number, unit = int(match[1]), match[2]
    if unit == "month":
        # A calendar month is a twelfth of 365 days, rounded down, so that 6 months are at most 183 days
        # and 13 months are the 395 days of the law.
        return number * 365 // 12 * DAY
    return number * _UNITS[unit]

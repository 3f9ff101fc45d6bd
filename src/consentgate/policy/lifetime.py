"""How long a cookie may live: in seconds, and as the policy file writes it."""

from __future__ import annotations

import math
import re

DAY = 86_400
"""A day in seconds."""

LONGEST = 395 * DAY
"""13 months in seconds: the ceiling where a policy names no lifetime (CNIL 2020-091, section 5)."""

LONGEST_DATA = "25 months"
"""The longest time for which data that count visits without consent are kept (CNIL 2020-091, section 5)."""

HALF_A_YEAR, A_YEAR, THIRTEEN_MONTHS = "6 months", "12 months", "13 months"
"""The shortest and the longest time for which a choice is kept, and between them the shortest for those who
opted out under the laws of US states."""

_UNITS = {"minute": 60, "hour": 3_600, "day": DAY, "month": 30 * DAY, "year": 365 * DAY}
EXPECTED = 'expected "session" or a number of minutes, hours, days, months or years, like "14 days"'
EXPECTED_KEPT = (
    f'expected how long until visitors are asked again, from "{HALF_A_YEAR}" to "{THIRTEEN_MONTHS}"'
)
_MOST_OF_A_UNIT = 999_999
LIFETIME = r"([1-9][0-9]{0,5}) (minute|hour|day|month|year)s?"
"""The pattern of lifetimes but "session"."""


def lifetime_seconds(text: str) -> int:
    """Return the seconds of a lifetime such as "14 days"; 0 for "session".

    Raises ValueError with a sentence that says what is expected.
    """
    if text == "session":
        return 0
    match = re.fullmatch(LIFETIME, text)
    if match is None:
        raise ValueError(EXPECTED)
    number, unit = int(match[1]), match[2]
    if unit == "month":
        # A month is a twelfth of 365 days, and the sum is rounded down: 13 months are `LONGEST`.
        return number * 365 // 12 * DAY
    return number * _UNITS[unit]


def seconds_kept(text: str) -> int:
    """Return the seconds for which a choice is kept that is to be kept for so long: at least 183 days, which
    is half a year rounded up."""
    return max(lifetime_seconds(text), 183 * DAY)


def lifetime_text(seconds: float) -> str:
    """Write `seconds` as the policy file does; 0 is "session".

    They are rounded up: to minutes below a day, to hours below a month, else to days.
    """
    if seconds <= 0:
        return "session"
    precision = 60 if seconds < DAY else 3_600 if seconds < 31 * DAY else DAY
    rounded = math.ceil(seconds / precision) * precision
    unit = next(unit for unit in ("day", "hour", "minute") if rounded % _UNITS[unit] == 0)
    number = min(rounded // _UNITS[unit], _MOST_OF_A_UNIT)
    return f"{number} {unit}{'' if number == 1 else 's'}"

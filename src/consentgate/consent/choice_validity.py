"""How long a visitor's choice is valid, counted from the signed time."""

from __future__ import annotations

from consentgate.policy.lifetime import DAY

VALIDITY = "6 months"
"""The validity that visitors are told, as the policy file writes it.

It holds for consent and refusal alike (CNIL 2020-092, section 39)."""

VALID_DAYS = 183
"""`VALIDITY` in days: half a year, rounded up."""


def seconds_valid(*, is_grant: bool) -> int:
    """Return for how many seconds from its signed time a choice is valid."""
    # A refusal is signed with the start of its day. One more day makes up for the hours before it, so that
    # no visitor is asked again before the six months are over.
    return (VALID_DAYS if is_grant else VALID_DAYS + 1) * DAY


def start_of_day(second: int) -> int:
    """Return the second at which the day (UTC) of `second` began."""
    return second - second % DAY

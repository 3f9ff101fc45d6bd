"""Lifetimes as the policy file writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentgate.policy.lifetime import DAY, lifetime_seconds, lifetime_text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "session"),
        (1, "1 minute"),
        (5400, "90 minutes"),
        (36 * 3600, "36 hours"),
        (14 * DAY, "14 days"),
        (30 * DAY - 0.3, "30 days"),
        (364 * DAY, "364 days"),
    ],
)
def test_seconds_are_written_in_the_unit_that_fits(seconds: float, text: str) -> None:
    assert lifetime_text(seconds) == text


@given(st.floats(min_value=0.001, max_value=4e10))
def test_what_is_written_lasts_at_least_as_long(seconds: float) -> None:
    assert 0 <= lifetime_seconds(lifetime_text(seconds)) - seconds < max(DAY, 60)

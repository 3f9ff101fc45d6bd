"""Signals of the browser, as headers say them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentgate.consent import signals_in


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("1", True),
        (" 1\t", True),
        ("0,1", True),
        ("1, 0", True),
        ("0", False),
        ("", False),
        ("true", False),
        ("11", False),
        ("1.0", False),
        ("01", False),
        ('"1"', False),
        ("?1", False),
        ("1;q=0", False),
        ("\u00b9", False),
        ("\u0661", False),
        ("1\u00a0", False),
    ],
)
def test_global_privacy_control_is_exactly_one(value, sent):
    assert signals_in([("Sec-GPC", value)]) == (frozenset(("gpc",)) if sent else frozenset())
    assert signals_in([("DNT", value)]) == (frozenset(("dnt",)) if sent else frozenset())


def test_one_header_of_several_is_enough():
    assert signals_in([("Sec-GPC", "0"), ("sec-gpc", "1"), ("DNT", "0")]) == {"gpc"}


def test_header_names_may_be_in_any_case():
    assert signals_in([("SEC-GPC", "1"), ("dnt", "1")]) == {"gpc", "dnt"}


def test_do_not_track_can_be_switched_off():
    assert signals_in([("DNT", "1")]) == {"dnt"}
    assert signals_in([("DNT", "1"), ("Sec-GPC", "1")], dnt=False) == {"gpc"}


@pytest.mark.parametrize("name", ["GPC", "X-Sec-GPC", "Sec-GPC-", "Sec_GPC", ""])
def test_other_headers_say_nothing(name):
    assert signals_in([(name, "1")]) == frozenset()


@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8))))
def test_any_headers_can_be_read(headers):
    assert signals_in(headers) <= {"gpc", "dnt"}

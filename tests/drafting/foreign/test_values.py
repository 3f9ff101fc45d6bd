"""Names of cookies and lifetimes are taken over where a policy can say the same, and else not at all."""

from __future__ import annotations

import pytest

from consentgate.drafting.foreign.javascript import Regex
from consentgate.drafting.foreign.values import cookie_names, lifetime, text


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("^_ga", ["_ga*"]),
        ("^_ga$", ["_ga"]),
        ("^_pk_.*$", ["_pk_*"]),
        ("^_pk_.*", ["_pk_*"]),
        (r"^umami\.", ["umami.*"]),
        ("^(_ga|_gid|_gat)", ["_ga*", "_gid*", "_gat*"]),
        ("^(?:_ga|_gid)$", ["_ga", "_gid"]),
        ("^_(ga|gid)_x", ["_ga_x*", "_gid_x*"]),
        ("^_clck$|^_clsk$|^CLID$", ["_clck", "_clsk", "CLID"]),
        (r"^_hjSession_\d+", ["_hjSession_*"]),
        # A policy's names end in a star, or in nothing.
        ("_ga", []),
        ("ga$", []),
        ("^[a-z]+_ga", []),
        ("^_g.a", []),
        ("^(_ga)?x", []),
        ("^_ga|x", []),
        ("^", []),
        (".*", []),
        ("", []),
    ],
)
def test_a_regular_expression_is_a_name_where_it_means_the_same(pattern, names):
    assert cookie_names(Regex(pattern)) == names


@pytest.mark.parametrize(
    ("stated", "lasts"),
    [
        ("2 years", "2 years"),
        ("1 Year", "1 year"),
        ("Session", "session"),
        ("3 weeks", "21 days"),
        ("30 min", "30 minutes"),
        ("13 months after the last visit", "13 months"),
        ("never", ""),
        ("0 days", ""),
        ("", ""),
        (5, ""),
        ("a year or so, " * 10, ""),
    ],
)
def test_a_lifetime_is_read_from_what_visitors_read(stated, lasts):
    assert lifetime(stated) == lasts


def test_texts_are_plain():
    assert text("We <a href='#'>ask</a> &amp;\n <b>listen</b>.") == "We ask & listen."
    assert text(None) == text(["x"]) == ""

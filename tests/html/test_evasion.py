"""A list of what slips past filters, as a package ships it, with a third party's URL for the payload."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator

import pytest
from test_oracle import check

E = "//evil.test/x"
LONGEST = 5_000

# What the lists would run or load: code in a URL or a call, addresses, data.
_PAYLOAD = re.compile(
    r"""(?ix) (?:java|vb)script(?:&colon;|&\#0*58;|:)[^"'\s>]*
    | https?:(?:\\?/){2}[^\s"'<>)]+
    | (?<![:\w/])//[a-z0-9.-]+\.[a-z]{2,}[^\s"'<>)]*
    | data:[^"'\s>]*
    | (?:alert|prompt|confirm|eval)(?:\([^)<>]*\)|`[^`]*`)"""
)
_HANDLER = re.compile(r"""(?i)(\son\w+\s*=\s*["']?)[^\s"'>]*""")


def variants(payload: str) -> Iterator[str]:
    """The payload as it is, with our URL in place of what it would load, and with one that loads beside its
    event handlers and behind it."""
    loading = _PAYLOAD.sub(E, payload)
    yield payload
    yield loading
    yield _HANDLER.sub(rf" src={E} style='background:url({E})'\1", loading)
    yield f"{loading}<img src={E}>"


def sources() -> list[str]:
    with warnings.catch_warnings():
        # The package asks for the time in a way that newer versions of Python warn of.
        warnings.simplefilter("ignore", DeprecationWarning)
        from brs_kb import get_all_payloads

        payloads = [entry["payload"] for entry in get_all_payloads().values()]
    found = (source for payload in payloads for source in variants(payload) if len(source) <= LONGEST)
    return list(dict.fromkeys(found))


def test_nothing_leaks_from_what_evades_filters() -> None:
    # Some of them, so that a payload's variants take turns; `make fuzz` tries all.
    tried = sources()[::13]
    assert len(tried) > 500
    for source in tried:
        check(source)


@pytest.mark.fuzz
def test_nothing_leaks_from_all_that_evades_filters() -> None:
    for source in sources():
        check(source)

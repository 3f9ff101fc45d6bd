"""Speculation rules, each in a page of its own. Chromium heeds them in no frame, and not with the referrer by
which the other cases are told apart."""

from collections.abc import Callable

import pytest
from html_vectors import RULES

from consentgate import Gate, Policy

from .servers import Site
from .visit import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.engines]

HOST = "www.example.org"
GATE = Gate(Policy(), secret_key="a key for the tests")
CASES = [source for source in RULES if "speculationrules" in source]


def site(environ: dict[str, str], start_response: Callable[..., object]) -> list[bytes]:
    """`/gated/7` is case 7 behind the gate, `/bare/7` in front of it."""
    shape, _, number = environ["PATH_INFO"].strip("/").partition("/")
    known = shape in ("gated", "bare") and number.isdecimal()
    start_response("200 OK" if known else "404 Not Found", [("Content-Type", "text/html; charset=utf-8")])
    if not known:
        return [b""]
    html = f"<!doctype html><title>{number}</title>{CASES[int(number)]}".encode()
    url = f"https://{HOST}/gated/{number}"
    return [GATE.rewrite(html, url=url, charset="utf-8").html if shape == "gated" else html]


@pytest.fixture
def pages(serve: Callable[..., Site], new_visitor: Callable[..., Visitor]) -> Callable[[str], set[int]]:
    """Opens all cases in one shape; gives those that contact somebody."""
    address = serve(site, host=HOST).url
    visitor = new_visitor(settle=0.7)

    def opened(shape: str) -> set[int]:
        return {number for number in range(len(CASES)) if visitor.opens(f"{address}{shape}/{number}").hosts}

    return opened


def test_no_rule_contacts_a_third_party(pages: Callable[[str], set[int]]) -> None:
    leaks = pages("gated")

    assert not leaks, [CASES[number] for number in leaks]


def test_without_the_gate_some_do(pages: Callable[[str], set[int]]) -> None:
    """What keeps the test above honest."""
    assert len(pages("bare")) > 5

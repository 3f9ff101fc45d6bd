"""AMP pages: nothing is put in, and without AMP's script nothing hides them."""

from __future__ import annotations

import pytest
from html_support import blocked, cut, feed, rewrite

from consentgate import Gate, Policy
from consentgate.html import Insertion

SCRIPT = '<script async src="https://cdn.ampproject.org/v0.js"></script>'
STYLE = "<style {}-boilerplate>body{{animation:-amp-start 8s steps(1,end) 0s 1 normal both}}</style>"
NOSCRIPT = "<noscript><style amp-boilerplate>body{animation:none}</style></noscript>"
PAGE = "<!doctype html><html {}><head><meta charset=utf-8>{}</head><body><p>text</p></body></html>"
MARKS = [
    *("amp", "AMP", 'amp=""', "\u26a1", "\u26a1\ufe0f", "lang=en \u26a1"),
    *("amp4ads", "amp4email", "\u26a14ads", "\u26a14email data-css-strict"),
]
DECLARED = """
[site]
name = "Example"
controller = "Example Ltd"
contact = "privacy@example.org"

[[service]]
id = "amp"
name = "AMP"
category = "{}"
hosts = ["cdn.ampproject.org"]
"""


@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize("mark", MARKS)
def test_into_an_amp_page_nothing_is_put(mark: str, size: int) -> None:
    page = PAGE.format(mark, "").encode()
    assert feed(cut(page, size), insertion=Insertion(b"HEAD", b"BODY")) == (page, [])


@pytest.mark.parametrize("mark", ["class=amp", "ampx", "data-amp", "amp-x", 'lang="amp"', "4ads", "\u26a2"])
def test_into_any_other_it_is(mark: str) -> None:
    output, _ = feed([PAGE.format(mark, "").encode()], insertion=Insertion(b"HEAD", b"BODY"))
    assert (output.count(b"HEAD"), output.count(b"BODY")) == (1, 1)


def test_another_element_called_so_makes_no_amp_page() -> None:
    page = b"<!doctype html><html><head amp></head><body amp><p amp></p>"
    output, _ = feed([page], insertion=Insertion(b"HEAD", b"BODY"))
    assert (output.count(b"HEAD"), output.count(b"BODY")) == (1, 1)


@pytest.mark.parametrize("name", ["amp", "amp4ads", "amp4email", "AMP"])
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("size", [1, 10_000])
def test_what_hides_the_page_goes_with_the_script(name: str, order: tuple[int, int], size: int) -> None:
    parts = (SCRIPT, STYLE.format(name))
    page = PAGE.format("amp", "".join(parts[number] for number in order)).encode()
    assert feed(cut(page, size))[0] == PAGE.format("amp", "").encode()


def test_both_are_told() -> None:
    found = blocked(PAGE.format("amp", SCRIPT + STYLE.format("amp")))
    assert [(one.kind, one.service) for one in found] == [("script", None), ("style", None)]
    assert [one.url for one in found] == ["https://cdn.ampproject.org/v0.js", "//cdn.ampproject.org/v0.js"]


def test_a_style_sheet_for_browsers_without_scripts_hides_nothing() -> None:
    output = rewrite(PAGE.format("amp", SCRIPT + STYLE.format("amp") + NOSCRIPT))
    assert b"-amp-start" not in output
    assert b"<noscript>" in output


def test_one_without_an_end_goes_to_the_end_of_the_page() -> None:
    assert rewrite("<html amp><style amp-boilerplate>body{visibility:hidden}") == b"<html amp>"


@pytest.mark.parametrize("attribute", ["amp-custom", "amp-boilerplate-x", "class=amp-boilerplate", ""])
def test_other_style_sheets_stay(attribute: str) -> None:
    page = PAGE.format("amp", f"<style {attribute}>p{{color:red}}</style>")
    assert rewrite(page) == page.encode()


@pytest.mark.parametrize(("category", "grants"), [("necessary", ()), ("third-party", ("amp",))])
def test_where_the_script_is_allowed_the_page_stays_as_it_is(category: str, grants: tuple[str, ...]) -> None:
    policy = DECLARED.format(category)
    policy += 'reason = "requested-service"\n' if category == "necessary" else ""
    gate = Gate(Policy.parse(policy), secret_key="a secret of the tests")
    page = PAGE.format("amp", STYLE.format("amp") + SCRIPT + NOSCRIPT).encode()
    assert gate.rewrite(page, url="https://www.example.org/", grants=grants).html == page

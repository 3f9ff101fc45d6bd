"""Real pages: every element keeps the box that it has without the banner and the link to the settings."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from consentgate import Gate, Policy
from consentgate.wsgi import ConsentMiddleware

from .corpus import SavedPage, for_each, saved_pages, served
from .test_neutrality import BOXES, WIDTHS
from .visit import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.engines]

SITE = '[site]\nname = "Example"\ncontroller = "Example Ltd"\ncontact = "privacy@example.org"\n'
DECIDE = """decision => fetch("/_privacy/choices", {
    method: "POST", redirect: "manual", body: new URLSearchParams({ decision })
}).then(answer => answer.type)"""
# What moves by itself is not where it was when the other page was measured.
STILL = """() => {
    const still = new CSSStyleSheet();
    still.replaceSync("* { transition: none !important; animation: none !important }");
    document.adoptedStyleSheets.push(still);
}"""
ATTEMPTS = 8


def gate_for(banner: str) -> Gate:
    return Gate(Policy.parse(SITE + banner), secret_key="a key for the tests")


ASKING, SILENT = gate_for(""), gate_for('[banner]\nnot_on = ["/*"]\n')


class Gated:
    """A saved page behind a gate that can be exchanged for another one."""

    def __init__(self, page: SavedPage) -> None:
        self._page = page
        self.gate = ASKING

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        return ConsentMiddleware(self._page.app, self.gate)(environ, start_response)


def layouts(visitor: Visitor, url: str) -> list[str]:
    """Return every element's box at each width, as a text."""
    page = visitor.page
    page.goto(url)
    page.evaluate(STILL)
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        found.append(json.dumps(page.evaluate(BOXES)))
    return found


PAGES = saved_pages()


@for_each(PAGES, step=6)
def test_every_element_keeps_its_box_while_it_asks(page: SavedPage, cleared_visitor: Visitor) -> None:
    assert_no_box_changes(page, cleared_visitor)


@for_each(PAGES[::3], step=6)
def test_every_element_keeps_its_box_after_a_refusal(page: SavedPage, cleared_visitor: Visitor) -> None:
    assert_no_box_changes(page, cleared_visitor, "refuse")


@for_each(PAGES[1::3], step=6)
def test_every_element_keeps_its_box_after_a_grant(page: SavedPage, cleared_visitor: Visitor) -> None:
    assert_no_box_changes(page, cleared_visitor, "accept")


def assert_no_box_changes(page: SavedPage, visitor: Visitor, decision: str = "") -> None:
    """Some pages are laid out in one of several ways, by chance: then one of these is to be the same."""
    app = Gated(page)
    seen: dict[Gate, list[set[str]]] = {gate: [set() for _ in WIDTHS] for gate in (ASKING, SILENT)}
    with served(app, page, visitor.recorder):
        if decision:
            visitor.page.goto(page.url)
            assert visitor.page.evaluate(DECIDE, decision) == "opaqueredirect"
        for _ in range(ATTEMPTS):
            for app.gate, kinds in seen.items():
                for kind, layout in zip(kinds, layouts(visitor, page.url), strict=True):
                    kind.add(layout)
            ways = zip(WIDTHS, *seen.values(), strict=True)
            felt = [width for width, *kinds in ways if not set.intersection(*kinds)]
            if not felt:
                break
    assert felt == []

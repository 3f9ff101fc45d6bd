"""Real pages: every element keeps the box that it has without the banner and the link to the settings."""

from __future__ import annotations

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
    document.getAnimations().forEach(animation => animation.cancel());
    for (let timer = setTimeout(() => {}); timer; timer--) clearTimeout(timer);
}"""


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


def boxes(visitor: Visitor, url: str) -> list[Any]:
    """Every element's box at each width."""
    page = visitor.opens(url).page
    page.evaluate(STILL)
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        found.append(page.evaluate(BOXES))
    return found


@for_each(saved_pages())
def test_every_element_keeps_its_box(page: SavedPage, cleared_visitor: Visitor) -> None:
    app, visitor = Gated(page), cleared_visitor
    with served(app, page, visitor.recorder):
        for decision in ("", "refuse", "accept"):
            app.gate = ASKING
            if decision:
                assert visitor.page.evaluate(DECIDE, decision) == "opaqueredirect"
            asking = boxes(visitor, page.url)
            app.gate = SILENT
            silent = boxes(visitor, page.url)
            felt = [
                (width, one, other)
                for width, with_banner, without in zip(WIDTHS, asking, silent, strict=True)
                for one, other in zip(with_banner, without, strict=False)
                if one != other
            ]
            assert (decision, felt[:3]) == (decision, [])
            assert [len(one) for one in asking] == [len(one) for one in silent]

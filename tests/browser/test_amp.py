"""AMP pages, whose own style sheet hides them for eight seconds, or for good, without AMP's script."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .servers import Site
from .test_policies import HTML, gated
from .visit import Visitor

pytestmark = pytest.mark.browser

SCRIPT = '<script async src="https://cdn.ampproject.org/v0.js"></script>'
STYLES = {
    "amp": "body{animation:-amp-start 8s steps(1,end) 0s 1 normal both}"
    "@keyframes -amp-start{from{visibility:hidden}to{visibility:visible}}",
    "amp4ads": "body{visibility:hidden}",
    "amp4email": "body{visibility:hidden}",
}
VISIBILITY = "getComputedStyle(document.body).visibility"


def amp_page(mark: str, style: str) -> str:
    noscript = f"<noscript><style {style}-boilerplate>body{{animation:none}}</style></noscript>"
    head = f"<meta charset=utf-8><style {style}-boilerplate>{STYLES[style]}</style>{noscript}{SCRIPT}"
    return f"<!doctype html><html {mark}><head>{head}<title>t</title></head><body><p>text</p></body></html>"


@pytest.mark.parametrize(
    ("mark", "style"),
    [("amp", "amp"), ("\u26a1", "amp"), ("\u26a14ads", "amp4ads"), ("amp4email", "amp4email")],
)
def test_an_amp_page_shows_at_once_and_has_no_banner(
    visitor: Visitor, serve: Callable[..., Site], mark: str, style: str
) -> None:
    _, app = gated({"/": (HTML[1], amp_page(mark, style))})
    visit = visitor.opens(serve(app).url)
    assert visit.page.evaluate("document.getAnimations().length") == 0
    assert visit.page.evaluate(VISIBILITY) == "visible"
    assert visit.hosts == set()
    assert visit.page.locator("form, [class*=consentgate]").count() == 0


@pytest.mark.parametrize("style", list(STYLES))
def test_its_style_sheet_alone_would_hide_it(
    visitor: Visitor, serve: Callable[..., Site], style: str
) -> None:
    page = amp_page("amp", style).replace(SCRIPT, "").replace(f"{style}-boilerplate", "amp-custom")
    _, app = gated({"/": (HTML[1], page)})
    visitor.page.goto(serve(app).url)
    hidden = f"{VISIBILITY} === 'hidden' || document.getAnimations().length > 0"
    assert visitor.page.evaluate(hidden)

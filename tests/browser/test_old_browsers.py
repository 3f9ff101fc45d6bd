"""Browsers that know no declarative shadow roots (before Chromium 111, Safari 16.4 and Firefox 123): their
parsers leave the template of the banner where it is, and nothing in it is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from .engine import in_firefox_too
from .servers import Site
from .test_neutrality import CONTENT, GATED, LAYOUTS, LONG, PLAIN, boxes, gated, page_of, pages
from .visit import Visitor

pytestmark = [pytest.mark.browser, in_firefox_too]

CONTENT_WITH_A_PIXEL = CONTENT + '<img src="https://stats.example/s.gif" alt="" width="1" height="1">'
NOT_SHOWN = ["template", 0, 0, 0, 0]
# An element that is not shown is still an element: these rules count it, until the snippet takes it out.
COUNTING = {"owl", "first child", "counted"}


def for_old_browsers(app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Serve `app` without the attribute that an old browser does not know."""

    def without(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        html = b"".join(app(environ, start_response))
        return [html.replace(b"shadowrootmode=", b"data-unknown===")]  # as long as before

    return without


def site_of(of_path: dict[str, bytes]) -> Callable[..., Iterable[bytes]]:
    return for_old_browsers(gated(pages(of_path)))


@LONG
@pytest.mark.parametrize("javascript", [False, True])
def test_every_element_keeps_its_box(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor], javascript: bool
) -> None:
    of_path = {
        f"/{number}": page_of(style)
        for number, (name, style) in enumerate(LAYOUTS.items())
        if javascript or name not in COUNTING
    }
    ours, plain = serve(site_of(of_path), host=GATED), serve(pages(of_path), host=PLAIN)
    visitor = new_visitor(javascript=javascript, settle=0.2)

    def without_the_template(url: str) -> list[Any]:
        return [[box for box in at_width if box != NOT_SHOWN] for at_width in boxes(visitor, url)]

    felt = [path for path in of_path if without_the_template(ours.at(path)) != boxes(visitor, plain.at(path))]
    assert felt == []


@LONG
def test_without_javascript_the_page_is_closed_and_works(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor]
) -> None:
    of_path = {
        "/": page_of("", content=CONTENT_WITH_A_PIXEL),
        "/search": page_of("", content="<h1>Found</h1>"),
    }
    site, visitor = serve(site_of(of_path), host=GATED), new_visitor(javascript=False, settle=0.2)
    visit = visitor.opens(site.url)
    assert visit.hosts == set()
    assert not visit.shows("Accept")
    visitor.presses("Search")
    assert visitor.page.inner_text("h1") == "Found"
    visitor.opens(site.at("/_privacy/choices?next=/"))
    assert visitor.presses("Accept all").hosts == {"stats.example"}


@LONG
@pytest.mark.parametrize("button", ["Accept", "Refuse"])
def test_with_the_snippet_the_banner_is_as_in_other_browsers(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor], button: str
) -> None:
    of_path = {"/": page_of("", content=CONTENT_WITH_A_PIXEL)}
    site, visitor = serve(site_of(of_path), host=GATED), new_visitor(settle=0.2)
    visitor.opens(site.url)
    assert visitor.page.evaluate("document.body.firstElementChild.localName") == "header"
    assert visitor.page.evaluate("document.forms[0].action") == site.at("/search")
    box = visitor.page.locator(".consentgate-banner").bounding_box()
    assert box is not None and round(box["y"] + box["height"]) == visitor.page.viewport_size["height"]
    visit = visitor.presses(button)
    assert visit.hosts == ({"stats.example"} if button == "Accept" else set())
    assert not visitor.opens(site.url).shows(button)

"""Turbo and htmx load the next page into the one that is there: the banner is there as in any other page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from .engine import in_firefox_too
from .servers import Site
from .test_neutrality import GATED, LONG, gated
from .visit import Visitor

pytestmark = [pytest.mark.browser, in_firefox_too]

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<script src="/library.js" defer></script></head>
<body{boost}><nav>{links}</nav><h1>{title}</h1><img src="https://stats.example/{title}" alt="">
<div id="part"></div>
<button hx-get="/part" hx-target="#part">Get a part</button>
<button hx-get="/second" hx-target="#part">Get a page</button>
<a href="/second" data-turbo-frame="framed">Get a frame</a>
<turbo-frame id="framed">{title}, framed</turbo-frame>
<form method="post" action="/order"><input aria-label="Name"><button>Order</button></form></body></html>"""
TITLES = ("First", "Second", "Third")
OURS = """() => [
    document.querySelectorAll("template, .consentgate").length,
    document.body.firstElementChild.localName,
    document.querySelectorAll("script[src*=snippet]").length,
    document.body.shadowRoot.querySelectorAll(".consentgate").length,
]"""
AS_EVER = [0, "nav", 1, 1]


class Shop:
    """A site that has a script which loads pages in place."""

    def __init__(self, library: tuple[str, bytes]) -> None:
        self._name, self._script = library
        self.posted: list[str] = []

    @property
    def _boost(self) -> str:
        return ' hx-boost:inherited="true" hx-boost="true"' if self._name == "htmx" else ""

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path, status, kind = environ["PATH_INFO"], "200 OK", "text/html; charset=utf-8"
        links = "".join(f'<a href="/{title.lower()}">{title}</a> ' for title in TITLES)
        html = PAGE.format(title=path.strip("/").title(), boost=self._boost, links=links)
        if environ["REQUEST_METHOD"] == "POST":
            self.posted.append(path)
            status = "422 Unprocessable Entity"
        if path == "/part":
            html = "<p>A part</p>"
        if path == "/library.js":
            kind = "text/javascript"
        start_response(status, [("Content-Type", kind)])
        return [self._script if path == "/library.js" else html.encode()]


@pytest.fixture
def shop(library: tuple[str, bytes]) -> Shop:
    return Shop(library)


@pytest.fixture
def opens(
    shop: Shop, serve: Callable[..., Site], new_visitor: Callable[..., Visitor]
) -> Callable[[], Visitor]:
    """`opens()`: a visitor who has come to the first page, and to the second one in place."""

    def open_() -> Visitor:
        site = serve(gated(shop), host=GATED)
        visitor = new_visitor(settle=0.2)
        visitor.opens(site.at("/first"))
        visitor.page.evaluate("window.kept = 1")
        goes(visitor, "Second")
        return visitor

    return open_


def goes(visitor: Visitor, title: str) -> Any:
    """Follow a link and make sure that the page was loaded in place."""
    visit = visitor.follows(title)
    assert visitor.page.inner_text("h1") == title
    assert visitor.page.evaluate("window.kept") == 1
    return visit


def test_it_asks_in_every_page_until_a_refusal_and_never_after(opens: Callable[[], Visitor]) -> None:
    visitor = opens()
    for title in ("Third", "Second"):
        assert goes(visitor, title).shows("Refuse")
        assert visitor.page.evaluate(OURS) == AS_EVER
    assert visitor.presses("Refuse").cookie_names == {"__Host-consent"}
    for title in ("First", "Second"):
        visit = goes(visitor, title)
        assert not visit.shows("Refuse")
        assert visit.hosts == set()
        assert visitor.page.evaluate(OURS) == AS_EVER
    for _ in range(2):
        assert not visitor.does(lambda page: page.evaluate("history.back()")).shows("Refuse")


def test_the_line_that_confirms_a_choice_does_not_come_back(opens: Callable[[], Visitor]) -> None:
    visitor = opens()
    assert visitor.presses("Accept").page.locator(".consentgate-saved").is_visible()
    visitor.page.evaluate("window.kept = 1")
    visitor.follows("Close")
    for title in ("First", "Third"):
        assert not goes(visitor, title).page.locator(".consentgate-saved").is_visible()


@LONG
def test_accepting_opens_the_page_that_is_there(opens: Callable[[], Visitor]) -> None:
    visitor = opens()
    visit = visitor.presses("Accept")
    assert [request.path for request in visit.requests] == ["/Second"]
    assert visitor.page.url == f"https://{GATED}/second"
    visitor.page.evaluate("window.kept = 1")
    visit = goes(visitor, "Third")
    assert not visit.shows("Accept")
    assert visit.hosts == {"stats.example"}


@LONG
def test_a_page_after_the_one_that_stayed_is_loaded_anew(opens: Callable[[], Visitor]) -> None:
    """A page that has been typed into stays after "Accept", and keeps the policy that it came with."""
    visitor = opens()
    visitor.does(lambda page: page.get_by_label("Name").focus())
    visitor.does(lambda page: page.keyboard.type("Ada"))
    assert visitor.presses("Accept").hosts == set()
    assert visitor.page.evaluate("window.kept") == 1
    visit = visitor.follows("Third")
    assert visitor.page.inner_text("h1") == "Third"
    assert visitor.page.evaluate("window.kept") is None
    assert visit.hosts == {"stats.example"}
    visitor.page.evaluate("window.kept = 1")
    assert goes(visitor, "First").hosts == {"stats.example"}


@LONG
def test_the_settings_lead_back_to_the_page_that_is_there(opens: Callable[[], Visitor]) -> None:
    visitor = opens()
    visitor.presses("Refuse")
    goes(visitor, "Third")
    visitor.follows("Privacy settings")
    visitor.presses("Refuse all")
    assert visitor.page.url == f"https://{GATED}/third"


@LONG
def test_after_a_form_that_is_answered_in_place_a_decision_is_one(
    shop: Shop, opens: Callable[[], Visitor]
) -> None:
    visitor = opens()
    visitor.presses("Order")
    posted = []
    visitor.context.on("request", lambda sent: posted.append(sent.url) if sent.method == "POST" else None)
    visitor.presses("Refuse")
    assert shop.posted == ["/order"]
    assert posted == [f"https://{GATED}/_privacy/choices"]


@LONG
def test_a_part_of_a_page_brings_no_banner(shop: Shop, opens: Callable[[], Visitor]) -> None:
    visitor = opens()
    acts = ["Get a part", "Get a page"] if "hx-boost" in shop._boost else ["Get a frame"]
    for act in acts:
        role: Any = "link" if "frame" in act else "button"
        visitor.does(lambda page, role=role, act=act: page.get_by_role(role, name=act).first.click())
        assert visitor.page.evaluate(OURS) == AS_EVER
    assert visitor.presses("Refuse").cookie_names == {"__Host-consent"}

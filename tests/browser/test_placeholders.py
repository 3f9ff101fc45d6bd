"""A blocked frame keeps its box and shows a placeholder, from which the visitor opens it once or for good."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import sleep
from typing import Any

import pytest
from playwright.sync_api import FrameLocator

from consentgate import Gate, Policy
from consentgate.wsgi import ConsentMiddleware

from .engine import in_firefox_too
from .servers import Site
from .test_decisions import HOST, POLICY
from .visit import Visitor

pytestmark = [pytest.mark.browser, in_firefox_too]

FILM = '<iframe {} src="https://films.example/embed/1?a=1&amp;b=2" title="A film"></iframe>'
LAYOUTS = {
    "padding wrapper": '<div style="position:relative;padding-bottom:56.25%;height:0">{}</div>'.format(
        FILM.format('style="position:absolute;inset:0;width:100%;height:100%"')
    ),
    "Vimeo's own": '<div style="padding:56.25% 0 0 0;position:relative">{}</div>'.format(
        FILM.format(
            'frameborder="0" allow="autoplay; fullscreen; picture-in-picture" '
            'style="position:absolute;top:0;left:0;width:100%;height:100%;"'
        )
    ),
    "fixed": FILM.format("width=560 height=315"),
    "aspect ratio": f'<div class="video">{FILM.format("")}</div>',
    "narrow sidebar": '<div style="width:140px">{}</div>'.format(
        FILM.format('width="100%" height=90 scrolling=no')
    ),
}
PAGE = (
    '<!doctype html><html lang="en"><head><title>Shop</title><style>'
    ".video > iframe {{ width: 100%; aspect-ratio: 16/9; border: 0 }}</style></head><body>"
    "<h1>Shop</h1>{}<p>end</p></body></html>"
).format("".join(f'<section data-name="{name}">{html}</section>' for name, html in LAYOUTS.items()))
ONE = f'<!doctype html><html lang="en"><head><title>Shop</title></head><body>{LAYOUTS["fixed"]}</body></html>'
# From the first section on: what stands before it is the banner's business.
BOXES = """() => [...document.querySelectorAll("[data-name], [data-name] *, body > p")].map(element => {
    const { x, y, width, height } = element.getBoundingClientRect();
    const top = document.querySelector("[data-name]").getBoundingClientRect().y;
    return [element.localName, ...[x, y - top, width, height].map(length => Math.round(10 * length) / 10)];
})"""


def answering(html: str, *headers: tuple[str, str]) -> Callable[..., Iterable[bytes]]:
    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), *headers])
        return [html.encode()]

    return app


def gated(html: str, *headers: tuple[str, str]) -> ConsentMiddleware:
    gate = Gate(Policy.parse(POLICY), secret_key="a key for the tests")
    return ConsentMiddleware(answering(html, *headers), gate)


def placeholder(visitor: Visitor, index: int = 0) -> FrameLocator:
    return visitor.page.frame_locator("iframe").nth(index)


def presses(visitor: Visitor, name: str) -> Any:
    button = placeholder(visitor).get_by_role("button", name=name)
    return visitor.does(lambda page: button.click(force=True))


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_every_element_keeps_its_box(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor], width: int
) -> None:
    plain, site = serve(answering(PAGE), host="plain.example"), serve(gated(PAGE), host=HOST)
    visitor = new_visitor(settle=0.3)
    visitor.page.set_viewport_size({"width": width, "height": 800})
    expected = visitor.opens(plain.url).page.evaluate(BOXES)
    visit = visitor.opens(site.url)
    assert visit.page.evaluate(BOXES) == expected
    assert len(visit.page.frames) == 1 + len(LAYOUTS)
    assert visit.hosts == set()
    for index in range(len(LAYOUTS)):
        assert placeholder(visitor, index).get_by_role("heading").inner_text() == "Films"


def test_the_focus_goes_on_into_what_was_opened(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor]
) -> None:
    visitor = new_visitor(settle=0.4)
    visitor.opens(serve(gated(ONE), host=HOST).url)
    focused = "() => document.activeElement.localName"
    button = placeholder(visitor).get_by_role("button", name="Load once")
    visitor.does(lambda page: (button.focus(), page.keyboard.press("Enter")))
    opened = visitor.page.frames[1]
    assert opened.locator("iframe").count() == 1
    assert (visitor.page.evaluate(focused), opened.evaluate("() => document.hasFocus()")) == ("iframe", True)
    # The next key goes to what it shows, or leaves that: nothing stands before it.
    assert opened.evaluate("() => document.body.firstElementChild.localName") == "iframe"


@pytest.mark.parametrize("javascript", [True, False])
def test_load_once_opens_one_embed_in_place_and_records_nothing(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor], javascript: bool
) -> None:
    site = serve(gated(ONE), host=HOST)
    visitor = new_visitor(javascript=javascript, settle=0.4)
    assert visitor.opens(site.url).hosts == set()
    visit = presses(visitor, "Load once")
    assert visit.hosts == {"films.example"}
    assert [request.path for request in visit.requests][:1] == ["/embed/1?a=1&b=2"]
    assert visit.cookies == []
    assert visit.page.url == site.url
    assert placeholder(visitor).locator("iframe").get_attribute("title") == "A film"
    close = placeholder(visitor).get_by_role("link", name="Close Films")
    assert visitor.does(lambda page: close.click(force=True)).hosts == set()
    assert placeholder(visitor).get_by_role("button", name="Load once").count() == 1
    # It works from there, too, and the next page is as closed as before.
    assert presses(visitor, "Load once").hosts == {"films.example"}
    assert visitor.reloads().hosts == set()


@pytest.mark.parametrize("javascript", [True, False])
def test_always_allow_opens_the_service_and_leads_back_to_the_page(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor], javascript: bool
) -> None:
    site = serve(gated(ONE + '<img src="https://stats.example/p" alt="">'), host=HOST)
    visitor = new_visitor(javascript=javascript, settle=0.4)
    visitor.opens(site.at("/film?n=1"))
    visit = presses(visitor, "Always allow Films")
    assert visit.page.url.partition("#")[0] == site.at("/film?n=1")
    assert visit.hosts == {"films.example"}
    assert visit.cookie_names == {"__Host-consent"}
    # Who picks one thing has answered the question.
    assert not visit.shows("Refuse")


@pytest.mark.parametrize("delay", [0, 1], ids=["soon", "late"])
@pytest.mark.parametrize("attribute", ["", ' sandbox="allow-scripts"'], ids=["free", "in-a-sandbox"])
def test_an_embed_opens_with_the_page_whenever_the_script_comes(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor], attribute: str, delay: int
) -> None:
    """Firefox brings back what a frame showed before a reload: the placeholder."""
    inner, came = gated(ONE.replace("<iframe", f"<iframe{attribute}")), []

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if "snippet-" not in environ["PATH_INFO"]:
            return inner(environ, start_response)
        came.append(environ["PATH_INFO"])
        sleep(delay if len(came) > 1 else 0)
        body = b"".join(inner(environ, lambda *_: None))
        start_response("200 OK", [("Content-Type", "text/javascript"), ("Cache-Control", "no-store")])
        return [body]

    visitor = new_visitor(settle=0.4, patience=20)
    visitor.opens(serve(app, host=HOST).url)
    assert visitor.presses("Accept", reaching={"films.example"}).hosts == {"films.example"}
    assert len(came) == 2
    assert len(visitor.reloads(reaching={"films.example"}).requests) == 1


def test_the_keyboard_alone_opens_an_embed(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor]
) -> None:
    site, visitor = serve(gated(ONE), host=HOST), new_visitor(settle=0.4)
    visitor.opens(site.url)

    def act(page: Any) -> None:
        for _ in range(20):
            page.keyboard.press("Tab")
            if placeholder(visitor).locator("button:focus").count():
                break
        page.keyboard.press("Enter")

    assert visitor.does(act).hosts == {"films.example"}


STRICT = [
    ("frame-src https://films.example", False),
    ("default-src 'none'; style-src 'nonce-bm9uY2U='; frame-src 'none'", False),
    ("default-src 'none'; style-src 'nonce-bm9uY2U='; frame-src 'self'; form-action 'self'", True),
]


@pytest.mark.parametrize(("own", "in_place"), STRICT)
def test_under_the_sites_own_policy_it_has_its_styles_and_opens(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor], own: str, in_place: bool
) -> None:
    site, visitor = serve(gated(ONE, ("Content-Security-Policy", own)), host=HOST), new_visitor(settle=0.4)
    visitor.opens(site.url)
    style = "element => getComputedStyle(element).textAlign"
    assert placeholder(visitor).locator("div").evaluate(style) == "center"
    visit = presses(visitor, "Load once")
    assert visit.hosts == {"films.example"}
    assert visit.page.url == (site.url if in_place else site.at("/_privacy/embed"))
    if not in_place:
        assert visitor.follows("Back to the site").page.url == site.url


def test_where_no_form_may_be_sent_there_is_the_link_to_the_choices(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor]
) -> None:
    site = serve(gated(ONE, ("Content-Security-Policy", "form-action 'none'")), host=HOST)
    visitor = new_visitor(settle=0.3)
    visitor.opens(site.url)
    assert placeholder(visitor).get_by_role("button").count() == 0
    link = placeholder(visitor).get_by_role("link", name="Privacy settings")
    visit = visitor.does(lambda page: link.click(force=True))
    assert visit.page.url == site.at("/_privacy/choices?next=/")


def test_a_page_in_a_foreign_frame_opens_nothing(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor]
) -> None:
    serve(gated(ONE), host=HOST)
    around = f'<!doctype html><iframe src="https://{HOST}/" width=900 height=700></iframe>'
    outside = serve(answering(around), host="evil.shop.example")
    for button in ("Load once", "Always allow Films"):
        visitor = new_visitor(settle=0.4)
        visitor.opens(outside.url)
        found = (
            visitor.page.frame_locator("iframe").frame_locator("iframe").get_by_role("button", name=button)
        )
        visit = visitor.does(lambda page, found=found: found.click(force=True))
        assert visit.hosts == set()
        assert visit.cookies == []

"""Whose act a decision is, and what it must not repeat: in frames and after forms."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from consentgate import Gate, Policy
from consentgate.wsgi import ConsentMiddleware

from .engine import in_firefox_too
from .servers import Site
from .visit import Visitor

pytestmark = [pytest.mark.browser, in_firefox_too]

HOST, SIBLING = "www.shop.example", "evil.shop.example"
POLICY = """
[site]
name = "Shop"
controller = "Shop Ltd"
contact = "privacy@shop.example"

[[service]]
id = "stats"
name = "Stats"
category = "performance"
hosts = ["stats.example"]

[[service]]
id = "films"
name = "Films"
category = "third-party"
hosts = ["films.example"]
"""
PAGE = """<!doctype html><html lang="en"><head><title>Shop</title></head><body><h1>%s</h1>
<form method="post" action="/order"><button>Order</button></form>
<img src="https://stats.example/pixel" alt=""></body></html>"""


class Shop:
    """`/cart` has a form, and `/order` only answers it: who repeats that has ordered twice. `thanks` stands
    in the head of the answer."""

    def __init__(self, thanks: str = "", *headers: tuple[str, str]) -> None:
        self.orders = 0
        self._thanks = thanks
        self._headers = headers

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        status, title = "200 OK", "Cart"
        if environ["PATH_INFO"] == "/order":
            posted = environ["REQUEST_METHOD"] == "POST"
            self.orders += posted
            status, title = ("200 OK", "Thank you") if posted else ("405 Method Not Allowed", "No")
        start_response(status, [("Content-Type", "text/html; charset=utf-8"), *self._headers])
        head = self._thanks if title == "Thank you" else ""
        return [(PAGE % title).replace("</head>", f"{head}</head>").encode()]


# Only a page that caches may share asks in a frame, since it is the same for everyone.
SHARED = ("Cache-Control", "public, max-age=60")


def gated(shop: Shop) -> ConsentMiddleware:
    return ConsentMiddleware(shop, Gate(Policy.parse(POLICY), secret_key="a key for the tests"))


def framing(sandbox: str) -> Callable[..., Iterable[bytes]]:
    """A page that shows the shop in a frame without scripts."""
    page = f'<!doctype html><iframe sandbox="{sandbox}" src="https://{HOST}/" width=900 height=500></iframe>'

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/html")])
        return [page.encode()]

    return app


def clicks_in_frame(visitor: Visitor, role: Any, name: str) -> Any:
    """Click in the frame, which runs no script that could tell when; give its text afterwards."""
    frame = visitor.page.frame_locator("iframe")
    visitor.does(lambda page: frame.get_by_role(role, name=name, exact=True).first.click(force=True))
    return frame.locator("body").inner_text()


@pytest.mark.parametrize(
    "sandbox",
    [
        "allow-forms allow-same-origin",
        "allow-forms allow-same-origin allow-popups allow-popups-to-escape-sandbox",
    ],
)
def test_a_click_in_a_frame_of_a_sibling_site_opens_nothing(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor], sandbox: str
) -> None:
    serve(gated(Shop("", SHARED)), host=HOST)
    around = serve(framing(sandbox), host=SIBLING)
    visitor = new_visitor(settle=0.4)
    visitor.opens(around.url)
    said = clicks_in_frame(visitor, "button", "Accept")
    assert "Please decide in a window of its own" in said
    assert visitor.cookies() == []
    if "popups" in sandbox:
        with visitor.context.expect_page() as opened:
            clicks_in_frame(visitor, "link", "Open the privacy settings in a new window")
        opened.value.wait_for_load_state()
        assert opened.value.url.startswith(f"https://{HOST}/_privacy/choices")


def test_a_refusal_in_a_frame_takes_effect(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor]
) -> None:
    serve(gated(Shop("", SHARED)), host=HOST)
    around = serve(framing("allow-forms allow-same-origin"), host=SIBLING)
    visitor = new_visitor(settle=0.4)
    visitor.opens(around.url)
    assert "Cart" in clicks_in_frame(visitor, "button", "Refuse")
    assert [cookie["name"] for cookie in visitor.cookies()] == ["__Host-consent"]


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("button", ["Accept", "Refuse"])
def test_a_decision_on_a_page_that_answers_a_form_repeats_nothing(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor], javascript: bool, button: str
) -> None:
    shop = Shop()
    site, visitor = serve(gated(shop), host=HOST), new_visitor(javascript=javascript, settle=0.4)
    visitor.opens(site.at("/cart"))
    visitor.presses("Order")
    visitor.presses(button)
    assert shop.orders == 1
    # With scripts the order's page stays; without them the page with the form comes back.
    assert visitor.page.inner_text("h1") == ("Thank you" if javascript else "Cart")
    assert visitor.opens(site.at("/cart")).hosts == ({"stats.example"} if button == "Accept" else set())


def test_an_answer_to_a_form_that_comes_back_after_a_withdrawal_gives_way_to_the_page_before(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor]
) -> None:
    # Relative addresses lead to somebody else there.
    shop = Shop(thanks='<base href="https://stats.example/">')
    site, visitor = serve(gated(shop), host=HOST), new_visitor(settle=0.4)
    visitor.opens(site.at("/cart"))
    visitor.presses("Accept")
    visitor.presses("Order")
    visitor.page.evaluate(
        "() => fetch(origin + '/_privacy/choices', {method: 'POST', redirect: 'manual',"
        " body: new URLSearchParams({decision: 'withdraw'})}).then(answer => answer.type)"
    )
    # These browsers keep no answer to a form for the back button. One that does tells its page so.
    comes_back = "() => { dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true})) }"
    assert visitor.does(lambda page: page.evaluate(comes_back)).hosts == set()
    assert (visitor.page.inner_text("h1"), shop.orders) == ("Cart", 1)

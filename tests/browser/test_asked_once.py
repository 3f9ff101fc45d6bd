"""Who has decided is not asked again: not in other tabs, not by the back button, and not by pages that were
fetched before the decision. How long that holds is tested in tests/consent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from consentgate import Gate, Policy
from consentgate.wsgi import ConsentMiddleware

from .engine import Engine, in_firefox_too
from .servers import Site
from .test_consent_mode import DENIED, TAG_HOSTS, of_consent
from .test_consent_mode import Shop as TagShop
from .test_decisions import HOST, POLICY, Shop, gated
from .test_neutrality import LONG
from .visit import Visitor

pytestmark = [pytest.mark.browser, in_firefox_too]

IS_ASKED = "document.body.shadowRoot.querySelector('.consentgate-banner') !== null"
IS_NOT_ASKED = "document.body.shadowRoot.querySelector('.consentgate-banner') === null"
RULES = '<script type="speculationrules">{"%s": [{"urls": ["/second"], "eagerness": "immediate"}]}</script>'
LINK = '<link rel="prefetch" href="/second">'
WAYS = {"prefetch": RULES % "prefetch", "prerender": RULES % "prerender", "link": LINK}


def site_of(heads: dict[str, str], asked: list[str]) -> Callable[..., Iterable[bytes]]:
    """Pages with something in the head, by path; what is `asked` for is noted."""

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        asked.append(path)
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        head = heads.get(path, "")
        return [
            f'<!doctype html><html lang="en"><head><title>{path}</title>{head}</head>'.encode(),
            b"<body><p>x",
        ]

    # Without TLS: Chromium keeps nothing that came with the certificate of a test.
    return ConsentMiddleware(app, Gate(Policy.parse(POLICY), secret_key="a key for the tests", insecure=True))


@pytest.mark.parametrize("button", [pytest.param("Accept", marks=LONG), "Refuse"])
def test_a_decision_counts_in_every_tab_at_once(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor], button: str
) -> None:
    site, visitor = serve(gated(Shop()), host=HOST), new_visitor(settle=0.2)
    other = visitor.context.new_page()
    other.goto(site.at("/other"))
    assert other.evaluate(IS_ASKED)
    visitor.opens(site.at("/cart"))
    visitor.presses(button)
    other.wait_for_function(IS_NOT_ASKED)


@LONG
def test_an_answer_to_a_form_in_another_tab_is_not_asked_for_again(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor]
) -> None:
    shop = Shop()
    site, visitor = serve(gated(shop), host=HOST), new_visitor(settle=0.3)
    visitor.opens(site.at("/cart"))
    visitor.presses("Accept")
    other = visitor.context.new_page()
    other.goto(site.at("/cart"))
    other.get_by_role("button", name="Order").click()
    other.wait_for_url("**/order")
    visitor.follows("Privacy settings")
    visitor.presses("Withdraw")
    # The answer was made with consent. It gives way to the page with the form.
    other.wait_for_function("document.querySelector('h1')?.innerText === 'Cart'")
    assert "stats.example" not in other.content()
    assert shop.orders == 1


def test_tags_in_another_tab_hear_that_consent_was_taken_back(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor]
) -> None:
    site, visitor = serve(TagShop(), host=HOST), new_visitor(settle=0.3)
    visitor.opens(site.url)
    visitor.presses("Accept", reaching=TAG_HOSTS)
    other = visitor.context.new_page()
    other.goto(site.url)
    other.wait_for_function("self.clarity?.q.length === 2")
    visitor.follows("Privacy settings")
    visitor.presses("Withdraw")
    # A stub is there again.
    other.wait_for_function("self.dataLayer.length === 0")
    told = json.loads(other.evaluate("() => name"))
    assert of_consent(told["google"])[-1] == ["update", DENIED]
    assert told["uet"][-3:] == ["consent", "update", {"ad_storage": "denied"}]


@LONG
@pytest.mark.parametrize("button", ["Accept", "Refuse"])
def test_the_page_before_does_not_ask_again(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor], button: str
) -> None:
    visitor = new_visitor(settle=0.3, patience=3, keeps_pages=True)
    site = serve(site_of({}, []))
    visitor.opens(site.at("/first"))
    visitor.opens(site.at("/second"))
    visitor.presses(button)
    visitor.does(lambda page: page.evaluate("() => { setTimeout(() => history.back()) }"))
    visitor.page.wait_for_function(f"location.pathname === '/first' && {IS_NOT_ASKED}")


@LONG
@pytest.mark.parametrize("head", WAYS.values(), ids=WAYS)
def test_a_page_that_was_fetched_before_does_not_ask_again(
    engine: Engine, serve: Callable[..., Site], new_visitor: Callable[..., Visitor], head: str
) -> None:
    asked: list[str] = []
    site, visitor = serve(site_of({"/": head}, asked)), new_visitor(settle=0.3)
    visitor.opens(site.url)
    visitor.presses("Refuse")
    fetched = list(asked)
    visitor.does(lambda page: page.evaluate("location.href = '/second'"))
    visitor.page.wait_for_function(f"location.pathname === '/second' && {IS_NOT_ASKED}")
    assert "/second" in fetched or engine.name != "chromium"  # others know no speculation rules

"""Tags of Google and Microsoft hear what the visitor has consented to before they run, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from consentgate import Gate, Policy
from consentgate.wsgi import ConsentMiddleware

from .engine import in_every_engine
from .servers import Site
from .test_neutrality import GATED
from .visit import Visitor

pytestmark = [pytest.mark.browser, in_every_engine]

POLICY = """
[site]
name = "Example"
controller = "Example Ltd"
contact = "privacy@example.org"

[[service]]
use = "google-tag"

[[service]]
use = "google-analytics"

[[service]]
use = "microsoft-uet"

[[service]]
use = "clarity"
"""
ASKS_AGAIN = f'{POLICY}[[service]]\nuse = "youtube"\n'
TAG_HOSTS = {"www.googletagmanager.com", "bat.bing.com", "www.clarity.ms"}
# What each vendor has sites put into their pages: a queue, words in it, and a script that will read them.
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title>
<script nonce="n">
window.dataLayer = window.dataLayer || [];
function gtag() { dataLayer.push(arguments) }
gtag("js", new Date());
gtag("config", "G-1");
</script>
<script nonce="n" async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script>
<script nonce="n">
window.uetq = window.uetq || [];
uetq.push("event", "page_view", {});
</script>
<script nonce="n" async src="https://bat.bing.com/bat.js"></script>
<script nonce="n">
window.clarity = window.clarity || function () { (clarity.q = clarity.q || []).push(arguments) };
clarity("set", "page", "shop");
</script>
<script nonce="n" async src="https://www.clarity.ms/tag/abc"></script>
</head><body><h1>Shop</h1><input aria-label="Name"><script nonce="n">
const words = (queue) => JSON.parse(JSON.stringify(queue.map((call) => [...call])));
const heard = () => ({
    google: words(self.dataLayer ?? []),
    uet: JSON.parse(JSON.stringify(self.uetq ?? [])),
    clarity: words(self.clarity?.q ?? []),
});
// The last queue is told last. A window keeps its name when another page comes.
if (self.clarity) {
    const { q, push = q.push.bind(q) } = clarity;
    q.push = (call) => { push(call); name = JSON.stringify(heard()) };
}
</script></body></html>"""
GOOGLE = (
    *("ad_storage", "ad_user_data", "ad_personalization", "analytics_storage"),
    *("functionality_storage", "personalization_storage", "security_storage"),
)
DENIED = dict.fromkeys(GOOGLE, "denied")
# What the vendors' tags would find: a stub is empty as a list and as a text.
GLOBALS = "() => ['dataLayer', 'uetq', 'clarity'].filter((name) => self[name] && String(self[name]))"


class Shop:
    """A site whose policy can change."""

    def __init__(self, *headers: tuple[str, str]) -> None:
        self._headers = [("Content-Type", "text/html; charset=utf-8"), *headers]
        self.adopts(POLICY)

    def adopts(self, policy: str) -> None:
        gate = Gate(Policy.parse(policy), secret_key="a key for the tests")
        self._gated = ConsentMiddleware(self._answer, gate)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        return self._gated(environ, start_response)

    def _answer(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", self._headers)
        return [PAGE.encode()]


@pytest.fixture
def opens(serve: Callable[..., Site], new_visitor: Callable[..., Visitor]) -> Callable[[Shop], Visitor]:
    def opens(shop: Shop) -> Visitor:
        visitor = new_visitor(settle=0.5)
        visit = visitor.opens(serve(shop, host=GATED).url)
        assert visit.hosts == set()
        assert visitor.page.evaluate(GLOBALS) == []
        return visitor

    return opens


@pytest.fixture
def asked_again(opens: Callable[[Shop], Visitor]) -> Visitor:
    """A visitor who has accepted, on a page whose tags run and which asks about a new service."""
    shop = Shop()
    visitor = opens(shop)
    visitor.presses("Accept", reaching=TAG_HOSTS)
    shop.adopts(ASKS_AGAIN)
    visitor.reloads(reaching=TAG_HOSTS)
    return visitor


def heard(visitor: Visitor) -> dict[str, Any]:
    return visitor.page.evaluate("() => heard()")


def of_consent(calls: list[list[Any]]) -> list[list[Any]]:
    return [call[1:] for call in calls if call[0] == "consent"]


@pytest.mark.parametrize(
    "headers",
    [
        (),
        (
            (
                "Content-Security-Policy",
                "script-src 'nonce-n' 'strict-dynamic'; require-trusted-types-for 'script'",
            ),
        ),
    ],
    ids=["plain", "strict"],
)
def test_each_tag_hears_first_of_all_what_was_granted_S7(
    opens: Callable[[Shop], Visitor], headers: tuple[tuple[str, str], ...]
) -> None:
    visitor = opens(Shop(*headers))
    visit = visitor.presses("Accept", reaching=TAG_HOSTS)
    assert visit.hosts >= TAG_HOSTS
    granted = {**DENIED, "analytics_storage": "granted"}
    told = heard(visitor)
    assert [call[0] for call in told["google"]] == ["consent", "set", "consent", "set", "js", "config"]
    assert of_consent(told["google"]) == [["default", DENIED], ["update", granted]]
    assert [call[1:] for call in told["google"] if call[0] == "set"] == [["ads_data_redaction", True]] * 2
    denied, granted = {"ad_storage": "denied"}, {"ad_storage": "granted"}
    assert told["uet"][:6] == ["consent", "default", denied, "consent", "update", granted]
    assert told["uet"][6] == "event"
    clarity = {"ad_Storage": "granted", "analytics_Storage": "granted"}
    assert told["clarity"] == [["consentv2", clarity], ["set", "page", "shop"]]


def test_a_visitor_who_refuses_says_nothing_to_anybody_S8(opens: Callable[[Shop], Visitor]) -> None:
    visitor = opens(Shop())
    assert visitor.presses("Refuse").hosts == set()
    assert visitor.reloads().hosts == set()
    assert visitor.page.evaluate(GLOBALS) == []


def test_taking_consent_back_is_heard_before_the_page_goes(asked_again: Visitor) -> None:
    visit = asked_again.presses("Refuse")
    assert visit.hosts == set()
    told = json.loads(asked_again.page.evaluate("() => name"))
    assert [command for command, _ in of_consent(told["google"])] == ["default", "update", "update"]
    assert of_consent(told["google"])[-1] == ["update", DENIED]
    assert told["uet"][-3:] == ["consent", "update", {"ad_storage": "denied"}]
    assert told["clarity"][-1] == ["consentv2", {"ad_Storage": "denied", "analytics_Storage": "denied"}]
    assert asked_again.page.evaluate(GLOBALS) == []


def test_a_tag_that_fails_when_it_hears_keeps_no_page_open(asked_again: Visitor) -> None:
    asked_again.page.evaluate("() => { dataLayer.push = () => { throw Error('a tag') }; uetq = 'odd' }")
    assert asked_again.presses("Refuse").hosts == set()
    assert asked_again.page.evaluate(GLOBALS) == []
    told = json.loads(asked_again.page.evaluate("() => name"))
    assert told["clarity"][-1] == ["consentv2", {"ad_Storage": "denied", "analytics_Storage": "denied"}]


def test_a_page_that_a_script_puts_in_is_told_of_too(opens: Callable[[Shop], Visitor]) -> None:
    visitor = opens(Shop())
    visitor.presses("Accept", reaching=TAG_HOSTS)
    again = """() => new Promise((onload) => {
        const first = document.querySelector("script[data-consent-mode]");
        const next = Object.assign(document.createElement("script"), { src: first.src, onload });
        next.dataset.consentMode = '{"uet":{"ad_storage":"denied"}}';
        document.head.append(next);
    })"""
    visitor.does(lambda page: page.evaluate(again))
    assert heard(visitor)["uet"][-3:] == ["consent", "update", {"ad_storage": "denied"}]
    assert visitor.page.evaluate("() => document.querySelectorAll('consentgate-question').length") == 0


def test_what_has_been_typed_keeps_no_tag_running(asked_again: Visitor) -> None:
    asked_again.does(lambda page: page.evaluate("() => document.querySelector('input').focus()"))
    asked_again.does(lambda page: page.keyboard.press("a"))
    assert asked_again.presses("Refuse").hosts == set()
    assert asked_again.page.evaluate(GLOBALS) == []

"""A service worker of the site keeps pages, and answers with them: none outlives a decision."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from documentation.pages import blocks

from consentgate import Gate, Policy
from consentgate.wsgi import ConsentMiddleware

from .engine import in_firefox_too
from .servers import Site
from .test_decisions import POLICY
from .visit import Visitor

# WebKitGTK asks its proxy for everything, and that has no service worker for plain loopback.
pytestmark = [pytest.mark.browser, in_firefox_too]

WORKER = """
addEventListener('install', () => skipWaiting());
addEventListener('activate', event => event.waitUntil(clients.claim()));
addEventListener('fetch', event => event.request.mode === 'navigate' && event.respondWith((async () => {
    const cache = await caches.open('pages');
    const url = event.request.url.split('#')[0];
    const kept = await cache.match(url, {ignoreVary: true});
    if (kept) return kept;
    const answer = await fetch(event.request.method === 'GET' ? url : event.request, {redirect: 'manual'});
    if (answer.ok) await cache.put(url, answer.clone());
    return answer;
})()));
"""
PAGE = (
    "<!doctype html><html lang=en><title>Shop</title><h1>Shop</h1><p id=films>"
    "<iframe src='https://films.example/1'></iframe>"
    "<script>navigator.serviceWorker.register('/worker.js')</script>"
)
OPEN = "() => consentgate.allows('films')"


RECIPE = "docs/recipes.md", "A service worker"
STATIC = PAGE.replace("<h1>", "<link rel=stylesheet href=/static/shop.css><h1>")


def recipe(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The shop with the worker of the documentation."""
    of_path = {
        "/worker.js": ("text/javascript", blocks(RECIPE[0], "js", RECIPE[1])[0]),
        "/static/shop.css": ("text/css", "h1 { color: red }"),
    }
    of_type, body = of_path.get(environ["PATH_INFO"], ("text/html; charset=utf-8", STATIC))
    start_response("200 OK", [("Content-Type", of_type)])
    return [body.encode()]


def shop(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    is_worker = environ["PATH_INFO"] == "/worker.js"
    content_type = "text/javascript" if is_worker else "text/html; charset=utf-8"
    start_response("200 OK", [("Content-Type", content_type)])
    return [(WORKER if is_worker else PAGE).encode()]


@pytest.fixture
def visitor(serve: Callable[..., Site], new_visitor: Callable[..., Visitor]) -> Visitor:
    """One on a page that came from the service worker's cache. No TLS: browsers register no service worker
    with the certificate of a test."""
    gate = Gate(Policy.parse(POLICY), secret_key="a key for the tests", insecure=True)
    visitor = new_visitor(settle=0.4)
    visitor.opens(serve(ConsentMiddleware(shop, gate)).url)
    visitor.page.evaluate("() => navigator.serviceWorker.ready.then(() => 0)")
    for _ in range(2):
        visitor.reloads()
    assert visitor.page.evaluate("() => caches.match(location.href).then(Boolean)")
    return visitor


def test_what_was_granted_is_there_after_the_decision(visitor: Visitor) -> None:
    visitor.presses("Accept")
    assert visitor.page.evaluate(OPEN) is True
    assert "films.example" in visitor.reloads().hosts


def test_the_worker_of_the_documentation_keeps_files_and_no_page(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor]
) -> None:
    policy = Policy.parse("\n".join((POLICY, *blocks(RECIPE[0], "toml", RECIPE[1]))))
    gate = Gate(policy, secret_key="a key for the tests", insecure=True)
    visitor = new_visitor(settle=0.4)
    visitor.opens(serve(ConsentMiddleware(recipe, gate)).url)
    visitor.page.evaluate("() => navigator.serviceWorker.ready.then(() => 0)")
    for _ in range(2):
        visitor.reloads()
    kept = "(paths) => Promise.all(paths.map(path => caches.match(path).then(Boolean)))"
    assert visitor.page.evaluate(kept, ["/static/shop.css", "/"]) == [True, False]
    visitor.presses("Accept")
    assert visitor.page.evaluate(OPEN) is True


@pytest.mark.parametrize("way", ["in the page", "by a plain form"])
def test_what_was_withdrawn_is_gone(visitor: Visitor, way: str) -> None:
    visitor.presses("Accept")
    assert visitor.page.evaluate(OPEN) is True
    if way == "in the page":
        visitor.follows("Privacy settings")
    else:
        visitor.opens(visitor.page.url.partition("#")[0] + "_privacy/choices?next=/")
    visitor.presses("Withdraw")
    assert visitor.page.evaluate(OPEN) is False
    assert visitor.reloads().hosts == set()

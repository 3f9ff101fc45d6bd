"""What is left in a browser after a withdrawal: the login, and nothing that needed consent (A3, A4, A20)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from consentgate import Gate, Policy
from consentgate.asgi import ConsentMiddleware

from .engine import in_firefox_too
from .servers import Site
from .visit import Visit, Visitor

pytestmark = [pytest.mark.browser, in_firefox_too]

HOST = "www.shop.example"
DEEP = "/shelf/row/item"
POLICY = """
[site]
name = "Shop"
controller = "Shop Ltd"
contact = "privacy@shop.example"

[[cookie]]
name = "sid"
category = "necessary"
reason = "authentication"
lifetime = "1 day"

[[cookie]]
name = "_t*"
category = "performance"

[[service]]
id = "stats"
name = "Stats"
category = "performance"
hosts = ["stats.example"]
"""
ADDED = """
[[service]]
id = "films"
name = "Films"
category = "third-party"
hosts = ["films.example"]
"""
# Not one contact at the start but one after another, as trackers make them.
PAGE = """<!doctype html><html lang="en"><head><title>Shop</title>
<script data-service="stats" src="https://stats.example/first.js"></script></head>
<body><p id="who">%s</p><a href="/">Home</a> <a href="/news">News</a></body></html>"""
BEAT = "setInterval(() => new Image().src = 'https://stats.example/beat?' + Math.random(), 100);"

PATHS = ("/", "/shelf", "/shelf/row/", DEEP)
DOMAINS = ("", "; Domain=www.shop.example", "; Domain=shop.example")
KINDS = {"plain": "", "secure": "; Secure", "parted": "; Secure; SameSite=None; Partitioned"}


def every_variant(setter: str) -> list[str]:
    """A cookie for each Path, Domain and kind."""
    return [
        f"_t_{setter}_{kind}=1; Path={path}{domain}; Max-Age=9999{attributes}"
        for kind, attributes in KINDS.items()
        for path in PATHS
        for domain in DOMAINS
    ]


@dataclass
class Shop:
    """Pages that say who is logged in; `/login` logs in, and DEEP sets each kind of cookie there is."""

    headers: list[tuple[str, str]] = field(default_factory=list)
    etag: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)  # each request's path and If-None-Match

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        path, given = scope["path"], {name: value.decode() for name, value in scope["headers"]}
        tags = given.get(b"if-none-match", "")
        self.asked.append((path, tags))
        headers = [*self.headers, *([("ETag", self.etag)] if self.etag else [])]
        if self.etag and self.etag in tags:
            await self._answer(send, 304, headers)
            return
        headers.append(("Content-Type", "text/html; charset=utf-8"))
        if path == "/login":
            headers.append(("Set-Cookie", "sid=ada; Path=/; HttpOnly; Max-Age=9999"))
        if path == DEEP:
            headers += [("Set-Cookie", line) for line in every_variant("http")]
        who = "ada" if "sid=ada" in given.get(b"cookie", "") else "nobody"
        await self._answer(send, 200, headers, (PAGE % who).encode())

    @staticmethod
    async def _answer(send: Any, status: int, headers: list[tuple[str, str]], body: bytes = b"") -> None:
        raw = [(name.lower().encode(), value.encode()) for name, value in headers]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": body})


def behind_gate(shop: Shop, policy: str = POLICY, **options: Any) -> ConsentMiddleware:
    return ConsentMiddleware(shop, Gate(Policy.parse(policy), secret_key="a secret for tests", **options))


def without_clearing(app: ConsentMiddleware) -> Callable[..., Any]:
    """`app` for visitors whose browsers do not know of Clear-Site-Data."""

    async def without(scope: Any, receive: Any, send: Any) -> None:
        async def pass_on(message: Any) -> None:
            kept = [h for h in message.get("headers", ()) if h[0] != b"clear-site-data"]
            await send({**message, "headers": kept} if "headers" in message else message)

        await app(scope, receive, pass_on)

    return without


def withdraw(visitor: Visitor) -> Visit:
    visitor.follows("Privacy settings")
    return visitor.presses("Withdraw")


def assert_is_another_and_quiet(visitor: Visitor, url: str) -> None:
    """The page at `url` is none that was marked as left, and loads nothing, then and later."""
    assert visitor.page.url == url
    assert visitor.page.evaluate("window.left") is None
    assert "stats.example" not in visitor.page.content()
    assert visitor.does(lambda page: page.wait_for_timeout(500)).hosts == set()


def names_of(visitor: Visitor) -> set[str]:
    return {cookie["name"] for cookie in visitor.cookies()}


def test_every_variant_of_a_cookie_goes_and_the_login_stays_A3_A4_A20(
    serve_async: Callable[..., Site], new_visitor: Callable[..., Visitor]
) -> None:
    site, visitor = serve_async(behind_gate(Shop()), host=HOST), new_visitor(settle=0.3)
    visitor.opens(site.at("/login"))
    assert visitor.presses("Accept").hosts == {"stats.example"}
    visitor.opens(site.at(DEEP))
    for line in every_variant("script"):
        visitor.page.evaluate("line => { document.cookie = line }", line)
    # What a load balancer in front of the site sets. Chromium stores later what a script sets; reading waits.
    visitor.context.add_cookies([{"name": "SERVERID", "value": "a", "url": site.url}])
    assert "SERVERID=a" in visitor.page.evaluate("document.cookie")
    trackers = [cookie for cookie in visitor.cookies() if cookie["name"].startswith("_t_")]
    assert len(trackers) == 2 * len(KINDS) * len(PATHS) * len(DOMAINS)

    withdrawn = withdraw(visitor)
    assert withdrawn.hosts == set()
    later = visitor.opens(site.at(DEEP))
    rounds = 0
    while names_of(visitor) != {"sid", "SERVERID", "__Host-consent"}:
        rounds += 1
        assert rounds < 60, f"still there: {names_of(visitor)}"
        visitor.page.evaluate("fetch(location.href)")
    assert later.hosts == set()
    assert visitor.opens(site.url).page.inner_text("#who") == "ada"
    assert visitor.page.evaluate("document.cookie") == "SERVERID=a"


@pytest.mark.parametrize("clears", [True, False], ids=["Clear-Site-Data", "snippet"])
def test_the_back_button_revives_no_open_page_A3(
    serve_async: Callable[..., Site], new_visitor: Callable[..., Visitor], clears: bool
) -> None:
    gated = behind_gate(Shop())
    site = serve_async(gated if clears else without_clearing(gated), host=HOST)
    visitor = new_visitor(settle=0.3, patience=1.5, keeps_pages=True)
    visitor.opens(site.at("/news"))
    visitor.presses("Accept")
    visitor.page.evaluate("window.left = 1")
    visitor.opens(site.at("/_privacy/choices?next=/news"))
    # With nothing taken back the page comes back as it was left: the browser does keep it.
    visitor.does(lambda page: page.evaluate("history.back()"))
    assert visitor.page.evaluate("window.left") == 1
    # Its trackers go on once it is back. Firefox keeps no page that is asking for something.
    visitor.page.evaluate(f"addEventListener('pageshow', () => {{ {BEAT} }})")
    # Not by the link: with Firefox, Playwright waits for ever for a page that came back to have loaded.
    visitor.opens(site.at("/_privacy/choices?next=/news"))
    visitor.presses("Withdraw")
    visitor.does(lambda page: page.evaluate("history.go(-2)"))
    assert_is_another_and_quiet(visitor, site.at("/news"))


@pytest.mark.parametrize(
    ("headers", "asked"),
    [([], ['"v1"']), ([("Cache-Control", "max-age=600")], [])],
    ids=["validated", "fresh"],
)
def test_no_copy_in_the_browsers_cache_is_shown_again_A3_H2(
    serve_async: Callable[..., Site],
    new_visitor: Callable[..., Visitor],
    headers: list[tuple[str, str]],
    asked: list[str],
) -> None:
    # Without TLS: Chromium keeps nothing that came with the certificate of a test. And without
    # Clear-Site-Data, which would empty the cache.
    shop = Shop(headers, etag='"v1"')
    site = serve_async(without_clearing(behind_gate(shop, insecure=True)))
    visitor = new_visitor(settle=0.3)
    visitor.opens(site.url)
    visitor.presses("Accept")
    assert visitor.follows("News").hosts == {"stats.example"}
    visitor.follows("Home")
    count = len(shop.asked)
    assert visitor.follows("News").hosts == {"stats.example"}
    # The copy is in use.
    assert [tags for path, tags in shop.asked[count:] if path == "/news"] == asked
    withdraw(visitor)
    for act in (lambda: visitor.opens(site.at("/news")), lambda: visitor.follows("Home")):
        visit = act()
        assert visit.hosts == set()
        assert "stats.example" not in visit.page.content()


def test_the_back_button_revives_no_page_that_was_open_before_a_refusal_A3(
    serve_async: Callable[..., Site], new_visitor: Callable[..., Visitor]
) -> None:
    """The script sends the refusal, and its answer leaves the browser its copies."""
    gated = behind_gate(Shop())
    site = serve_async(gated, host=HOST)
    visitor = new_visitor(settle=0.3, patience=1.5, keeps_pages=True)
    visitor.opens(site.at("/news"))
    visitor.presses("Accept")
    gated.gate = behind_gate(Shop(), POLICY + ADDED).gate
    visitor.reloads()
    visitor.page.evaluate("window.left = 1")
    visitor.page.evaluate(f"addEventListener('pageshow', () => {{ {BEAT} }})")
    visitor.opens(site.url)
    visitor.presses("Refuse")
    visitor.does(lambda page: page.evaluate("history.back()"))
    assert_is_another_and_quiet(visitor, site.at("/news"))


def test_the_back_button_revives_no_copy_from_the_cache_A3(
    serve_async: Callable[..., Site], new_visitor: Callable[..., Visitor]
) -> None:
    # Without TLS, as above.
    shop = Shop([("Cache-Control", "max-age=600")])
    gated = behind_gate(shop, insecure=True)
    site, visitor = serve_async(gated), new_visitor(settle=0.3)
    visitor.opens(site.url)
    visitor.presses("Accept")
    assert visitor.follows("News").hosts == {"stats.example"}
    gated.gate = behind_gate(shop, POLICY + ADDED, insecure=True).gate
    visitor.opens(site.at("/other"))
    visitor.presses("Refuse")
    back = visitor.does(lambda page: page.evaluate("history.back()"))
    assert visitor.page.url == site.at("/news")
    assert back.hosts == set()
    assert "stats.example" not in visitor.page.content()


def test_refusing_what_is_new_closes_the_page_that_was_open(
    serve_async: Callable[..., Site], new_visitor: Callable[..., Visitor]
) -> None:
    gated = behind_gate(Shop())
    site, visitor = serve_async(gated, host=HOST), new_visitor(settle=0.3, patience=2)
    visitor.opens(site.url)
    assert not visitor.presses("Accept").shows("Refuse")
    gated.gate = behind_gate(Shop(), POLICY + ADDED).gate
    assert visitor.reloads().shows("Refuse")
    visitor.page.evaluate(BEAT)
    visitor.presses("Refuse")
    assert "stats.example" not in visitor.page.content()
    assert visitor.does(lambda page: page.wait_for_timeout(300)).hosts == set()


def test_a_page_that_cannot_find_out_does_not_stay(
    serve_async: Callable[..., Site], new_visitor: Callable[..., Visitor]
) -> None:
    """After a release the second part of the script that an old page was made with may be gone."""
    site, visitor = serve_async(behind_gate(Shop()), host=HOST), new_visitor(settle=0.3, patience=2)
    visitor.context.route("**/interaction-*.js", lambda route: route.abort())
    visitor.opens(site.url)
    visitor.presses("Accept")
    visitor.page.evaluate("window.left = 1")
    other = visitor.context.new_page()
    other.goto(site.at("/_privacy/choices?next=/"))
    other.get_by_role("button", name="Withdraw", exact=True).click()
    visitor.page.wait_for_function("() => !window.left")
    assert_is_another_and_quiet(visitor, site.url)

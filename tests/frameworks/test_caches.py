"""Behind a shared cache nobody gets another's page or cookies, and closed pages are shared (B17, H5, H6)."""

from __future__ import annotations

import itertools
import os
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from waitress.server import create_server

from consentgate import Gate, Policy
from consentgate.consent import Choice, ConsentCookie
from consentgate.consent.choice_validity import Validity
from consentgate.consent.coverage import everything
from consentgate.policy.lifetime import DAY
from consentgate.wsgi import ConsentMiddleware

from .caches import running
from .client import PATIENCE, Browser, Reply

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

HOST = "www.shop.example"
SECRET = "a secret for tests"
POLICY = Policy.parse(
    """
    [site]
    name = "Shop"
    controller = "Shop Ltd"
    contact = "privacy@shop.example"

    [[cookie]]
    name = "sid"
    category = "necessary"
    reason = "authentication"

    [[cookie]]
    name = "_ab"
    category = "performance"

    [[cookie]]
    name = "left_over_*"
    category = "performance"

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
)
HOSTS_OF = {"performance": b"stats.example", "third-party": b"films.example"}
PUBLIC = ("Cache-Control", "public, max-age=600")
SHARED = ("/news", "/quiet", "/unstated", "/stale", "/drawing.svg", "/moved")
OWN = ("/_privacy/visitor.css", "/_privacy/choices", "/_privacy/state")
# What an application serves with a Vary of its own a cache that ignores it would mix up, gate or not.
BY_COOKIE = "/account"
_NUMBERED = re.compile(rb"[a-z]+~\d+")


@dataclass
class Shop:
    """Careless: it says `public` wherever it can, and sets each visitor numbered cookies."""

    asked: Counter[str] = field(default_factory=Counter)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path, number = environ["PATH_INFO"], next(self.numbers)
        self.asked[path] += 1
        kind, status, words = "text/html; charset=utf-8", "200 OK", ""
        headers = [PUBLIC, ("ETag", '"v1"')]
        if path == "/login":
            headers.append(("Set-Cookie", f"sid=sid~{number}; Path=/"))
        elif path == "/account":
            headers = [("Cache-Control", "max-age=600"), ("Vary", "Cookie")]
            words = environ.get("HTTP_COOKIE", "").partition("sid=")[2][:20]
        elif path == "/counted":
            headers = [("Cache-Control", "max-age=600"), ("Set-Cookie", f"_ab=ab~{number}; Path=/")]
            words = f"once~{number}"
        elif path == "/quiet":
            headers = [PUBLIC]
        elif path == "/unstated":
            # Varnish keeps this for two minutes.
            headers = []
        elif path == "/drawing.svg":
            kind = "image/svg+xml"
        elif path == "/moved":
            status = "302 Found"
            headers += [("Location", "/news"), ("Set-Cookie", f"_ab=ab~{number}; Path=/")]
        elif path == "/news":
            headers.append(("Set-Cookie", f"_ab=ab~{number}; Path=/"))
        if path == "/stale" and '"v1"' in environ.get("HTTP_IF_NONE_MATCH", ""):
            start_response("304 Not Modified", headers)
            return []
        start_response(status, [("Content-Type", kind), *headers])
        if kind == "image/svg+xml":
            return [b'<svg xmlns="http://www.w3.org/2000/svg"><text>', words.encode(), b"</text></svg>"]
        return [
            b'<!doctype html><title>Shop</title><script src="https://stats.example/s.js"></script>',
            b'<iframe src="https://films.example/1"></iframe><p>' + words.encode() + b"</p>",
        ]


@dataclass(frozen=True)
class Cached:
    """A shop, the port that it listens on and that of the cache in front."""

    shop: Shop
    origin: int
    port: int
    by_url_only: bool
    given: set[bytes] = field(default_factory=set)  # all the cookies that visitors got


DOCUMENTED = ("nginx", "varnish")
AS_DOCUMENTED = pytest.mark.parametrize("cached", DOCUMENTED, indirect=True)


@pytest.fixture(scope="module", params=[*DOCUMENTED, *(f"{name} without Vary" for name in DOCUMENTED)])
def cached(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cached]:
    shop = Shop()
    gate = Gate(POLICY, secret_key=SECRET, trusted_proxies=1)
    server = create_server(
        ConsentMiddleware(shop, gate), host="127.0.0.1", port=0, clear_untrusted_proxy_headers=False
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        with running(request.param, tmp_path_factory.mktemp("cache"), server.effective_port) as port:
            yield Cached(shop, server.effective_port, port, request.param.endswith("without Vary"))
    finally:
        server.close()
        thread.join(PATIENCE)


class Visitor:
    """A person behind the cache, who can look past it to know what the gate would have said."""

    def __init__(self, cached: Cached, name: str) -> None:
        self.name = name
        self._cached = cached
        self._through = Browser("127.0.0.1", cached.port)
        self.cookies = self._through.cookies
        self.granted: frozenset[str] = frozenset()
        self.own: set[bytes] = set()
        self._tags: dict[str, str] = {}

    def gets(self, path: str, method: str = "GET", **headers: str) -> Reply:
        reply = self._through.gets(path, method, Host=HOST, **headers)
        lines = reply.values("set-cookie")
        assert not any(line.startswith("__Host-consent") for line in lines)
        given = set(_NUMBERED.findall("\n".join(lines).encode()))
        assert not given & self._cached.given, "a cookie that was another's"
        self._cached.given.update(given)
        self.own.update(given)
        return reply

    def decides(self, decision: str, **form: str) -> None:
        body = urlencode({"decision": decision, **form})
        kind = "application/x-www-form-urlencoded"
        answer = self._through.gets(
            "/_privacy/choices", "POST", body, Host=HOST, Content_Type=kind, Sec_Fetch_Site="same-origin"
        )
        assert answer.status == 303
        categories = {"accept": HOSTS_OF, "save": form.values()}.get(decision, ())
        self.granted = frozenset(categories)

    def past_the_cache(self, path: str, cookies: dict[str, str], **headers: str) -> Reply:
        with Browser("127.0.0.1", self._cached.origin, cookies=dict(cookies)) as direct:
            return direct.gets(path, Host=HOST, X_Forwarded_Host=HOST, **headers)

    def looks_at(self, path: str, method: str, *, again: bool, **headers: str) -> None:
        """Ask for a page, and compare with what the gate says."""
        before = dict(self.cookies)
        expected = [self.past_the_cache(path, before, **headers)]
        if self._cached.by_url_only:
            # Such a cache gives everybody what it has: then that must be what nobody in particular gets.
            expected.append(self.past_the_cache(path, {}))
        else:
            expected.append(self.past_the_cache(path, before, X_Consent_Key="closed", **headers))
        asked = {"If_None_Match": self._tags[path]} if again and path in self._tags else {}
        reply = self.gets(path, method, **headers, **asked)
        assert set(_NUMBERED.findall(reply.body)) <= self.own
        if reply.status == 304 and expected[0].status != 304:
            assert asked["If_None_Match"] in [tag for one in expected for tag in one.values("etag")]
            return
        shape = _shape_of_head if method == "HEAD" else _shape
        assert shape(reply) in [shape(one) for one in expected]
        allowed = {HOSTS_OF[category] for category in self.granted if not headers.get("Sec_GPC")}
        # A drawing is closed by its Content-Security-Policy alone.
        page = reply.loading.encode() if "text/html" in reply.values("content-type")[0] else b""
        loads = page + " ".join(reply.values("content-security-policy")).encode()
        assert {host for host in HOSTS_OF.values() if b"//" + host in loads} <= allowed
        if reply.values("etag"):
            [self._tags[path]] = reply.values("etag")

    def closes(self) -> None:
        self._through.__exit__(None, None, None)


def _shape_of_head(reply: Reply) -> object:
    names = ("content-type", "content-security-policy", "etag", "location")
    return reply.status, [reply.values(name) for name in names]


def _shape(reply: Reply) -> object:
    """What matters of a reply, but for the numbers in it."""
    cookies = sorted(re.sub(r"~\d+", "", line) for line in reply.values("set-cookie"))
    return _shape_of_head(reply), cookies, _NUMBERED.sub(b"", reply.body)


@pytest.fixture
def arrives(cached: Cached) -> Iterator[Callable[[str], Visitor]]:
    visitors: list[Visitor] = []

    def arrive(name: str) -> Visitor:
        visitors.append(Visitor(cached, name))
        return visitors[-1]

    yield arrive
    for visitor in visitors:
        visitor.closes()


def old(days: int, *, grant: bool) -> dict[str, str]:
    """The consent cookie of a decision made so many `days` ago."""
    at = int(time.time()) - days * DAY
    choice = Choice(at, b"0" * 16, everything(POLICY)) if grant else Choice(at - at % DAY)
    cookie = ConsentCookie([SECRET], validity=Validity.of(POLICY.site)).set_cookie(choice, HOST)
    name, _, value = cookie.partition(";")[0].partition("=")
    return {name: value}


def test_nobody_gets_anothers_page_or_cookies_whatever_they_do_B17(
    cached: Cached, arrives: Callable[[str], Visitor]
) -> None:
    seed = 4 if os.environ.get("CI") else random.randrange(10_000)
    print("seed", seed)
    chance = random.Random(seed)
    visitors = [arrives(f"visitor {number}") for number in range(8)]
    # Enough of them for anybody to be the first who asks.
    shared = [f"{path}?page={number}" for path in SHARED for number in range(10)]
    paths = ["/login", *OWN, *(() if cached.by_url_only else (BY_COOKIE,))]
    for _ in range(400):
        visitor = chance.choice(visitors)
        act = chance.random()
        if act < 0.08:
            visitor.decides(chance.choice(("accept", "refuse", "withdraw")))
        elif act < 0.12:
            visitor.decides("save", category=chance.choice([*HOSTS_OF]))
        elif act < 0.16:
            visitor.cookies["_ab"] = "left over"
        elif act < 0.2:
            # Changed, expired, or gone.
            changed = {"__Host-consent": visitor.cookies.pop("__Host-consent", "")[:-1] + "~"}
            expired = old(185, grant=chance.random() < 0.5)
            visitor.cookies |= chance.choice((changed, expired, {}))
            visitor.granted = frozenset()
        else:
            signal = {"Sec_GPC": "1"} if chance.random() < 0.2 else {}
            method = "HEAD" if chance.random() < 0.1 else "GET"
            path = chance.choice(shared if chance.random() < 0.7 else paths)
            visitor.looks_at(path, method, again=chance.random() < 0.3, **signal)


def test_a_closed_page_is_made_once_for_everybody(cached: Cached, arrives: Callable[[str], Visitor]) -> None:
    path = "/quiet"
    cached.shop.asked.clear()
    visitors = [arrives("undecided"), arrives("undecided too")]
    for days in (0, 1, 5, 100):
        visitors.append(arrives(f"refused {days} days ago"))
        visitors[-1].cookies |= old(days, grant=False)
    visitors.append(arrives("withdrew"))
    visitors[-1].decides("accept")
    visitors[-1].decides("withdraw")
    bodies = set()
    for visitor in visitors:
        for signal in ({}, {"Sec_GPC": "1"}):
            reply = visitor.gets(f"{path}?once", **signal)
            assert reply.status == 200
            bodies.add(reply.body)
    assert len(bodies) == 1
    assert cached.shop.asked[path] == 1


def test_who_said_yes_is_asked_for_each_time_and_leaves_nothing_behind(
    cached: Cached, arrives: Callable[[str], Visitor]
) -> None:
    for name in ("one", "another"):
        visitor = arrives(name)
        visitor.decides("accept")
        cached.shop.asked.clear()
        for path in ("/quiet", "/news"):
            for _ in range(2):
                assert HOSTS_OF["performance"] in visitor.gets(f"{path}?granted").body
            assert cached.shop.asked[path] == 2
        assert visitor.cookies["_ab"].encode() in visitor.own
    for path in ("/quiet", "/news"):
        assert HOSTS_OF["performance"] not in arrives("undecided").gets(f"{path}?granted").body


def test_a_page_that_lost_its_cookie_is_not_shared_H6(
    cached: Cached, arrives: Callable[[str], Visitor]
) -> None:
    pages = [arrives("undecided").gets("/counted").body for _ in range(4)]
    assert len(set(pages)) == 4


def test_the_banners_styles_are_each_visitors_own(cached: Cached, arrives: Callable[[str], Visitor]) -> None:
    undecided, refused = arrives("undecided"), arrives("refused")
    refused.decides("refuse")
    hidden = b".consentgate-banner{display:none"
    for _ in range(2):
        assert hidden not in undecided.gets("/_privacy/visitor.css").body
        assert hidden in refused.gets("/_privacy/visitor.css").body


@AS_DOCUMENTED
def test_who_has_decided_is_not_asked_by_another_visitors_copy(
    cached: Cached, arrives: Callable[[str], Visitor]
) -> None:
    undecided, refused = arrives("undecided"), arrives("refused")
    refused.decides("refuse")
    for path in ("/unstated?asked", "/quiet?asked"):
        for visitor in (undecided, refused, undecided):
            body = visitor.gets(path).body
            # Both get the same page, and the visitor's own styles say who is asked.
            assert b'value="accept"' in body
            assert b"/_privacy/visitor.css" in body


@AS_DOCUMENTED
def test_nobody_makes_a_page_for_another_host_than_it_is_stored_under(
    cached: Cached, arrives: Callable[[str], Visitor]
) -> None:
    path = "/news?host"
    poisoned = arrives("attacker").gets(path, X_Forwarded_Host="evil.example")
    assert poisoned.body == arrives("undecided").gets(path).body
    assert "evil.example" not in "".join(poisoned.values("content-security-policy"))


@AS_DOCUMENTED
def test_leftover_cookies_are_deleted_through_the_cache_A3(
    cached: Cached, arrives: Callable[[str], Visitor]
) -> None:
    first, visitor = arrives("undecided"), arrives("refused")
    first.gets("/quiet")
    visitor.decides("refuse")
    visitor.cookies["_ab"] = "left over"
    visitor.gets("/quiet")
    assert visitor.cookies.keys() == {"__Host-consent"}
    # More of them than one head has room for, in a proxy's buffer.
    visitor.cookies |= {f"left_over_{number}": "1" for number in range(40)}
    for _ in range(30):
        assert visitor.gets("/quiet/shelf/row").status == 200
        if visitor.cookies.keys() == {"__Host-consent"}:
            break
    assert visitor.cookies.keys() == {"__Host-consent"}

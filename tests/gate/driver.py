"""One small application, described once, behind the gate over WSGI and ASGI; and a visitor to speak to it.

The WSGI side runs between the validators of wsgiref and WebTest on both sides of the gate.
"""

from __future__ import annotations

import asyncio
import io
import re
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_to_bytes, urlencode
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

from consentgate import Gate, Policy
from consentgate import asgi as asgi_adapter
from consentgate import wsgi as wsgi_adapter

with warnings.catch_warnings():
    # WebOb, which WebTest is made of, imports a module that Python is about to drop.
    warnings.simplefilter("ignore", DeprecationWarning)
    from webtest.lint import middleware as lint

Headers = list[tuple[str, str]]
HTML = ("Content-Type", "text/html; charset=utf-8")
JSON = ("Content-Type", "application/json")
HOST = "www.example.org"
SECRET = "a key for the tests"

POLICY = """
[site]
name = "Example"
controller = "Example Ltd"
contact = "privacy@example.org"

[[cookie]]
name = "sid"
category = "necessary"
reason = "authentication"
lifetime = "14 days"

[[cookie]]
name = "cart"
category = "necessary"
reason = "basket"
lifetime = "session"

[[cookie]]
name = "ui*"
category = "necessary"
reason = "ui-preference"

[[cookie]]
name = "_ab"
category = "performance"

[[service]]
id = "stats"
name = "Stats"
category = "performance"
hosts = ["stats.vendor.example"]
cookies = [{ name = "_st*", lifetime = "13 months" }]

[[service]]
id = "heat"
name = "Heat"
category = "performance"
hosts = ["heat.example"]
cookies = [{ name = "_heat" }]

[[service]]
id = "films"
name = "Films"
category = "third-party"
hosts = ["films.example", "*.films.example"]
cookies = [{ name = "_film" }]

[[service]]
id = "pay"
name = "Pay"
category = "necessary"
reason = "payment"
hosts = ["pay.example"]
pages = ["/checkout/*"]
"""

PAGE = (
    b"<!doctype html><html><head><title>News</title></head><body>"
    b'<script src="https://stats.vendor.example/s.js"></script>'
    b'<script src="https://heat.example/h.js"></script>'
    b'<iframe src="https://films.example/1"></iframe>'
    b'<img src="https://nobody.example/pixel.gif">'
    b"<p>Text</p></body></html>"
)
THIRD_PARTIES = (b"stats.vendor.example", b"heat.example", b"films.example", b"nobody.example")


def make_gate(policy: str | Policy = POLICY, **options: Any) -> Gate:
    """A gate for a policy, written as TOML or made already."""
    made = _parsed(policy) if isinstance(policy, str) else policy
    return Gate(made, **{"secret_key": SECRET, **options})


@lru_cache
def _parsed(policy: str) -> Policy:
    return Policy.parse(policy)


@dataclass
class Page:
    """What the application answers."""

    body: bytes | list[bytes] = PAGE
    status: int = 200
    headers: Headers = field(default_factory=lambda: [HTML])

    @property
    def chunks(self) -> list[bytes]:
        return [self.body] if isinstance(self.body, bytes) else self.body


@dataclass
class Seen:
    """A request as it reached the application."""

    method: str
    path: str
    headers: Headers
    consent: Any

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name]

    @property
    def cookie(self) -> str:
        return "; ".join(self.values("cookie"))


@dataclass
class App:
    """Answers with `pages` by path, else with `page`; `decide` may answer by the request."""

    page: Page = field(default_factory=Page)
    pages: dict[str, Page] = field(default_factory=dict)
    decide: Callable[[Seen], Page] | None = None
    seen: list[Seen] = field(default_factory=list)

    def answers(self, seen: Seen) -> Page:
        self.seen.append(seen)
        if self.decide is not None:
            return self.decide(seen)
        return self.pages.get(seen.path, self.page)

    def wsgi(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        headers = [
            (key[5:].replace("_", "-").title(), value)
            for key, value in environ.items()
            if key.startswith("HTTP_")
        ]
        consent = environ[wsgi_adapter.CONSENT]
        page = self.answers(Seen(environ["REQUEST_METHOD"], environ["PATH_INFO"], headers, consent))
        start_response(status_line(page.status), list(page.headers))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else page.chunks

    async def asgi(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        page = self.answers(Seen(scope["method"], path, headers, scope["state"]["consent"]))
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in page.headers]
        await send({"type": "http.response.start", "status": page.status, "headers": raw})
        chunks = [] if scope["method"] == "HEAD" else page.chunks
        for chunk in chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body"})


def without_links(body: bytes) -> bytes:
    """The page `body` without the links in placeholders, which lead to what was blocked."""
    return re.sub(rb"<a href='[^']*' target='_blank' [^>]*>", b"", body)


@dataclass
class Reply:
    """What left the gate."""

    status: int
    headers: Headers
    body: bytes

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name]

    def value(self, name: str) -> str:
        [value] = self.values(name)
        return value

    @property
    def loading(self) -> bytes:
        """The body without what it only links to."""
        return without_links(self.body)

    @property
    def lowered(self) -> Headers:
        """The headers with names as ASGI has them."""
        return [(name.lower(), value) for name, value in self.headers]

    @property
    def set_cookies(self) -> list[str]:
        """The cookies that are stored: no deletions."""
        return [line for line in self.values("set-cookie") if "max-age=0" not in line.lower()]

    @property
    def set_names(self) -> set[str]:
        return {line.partition("=")[0] for line in self.set_cookies}

    @property
    def deleted(self) -> list[str]:
        return [line for line in self.values("set-cookie") if "max-age=0" in line.lower()]

    @property
    def deleted_names(self) -> set[str]:
        return {line.partition("=")[0] for line in self.deleted}

    @property
    def size_of_head(self) -> int:
        return sum(len(name) + len(value) + 4 for name, value in self.headers)

    @property
    def but_for_expiries(self) -> tuple[int, list[tuple[str, str]], bytes]:
        headers = sorted((k.lower(), v) for k, v in self.headers if k.lower() != "set-cookie")
        return self.status, headers, self.body


@dataclass
class Site:
    """An application behind the gate, over one of the two interfaces. `host` is what visitors ask for."""

    interface: str
    app: App
    gate: Gate
    host: str = HOST
    root: str = ""
    validated: bool = True

    def asks(
        self, path: str = "/", method: str = "GET", headers: Headers | None = None, body: bytes = b""
    ) -> Reply:
        """Send a request. `path` is as in the request line, with its query."""
        given = list(headers or [])
        if all(name.lower() != "host" for name, _ in given):
            given.insert(0, ("Host", self.host))
        send = over_wsgi if self.interface == "wsgi" else over_asgi
        return send(self, method, path, given, body)

    def gets(self, path: str = "/", cookie: str = "", **headers: str) -> Reply:
        named = [(name.replace("_", "-"), value) for name, value in headers.items()]
        return self.asks(path, headers=[*named, *([("Cookie", cookie)] if cookie else [])])

    def decides(
        self,
        decision: str,
        cookie: str = "",
        headers: Headers | None = None,
        path: str = "/_privacy/choices",
        **form: str | list[str],
    ) -> Reply:
        """Send a decision, from a page of the site's own unless `headers` say otherwise."""
        given = [("Sec-Fetch-Site", "same-origin")] if headers is None else list(headers)
        given.append(("Content-Type", "application/x-www-form-urlencoded"))
        if cookie:
            given.append(("Cookie", cookie))
        body = urlencode({"decision": decision, **form}, doseq=True).encode()
        return self.asks(path, "POST", given, body)

    def chooses(self, decision: str, cookie: str = "", headers: Headers | None = None, **form: Any) -> str:
        """Make a decision; give the consent cookie as it is sent from then on."""
        given = None if headers is None else [("Sec-Fetch-Site", "same-origin"), *headers]
        reply = self.decides(decision, cookie, given, **form)
        assert reply.status == 303
        [line] = [line for line in reply.set_cookies if line.startswith(self.gate.cookie.name)]
        return line.partition(";")[0]


def status_line(status: int) -> str:
    return f"{status} {HTTPStatus(status).phrase}"


def environ_of(site: Site, method: str, path: str, headers: Headers, body: bytes) -> dict[str, Any]:
    path, _, query = path.partition("?")
    environ: dict[str, Any] = {"REQUEST_METHOD": method, "SCRIPT_NAME": site.root}
    environ["PATH_INFO"] = unquote_to_bytes(path).decode("latin-1")
    environ["QUERY_STRING"] = query
    setup_testing_defaults(environ)
    environ["wsgi.input"] = io.BytesIO(body)
    environ["wsgi.errors"] = io.StringIO()
    del environ["HTTP_HOST"]
    for name, value in headers:
        key = name.upper().replace("-", "_")
        key = key if key == "CONTENT_TYPE" else f"HTTP_{key}"
        joint = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{joint}{value}" if key in environ else value
    if body:
        environ["CONTENT_LENGTH"] = str(len(body))
    return environ


def over_wsgi(site: Site, method: str, path: str, headers: Headers, body: bytes) -> Reply:
    """As a server would: the status and headers, the chunks in order, then close()."""
    if site.validated:
        inner = wsgi_adapter.ConsentMiddleware(validator(lint(site.app.wsgi)), site.gate)
        application: Any = validator(lint(inner))
    else:
        application = wsgi_adapter.ConsentMiddleware(site.app.wsgi, site.gate)
    return call_wsgi(application, environ_of(site, method, path, headers, body))


def call_wsgi(application: Any, environ: dict[str, Any]) -> Reply:
    started: list[tuple[str, Headers]] = []

    def start_response(status: str, headers: Headers, *error: Any) -> Callable[[bytes], None]:
        assert len(error) <= 1
        assert not started or error
        started[:] = [(status, headers)]
        return lambda data: None

    iterable = application(environ, start_response)
    try:
        chunks = list(iterable)
    finally:
        if hasattr(iterable, "close"):
            iterable.close()
    [(status, headers)] = started
    return Reply(int(status[:3]), headers, b"".join(chunks))


def scope_of(site: Site, method: str, path: str, headers: Headers) -> dict[str, Any]:
    raw, _, query = path.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.5"},
        "http_version": "1.1",
        "method": method,
        "scheme": "https",
        "path": site.root + unquote_to_bytes(raw).decode("utf-8", "replace"),
        "raw_path": (site.root + raw).encode("latin-1"),
        "query_string": query.encode("latin-1"),
        "root_path": site.root,
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        "server": ("127.0.0.1", 80),
        "extensions": {},
        "state": {},
    }


def over_asgi(site: Site, method: str, path: str, headers: Headers, body: bytes) -> Reply:
    application = asgi_adapter.ConsentMiddleware(site.app.asgi, site.gate)
    return asyncio.run(call_asgi(application, scope_of(site, method, path, headers), [body]))


async def call_asgi(application: Any, scope: dict[str, Any], body: list[bytes]) -> Reply:
    sent: list[dict[str, Any]] = []
    incoming = [
        {"type": "http.request", "body": part, "more_body": number < len(body)}
        for number, part in enumerate(body, 1)
    ]

    async def receive() -> dict[str, Any]:
        return incoming.pop(0) if incoming else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await application(scope, receive, send)
    return reply_of(sent)


def reply_of(sent: list[dict[str, Any]]) -> Reply:
    """The response in a list of messages, which must be in an order that servers accept."""
    start, *bodies = sent
    assert start["type"] == "http.response.start"
    assert [message["type"] for message in bodies] == ["http.response.body"] * len(bodies)
    assert [message.get("more_body", False) for message in bodies] == [True] * (len(bodies) - 1) + [False]
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]]
    return Reply(start["status"], headers, b"".join(message.get("body", b"") for message in bodies))

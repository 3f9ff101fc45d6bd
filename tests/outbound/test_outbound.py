"""What the server itself sends is held to the consent of the visitor for whom it works."""

from __future__ import annotations

import asyncio
import logging
import threading
import tomllib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
import requests
from gate.test_regimes import MIXED
from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from werkzeug.test import Client

from consentgate import Gate, Policies, Policy, asgi, wsgi
from consentgate.consent import Consent, decide
from consentgate.consent.choice import with_objection
from consentgate.outbound import HELD_BACK, ActingFor, Mode, Outbound, current_consent
from consentgate.testing import consent_cookie

POLICY = Policy.parse("""
[site]
name = "Shop"
controller = "Shop Ltd"
contact = "privacy@shop.example"

[[service]]
id = "stats"
name = "Stats"
category = "performance"
hosts = ["localhost"]
paths = ["/collect"]

[[service]]
id = "payments"
name = "Payments"
category = "necessary"
reason = "payment"
hosts = ["localhost"]
paths = ["/pay"]
pages = ["/checkout/*"]
""")
GATE = Gate(POLICY, secret_key="a secret key of the tests", insecure=True)
KNOWN = "https://www.google-analytics.com/mp/collect"
NOBODY = Consent(POLICY)
WILLING = Consent.of_ids(POLICY, ["stats"])


class Vendor(ThreadingHTTPServer):
    """A third party on this machine, which remembers the paths that it was asked for. `/jump` leads on to
    `/collect` on the host "localhost"."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.asked: list[str] = []

    def url(self, path: str = "/collect", host: str = "localhost") -> str:
        return f"http://{host}:{self.server_port}{path}"


class Answer(BaseHTTPRequestHandler):
    server: Vendor

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.send_response(302 if self.path == "/jump" else 200)
        if self.path == "/jump":
            self.send_header("Location", self.server.url())
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with Vendor() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


Get = Callable[[Outbound, str], int]


def by_requests(outbound: Outbound, url: str) -> int:
    with requests.Session() as session:
        session.trust_env = False
        outbound.mount(session)
        return session.get(url).status_code


def by_httpx(outbound: Outbound, url: str) -> int:
    with httpx.Client(transport=outbound.transport(httpx.HTTPTransport()), follow_redirects=True) as client:
        return client.get(url).status_code


async def by_httpx_later(outbound: Outbound, url: str) -> int:
    transport = outbound.async_transport(httpx.AsyncHTTPTransport())
    async with httpx.AsyncClient(transport=transport, follow_redirects=True) as client:
        return (await client.get(url)).status_code


def by_async_httpx(outbound: Outbound, url: str) -> int:
    return asyncio.run(by_httpx_later(outbound, url))


clients = pytest.mark.parametrize("get", [by_requests, by_httpx, by_async_httpx])


@clients
@pytest.mark.parametrize(
    ("consent", "path", "status"),
    [
        (None, "/collect", HELD_BACK),
        (NOBODY, "/collect", HELD_BACK),
        (WILLING, "/collect", 200),
        (None, "/pay", 200),
        (NOBODY, "/pay", 200),
        (None, "/another-path-of-stats", HELD_BACK),
        (WILLING, "/another-path-of-stats", 200),
    ],
)
def test_a_service_is_contacted_with_consent_alone(
    get: Get, consent: Consent | None, path: str, status: int, vendor: Vendor
) -> None:
    with ActingFor(consent):
        assert get(Outbound(POLICY), vendor.url(path)) == status
    assert vendor.asked == ([path] if status == 200 else [])


@clients
def test_a_redirect_is_judged_too(get: Get, vendor: Vendor) -> None:
    assert get(Outbound(POLICY), vendor.url("/jump", "127.0.0.1")) == HELD_BACK
    assert vendor.asked == ["/jump"]


@clients
@pytest.mark.parametrize("mode", ["report", "log"])
def test_other_modes_send_and_tell(
    get: Get, mode: Mode, vendor: Vendor, caplog: pytest.LogCaptureFixture
) -> None:
    outbound = Outbound(POLICY, mode=mode)
    assert [get(outbound, vendor.url()) for _ in range(2)] == [200, 200]
    assert len(vendor.asked) == 2
    (line,) = [record.getMessage() for record in caplog.records if "outbound" in record.getMessage()]
    assert "localhost" in line
    assert "Stats" in line
    assert ("would not have been contacted" in line) == (mode == "report")


def test_what_is_held_back_reads_as_an_empty_answer(vendor: Vendor) -> None:
    outbound = Outbound(POLICY)
    with requests.Session() as session:
        outbound.mount(session)
        answer = session.post(vendor.url(), json={"event": "bought"})
    assert (answer.content, answer.ok, answer.url) == (b"", False, vendor.url())
    with pytest.raises(requests.HTTPError, match="451"):
        answer.raise_for_status()


@pytest.mark.parametrize("url", [KNOWN, KNOWN.upper(), KNOWN.replace(".com", ".com."), f"{KNOWN}?v=2#a"])
def test_what_the_catalogue_knows_needs_consent(url: str, caplog: pytest.LogCaptureFixture) -> None:
    outbound = Outbound(POLICY)
    assert outbound.holds_back(url)
    (line,) = [record.getMessage() for record in caplog.records]
    assert "Google Analytics" in line
    assert 'use = "google-analytics"' in line
    assert "ActingFor(consent)" in line


YOUTUBE = """
[site]
name = "Shop"
controller = "Shop Ltd"
contact = "privacy@shop.example"
undeclared = "third-party"

[[service]]
use = "youtube"
"""
OEMBED = "https://www.youtube.com/oembed?url=x"


def test_a_services_host_needs_consent_whatever_the_path() -> None:
    policy = Policy.parse(YOUTUBE)
    for given, held in (((), True), (["youtube"], False)):
        with ActingFor(Consent.of_ids(policy, given)):
            assert Outbound(policy).holds_back(OEMBED) is held


def test_so_does_the_host_of_a_service_that_only_the_catalogue_knows(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert Outbound(POLICY).holds_back(OEMBED)
    assert 'use = "youtube"' in caplog.text
    assert not Outbound(POLICY).holds_back("https://nobody.example/oembed")


def test_a_necessary_service_on_the_same_host_passes_by_its_own_paths_alone() -> None:
    narrower = """
    [[service]]
    id = "titles"
    name = "Titles of films"
    category = "necessary"
    reason = "requested-service"
    urls = ["www.youtube.com/oembed"]
    """
    outbound = Outbound(Policy.parse(YOUTUBE + narrower))
    assert not outbound.holds_back(OEMBED)
    assert outbound.holds_back("https://www.youtube.com/feeds/videos.xml")


def test_where_several_services_share_a_host_other_paths_need_consent_to_each() -> None:
    policy = Policy.parse(
        YOUTUBE
        + """
    [[service]]
    id = "feeds"
    name = "Feeds"
    category = "third-party"
    urls = ["www.youtube.com/feeds/*"]
    """
    )
    for given, held in ((["youtube"], True), (["feeds"], True), (["youtube", "feeds"], False)):
        with ActingFor(Consent.of_ids(policy, given)):
            assert Outbound(policy).holds_back(OEMBED) is held
            assert Outbound(policy).holds_back("https://www.youtube.com/feeds/x") is ("feeds" not in given)


def test_the_lines_that_declare_a_service_stand_at_the_end_of_what_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert Outbound(POLICY).holds_back(KNOWN)
    before, _, lines = caplog.records[0].getMessage().partition("these lines would:\n")
    assert "This is logged once for each host" in before
    assert tomllib.loads(lines)["service"][0]["use"] == "google-analytics"


def test_a_visitors_own_policy_counts(vendor: Vendor) -> None:
    other = Policy.parse("""
    [site]
    name = "Other"
    controller = "Other Ltd"
    contact = "privacy@other.example"

    [[service]]
    id = "counts"
    name = "Counts"
    category = "performance"
    hosts = ["127.0.0.1"]
    """)
    outbound = Outbound(POLICY)
    assert not outbound.holds_back("http://127.0.0.1/")
    with ActingFor(Consent(other)):
        assert outbound.holds_back("http://127.0.0.1/")
        # Nor can they have consented to what another policy declares.
        assert outbound.holds_back("http://localhost/collect")
        assert not outbound.holds_back("http://localhost/pay")


def test_on_a_host_without_a_policy_nothing_has_been_consented_to() -> None:
    outbound, held_back = Outbound(POLICY), []

    def app(environ: Any, start_response: Any) -> list[bytes]:
        held_back.append(outbound.holds_back("http://localhost/collect"))
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b"{}"]

    hosts = {"shop.example": POLICY}
    client = Client(wsgi.ConsentMiddleware(app, Gate(Policies(hosts.get), secret_key="k")))
    for host in ("shop.example", "nobody.example"):
        client.get("/", headers={"Host": host})
    assert held_back == [True, True]


def test_an_objection_goes_along_with_what_is_done_later() -> None:
    policy = Policy.parse(MIXED)
    for objects in (False, True):
        choice = decide(policy, "accept")
        consent = Consent.of_choice(policy, with_objection(choice) if objects else choice, frozenset())
        with ActingFor(Consent.of_ids(policy, consent.allowed)):
            assert Outbound(policy).holds_back("https://counter.example/") is objects
            assert not Outbound(policy).holds_back("https://films.example/")


@pytest.mark.parametrize("url", ["", "/collect", "http://", "http:///x", "mailto:a@b.example"])
def test_what_names_no_host_is_nobodys(url: str) -> None:
    assert not Outbound(POLICY).holds_back(url)


def test_mistakes_are_named() -> None:
    with pytest.raises(ValueError, match=r'mode: expected one of .*, got "blok"; did you mean "block"'):
        Outbound(POLICY, mode="blok")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"Policy\.load"):
        Outbound("consentgate.toml")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"expected a requests\.Session"):
        Outbound(POLICY).mount(requests)  # type: ignore[arg-type]


# -- who the visitor is ----------------------------------------------------------------------------------


def cookie(*grants: str, host: str = "localhost") -> str:
    return "=".join(consent_cookie(GATE, grants, host))


def said(consent: Consent | None) -> bytes:
    return b"nobody" if consent is None else repr(consent).encode()


WHILE = pytest.mark.parametrize("during", ["call", "body", "close"])


@WHILE
@pytest.mark.parametrize("kind", ["text/html", "application/json"])
def test_in_a_wsgi_application_it_is_who_asks(during: str, kind: str) -> None:
    seen: dict[str, bytes] = {}

    class Body:
        def __iter__(self) -> Iterator[bytes]:
            yield b"<p>a"
            seen["body"] = said(current_consent())
            yield b"<p>b"

        def close(self) -> None:
            seen["close"] = said(current_consent())

    def app(environ: Any, start_response: Any) -> Body:
        seen["call"] = said(current_consent())
        start_response("200 OK", [("Content-Type", kind)])
        return Body()

    client = Client(wsgi.ConsentMiddleware(app, GATE), use_cookies=False)
    client.get("/", headers={"Cookie": cookie("stats")}, buffered=True)
    if kind == "text/html" or during == "call":
        assert seen[during] == said(WILLING)
    else:
        # The server has the application's own iterable: nobody tells when it is asked.
        assert seen[during] == b"nobody"
    assert current_consent() is None


def test_in_an_asgi_application_it_is_who_asks() -> None:
    async def app(request: Any) -> StreamingResponse:
        async def body() -> Any:
            yield said(current_consent())
            yield b"|"
            yield await asyncio.to_thread(lambda: said(current_consent()))
            yield b"|"
            yield await asyncio.create_task(later())

        async def later() -> bytes:
            await asyncio.sleep(0)
            return said(current_consent())

        return StreamingResponse(body(), media_type="text/plain")

    application = asgi.ConsentMiddleware(Starlette(routes=[Route("/", app)]), GATE)
    with TestClient(application, base_url="http://localhost") as client:
        for grants, consent in ((("stats",), WILLING), ((), NOBODY)):
            answer = client.get("/", headers={"Cookie": cookie(*grants)})
            assert answer.content.split(b"|") == [said(consent)] * 3
    assert current_consent() is None


def test_two_visitors_at_once_are_two() -> None:
    together = asyncio.Barrier(2)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await together.wait()
        headers = [(b"content-type", b"text/plain")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": said(current_consent())})

    async def ask() -> list[bytes]:
        transport = httpx.ASGITransport(asgi.ConsentMiddleware(app, GATE))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            asked = (client.get("/", headers={"Cookie": cookie(*grants)}) for grants in ((), ("stats",)))
            return [answer.content for answer in await asyncio.gather(*asked)]

    assert asyncio.run(ask()) == [said(NOBODY), said(WILLING)]


def test_asking_the_current_consent_makes_the_response_the_visitors() -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        consent = current_consent()
        assert consent is not None
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b"true" if consent.allows("stats") else b"false"]

    client = Client(wsgi.ConsentMiddleware(app, GATE), use_cookies=False)
    answer = client.get("/", headers={"Cookie": cookie("stats")})
    assert answer.data == b"true"
    assert "Cookie" in answer.headers["Vary"]
    assert "private" in answer.headers["Cache-Control"]


def test_sending_for_a_visitor_leaves_the_response_everyones(vendor: Vendor) -> None:
    outbound = Outbound(POLICY)

    def app(environ: Any, start_response: Any) -> list[bytes]:
        by_requests(outbound, vendor.url())
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b"{}"]

    client = Client(wsgi.ConsentMiddleware(app, GATE), use_cookies=False)
    for grants in ((), ("stats",)):
        answer = client.get("/", headers={"Cookie": cookie(*grants)})
        assert "Vary" not in answer.headers
    assert vendor.asked == ["/collect"]


def test_nothing_of_a_visitor_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        assert Outbound(POLICY).holds_back(f"{KNOWN}?client_id=canary")
    assert "canary" not in caplog.text

"""What `connection_allowlist = "on"` stops, and what it lets pass: the tables in docs/csp.md.

Each case contacts a host of its own. A page holds what its scripts insert, so that only the browser can stop
it; what leaves the page has a page of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from select import select
from socket import AF_INET, SOCK_DGRAM, socket
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Error

from consentgate import Gate, Policy
from consentgate.wsgi import ConsentMiddleware

from .engine import Engine, in_firefox_too
from .recorder import Recorder
from .servers import LOOPBACK, Site, serve_wsgi
from .test_policies import POLICY
from .visit import Visitor, wait_until_quiet

pytestmark = [pytest.mark.browser, pytest.mark.engines]

OWN = "www.own.example"
HELPERS = """
const url = name => 'https://' + name + '.third' + '.example/' + name;
const add = (name, properties, parent = document.body) =>
    parent.appendChild(Object.assign(document.createElement(name), properties));
const link = (rel, href, more = {}) => add('link', {rel, href, ...more}, document.head);
const rules = set => add('script', {type: 'speculationrules', textContent: JSON.stringify(set)});
"""
INSERTED = {
    "preconnect": "link('preconnect', u)",
    "prefetch": "link('prefetch', u)",
    "preload": "link('preload', u, {as: 'script'})",
    "modulepreload": "link('modulepreload', u)",
    "stylesheet": "link('stylesheet', u)",
    "prefetch-rules": "rules({prefetch: [{source: 'list', urls: [u], eagerness: 'immediate'}]})",
    "prerender-rules": "rules({prerender: [{source: 'list', urls: [u], eagerness: 'immediate'}]})",
    "frame": "add('iframe', {src: u})",
    "frame-in-srcdoc": "add('iframe', {srcdoc: `<iframe src='${u}'></iframe>`})",
    "frame-led-away": "add('iframe', {}).contentWindow.location = u",
    "form-in-frame": "add('iframe', {name: 'f'}); add('form', {action: u, target: 'f'}).submit()",
    "object": "add('object', {data: u})",
    "image": "new Image().src = u",
    "script": "add('script', {src: u})",
    "import": "import(u).catch(() => 0)",
    "fetch": "fetch(u, {mode: 'no-cors'}).catch(() => 0)",
    "fetch-of-empty-frame": "add('iframe', {}).contentWindow.fetch(u).catch(() => 0)",
    "beacon": "navigator.sendBeacon(u, 'x')",
    "websocket": "new WebSocket(u.replace('https', 'wss'))",
    "worker": "new Worker(URL.createObjectURL(new Blob([`fetch('${u}')`])))",
}
NOT_BY_CSP = {"preconnect", "prefetch-rules", "prerender-rules", "frame", "frame-in-srcdoc"}
NOT_BY_CSP |= {"frame-led-away", "form-in-frame"}

LEAVING = {
    "link": "add('a', {href: u, id: 'go', textContent: 'go'})",
    "link-in-new-tab": "add('a', {href: u, id: 'go', target: '_blank', textContent: 'go'})",
    "form": "add('button', {id: 'go', textContent: 'go'}, add('form', {action: u, method: 'post'}))",
    "refresh": "add('meta', {httpEquiv: 'refresh', content: '0;url=' + u}, document.head)",
    "location": "location = u",
}
REDIRECTED = {
    "link-to-redirect": "add('a', {href: '/to?' + u, id: 'go', textContent: 'go'})",
    "form-to-redirect": (
        "add('button', {id: 'go', textContent: 'go'}, add('form', {action: '/to?' + u, method: 'post'}))"
    ),
}
EVERYTHING = INSERTED | LEAVING | REDIRECTED


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    path, query = environ["PATH_INFO"], environ["QUERY_STRING"]
    if path == "/to":
        start_response("303 See Other", [("Location", query)])
        return [b""]
    cases = {name: EVERYTHING[name] for name in path.strip("/").split(",") if name in EVERYTHING}
    script = HELPERS + "".join(
        f"try {{ const u = url('{name}'); {code} }} catch {{}}\n" for name, code in cases.items()
    )
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")])
    return [f"<!doctype html><title>t</title><body><p>text</p><script>{script}</script>".encode()]


def behind_gate(csp: str, connections: str, guard: str = "false") -> ConsentMiddleware:
    settings = f'[site]\ncsp = "{csp}"\nconnection_allowlist = "{connections}"\nguard = {guard}'
    policy = Policy.parse(POLICY.replace("[site]", settings))
    return ConsentMiddleware(app, Gate(policy, secret_key="a key for the tests"))


class Browser:
    """A browser that opens the cases, and tells which of them contact their hosts."""

    def __init__(self, context: BrowserContext, recorder: Recorder) -> None:
        self.context, self.recorder = context, recorder

    def inserted(self) -> set[str]:
        """The cases whose hosts are contacted by what scripts insert."""
        return self._opens(",".join(INSERTED))

    def leads(self, case: str) -> bool:
        """True where a visitor who opens the page of a case and clicks comes to its host."""
        return case in self._opens(case)

    def _opens(self, path: str) -> set[str]:
        mark = self.recorder.mark()
        page = self.context.new_page()
        with suppress(Error):  # it may be led away at once, or be kept from it
            page.goto(f"https://{OWN}/{path}")
            if page.locator("#go").count():
                page.click("#go", no_wait_after=True)
        wait_until_quiet(page, lambda: self.recorder.changed, 1.5)
        for opened in self.context.pages[1:]:
            opened.close()
        return {host.partition(".")[0] for host in self.recorder.hosts_since(mark)}


@contextmanager
def browsing(
    engine: Engine, recorder: Recorder, csp: str, connections: str, guard: str = "false"
) -> Iterator[Browser]:
    with serve_wsgi(behind_gate(csp, connections, guard)) as served:
        recorder.forwards[OWN] = served.port
        with engine.opens(recorder) as context:
            yield Browser(context, recorder)


@in_firefox_too
def test_browsers_that_know_it_contact_nobody_by_what_scripts_insert(
    engine: Engine, recorder: Recorder
) -> None:
    with browsing(engine, recorder, "off", "on") as browser:
        found = browser.inserted()
    if engine.name == "chromium":
        assert found == set()
    else:
        assert found >= {"preconnect", "frame", "image", "fetch", "websocket", "worker"}


def test_without_it_and_the_other_policy_everything_gets_through(engine: Engine, recorder: Recorder) -> None:
    with browsing(engine, recorder, "off", "off") as browser:
        assert browser.inserted() == set(INSERTED)


def test_the_other_policy_alone_lets_some_through(engine: Engine, recorder: Recorder) -> None:
    with browsing(engine, recorder, "on", "off") as browser:
        assert browser.inserted() == NOT_BY_CSP


@pytest.mark.parametrize(("connections", "leave"), [("on", set()), ("off", set(LEAVING))])
def test_it_stops_visitors_who_leave_by_a_link_or_form_but_no_redirect(
    engine: Engine, recorder: Recorder, connections: str, leave: set[str]
) -> None:
    """Why it is off unless the policy file asks for it."""
    with browsing(engine, recorder, "on", connections) as browser:
        assert {case for case in LEAVING if browser.leads(case)} == leave
        assert {case for case in REDIRECTED if browser.leads(case)} == set(REDIRECTED)


GATHER = """port => new Promise(done => {
    const connection = new RTCPeerConnection({iceServers: [{urls: 'stun:127.0.0.1:' + port}]});
    connection.onicegatheringstatechange = () => connection.iceGatheringState === 'complete' && done();
    setTimeout(done, 3000);
    connection.createDataChannel('x');
    connection.createOffer().then(offer => connection.setLocalDescription(offer)).catch(done);
})"""


@pytest.mark.parametrize(
    ("connections", "guard", "arrive"),
    [("on", "false", False), ("off", "true", False), ("off", "false", True)],
    ids=["stopped", "stopped by the guard", "open"],
)
def test_webrtc(engine: Engine, recorder: Recorder, connections: str, guard: str, arrive: bool) -> None:
    browser_there = browsing(engine, recorder, "on", connections, guard)
    with socket(AF_INET, SOCK_DGRAM) as server, browser_there as browser:
        server.bind((LOOPBACK, 0))
        page = browser.context.pages[0]
        page.goto(f"https://{OWN}/")
        page.evaluate(GATHER, server.getsockname()[1])
        assert bool(select([server], [], [], 0)[0]) is arrive


def test_a_development_server_on_another_port_works(visitor: Visitor, serve: Callable[..., Site]) -> None:
    asked = set()

    def other(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        asked.add((environ["HTTP_HOST"].partition(":")[0], environ["PATH_INFO"]))
        start_response("200 OK", [("Content-Type", "text/javascript"), ("Access-Control-Allow-Origin", "*")])
        return [b""]

    port = serve(other).port
    body = "".join(
        f"<script type=module src=http://{host}:{port}/module.js></script>"
        f"<script>fetch('http://{host}:{port}/fetch'); new WebSocket('ws://{host}:{port}/socket')</script>"
        for host in ("127.0.0.1", "localhost")
    )

    def page(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/html")])
        return [f"<!doctype html><title>t</title>{body}".encode()]

    policy = Policy.parse(POLICY.replace("[site]", '[site]\nconnection_allowlist = "on"'))
    gate = Gate(policy, secret_key="a key for the tests", insecure=True)
    visitor.opens(serve(ConsentMiddleware(page, gate)).url)
    paths = ("/module.js", "/fetch", "/socket")
    assert asked == {(host, path) for host in ("127.0.0.1", "localhost") for path in paths}

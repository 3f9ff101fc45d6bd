"""What a script in the page tries, to have more than the visitor said yes to: it clicks, sends forms, writes
cookies, replays signed values and puts its own functions in the place of the browser's.

Each attack is in a script file of the page, and Playwright evaluates nothing while it runs: to the browser
that would be an act of the visitor.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Error

from consentgate import Gate, Policy
from consentgate.testing import consent_cookie
from consentgate.wsgi import ConsentMiddleware

from .engine import Engine, in_firefox_too
from .servers import Site
from .test_decisions import HOST, POLICY
from .visit import Visitor

pytestmark = [pytest.mark.browser, in_firefox_too]

VENDOR = "stats.example"
FILM = '<iframe src="https://films.example/1" title="A film" width=300 height=200></iframe>'
PAGE = (
    '<!doctype html><html lang="en"><head><title>Shop</title></head><body><h1>Shop</h1>'
    f'{FILM}<script src="https://{VENDOR}/s.js"></script><script src="/own.js"></script></body></html>'
)
# The attack runs when the banner and the frames are there, one way after another.
RUN = """addEventListener('load', () => setTimeout(async () => {
    const report = fetch.bind(window);
    for (const way of [%s]) try { await way() } catch (error) { console.log(error) }
    await report('/attacked', {method: 'POST', keepalive: true});
}, %d));"""
BANNER = "[...document.querySelectorAll('*')].map((node) => node.shadowRoot).find((root) => root)"
FIELDS = "new URLSearchParams({decision: 'accept', next: '/'})"
FORM = """
    const form = document.createElement('form');
    form.method = 'post';
    form.action = '/_privacy/choices';
    form.innerHTML = "<input name=decision value=accept><input name=next value='/'>";
    document.body.append(form);
"""
CLICKS = {
    "click": f"{BANNER}.querySelector('[value=accept]').click();",
    "dispatched": f"{BANNER}.querySelector('[value=accept]').dispatchEvent(new PointerEvent('click', "
    "{bubbles: true, cancelable: true, composed: true}));",
    "forged": f"""
        const event = new MouseEvent('click', {{bubbles: true, cancelable: true, composed: true}});
        try {{ Object.defineProperty(event, 'isTrusted', {{get: () => true}}) }} catch {{}}
        try {{ Object.defineProperty(Event.prototype, 'isTrusted', {{get: () => true}}) }} catch {{}}
        {BANNER}.querySelector('[value=accept]').dispatchEvent(event);""",
    "in the form": f"{BANNER}.querySelector('form').requestSubmit({BANNER}.querySelector('[value=accept]'));",
    "ticked": f"""
        {BANNER}.querySelectorAll('[type=checkbox]').forEach((box) => box.checked = true);
        {BANNER}.querySelector('[value=save]').click();""",
}
FORMS = {
    "form": f"{FORM} await fetch('/attacked'); form.submit();",
    "form in a frame": f"""{FORM}
        const frame = document.createElement('iframe');
        frame.name = form.target = 'there';
        document.body.append(frame);
        form.submit();""",
    "choices in a frame": """
        const frame = document.createElement('iframe');
        frame.src = '/_privacy/choices';
        document.body.append(frame);
        await new Promise((done) => frame.onload = done);
        frame.contentDocument.querySelector('[value=accept]').click();""",
    "asked for": "for (const way of ['GET', 'HEAD', 'PUT']) await fetch('/_privacy/choices?decision=accept', "
    "{method: way}).catch(() => {});",
    "no cors": f"await fetch('/_privacy/choices', {{method: 'POST', mode: 'no-cors', body: {FIELDS}}});",
    "beacon": f"navigator.sendBeacon('/_privacy/choices', {FIELDS});",
    "link": """
        const link = document.createElement('a');
        link.href = '/_privacy/choices?decision=accept';
        document.body.append(link);
        await fetch('/attacked');
        link.click();""",
}


CLOBBERED = (
    "window.consentgate = {allows: () => true, on: () => {}, show: () => {}};",
    """document.body.insertAdjacentHTML('beforeend', '<form id=consentgate name=consentgate>'
        + '<input name=allows><input name=action></form><img name=body><img name=baseURI>');""",
    """for (const name of ['allows', 'granted', 'state', 'said', 'before', 'isTrusted'])
        Object.defineProperty(Object.prototype, name, {value: true, configurable: true, writable: true});""",
    "JSON.parse = () => [['films.example'], ['*'], []];",
    """for (const name of ['fetch', 'Proxy', 'Map', 'Set', 'URLSearchParams', 'MutationObserver'])
        window[name] = function () { throw new Error('clobbered') };""",
)
GUARDS = (
    "window.URL = function () { throw new Error('clobbered') };",
    "Array.prototype.find = Array.prototype.some = Array.prototype.includes = () => true;",
    "RegExp.prototype.test = () => true; RegExp.prototype.exec = () => ['', ''];",
    "String.prototype.endsWith = String.prototype.startsWith = () => true;",
)
IMAGE = "new Image().src = 'https://films.example/3';"
FRAME = """
    const frame = document.createElement('iframe');
    frame.src = 'https://films.example/2';
    document.documentElement.append(frame);
"""
LEAVING = ["form", "link"]
STAYING = [way for way in FORMS if way not in LEAVING]


def gate_of(policy: str = POLICY) -> Gate:
    return Gate(Policy.parse(policy), secret_key="a key for the tests")


class Shop:
    """The shop, behind the gate, and the vendor of its statistics. `attack` is what either's script does."""

    def __init__(self, serve: Callable[..., Site], policy: str = POLICY) -> None:
        self.gate = gate_of(policy)
        self.attack = {"own": "", VENDOR: ""}
        self.attacked = False
        self.asked = 0
        self.delay = 300
        gated = ConsentMiddleware(self._page, self.gate)

        def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            self.asked += 1
            return gated(environ, start_response)

        self.site = serve(app, host=HOST)
        serve(self._vendor, host=VENDOR)

    def _page(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/own.js":
            start_response("200 OK", [("Content-Type", "text/javascript"), ("Cache-Control", "no-store")])
            return [self.attack["own"].encode()]
        self.attacked |= environ["PATH_INFO"] == "/attacked"
        start_response(
            "200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")]
        )
        return [PAGE.encode()]

    def _vendor(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/javascript"), ("Cache-Control", "no-store")])
        return [self.attack[VENDOR].encode()]

    def grant(self, *ids: str) -> str:
        """The value of the cookie of somebody who has consented to these."""
        return consent_cookie(self.gate, ids, host=HOST)[1]

    def visited_by(self, visitor: Visitor, cookie: str = "") -> None:
        """Let somebody come who has decided already, where there is a `cookie`."""
        if cookie:
            kept = {"name": "__Host-consent", "value": cookie, "url": f"https://{HOST}/"}
            visitor.context.add_cookies([{**kept, "secure": True, "httpOnly": True, "sameSite": "Lax"}])

    def is_opened_by(self, visitor: Visitor, *ways: str, by: str = "own") -> bool:
        """Say whether the film is asked for by a page with an attack, or by the next one without it."""
        mark = visitor.recorder.mark()
        listed = ", ".join(f"async () => {{ {way} }}" for way in ways)
        self.attack[by] = RUN % (listed, self.delay)
        with suppress(Error):  # it may be led away at once
            visitor.page.goto(self.site.url)
        while not self.attacked:
            visitor.page.wait_for_timeout(50)
        self._wait_until_quiet(visitor)
        self.attack[by] = ""
        visitor.opens(self.site.url)
        return "films.example" in visitor.recorder.hosts_since(mark)

    def _wait_until_quiet(self, visitor: Visitor) -> None:
        rounds, before = 0, (0.0, 0)
        while rounds < 10:
            visitor.page.wait_for_timeout(50)
            now = visitor.recorder.changed, self.asked
            rounds, before = rounds + 1 if now == before else 0, now


def test_a_script_that_clicks_on_the_banner_consents_to_nothing(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor]
) -> None:
    shop, visitor = Shop(serve), new_visitor(settle=0.4)
    assert not shop.is_opened_by(visitor, *CLICKS.values())
    assert visitor.cookies() == []


@pytest.mark.parametrize("ways", [STAYING, *([way] for way in LEAVING)], ids=["stays", *LEAVING])
def test_a_vendors_script_that_sends_forms_gets_no_more_than_was_granted(
    engine: Engine, serve: Callable[..., Site], new_visitor: Callable[..., Visitor], ways: list[str]
) -> None:
    shop, visitor = Shop(serve), new_visitor(settle=0.4)
    shop.visited_by(visitor, shop.grant("stats"))
    # Firefox takes Playwright's opening of the page for an act of the visitor, which counts for five seconds.
    shop.delay = 6000 if engine.name == "firefox" else shop.delay
    assert not shop.is_opened_by(visitor, *(FORMS[way] for way in ways), by=VENDOR)


@pytest.mark.parametrize(
    "ways", [(*CLOBBERED, FRAME, IMAGE), (*GUARDS, IMAGE)], ids=["globals", "what the guard uses"]
)
def test_a_script_that_clobbers_what_ours_uses_opens_nothing(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor], ways: tuple[str, ...]
) -> None:
    shop, visitor = Shop(serve), new_visitor(settle=0.4)
    assert not shop.is_opened_by(visitor, *ways)
    assert visitor.cookies() == []
    # The page after it asks, and can be refused.
    visitor.presses("Refuse")
    assert [cookie["name"] for cookie in visitor.cookies()] == ["__Host-consent"]


def test_a_script_that_clobbers_what_the_guard_uses_gets_a_frame_past_it(
    engine: Engine, serve: Callable[..., Site], new_visitor: Callable[..., Visitor]
) -> None:
    """What docs/threats.md says is not defended, in Chromium. It is no consent: nothing is kept of it."""
    shop, visitor = Shop(serve), new_visitor(settle=0.4)
    assert shop.is_opened_by(visitor, *GUARDS, FRAME) == (engine.name == "chromium")
    assert visitor.cookies() == []


def writes(value: str, pages: str = "document") -> str:
    """A script that writes a consent that somebody else has given, in every way that there is."""
    lines = [
        f"__Host-consent={value}; Secure; Path=/",
        f"__Host-consent={value}; Secure; Path=/; SameSite=Strict; Max-Age=9999",
        f"__Host-consent={value}; Secure; Path=/_privacy/",
        f"__Host-consent={value}; Secure; Path=/; Domain=shop.example",
        f"=__Host-consent={value}; Secure; Path=/",
        f"__Host-consent; __Host-consent={value}; Secure; Path=/",
        f"__host-consent={value}; Secure; Path=/",
        f"__Host-consent ={value}; Secure; Path=/",
        f"__Secure-consent={value}; Secure; Domain=shop.example",
        f"consent={value}; Path=/",
    ]
    return f"""
        const frame = document.body.appendChild(document.createElement('iframe'));
        const set = {{name: '__Host-consent', value: {json.dumps(value)}, path: '/'}};
        for (const page of [{pages}]) {{
            for (const line of {json.dumps(lines)}) page.cookie = line;
            try {{ await page.defaultView.cookieStore.set(set) }} catch {{}}
        }}
    """


EVERY_PAGE = "document, frame.contentDocument"
OFF = POLICY.replace("[site]", '[site]\nguard = false\ncsp = "off"')


@pytest.mark.parametrize("policy", [POLICY, OFF], ids=["guarded", "unguarded"])
@pytest.mark.parametrize("ids", [(), ("stats",)], ids=["refused", "partly"])
def test_a_script_does_not_replace_the_cookie_of_who_has_decided(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor], policy: str, ids: tuple[str, ...]
) -> None:
    shop, visitor = Shop(serve, policy), new_visitor(settle=0.4)
    shop.visited_by(visitor, shop.grant(*ids))
    everything = shop.grant("performance", "third-party")
    assert not shop.is_opened_by(visitor, writes(everything, EVERY_PAGE))


def test_a_script_that_replays_anothers_consent_is_stopped_by_the_guard(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor]
) -> None:
    """Before a decision there is no cookie to protect, and the guard alone stands in the way."""
    shop, visitor = Shop(serve), new_visitor(settle=0.4)
    assert not shop.is_opened_by(visitor, writes(shop.grant("performance", "third-party")))
    assert visitor.cookies() == []


def test_a_script_can_replay_anothers_consent_where_nobody_has_decided(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor]
) -> None:
    """What docs/threats.md says is not defended: an empty frame knows no guard."""
    shop, visitor = Shop(serve), new_visitor(settle=0.4)
    assert shop.is_opened_by(visitor, writes(shop.grant("performance", "third-party"), EVERY_PAGE))


def test_a_script_that_sends_the_form_of_an_embed_opens_nothing(
    engine: Engine, serve: Callable[..., Site], new_visitor: Callable[..., Visitor]
) -> None:
    """Firefox takes what a script does in a frame for a person's act, and docs/threats.md says so."""
    shop, visitor = Shop(serve), new_visitor(settle=0.4)
    ways = (
        "document.querySelector('iframe').contentDocument.querySelector('form').submit();",
        "document.querySelector('iframe').contentDocument.querySelector('[name=embed]').form"
        ".querySelector('button').click();",
        """
        const inner = document.querySelector('iframe').contentDocument.querySelector('[name=embed]').value;
        const form = document.createElement('form');
        form.method = 'post';
        form.action = '/_privacy/embed';
        form.innerHTML = `<input name=embed><input name=next value='/'>`;
        form.elements.embed.value = inner;
        const frame = document.createElement('iframe');
        frame.name = form.target = 'there';
        document.body.append(frame, form);
        form.submit();""",
    )
    assert shop.is_opened_by(visitor, *ways) == (engine.name == "firefox")


def test_a_script_of_the_sites_own_origin_can_send_what_our_script_sends(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor]
) -> None:
    """What docs/threats.md says is not defended. Whoever closes this way has to say so there."""
    shop, visitor = Shop(serve), new_visitor(settle=0.4)
    sent = f"await fetch('/_privacy/choices', {{method: 'POST', redirect: 'manual', body: {FIELDS}}});"
    assert shop.is_opened_by(visitor, sent)

"""The site's own Content-Security-Policy and the gate's, as Chromium reads them together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from consentgate import Gate, Policy
from consentgate.wsgi import ConsentMiddleware

from .servers import Site
from .visit import Visit, Visitor

pytestmark = pytest.mark.browser

POLICY = """
[site]
name = "Example"
controller = "Example Ltd"
contact = "privacy@example.org"

[[service]]
id = "films"
name = "Films"
category = "third-party"
hosts = ["films.example"]
"""
NONCE = "bm9uY2U="
INSERTED = "new Image().src = 'https://{host}/' + Math.random()"
HTML = ("Content-Type", "text/html; charset=utf-8")


def gated(
    pages: dict[str, tuple[str, str]], *headers: tuple[str, str], policy: str = POLICY
) -> tuple[Gate, Any]:
    """A gate, and an application behind it that answers a path with a type and a text."""
    gate = Gate(Policy.parse(policy), secret_key="a key for tests", insecure=True)

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        found = pages.get(environ["PATH_INFO"])
        if found is None:
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b""]
        start_response("200 OK", [("Content-Type", found[0]), *headers])
        return [found[1].encode()]

    return gate, ConsentMiddleware(app, gate)


def page(body: str) -> dict[str, tuple[str, str]]:
    return {"/": (HTML[1], f"<!doctype html><html><head><title>t</title></head><body>{body}</body></html>")}


def is_styled(visit: Visit) -> bool:
    style = "element => getComputedStyle(element).boxSizing"
    return bool(visit.page.locator(".consentgate-banner").evaluate(style) == "border-box")


STRICT = [
    f"default-src 'none'; script-src 'nonce-{NONCE}' 'strict-dynamic'; style-src 'nonce-{NONCE}'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'",
    "default-src 'self'; require-trusted-types-for 'script'",
    f"default-src 'nonce-{NONCE}'",
]


@pytest.mark.parametrize("own", STRICT)
def test_under_a_strict_policy_the_banner_has_its_styles_and_works(
    own: str, new_visitor: Callable[..., Visitor], serve: Callable[..., Site]
) -> None:
    _, app = gated(page("<p>text</p>"), ("Content-Security-Policy", own))
    site = serve(app)
    visitor = new_visitor()
    visit = visitor.opens(site.url)
    assert visit.shows("Accept")
    assert is_styled(visit)
    scripts = visit.page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    assert any("snippet-" in name for name in scripts)
    refused = visitor.presses("Refuse")
    assert not refused.shows("Accept")
    assert [text for text in visit.console_errors if "_privacy" in text] == []


def test_a_meta_policy_in_the_page_leaves_the_banner_alone(
    visitor: Visitor, serve: Callable[..., Site]
) -> None:
    meta = "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'nonce-x'\">"
    html = f"<!doctype html><html><head>{meta}<title>t</title></head><body><p>text</p></body></html>"
    _, app = gated({"/": (HTML[1], html)})
    visit = visitor.opens(serve(app).url)
    assert is_styled(visit)
    assert not visitor.presses("Refuse").shows("Accept")


def test_the_console_has_nothing_of_ours_on_any_page(visitor: Visitor, serve: Callable[..., Site]) -> None:
    """No warnings of headers that a browser does not know, no errors, no violations of our own policies."""
    _, app = gated(page('<p>text</p><iframe src="https://films.example/1"></iframe>'))
    site = serve(app)
    said: list[str] = []
    visitor.page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    for path in ("/", "/_privacy/choices", "/_privacy/unknown"):
        visitor.opens(site.at(path))
    visitor.opens(site.url)
    visitor.follows("All details")
    visitor.does(lambda page: page.keyboard.press("Escape"))
    visitor.presses("Refuse")
    visitor.follows("Privacy settings")
    # Chromium tells of the status of the page itself.
    assert [line for line in said if "404" not in line] == []


def test_policies_in_one_line_count_each_by_itself(visitor: Visitor, serve: Callable[..., Site]) -> None:
    # The first is the site's and forbids own images; the second is the gate's and forbids others'.
    body = (
        f"<script nonce='{NONCE}'>for (const host of ['films.example', 'nobody.example']) "
        "new Image().src = `https://${host}/x.gif`;"
        "fetch('/own.json').then(() => document.title = 'fetched');"
        "const own = new Image(); own.onerror = () => document.body.dataset.own = 'blocked';"
        "own.src = '/own.gif'"
        "</script>"
    )
    pages = page(body) | {"/own.json": ("application/json", "{}")}
    own = f"img-src https://films.example https://nobody.example; script-src 'nonce-{NONCE}' 'self'"
    _, app = gated(pages, ("Content-Security-Policy", own))
    site = serve(app)
    closed = visitor.opens(site.url)
    assert closed.hosts == set()
    assert closed.page.title() == "fetched"
    assert closed.page.evaluate("document.body.dataset.own") == "blocked"
    assert visitor.presses("Accept").hosts == {"films.example"}


WORKER = "fetch('https://films.example/', {mode: 'no-cors'}).catch(() => {}); postMessage('ran')"


def test_a_worker_reaches_no_further_than_its_page(visitor: Visitor, serve: Callable[..., Site]) -> None:
    start = "<script>new Worker('/worker.js').onmessage = event => document.title = event.data</script>"
    _, app = gated(page(start) | {"/worker.js": ("text/javascript", WORKER)})
    site = serve(app)
    closed = visitor.opens(site.url)
    assert (closed.page.title(), closed.hosts) == ("ran", set())
    opened = visitor.presses("Accept")
    assert (opened.page.title(), opened.hosts) == ("ran", {"films.example"})


def test_report_only_blocks_nothing_and_hears_what_scripts_do(
    visitor: Visitor, serve: Callable[..., Site]
) -> None:
    body = '<img src="https://films.example/a.gif"><script>new Image().src = "https://nobody.example/secret"</script>'
    gate, app = gated(page(body), policy=POLICY.replace("[site]", "[site]\nreport_only = true"))
    visit = visitor.opens(serve(app).url)
    assert visit.hosts == {"films.example", "nobody.example"}
    assert not visit.shows("Accept")
    found = {(finding.kind, finding.name) for finding in gate.findings}
    assert ("host", "films.example") in found
    assert {("host reported", "films.example"), ("host reported", "nobody.example")} <= found


def test_who_was_granted_is_told_the_host_and_not_the_page(
    visitor: Visitor, serve: Callable[..., Site]
) -> None:
    _, app = gated(page('<img src="https://films.example/a.gif">'), ("Referrer-Policy", "unsafe-url"))
    site = serve(app)
    visitor.opens(site.at("/?secret"))
    [request] = visitor.presses("Accept").requests
    assert "secret" not in request.headers.get("referer", "")

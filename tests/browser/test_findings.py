"""The console, the server and the page tell those who make a site what was kept back."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from documentation.pages import blocks

from consentgate import Gate, Policy
from consentgate.wsgi import ConsentMiddleware

from .engine import in_every_engine
from .servers import Site
from .test_neutrality import GATED, page_of
from .visit import Visitor

pytestmark = [pytest.mark.browser, in_every_engine]

POLICY = """
[site]
name = "Example"
controller = "Example Ltd"
contact = "privacy@example.org"
reports = true

[[service]]
id = "films"
category = "performance"
hosts = ["films.example"]
"""
CONTENT = """<p>one</p><iframe src="https://films.example/1"></iframe><img src="https://pixel.example/1"><script>
var lines = [];
console.info = (line) => lines.push(line);
localStorage.theme = "dark";
document.cookie = "visits=1";
new Image().src = "https://images.example/1";
document.body.append(Object.assign(document.createElement("iframe"), { src: "https://frames.example/" }));
addEventListener("load", () => { localStorage.late = localStorage.theme = "1" });
</script>"""
KEPT_BACK = {
    ("entry reported", "theme"),
    ("entry reported", "late"),
    ("cookie reported", "visits"),
    ("host reported", "images.example"),
    ("host reported", "frames.example"),
}
SHOWN = "() => document.querySelector('consentgate-debug').shadowRoot.textContent"


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [b"<!doctype html><p>two" if environ["PATH_INFO"] == "/two" else page_of("", content=CONTENT)]


@pytest.fixture
def opens(serve: Callable[..., Site], new_visitor: Callable[..., Visitor]) -> Callable[..., Any]:
    """`opens(debug=True)`: a visitor on the page, the site and its gate."""

    def opens(**options: Any) -> tuple[Visitor, Site, Gate]:
        gate = Gate(Policy.parse(POLICY), secret_key="a key for the tests", **options)
        site = serve(ConsentMiddleware(app, gate), host=GATED)
        visitor = new_visitor(settle=0.3)
        visitor.opens(site.url)
        return visitor, site, gate

    return opens


def test_the_server_hears_of_it_once_a_page(opens: Callable[..., Any]) -> None:
    visitor, site, gate = opens()
    assert gate.findings == []
    visitor.opens(f"{site.url}two")
    end = time.monotonic() + 20
    while not gate.findings and time.monotonic() < end:
        time.sleep(0.1)
    assert {(one.kind, one.name) for one in gate.findings} == KEPT_BACK
    assert {one.count for one in gate.findings} == {1}


def test_the_page_shows_it_and_how_to_declare_it(opens: Callable[..., Any]) -> None:
    visitor, _, _ = opens(debug=True)
    shown = visitor.page.evaluate(SHOWN)
    assert shown.startswith(f"consentgate: {2 + len(KEPT_BACK)} blocked")
    for _, name in KEPT_BACK:
        assert name in shown
    assert 'https://films.example/1films: consent to "performance" opens it.' in shown
    assert "pixel.example: it is not declared, so that no consent can open it.[[service]]" in shown
    outlined = "() => [...document.querySelectorAll('iframe')].map((frame) => frame.style.outlineStyle)"
    assert visitor.page.evaluate(outlined) == ["dashed", "dashed"]
    lines = visitor.page.evaluate("() => lines")
    assert len(lines) == len(KEPT_BACK)
    [theme] = [line for line in lines if "theme" in line]
    (shown,) = blocks("docs/guard.md", "text")
    assert theme.startswith(shown.removesuffix(", ...\n"))


def test_the_console_says_it_once(opens: Callable[..., Any]) -> None:
    visitor, _, _ = opens()
    lines = visitor.page.evaluate("() => lines")
    assert len(lines) == len(KEPT_BACK)
    assert any(line.startswith('consentgate: no consent to the entry "theme".') for line in lines)


def test_without_debug_the_page_shows_nothing(opens: Callable[..., Any]) -> None:
    visitor, _, _ = opens()
    assert visitor.page.evaluate("() => document.querySelector('consentgate-debug')") is None


def test_where_nothing_was_blocked_the_page_says_that(opens: Callable[..., Any]) -> None:
    visitor, site, _ = opens(debug=True)
    visitor.opens(f"{site.url}two")
    assert visitor.page.evaluate(SHOWN) == "consentgate: 0 blocked"

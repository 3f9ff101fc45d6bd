"""The banner is there when the page is first seen, nothing moves because of it, and the page waits for two
files alone, which browsers keep for good."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from consentgate import Gate, Policy
from consentgate.pages.assets import INTERACTION
from consentgate.wsgi import ConsentMiddleware

from .servers import PATIENCE, Site
from .test_banner import LINES, TABS
from .test_decisions import POLICY
from .test_neutrality import CONTENT, GATED, LONG, gated, page_of, pages
from .visit import Visitor

pytestmark = pytest.mark.browser  # layout shifts and frames are told by Chromium alone

# What each frame shows: the page's heading, and whether the banner is where it belongs.
FRAMES = """
window.frames_seen = [];
const look = () => {
    const banner = document.body?.shadowRoot?.querySelector(".consentgate-banner");
    const box = banner?.getBoundingClientRect();
    frames_seen.push([
        Boolean(document.querySelector("h1")),
        box ? getComputedStyle(banner).position === "fixed" && Math.round(box.bottom) === innerHeight : false,
    ]);
    requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
SHIFTS = """
window.shifts = [];
new PerformanceObserver(list => shifts.push(...list.getEntries().map(({ value, sources }) =>
    [value, ...sources.map(({ node }) => node?.className ?? node?.nodeName)],
))).observe({ type: "layout-shift", buffered: true });
"""
PAINTED = "() => performance.getEntriesByName('first-contentful-paint').length > 0"
FIXED = """() => {
    const banner = document.body.shadowRoot.querySelector(".consentgate-banner");
    return getComputedStyle(banner).position;
}"""
WITHOUT_OUR_SCRIPT = {
    "no script": "default-src 'none'; style-src 'self'; form-action 'self'",
    "no request": "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'",
}


def slow_styles(app: Callable[..., Iterable[bytes]], asked: list[str]) -> Callable[..., Iterable[bytes]]:
    """Serve `app`, whose style sheets take their time. What is `asked` for is noted."""

    def slowly(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        asked.append(environ["PATH_INFO"])
        if environ["PATH_INFO"].endswith(".css"):
            threading.Event().wait(0.3)
        return app(environ, start_response)

    return slowly


def in_two_parts(html: bytes, rest: threading.Event) -> Callable[..., Iterable[bytes]]:
    """A page whose second half comes once somebody has asked for it."""

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        first, end, second = html.partition(b"</header>")
        yield first + end
        rest.wait(PATIENCE)
        yield second

    return app


def test_the_first_frame_with_the_heading_has_the_banner(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor]
) -> None:
    rest = threading.Event()
    # Directly, since what stands for the network passes on whole answers alone.
    gate = Gate(Policy.parse(POLICY), secret_key="a key for the tests", insecure=True)
    site = serve(slow_styles(ConsentMiddleware(in_two_parts(page_of(""), rest), gate), []))
    visitor = new_visitor(settle=0.2)
    page = visitor.page
    page.add_init_script(FRAMES)
    page.goto(site.url, wait_until="commit")
    try:
        page.wait_for_function(PAINTED)
        assert page.locator("h1").is_visible()
        assert not page.locator("footer").count()
        assert visitor.page.locator(".consentgate-banner").is_visible()
    finally:
        rest.set()
    page.wait_for_load_state()
    frames = page.evaluate("frames_seen")
    assert [has_banner for has_heading, has_banner in frames if has_heading].count(False) == 0
    assert [True, True] in frames


def test_two_files_are_waited_for_and_none_is_asked_for_again(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor]
) -> None:
    asked: list[str] = []
    app = pages({"/": page_of(""), "/other": page_of("")})
    # Without TLS: Chromium keeps nothing that came with the certificate of a test.
    gate = Gate(Policy.parse(POLICY), secret_key="a key for the tests", insecure=True)
    site, visitor = serve(slow_styles(ConsentMiddleware(app, gate), asked)), new_visitor(settle=0.2)
    visitor.opens(site.url)
    blocking = visitor.page.evaluate(
        "performance.getEntriesByType('resource').filter(entry => entry.renderBlockingStatus === 'blocking')"
        ".map(({ name }) => new URL(name).pathname)"
    )
    ours = [path for path in asked if path.startswith("/_privacy/")]
    assert sorted(path.rpartition(".")[2] for path in blocking) == ["css", "js"]
    # What only a decision needs comes when the page has loaded.
    later = {path for path in ours if path not in blocking}
    assert later == {f"/_privacy/{INTERACTION.name}"}
    asked.clear()
    visitor.opens(site.at("/other"))
    assert [path for path in asked if path.startswith("/_privacy/")] == []


@LONG
@pytest.mark.parametrize("content", [CONTENT + LINES, LINES + TABS], ids=["page", "tabs"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_moves_while_it_loads_or_after_a_decision(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor], content: str, width: int
) -> None:
    site = serve(slow_styles(gated(pages({"/": page_of("", content=content)})), []), host=GATED)
    visitor = new_visitor(settle=0.3)
    visitor.page.set_viewport_size({"width": width, "height": 800})
    visitor.page.add_init_script(SHIFTS)
    moved = [visitor.opens(site.url).page.evaluate("shifts")]
    for button in ("Refuse", "Accept"):
        visitor.presses(button)
        moved.append(visitor.page.evaluate("shifts"))
        moved.append(visitor.reloads().page.evaluate("shifts"))
        visitor.context.clear_cookies()
        visitor.opens(site.url)
    assert moved == [[]] * len(moved)


@LONG
@pytest.mark.parametrize("own", WITHOUT_OUR_SCRIPT.values(), ids=WITHOUT_OUR_SCRIPT)
def test_under_a_policy_that_leaves_the_form_alone_it_is_above_the_page_and_decides(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor], own: str
) -> None:
    app = pages({"/": page_of("", content=LINES)}, ("Content-Security-Policy", own))
    site, visitor = serve(gated(app), host=GATED), new_visitor(settle=0.2)
    visitor.opens(site.url)
    assert visitor.page.evaluate(FIXED) == "fixed"
    visit = visitor.presses("Refuse")
    assert visit.cookie_names == {"__Host-consent"}
    assert not visit.shows("Refuse")

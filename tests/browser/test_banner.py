"""The banner as visitors meet it: how much room it takes, what it hides, and what follows a choice."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from consentgate import Gate, Policy
from consentgate.testing import consent_cookie
from consentgate.wsgi import ConsentMiddleware

from .engine import in_firefox_at_length
from .servers import Site
from .test_decisions import POLICY
from .test_neutrality import GATED, page_of, pages
from .visit import Visitor

pytestmark = [pytest.mark.browser, in_firefox_at_length]

LINES = "".join(f'<p><a href="/{number}">Link {number}</a></p>' for number in range(60))
TABS = """<style>nav{position:fixed;bottom:0;left:0;right:0;height:70px}
nav a{display:inline-block;padding:20px}
</style><nav><a href="/1">One</a><a href="/2">Two</a></nav>"""
MEETS = """([one, other]) => {
    const [a, b] = [one, other].map(element => element.getBoundingClientRect());
    return a.bottom > b.top && a.top < b.bottom && a.right > b.left && a.left < b.right;
}"""
FOCUSED = """() => {
    const banner = document.body.shadowRoot.querySelector(".consentgate-banner").getBoundingClientRect();
    const element = document.activeElement;
    if (element === document.body) return "ours";
    const box = element.getBoundingClientRect();
    const inside = box.top >= banner.top && box.bottom <= banner.bottom;
    return inside && banner.top < innerHeight ? "hidden" : "seen";
}"""


def open_page(
    serve: Callable[..., Site],
    new_visitor: Callable[..., Visitor],
    policy: str,
    content: str,
    *,
    javascript: bool = True,
    size: tuple[int, int] = (1280, 800),
) -> Visitor:
    """Return a visitor who has just come to a page with this `content`, in a window of this `size`."""
    page = page_of("", content=content, head='<meta name="viewport" content="width=device-width">')
    gate = Gate(Policy.parse(policy), secret_key="a key for the tests")
    site = serve(ConsentMiddleware(pages({"/": page}), gate), host=GATED)
    visitor = new_visitor(javascript=javascript, settle=0.3)
    visitor.page.set_viewport_size({"width": size[0], "height": size[1]})
    visitor.opens(site.url)
    return visitor


@pytest.fixture
def opens(serve: Callable[..., Site], new_visitor: Callable[..., Visitor]) -> Callable[..., Visitor]:
    """`opens(content, javascript=..., size=...)`: see `open_page`."""
    return partial(open_page, serve, new_visitor, POLICY)


def box_of(visitor: Visitor, selector: str) -> Any:
    return visitor.page.locator(selector).bounding_box()


@pytest.mark.parametrize("javascript", [True, False])
def test_the_line_that_confirms_a_choice_covers_no_other_question(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor], javascript: bool
) -> None:
    """A service was added after the grant, so that the visitor is asked while the line is there."""
    later = f'{POLICY}[[service]]\nid = "later"\ncategory = "third-party"\nhosts = ["later.example"]\n'
    visitor = open_page(serve, new_visitor, later, "<p>text</p>", javascript=javascript)
    before = Gate(Policy.parse(POLICY), secret_key="a key for the tests")
    name, value = consent_cookie(before, ["films"], GATED)
    visitor.context.add_cookies([{"name": name, "value": value, "url": f"https://{GATED}/"}])
    for width, height in ((390, 844), (768, 1024), (1280, 800)):
        visitor.page.set_viewport_size({"width": width, "height": height})
        visitor.opens(f"https://{GATED}/?{width}#consentgate-saved")
        banner, line = box_of(visitor, ".consentgate-banner"), box_of(visitor, ".consentgate-saved")
        assert line["y"] >= 0 and line["y"] + line["height"] <= banner["y"]


@pytest.mark.parametrize(("size", "share"), [((390, 844), 0.35), ((320, 640), 0.5)])
def test_it_leaves_most_of_a_small_screen_to_the_page(
    opens: Callable[..., Visitor], size: tuple[int, int], share: float
) -> None:
    visitor = opens(LINES, size=size)
    banner = box_of(visitor, ".consentgate-banner")
    assert banner["height"] <= share * size[1]
    # All of the window, but for a scroll bar.
    assert banner["width"] == visitor.page.evaluate("document.documentElement.clientWidth")
    for name in ("Accept", "Refuse"):
        box = visitor.page.get_by_role("button", name=name, exact=True).bounding_box()
        assert box["height"] >= 44
        assert banner["y"] <= box["y"] and box["y"] + box["height"] <= size[1]
    text = visitor.page.locator(".consentgate-text")
    assert text.evaluate("text => text.scrollHeight <= text.clientHeight")


@pytest.mark.parametrize("javascript", [True, False])
def test_choosing_opens_in_place_and_saves_what_is_ticked(
    opens: Callable[..., Visitor], javascript: bool
) -> None:
    visitor = opens(LINES + '<img src="https://stats.example/s.gif" alt="">', javascript=javascript)
    visitor.does(lambda page: page.locator("summary").click(force=not javascript))
    visitor.does(lambda page: page.get_by_role("checkbox").first.click(force=not javascript))
    visit = visitor.presses("Save choice")
    assert visit.hosts == {"stats.example"}
    assert visit.cookie_names == {"__Host-consent"}
    assert not visit.shows("Accept")


@pytest.mark.parametrize("javascript", [True, False])
def test_enter_in_a_box_saves_and_does_not_accept(opens: Callable[..., Visitor], javascript: bool) -> None:
    visitor = opens('<img src="https://stats.example/s.gif" alt="">', javascript=javascript)
    visitor.does(lambda page: page.locator("summary").press("Enter"))
    visit = visitor.does(lambda page: page.get_by_role("checkbox").first.press("Enter"))
    assert visit.hosts == set()
    assert not visit.shows("Accept")


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("button", ["Accept", "Refuse"])
def test_one_line_confirms_a_choice_and_can_be_put_away(
    opens: Callable[..., Visitor], javascript: bool, button: str
) -> None:
    visitor = opens(LINES, javascript=javascript)
    line = visitor.page.locator("[role=status]")
    assert not line.is_visible()
    visitor.presses(button)
    assert line.is_visible()
    assert "Your choice has been saved." in line.inner_text()
    visitor.follows("Close")
    assert not line.is_visible()
    if javascript:
        assert visitor.page.url == f"https://{GATED}/"
    visitor.opens(f"https://{GATED}/")
    assert not line.is_visible()


def test_what_has_been_typed_survives_a_choice(opens: Callable[..., Visitor]) -> None:
    visitor = opens('<form><input name="q"><textarea></textarea></form>')
    visitor.does(lambda page: page.locator("textarea").type("Dear shop"))
    visitor.presses("Accept")
    assert visitor.page.locator("textarea").input_value() == "Dear shop"
    assert "next page" in visitor.page.locator("[role=status]").inner_text()
    assert visitor.cookies() != []


@pytest.mark.parametrize("size", [(1280, 800), (320, 256)])
@pytest.mark.parametrize("content", ["", LINES], ids=["short", "long"])
def test_the_keyboard_reaches_it_first_and_it_hides_no_focus(
    opens: Callable[..., Visitor], size: tuple[int, int], content: str
) -> None:
    visitor = opens(f'{content}<footer style="height:40px"><a href="/last">last</a></footer>', size=size)
    page = visitor.page
    told = []
    for _ in range(16 if content else 8):
        page.keyboard.press("Tab")
        page.wait_for_timeout(30)
        told.append(page.evaluate(FOCUSED))
    assert told[0] == "ours"
    assert "seen" in told
    assert "hidden" not in told
    page.evaluate("document.querySelector('footer a').focus()")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    page.wait_for_timeout(30)
    assert page.evaluate(FOCUSED) == "seen"


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_the_link_to_the_settings_covers_no_bar_of_tabs(
    opens: Callable[..., Visitor], size: tuple[int, int]
) -> None:
    visitor = opens(LINES + TABS, size=size)
    visitor.presses("Refuse")
    visitor.reloads()
    link, bar = (visitor.page.query_selector(name) for name in (".consentgate-settings", "nav"))
    assert link is not None
    assert not visitor.page.evaluate(MEETS, [link, bar])


def test_nobody_who_has_decided_is_asked_again_by_the_back_button(
    opens: Callable[..., Visitor],
) -> None:
    visitor = opens(LINES)
    visitor.does(lambda page: page.evaluate("location.href = '/?second'"))
    visitor.opens(f"https://{GATED}/?third")
    visitor.presses("Refuse")
    assert not visitor.does(lambda page: page.go_back()).shows("Accept")

"""The banner for everyone: without JavaScript, in forced colours, in its own language and time.

What is asked is WCAG 2.2, levels A and AA; each test names its criteria. Tested elsewhere: with JavaScript,
small windows and screen readers in test_banner_everywhere; the privacy settings in test_settings_access; that
Enter in a box does not accept, and what is said after a choice in test_banner; 1.4.3 by axe-core in test_axe;
that all works without JavaScript in test_demo (accepting, refusing, withdrawing), test_banner,
test_placeholders and test_settings.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Locator

from .engine import in_firefox_too
from .servers import Site
from .test_banner import LINES, open_page
from .test_decisions import POLICY
from .test_neutrality import LONG
from .visit import Visitor

pytestmark = [pytest.mark.browser, in_firefox_too]

SITE = POLICY.replace("[site]", '[site]\nprivacy_url = "/privacy"\nimprint_url = "/imprint"')
END = '<footer style="height:40px"><a href="/last">Last</a></footer>'
FIRST = '<a href="/first">First</a>'
IN_ORDER = ["All details", "Privacy policy", "Imprint", "Accept", "Refuse", "Choose"]
CONTROLS = "a, button, summary, label"
# The name of what has the focus, and whether the banner, or else the link to the settings, covers all of it.
FOCUSED = """() => {
    const root = document.body.shadowRoot;
    const inner = root.activeElement;
    const element = inner ?? document.activeElement;
    const ours = root.querySelector(".consentgate-banner") ?? root.querySelector(".consentgate-settings");
    const [box, bar] = [element, ours].map(one => one.getBoundingClientRect());
    const isCovered = !inner && element !== document.body && bar.top < innerHeight && bar.bottom > 0
        && box.top >= bar.top && box.bottom <= bar.bottom && box.left >= bar.left && box.right <= bar.right;
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    return [element.innerText, isCovered, outlineStyle, outlineWidth];
}"""
SOME_FRAMES = """() => new Promise(done => {
    let left = 4;
    const next = () => left-- ? requestAnimationFrame(next) : done();
    next();
})"""
MOVING = """() => [...document.body.shadowRoot.querySelectorAll("*")].map(one => getComputedStyle(one))
    .filter(style => parseFloat(style.transitionDuration) || style.animationName !== "none").length"""


@pytest.fixture
def opens(serve: Callable[..., Site], new_visitor: Callable[..., Visitor]) -> Callable[..., Visitor]:
    """`opens(content, javascript=..., size=...)`: see `open_page`."""
    return partial(open_page, serve, new_visitor, SITE)


def focused(visitor: Visitor, key: str, *, settle: float = 0) -> Any:
    """Press a key, and tell what then has the focus. `settle` is how many seconds the page may scroll."""
    visitor.page.keyboard.press(key)
    visitor.page.wait_for_timeout(30 + 1000 * settle)
    if visitor.javascript:
        visitor.page.evaluate(SOME_FRAMES)
    return visitor.page.evaluate(FOCUSED)


def box_of(locator: Locator) -> dict[str, float]:
    found = locator.bounding_box()
    assert found is not None
    return dict(found)


def assert_keyboard_goes_through_it(visitor: Visitor) -> None:
    """In order, with the focus shown, and out of it; Escape decides nothing."""
    told = [focused(visitor, "Tab") for _ in range(len(IN_ORDER) + 1)]
    assert [name for name, *_ in told] == [*IN_ORDER, "First"]
    for name, _, style, width in told[:-1]:
        assert (style, width) == ("solid", "3px"), name
    visitor.does(lambda page: page.keyboard.press("Escape"))
    assert visitor.cookies() == []


@LONG
def test_the_keyboard_goes_through_it_in_order_and_leaves_it(opens: Callable[..., Visitor]) -> None:
    """WCAG 2.1.1, 2.1.2, 2.4.3 and 2.4.7."""
    assert_keyboard_goes_through_it(opens(FIRST + END, javascript=False))


@pytest.mark.parametrize("size", [pytest.param((1280, 800), marks=LONG), (320, 256)], ids=str)
@pytest.mark.parametrize("content", [pytest.param("", marks=LONG), LINES], ids=["short", "long"])
def test_without_javascript_it_hides_no_focus(
    opens: Callable[..., Visitor], size: tuple[int, int], content: str
) -> None:
    """WCAG 2.4.11."""
    visitor = opens(content + END, javascript=False, size=size)
    for decided in (False, True):
        names = []
        for _ in range(12 if content else 8):
            name, is_covered, *_ = focused(visitor, "Tab")
            names.append(name)
            assert not is_covered, name
        assert ("Link 3" if content else "Last") in names
        # From the end, too, where the page cannot scroll any further.
        for _ in range(8):
            name, is_covered, *_ = focused(visitor, "Shift+Tab")
            assert not is_covered, name
        if not decided:
            visitor.presses("Refuse")


@LONG
def test_it_asks_again_when_the_focus_has_left_the_page(opens: Callable[..., Visitor]) -> None:
    """WCAG 2.4.11 hides it no longer than it has to."""
    visitor = opens(END, javascript=False)
    for _ in range(len(IN_ORDER) + 1):
        focused(visitor, "Tab")
    assert box_of(visitor.page.locator(".consentgate-banner"))["y"] > 800
    assert focused(visitor, "Shift+Tab")[0] == "Choose"
    assert box_of(visitor.page.locator(".consentgate-banner"))["y"] < 800


@LONG
def test_forced_colours_leave_it_its_borders(opens: Callable[..., Visitor]) -> None:
    """WCAG 1.4.1 and 1.4.11."""
    visitor = opens(LINES)
    visitor.page.emulate_media(forced_colors="active")
    for selector in (".consentgate-banner", ".consentgate-buttons [value=accept]", ".consentgate-choose"):
        style = visitor.page.locator(selector).evaluate("one => getComputedStyle(one).borderTopStyle")
        assert style == "solid", selector


@LONG
def test_every_target_is_large_enough(opens: Callable[..., Visitor]) -> None:
    """WCAG 2.5.8."""
    visitor = opens(LINES, javascript=False, size=(390, 844))
    visitor.does(lambda page: page.locator("summary").click(force=True))
    targets = visitor.page.locator(".consentgate").locator(CONTROLS).all()
    sizes = [(target.inner_text(), box_of(target)) for target in targets if target.is_visible()]
    visitor.presses("Refuse")
    targets = visitor.page.locator(".consentgate").locator(CONTROLS).all()
    sizes += [(target.inner_text(), box_of(target)) for target in targets if target.is_visible()]
    assert {name for name, _ in sizes} >= {*IN_ORDER, "Save choice", "Close", "Privacy settings"}
    assert [name for name, box in sizes if min(box["width"], box["height"]) < 24] == []


@LONG
def test_it_says_its_language_waits_and_does_not_move(opens: Callable[..., Visitor]) -> None:
    """WCAG 2.2.1, 2.3.3 and 3.1.2."""
    visitor = opens(LINES)
    page = visitor.page
    assert page.locator(".consentgate").get_attribute("lang") == "en"
    assert page.evaluate(MOVING) == 0
    page.clock.install()
    page.reload()
    page.clock.fast_forward("24:00:00")
    assert page.get_by_role("button", name="Refuse", exact=True).is_visible()
    visitor.presses("Refuse")
    page.clock.fast_forward("24:00:00")
    assert page.locator("[role=status]").is_visible()

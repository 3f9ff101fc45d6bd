"""The privacy settings for everyone: by keyboard, in small windows, in any colours, for screen readers.

What is asked is WCAG 2.2, levels A and AA; each test names its criteria.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator

from .engine import in_firefox_at_length
from .servers import Site
from .settings_page import SettingsPage, Shop
from .visit import Visitor

pytestmark = [pytest.mark.browser, in_firefox_at_length]

HOST = "www.shop.example"
CONTROLS = "a, button, summary, input[type=checkbox]"
DECIDING = ["Save choice", "Accept all", "Refuse all"]


@pytest.fixture(params=[False, True], ids=["no-javascript", "javascript"])
def either(
    request: pytest.FixtureRequest, serve: Callable[..., Site], new_visitor: Callable[..., Visitor]
) -> SettingsPage:
    """The page, with JavaScript and without."""
    return SettingsPage(new_visitor(javascript=bool(request.param)), serve(Shop(), host=HOST))


@pytest.fixture
def scripted(serve: Callable[..., Site], new_visitor: Callable[..., Visitor]) -> SettingsPage:
    """The page with JavaScript, which the tests use to measure it."""
    return SettingsPage(new_visitor(), serve(Shop(), host=HOST))


def allows_a_part(settings: SettingsPage) -> None:
    """Give consent to Stats alone: then the page has something of everything."""
    settings.opens()
    settings.unfolds("What “Performance” includes (2)")
    settings.toggles("Allow Stats")
    settings.presses("Save choice")


def box_of(locator: Locator) -> dict[str, float]:
    found = locator.bounding_box()
    assert found is not None
    return dict(found)


@pytest.mark.parametrize("size", [(1280, 800), (320, 256)], ids=str)
def test_the_keyboard_reaches_everything_in_order_and_sees_where_it_is(
    either: SettingsPage, size: tuple[int, int]
) -> None:
    """WCAG 2.1.1, 2.1.2, 2.4.3, 2.4.7 and 2.4.11."""
    allows_a_part(either)
    either.opens(width=size[0], height=size[1])
    page = either.page
    expected = [one.evaluate("one => one.outerHTML") for one in either.visible(CONTROLS)]
    reached = []
    for _ in expected:
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        reached.append(focused.evaluate("one => one.outerHTML"))
        here, bar = box_of(focused), box_of(page.locator(".consentgate-bar"))
        assert here["y"] + here["height"] > 0, reached[-1]
        assert here["y"] < size[1], reached[-1]
        if "form=" not in reached[-1]:
            assert here["y"] < bar["y"], f"under the bar: {reached[-1]}"
        style = focused.evaluate("one => getComputedStyle(one).outline")
        assert "solid" in style and "3px" in style
    assert reached == expected


def test_boxes_and_lists_work_by_keyboard(either: SettingsPage) -> None:
    """WCAG 2.1.1 and 3.2.2: Space ticks, Enter opens, and nothing else happens."""
    either.opens()
    box, summary = either.page.locator("input[type=checkbox]").first, either.page.locator("summary").first
    box.focus()
    either.page.keyboard.press("Space")
    assert either.ticked() == {("category", "performance")}
    summary.focus()
    either.page.keyboard.press("Enter")
    assert either.page.locator("details").first.get_attribute("open") is not None
    assert "/choices" in either.page.url


def test_enter_in_a_box_saves_and_never_accepts(either: SettingsPage) -> None:
    either.opens()
    either.page.locator("input[type=checkbox]").first.focus()
    with either.page.expect_navigation(url="**/done#consentgate-saved"):
        either.page.keyboard.press("Enter")
    either.opens()
    assert "You refused on" in either.page.inner_text("main")


@pytest.mark.parametrize("size", [(320, 256), (320, 640), (1280, 800)], ids=str)
def test_the_three_decisions_are_alike_and_always_in_sight(
    either: SettingsPage, size: tuple[int, int]
) -> None:
    """WCAG 1.4.10 and 2.5.8; refusing is as easy as accepting."""
    either.opens(width=size[0], height=size[1])
    boxes = [box_of(either.page.get_by_role("button", name=name, exact=True)) for name in DECIDING]
    assert len({(round(box["width"]), round(box["height"]), round(box["y"])) for box in boxes}) == 1
    for box in boxes:
        assert box["y"] >= 0 and box["y"] + box["height"] <= size[1]
        assert box["x"] >= 0 and box["x"] + box["width"] <= size[0]
        assert box["height"] >= 24


def test_withdrawing_is_in_the_first_window(either: SettingsPage) -> None:
    allows_a_part(either)
    either.opens(width=390, height=844)
    box = box_of(either.page.get_by_role("button", name="Withdraw", exact=True))
    assert box["y"] + box["height"] < box_of(either.page.locator(".consentgate-bar"))["y"]


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_a_narrow_window_shows_all_of_it(scripted: SettingsPage, direction: str) -> None:
    """WCAG 1.4.10, 1.4.12 and 2.5.8."""
    allows_a_part(scripted)
    scripted.opens(width=320, height=640)
    page = scripted.page
    page.evaluate(
        "direction => { document.documentElement.dir = direction;"
        " for (const details of document.querySelectorAll('details')) details.open = true;"
        " const spacing = new CSSStyleSheet();"
        " spacing.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important;"
        " word-spacing: .16em !important } p { margin-block-end: 2em !important }');"
        " document.adoptedStyleSheets.push(spacing) }",
        direction,
    )
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 320
    for control in scripted.visible(CONTROLS):
        box = box_of(control)
        is_box = control.evaluate("one => one.matches('input')")
        # The label is a part of a box's target.
        height = box_of(control.locator("xpath=.."))["height"] if is_box else box["height"]
        assert height >= 24 and (is_box or box["width"] >= 24), control.evaluate("one => one.outerHTML")
        assert box["x"] >= 0 and box["x"] + box["width"] <= 320


def test_what_is_ticked_does_not_depend_on_colours(scripted: SettingsPage) -> None:
    """WCAG 1.4.1 and 1.4.11: boxes are the browser's own, and buttons keep their borders."""
    scripted.opens()
    scripted.page.emulate_media(forced_colors="active")
    style = "one => [getComputedStyle(one).appearance, getComputedStyle(one).borderTopStyle]"
    appearance, _ = scripted.page.locator("input[type=checkbox]").first.evaluate(style)
    _, border = scripted.page.locator(".consentgate-bar button").first.evaluate(style)
    assert (appearance, border) == ("auto", "solid")


def test_the_page_says_its_language_and_nothing_on_it_moves(scripted: SettingsPage) -> None:
    """WCAG 3.1.1 and 2.3.3."""
    scripted.opens()
    assert scripted.page.locator("html").get_attribute("lang") == "en"
    assert scripted.page.title().startswith("Privacy settings")
    moving = scripted.page.evaluate(
        "() => [...document.querySelectorAll('*')].map(one => getComputedStyle(one))"
        ".filter(style => parseFloat(style.transitionDuration) || style.animationName != 'none').length"
    )
    assert moving == 0


def test_each_box_is_named_by_the_words_beside_it(scripted: SettingsPage) -> None:
    """WCAG 2.5.3 and 4.1.2."""
    allows_a_part(scripted)
    scripted.opens()
    for name in ("Allow all: Performance", "Allow Stats", "Allow all: Third-party content"):
        assert scripted.page.get_by_role("checkbox", name=name, exact=True).is_visible()


def findings(page: Any) -> str:
    """What axe-core finds, with its rules of best practice."""
    found = Axe().run(page)
    return str(found.generate_report()) if found.violations_count else ""


@pytest.mark.parametrize("colours", ["light", "dark", "forced"])
def test_axe_finds_nothing(scripted: SettingsPage, colours: str) -> None:
    if colours == "forced":
        scripted.page.emulate_media(forced_colors="active")
    else:
        scripted.page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
    scripted.opens()
    assert findings(scripted.page) == ""
    allows_a_part(scripted)
    scripted.opens(width=320, height=640)
    assert findings(scripted.page) == ""
    scripted.page.evaluate(
        "() => { for (const details of document.querySelectorAll('details')) details.open = true }"
    )
    assert findings(scripted.page) == ""
    scripted.page.goto(scripted.site.at("/_privacy/nothing"))
    assert findings(scripted.page) == ""

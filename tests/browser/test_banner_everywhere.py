"""The banner in every engine: by keyboard, in small windows, for screen readers.

What is asked is WCAG 2.2, levels A and AA; each test names its criteria. `test_banner_access` says what is
tested elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .engine import Engine, in_every_engine
from .servers import Site
from .test_banner import LINES, open_page
from .test_banner_access import END, FIRST, IN_ORDER, SITE, assert_keyboard_goes_through_it, focused
from .visit import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.engines, in_every_engine]

SPACING = """() => {
    const root = document.body.shadowRoot, spacing = new CSSStyleSheet();
    spacing.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important;"
        + "word-spacing: .16em !important } p { margin-block-end: 2em !important }");
    root.adoptedStyleSheets.push(spacing);
}"""
SMOOTH = "<style>html { scroll-behavior: smooth }</style>"
TARGETS = """() => [...document.body.shadowRoot.querySelectorAll("a, button, summary, label")]
    .filter(target => target.checkVisibility({ visibilityProperty: true }))
    .map(target => [target.innerText, target.getBoundingClientRect().toJSON()])"""
# Whether each target can be scrolled to, is all in the window from side to side, and is what a click hits.
REACHED = """() => [...document.body.shadowRoot.querySelectorAll(
    ".consentgate-banner :is(a, button, summary, label)")]
    .filter(target => target.checkVisibility({ visibilityProperty: true }))
    .map(target => {
        target.scrollIntoView({ block: "nearest" });
        const box = target.getBoundingClientRect();
        const x = box.x + box.width / 2, y = box.y + Math.min(box.height, innerHeight - box.y) / 2;
        const hit = document.body.shadowRoot.elementFromPoint(x, y);
        const fits = box.left >= 0 && box.right <= innerWidth && box.bottom > 0 && box.top < innerHeight;
        return [target.innerText, fits && hit?.closest("a, button, summary, label") === target];
    })"""
WINDOW = """() => {
    const { top, bottom } = document.body.shadowRoot.querySelector(".consentgate-banner")
        .getBoundingClientRect();
    const overflow = document.documentElement.scrollWidth - innerWidth;
    return { top, bottom, overflow, width: innerWidth, height: innerHeight };
}"""
BOXES = """() => [...document.body.shadowRoot.querySelectorAll("input[type=checkbox]")]
    .filter(box => box.checkVisibility()).map(box => [box.labels[0].innerText, box.checked])"""
STATUS = "() => document.body.shadowRoot.querySelector('[role=status]')"


@pytest.fixture
def opens(serve: Callable[..., Site], new_visitor: Callable[..., Visitor]) -> Callable[..., Visitor]:
    """`opens(content, size=...)`: see `open_page`."""
    return lambda content, **how: open_page(serve, new_visitor, SITE, content, **how)


def opens_the_choices(visitor: Visitor) -> None:
    """Open what "Choose" opens, by the keyboard. On the way Firefox stops at what can be scrolled, too."""
    ways = (focused(visitor, "Tab")[0] for _ in range(2 * len(IN_ORDER)))
    assert "Choose" in ways
    visitor.does(lambda page: page.keyboard.press("Enter"))


def test_the_keyboard_goes_through_it_in_order_and_leaves_it(opens: Callable[..., Visitor]) -> None:
    """WCAG 2.1.1, 2.1.2, 2.4.3 and 2.4.7."""
    assert_keyboard_goes_through_it(opens(FIRST + END))


@pytest.mark.parametrize(
    ("size", "styles"),
    [
        pytest.param((1280, 800), "", id="wide-at-once"),
        pytest.param((1280, 800), SMOOTH, id="wide-smoothly", marks=pytest.mark.exhaustive),
        pytest.param((320, 256), "", id="narrow-at-once"),
        pytest.param((320, 256), SMOOTH, id="narrow-smoothly"),
    ],
)
def test_it_hides_no_focus(opens: Callable[..., Visitor], size: tuple[int, int], styles: str) -> None:
    """WCAG 2.4.11."""
    visitor = opens(styles + LINES + END, size=size)
    told = [focused(visitor, key, settle=1 if styles else 0) for key in ["Tab"] * 12 + ["Shift+Tab"] * 8]
    assert "Link 3" in {name for name, *_ in told}
    assert [name for name, is_covered, *_ in told if is_covered] == []


def test_every_target_is_large_enough(opens: Callable[..., Visitor]) -> None:
    """WCAG 2.5.8."""
    visitor = opens(LINES, size=(390, 844))
    opens_the_choices(visitor)
    found = visitor.page.evaluate(TARGETS)
    visitor.presses("Refuse")
    found += visitor.page.evaluate(TARGETS)
    assert {name for name, _ in found} >= {*IN_ORDER, "Save choice", "Close", "Privacy settings"}
    assert [name for name, box in found if min(box["width"], box["height"]) < 24] == []


@pytest.mark.parametrize("size", [(320, 256), (640, 400)], ids=["400 %", "200 %"])
@pytest.mark.parametrize("spacing", [False, True], ids=["usual", "spaced"])
def test_a_small_window_shows_all_of_it(
    opens: Callable[..., Visitor], engine: Engine, size: tuple[int, int], spacing: bool
) -> None:
    """WCAG 1.4.4, 1.4.10 and 1.4.12."""
    visitor = opens(LINES, size=size)
    if spacing:
        visitor.page.evaluate(SPACING)
    for opened in (False, True):
        if opened:
            opens_the_choices(visitor)
        window = visitor.page.evaluate(WINDOW)
        # WebKit's window is never as narrow as 320 pixels.
        assert window["width"] == size[0] or engine.name == "webkit"
        assert window["top"] >= 0 and window["bottom"] <= window["height"] + 0.5
        assert window["overflow"] <= 0
        found = visitor.page.evaluate(REACHED)
        assert {name for name, _ in found} >= {"Accept", "Refuse", *(["Save choice"] if opened else [])}
        assert [name for name, is_reached in found if not is_reached] == []


def test_the_status_is_there_before_it_says_something(opens: Callable[..., Visitor]) -> None:
    """WCAG 2.5.3, 4.1.2 and 4.1.3."""
    visitor = opens(LINES)
    opens_the_choices(visitor)
    boxes = [(name.strip(), is_ticked) for name, is_ticked in visitor.page.evaluate(BOXES)]
    assert [(name.partition(" ")[0], on) for name, on in boxes] == [
        ("Performance", False),
        ("Third-party", False),
    ]
    for name, _ in boxes:
        [box] = visitor.page.get_by_role("checkbox", name=name, exact=True).all()
        assert box.is_visible()
    visitor.page.evaluate(f"() => {{ window.line = ({STATUS})() }}")
    visitor.presses("Refuse")
    assert visitor.page.evaluate("() => line.isConnected && line.innerText").startswith(
        "Your choice has been saved."
    )
    # The button that had the focus has gone: it is near where it was, and not at the top of the page.
    named = "() => document.body.shadowRoot.activeElement.innerText"
    assert visitor.page.evaluate(named) == "Privacy settings"

"""What a theme and a visitor's own settings make of the banner: whatever they are, it can be read, and
accepting looks like refusing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from consentgate import Gate, Policy
from consentgate.wsgi import ConsentMiddleware

from .servers import Site
from .test_decisions import POLICY
from .test_neutrality import GATED, page_of, pages
from .visit import Visitor

pytestmark = pytest.mark.browser

THEME = """
[theme]
background = "#fff8ee"
text = "#3a1d0c"
line = "#9a6a4a"
link = "#8a2b00"
button = "#8a2b00"
radius = "14px"
button_radius = "22px"
font = "Fira Sans, serif"

[theme.dark]
background = "#2a1710"
button = "#ffb38a"
button_text = "#2a1710"
"""
CONTENT = """<h1>Shop</h1><iframe width="300" height="200" src="https://films.example/one"></iframe>
<p><a href="/next">Next</a></p>"""
RADIUS, FONT = "22px", '"Fira Sans", serif'
WHITE, CREAM, RUST = "rgb(255, 255, 255)", "rgb(255, 248, 238)", "rgb(138, 43, 0)"
PEACH, BROWN = "rgb(255, 179, 138)", "rgb(42, 23, 16)"

STYLE = """(element, names) => {
    const style = getComputedStyle(element);
    return Object.fromEntries(names.map(name => [name, style.getPropertyValue(name)]));
}"""
# The two stand in different places, and those lengths which follow from their places and words are no look.
SIZE = "element => (({ width, height, y }) => [width, height, y])(element.getBoundingClientRect())"
ALIKE = """(element) => Object.fromEntries([...getComputedStyle(element)]
    .filter(name => !/^(grid|inset|left|right|top|bottom|perspective-origin|transform-origin)/.test(name))
    .map(name => [name, getComputedStyle(element).getPropertyValue(name)]))"""
MOVES = """() => {
    const all = [...document.body.shadowRoot.querySelectorAll("*")];
    return all.filter(element => {
        const { transitionDuration, animationName } = getComputedStyle(element);
        return transitionDuration !== "0s" || animationName !== "none" || element.getAnimations().length;
    }).length;
}"""


@pytest.fixture
def opens(serve: Callable[..., Site], new_visitor: Callable[..., Visitor]) -> Callable[..., Visitor]:
    """`opens(theme, style, head, color_scheme="dark", ...)`: a visitor with these settings on a page."""

    def open_(
        theme: str = "", style: str = "", head: str = "", *, javascript: bool = True, **media: Any
    ) -> Visitor:
        app = pages({"/": page_of(style, content=CONTENT, head=head)})
        gate = Gate(Policy.parse(POLICY + theme), secret_key="a key for the tests")
        site = serve(ConsentMiddleware(app, gate), host=GATED)
        visitor = new_visitor(settle=0.3, javascript=javascript)
        visitor.page.emulate_media(**media)
        visitor.opens(site.url)
        return visitor

    return open_


def style_of(visitor: Visitor, selector: str, *names: str) -> dict[str, str]:
    style: dict[str, str] = visitor.page.locator(selector).first.evaluate(STYLE, names)
    return style


ACCEPT, REFUSE, CHOOSE = '[value="accept"]', '[value="refuse"]', "summary.consentgate-choose"


@pytest.mark.parametrize(
    ("scheme", "declared", "background", "button", "words"),
    [
        ("light", "", CREAM, RUST, WHITE),
        ("dark", "", BROWN, PEACH, BROWN),
        # A page that declares a scheme has it in the banner, whatever the system has.
        ("dark", "<meta name=color-scheme content=light>", CREAM, RUST, WHITE),
        ("light", "<meta name=color-scheme content=dark>", BROWN, PEACH, BROWN),
        ("dark", "<style>html{color-scheme:light}</style>", CREAM, RUST, WHITE),
        ("light", "<style>html{color-scheme:dark}</style>", BROWN, PEACH, BROWN),
        ("dark", "<style>html{color-scheme:light dark}</style>", BROWN, PEACH, BROWN),
    ],
)
def test_a_theme_is_to_be_seen(
    opens: Callable[..., Visitor], scheme: str, declared: str, background: str, button: str, words: str
) -> None:
    visitor = opens(THEME, head=declared, color_scheme=scheme)
    assert style_of(visitor, ".consentgate-banner", "background-color", "font-family") == {
        "background-color": background,
        "font-family": FONT,
    }
    for one in (ACCEPT, REFUSE):
        assert style_of(
            visitor, one, "background-color", "color", "border-top-left-radius", "font-family"
        ) == {
            "background-color": button,
            "color": words,
            "border-top-left-radius": RADIUS,
            "font-family": FONT,
        }


@pytest.mark.parametrize(
    ("scheme", "declared", "background"),
    [
        ("dark", "", BROWN),
        ("dark", "<meta name=color-scheme content=light>", CREAM),
        ("light", "<meta name=color-scheme content=dark>", BROWN),
        ("light", "<style>html{color-scheme:dark}</style>", BROWN),
    ],
)
def test_it_follows_the_page_without_a_script_too(
    opens: Callable[..., Visitor], scheme: str, declared: str, background: str
) -> None:
    visitor = opens(THEME, head=declared, color_scheme=scheme, javascript=False)
    assert style_of(visitor, ".consentgate-banner", "background-color")["background-color"] == background


def test_a_theme_is_on_placeholders_and_the_settings_page_too(opens: Callable[..., Visitor]) -> None:
    visitor = opens(THEME, color_scheme="light")
    frame = visitor.page.frame_locator("iframe")
    assert frame.locator("button").first.evaluate(STYLE, ["background-color", "border-top-left-radius"]) == {
        "background-color": RUST,
        "border-top-left-radius": RADIUS,
    }
    visitor.opens(f"https://{GATED}/_privacy/choices")
    assert style_of(visitor, "body", "background-color")["background-color"] == CREAM
    assert style_of(visitor, "button", "background-color")["background-color"] == RUST


@pytest.mark.parametrize("forced", ["none", "active"])
@pytest.mark.parametrize("theme", ["", THEME], ids=["ours", "theme"])
def test_accepting_looks_like_refusing(opens: Callable[..., Visitor], theme: str, forced: str) -> None:
    visitor = opens(theme, forced_colors=forced)
    accept, refuse = (visitor.page.locator(one) for one in (ACCEPT, REFUSE))
    assert accept.evaluate(ALIKE) == refuse.evaluate(ALIKE)
    assert len(accept.evaluate(ALIKE)) > 200
    for one in (accept, refuse):
        one.focus()
        assert one.evaluate("element => element.matches(':focus-visible')")
    sizes = [one.evaluate(SIZE) for one in (accept, refuse)]
    assert sizes[0] == sizes[1]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_with_forced_colours_every_control_has_an_edge_and_a_ring(
    opens: Callable[..., Visitor], scheme: str
) -> None:
    visitor = opens(THEME, forced_colors="active", color_scheme=scheme)
    page = visitor.page
    behind = style_of(visitor, ".consentgate-banner", "background-color")["background-color"]
    # The colours are the visitor's.
    assert behind in ("rgb(255, 255, 255)", "rgb(0, 0, 0)")
    for one in (ACCEPT, REFUSE, CHOOSE):
        page.locator(one).focus()
        names = [f"outline-{part}" for part in ("color", "style", "width")]
        names += ["border-top-color", "border-top-width", "background-color"]
        style = style_of(visitor, one, *names)
        assert style["border-top-width"] == "2px"
        assert style["border-top-color"] not in (behind, "rgba(0, 0, 0, 0)")
        assert (style["outline-style"], style["outline-width"]) == ("solid", "3px")
        assert style["outline-color"] not in (behind, style["background-color"])
    link = page.locator(".consentgate-links a").first
    assert "underline" in link.evaluate(STYLE, ["text-decoration-line"])["text-decoration-line"]
    banner = style_of(visitor, ".consentgate-banner", "border-top-color", "border-top-width")
    assert banner["border-top-width"] == "1px"
    assert banner["border-top-color"] != behind


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_nothing_moves(opens: Callable[..., Visitor], motion: str) -> None:
    visitor = opens(reduced_motion=motion)
    assert visitor.page.evaluate(MOVES) == 0
    visitor.page.locator(CHOOSE).click()
    assert visitor.page.evaluate(MOVES) == 0
    visitor.presses("Refuse")
    assert visitor.page.evaluate(MOVES) == 0


def test_the_root_s_font_size_changes_nothing(opens: Callable[..., Visitor]) -> None:
    def sizes(size: str) -> list[Any]:
        visitor = opens(style=f"html{{font-size:{size}}}")
        found = [
            visitor.page.locator(one).first.bounding_box()
            for one in (".consentgate-banner", "h2#title", ACCEPT, REFUSE, CHOOSE)
        ]
        button = visitor.page.frame_locator("iframe").locator("button").first
        words = button.evaluate(STYLE, ["font-size", "min-height"])
        visitor.presses("Refuse")
        return [*found, words, visitor.page.locator(".consentgate-settings").bounding_box()]

    assert sizes("62.5%") == sizes("100%") == sizes("40px")

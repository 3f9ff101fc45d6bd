import hashlib
import re
from dataclasses import replace

import pytest

from consentgate.pages import Pages
from consentgate.pages.assets import stylesheets
from consentgate.policy import Policy, Theme
from consentgate.policy.model import DarkColours

from .support import PAGES, POLICY

SHEETS = PAGES.stylesheets
STYLESHEET, PAGE_STYLESHEET, PLACEHOLDER_STYLESHEET = SHEETS.in_pages, SHEETS.own_pages, SHEETS.placeholders
ALL = pytest.mark.parametrize(
    "sheet",
    [STYLESHEET.content, PAGE_STYLESHEET.content, PLACEHOLDER_STYLESHEET.content],
    ids=["banner", "page", "placeholder"],
)
OURS = Theme(
    background="#FFE",
    surface="#ffd",
    text="#311",
    line="#766",
    link="#70004a",
    button="#70004a",
    button_text="#ffe",
    radius="0px",
    button_radius="22px",
    font="Source Sans 3, 'Fira Sans', sans-serif",
    dark=DarkColours(background="#1a0d12"),
)


def test_the_visitor_s_own_styles_hide_the_banner_from_those_who_are_not_asked():
    assert PAGES.visitor_stylesheet(True) == b""
    assert PAGES.visitor_stylesheet(False).startswith(b".consentgate-banner{display:none}")


def test_the_stylesheet_s_name_changes_with_its_content():
    digest = hashlib.sha256(STYLESHEET.content).hexdigest()[:10]
    assert STYLESHEET.name == f"style-{digest}.css"


@ALL
def test_the_stylesheets_load_nothing(sheet):
    text = sheet.decode("ascii").lower()
    for way in ("url(", "@import", "@font-face", "image-set(", "expression("):
        assert way not in text


def test_the_stylesheet_styles_nothing_of_the_site_s_own():
    text = STYLESHEET.content.decode()
    blocks = re.sub(r"@(?:media|supports)[^{]*\{((?:[^{}]*\{[^{}]*\})*)\}", r"\1", text)
    for selectors, rules in re.findall(r"([^{}]+)\{([^{}]*)\}", blocks):
        if all(rule.strip().startswith("--consentgate-") for rule in rules.split(";") if rule.strip()):
            # Nothing but properties of our own.
            continue
        for selector in re.split(r",(?![^(]*\))", selectors):
            assert ".consentgate" in selector


def properties(sheet: bytes) -> dict[str, list[str]]:
    """The values of each custom property, in their order: for light and then for dark."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"--consentgate-([\w-]+):([^;}]+)", sheet.decode()):
        found.setdefault(name, []).append(value)
    return found


@ALL
def test_every_property_that_is_used_is_declared(sheet):
    used = set(re.findall(r"var\(--consentgate-([\w-]+)\)", sheet.decode()))
    assert used <= properties(sheet).keys()


def test_the_colours_of_all_stylesheets_are_the_theme_s_alone():
    """No sheet has one of its own, so that a theme changes all of them."""
    plain = stylesheets(Theme())
    for file in (plain.in_pages, plain.own_pages, plain.placeholders):
        rules = re.sub(r"--consentgate-[^;}]+|@supports \([^{]*", "", file.content.decode())
        assert not re.search(r"#[0-9a-f]{3,8}\b|rgb|hsl", rules)


@ALL
def test_nothing_moves_or_fades(sheet):
    assert not re.search(r"transition|animation|scroll-behavior", sheet.decode())


def test_what_goes_into_pages_is_not_measured_by_their_root():
    assert not re.search(r"[\d.]r?em\b", (STYLESHEET.content + PLACEHOLDER_STYLESHEET.content).decode())


def test_a_theme_changes_every_stylesheet_and_its_name():
    themed = Pages(replace(POLICY, theme=OURS)).stylesheets
    for ours, plain in (
        (themed.in_pages, STYLESHEET),
        (themed.own_pages, PAGE_STYLESHEET),
        (themed.placeholders, PLACEHOLDER_STYLESHEET),
    ):
        assert ours.name == plain.name.replace(
            hashlib.sha256(plain.content).hexdigest()[:10], hashlib.sha256(ours.content).hexdigest()[:10]
        )
        found = properties(ours.content)
        assert found["button-text"][0] == "#ffe"
        assert (found["radius"], found["button-radius"]) == (["0px"], ["22px"])
        assert found["font"] == ['"Source Sans 3","Fira Sans",sans-serif']
    assert properties(themed.own_pages.content)["background"] == ["#FFE", "#1a0d12"]
    assert properties(themed.in_pages.content)["background"] == ["#FFE", "light-dark(#FFE,#1a0d12)"]


def test_pages_name_the_stylesheet_of_their_theme():
    pages = Pages(replace(POLICY, theme=OURS))
    assert pages.stylesheets.in_pages.name != STYLESHEET.name
    assert pages.stylesheets.in_pages.name.encode() in pages.head()
    assert pages.stylesheets.in_pages.name.encode() in pages.banner("/")
    assert pages.stylesheets.own_pages.name.encode() in pages.problem(404)


def test_one_theme_is_made_once():
    assert stylesheets(Theme(radius="4px")) is stylesheets(Theme(radius="4px"))
    assert Pages(Policy()).stylesheets is SHEETS


def test_the_page_s_stylesheet_is_the_same_left_to_right_and_right_to_left():
    assert not re.search(r"\b(left|right)\b", PAGE_STYLESHEET.content.decode())


def test_the_stylesheets_are_small():
    assert len(STYLESHEET.content) < 5_500
    assert len(PAGE_STYLESHEET.content) < 5_000

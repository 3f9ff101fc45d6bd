import hashlib
import re

import pytest

from consentgate.pages.assets import PAGE_STYLESHEET, STYLESHEET

from .support import PAGES


def test_the_visitor_s_own_styles_hide_the_banner_from_those_who_are_not_asked():
    assert PAGES.visitor_stylesheet(True) == b""
    assert PAGES.visitor_stylesheet(False).startswith(b".consentgate-banner{display:none}")


def test_the_stylesheet_s_name_changes_with_its_content():
    digest = hashlib.sha256(STYLESHEET.content).hexdigest()[:12]
    assert STYLESHEET.name == f"style-{digest}.css"


@pytest.mark.parametrize("sheet", [STYLESHEET.content, PAGE_STYLESHEET.content], ids=["banner", "page"])
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


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(d * 2 for d in digits)
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("sheet", [STYLESHEET.content, PAGE_STYLESHEET.content], ids=["banner", "page"])
@pytest.mark.parametrize("scheme", [0, -1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("front", "behind", "least"),
    [
        ("text", "back", 4.5),
        ("text", "soft", 4.5),
        ("link", "back", 4.5),
        ("link", "soft", 4.5),
        ("on-button", "button", 4.5),
        ("button", "back", 4.5),
        ("line", "back", 3),
    ],
)
def test_every_text_has_enough_contrast(sheet, scheme, front, behind, least):
    # Of each colour the first one that is named is for light, and the last one for dark.
    front_colour, behind_colour = (
        re.findall(r"#\w+", " ".join(re.findall(rf"--consentgate-{name}: ([^;]*)", sheet.decode())))[scheme]
        for name in (front, behind)
    )
    assert contrast(front_colour, behind_colour) >= least


def test_the_two_stylesheets_name_their_colours_alike():
    banner, page = (
        set(re.findall(r"(--consentgate-\w[\w-]*):", sheet.decode()))
        for sheet in (STYLESHEET.content, PAGE_STYLESHEET.content)
    )
    assert page <= banner


def test_the_page_s_stylesheet_is_the_same_left_to_right_and_right_to_left():
    assert not re.search(r"\b(left|right)\b", PAGE_STYLESHEET.content.decode())


def test_the_stylesheets_are_small():
    assert len(STYLESHEET.content) < 7_000
    assert len(PAGE_STYLESHEET.content) < 6_000

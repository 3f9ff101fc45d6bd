import re

import pytest

from .support import PAGES

HIDE = b".consentgate-banner{display:none!important}"


def test_the_stylesheet_hides_the_banner_from_those_who_are_not_asked():
    assert HIDE not in PAGES.stylesheet(True)
    assert PAGES.stylesheet(False).replace(HIDE + b"\n", b"") == PAGES.stylesheet(True)


@pytest.mark.parametrize("sheet", [PAGES.stylesheet(False), PAGES.page_stylesheet], ids=["banner", "page"])
def test_the_stylesheets_load_nothing(sheet):
    text = sheet.decode("ascii").lower()
    for way in ("url(", "@import", "@font-face", "image-set(", "expression("):
        assert way not in text


def test_the_stylesheet_styles_nothing_of_the_site_s_own():
    text = PAGES.stylesheet(False).decode()
    blocks = re.sub(r"@media[^{]*\{((?:[^{}]*\{[^{}]*\})*)\}", r"\1", text)
    for selectors in re.findall(r"([^{}]+)\{", blocks):
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


@pytest.mark.parametrize("sheet", [PAGES.stylesheet(True), PAGES.page_stylesheet], ids=["banner", "page"])
@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
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
    text = sheet.decode()
    front_colour, behind_colour = (
        re.findall(rf"--consentgate-{name}: (#\w+)", text)[scheme] for name in (front, behind)
    )
    assert contrast(front_colour, behind_colour) >= least


def test_the_two_stylesheets_name_their_colours_alike():
    banner, page = (
        set(re.findall(r"(--consentgate-\w[\w-]*):", sheet.decode()))
        for sheet in (PAGES.stylesheet(True), PAGES.page_stylesheet)
    )
    assert page <= banner


def test_the_page_s_stylesheet_is_the_same_left_to_right_and_right_to_left():
    assert not re.search(r"\b(left|right)\b", PAGES.page_stylesheet.decode())


def test_the_stylesheets_are_small():
    assert len(PAGES.stylesheet(True)) < 6_000
    assert len(PAGES.page_stylesheet) < 6_000

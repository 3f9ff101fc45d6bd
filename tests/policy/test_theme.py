"""The theme: any that everybody can read is taken, and of any other the message says why not."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentgate import Policy
from consentgate.pages import Pages
from consentgate.pages.assets import StaticFile
from consentgate.policy import PolicyError, Theme
from consentgate.policy.checks.theme import COLOURS, contrast
from consentgate.policy.model import DarkColours

SITE = '[site]\nname = "Example"\ncontroller = "Example Ltd"\ncontact = "privacy@example.org"\n'


def theme(text: str) -> Theme:
    return Policy.parse(SITE + text).theme


def mistakes(text: str) -> list[tuple[str, str, str]]:
    with pytest.raises(PolicyError) as caught:
        theme(text)
    return [(mistake.table, mistake.key, mistake.expected) for mistake in caught.value.mistakes]


def test_a_policy_without_a_theme_has_ours():
    assert theme("") == theme("[theme]") == theme("[theme.dark]") == Policy().theme == Theme()


def test_a_theme_has_colours_for_light_and_dark_shapes_and_a_font():
    found = theme(
        """
        [theme]
        button = "#70004a"
        radius = "0px"
        button_radius = "24px"
        font = "Inter, 'Helvetica Neue', sans-serif"

        [theme.dark]
        background = "#000"
        """
    )
    assert found == Theme(
        button="#70004a",
        radius="0px",
        button_radius="24px",
        font="Inter, 'Helvetica Neue', sans-serif",
        dark=DarkColours(background="#000"),
    )


@pytest.mark.parametrize("key", COLOURS)
@pytest.mark.parametrize(
    "value", ["red", "#12345", "#1234567", "#fff8", "rgb(0 0 0)", "", "#fff;}*{x:y", "#ggg", "var(--x)"]
)
def test_a_colour_is_a_hexadecimal_number(key, value):
    for place in ("[theme]", "[theme.dark]"):
        expected = f'expected a colour like "#1a4fb4" or "#fff", not "{value}"'
        ((*where, said),) = mistakes(f'{place}\n{key} = "{value}"')
        assert where == [place, key]
        assert said.partition("; did you mean")[0] == expected


@pytest.mark.parametrize("key", ["radius", "button_radius"])
@pytest.mark.parametrize("value", ["25px", "-1px", "1em", "6", "6.5px", "99px", "6px;x:y", "006px"])
def test_a_radius_is_a_number_of_pixels(key, value):
    expected = f'expected a length from "0px" to "24px", not "{value}"'
    ((*where, said),) = mistakes(f'[theme]\n{key} = "{value}"')
    assert where == ["[theme]", key]
    assert said.partition("; did you mean")[0] == expected


@pytest.mark.parametrize(
    "value",
    [
        *(
            "Inter",
            "",
            ",",
            "serif,",
            "a;b, serif",
            "url(x), serif",
            "'a\\\\', serif",
            "3D, serif",
            "-x, serif",
        ),
        *("'Inter\", serif", ", ".join(["serif"] * 9), f"{'x' * 65}, serif", "Ünter, serif"),
    ],
)
def test_a_font_is_a_list_of_families_that_ends_in_a_generic_one(value):
    text = value.replace('"', '\\"')
    ((place, key, expected),) = mistakes(f'[theme]\nfont = "{text}"')
    assert (place, key) == ("[theme]", "font")
    assert 'expected up to 8 font families, the last one generic, like "Inter, sans-serif", not' in expected


def test_a_theme_that_cannot_be_read_is_refused_with_both_colours_and_their_contrast():
    """WCAG 2.2, 1.4.3: the reason is in the message, and the nearest colour that will do."""
    said = (
        "expected a contrast of at least {} with {}: {} has {}, which some visitors could not make out; "
        'try "{}"'
    )
    text = '[theme]\ntext = "#777"\n[theme.dark]\nbackground = "#fff"\nline = "#8b919d"'
    assert mistakes(text) == [
        (place, key, said.format(4.5, f'{other}, "{colour}"', f'"{own}"', found, nearest))
        for place, key, other, colour, own, found, nearest in (
            ("[theme]", "text", "background", "#fff", "#777", 4.47, "#6f6f6f"),
            ("[theme]", "text", "surface", "#f3f4f6", "#777", 4.06, "#6f6f6f"),
            ("[theme.dark]", "background", "text", "#f1f2f4", "#fff", 1.12, "#454545"),
            ("[theme.dark]", "background", "link", "#a9c6ff", "#fff", 1.72, "#454545"),
            ("[theme.dark]", "background", "button", "#d9e2f5", "#fff", 1.3, "#454545"),
        )
    ]


def test_where_no_colour_would_do_beside_all_others_none_is_proposed():
    said = {key: expected for _, key, expected in mistakes('[theme]\nbutton = "#888"\nbutton_text = "#333"')}
    assert "; try " in said["button_text"]
    assert said["button"].endswith("could not make out")


@pytest.mark.parametrize(
    ("text", "key", "least"),
    [
        ('link = "#999"', "link", 4.5),
        ('button_text = "#767b85"', "button_text", 4.5),
        # Enough for words on it, but "Choose" has none behind it.
        ('button = "#ffd54a"\nbutton_text = "#000"', "button", 4.5),
        ('line = "#ccc"', "line", 3),
    ],
)
def test_words_buttons_and_borders_are_to_be_seen(text, key, least):
    found = mistakes(f"[theme]\n{text}")
    assert {(place, where) for place, where, _ in found} == {("[theme]", key)}
    assert f"expected a contrast of at least {least:g} with " in found[0][2]


@pytest.mark.parametrize(
    "key", ["accept", "refuse_button", "accept_background", "rejectColor", "deny", "allow_text", "Accept"]
)
def test_a_theme_that_tells_accepting_from_refusing_is_refused(key):
    """No property is for one answer alone."""
    for text, place in (
        (f'[theme]\n{key} = "#fff"', "[theme]"),
        (f'[theme.{key}]\nbutton = "#fff"', "[theme]"),
        (f'[theme.dark]\n{key} = "#fff"', "[theme.dark]"),
    ):
        expected = "expected nothing for one answer alone: accepting and refusing look alike"
        expected += ", and both are styled by button and button_text"
        assert mistakes(text) == [(place, key, expected)]


def test_every_mistake_is_reported_at_once():
    found = mistakes(
        """
        [theme]
        backgrund = "#000"
        text = 5
        link = "blue"
        radius = "1em"

        [theme.dark]
        text = "#111"
        font = "serif"
        """
    )
    assert [(place, key) for place, key, _ in found] == [
        ("[theme]", "backgrund"),
        ("[theme]", "text"),
        ("[theme]", "link"),
        ("[theme]", "radius"),
        ("[theme.dark]", "text"),
        ("[theme.dark]", "text"),
        ("[theme.dark]", "font"),
    ]
    assert found[0][2] == 'unknown key; did you mean "background"?'
    assert found[1][2] == "expected text in quotes, not 5"


@pytest.mark.parametrize("text", ["theme = 5", "[[theme]]", "[theme]\ndark = 5", "[[theme.dark]]"])
def test_a_theme_is_a_table(text):
    with pytest.raises(PolicyError, match=r"\[theme\].*: expected "):
        Policy.parse(f"{text}\n" + SITE if text.startswith("theme =") else SITE + text)


def test_a_theme_that_is_made_in_python_is_checked_too():
    with pytest.raises(PolicyError, match=r"\[theme\], text: expected a contrast"):
        Policy(theme=Theme(text="#fff"))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("#000", "#fff", 21),
        ("#FFF", "#ffffff", 1),
        ("#777", "#fff", 4.48),
        ("#767676", "#fff", 4.54),
        ("#f00", "#fff", 4.0),
    ],
)
def test_contrast_is_as_wcag_has_it(one, other, expected):
    assert contrast(one, other) == pytest.approx(expected, abs=0.005)
    assert contrast(one, other) == contrast(other, one)


ODD = st.text(alphabet="Ab3 '\"-_,;:{}\\\\/*@", max_size=12)


@given(colour=st.sampled_from(["#000", "#101010", "#1"]) | ODD, radius=st.just("6px") | ODD, font=ODD)
def test_a_theme_is_refused_or_only_changes_the_values_of_properties(colour, radius, font):
    """Nothing in a theme becomes a rule, whatever it says."""
    try:
        policy = Policy(theme=Theme(text=colour, radius=radius, font=f"{font}, serif"))
    except PolicyError:
        return
    ours, plain = Pages(policy).stylesheets, Pages(Policy()).stylesheets
    for sheets in ("in_pages", "own_pages", "placeholders"):
        assert without_values(getattr(ours, sheets)) == without_values(getattr(plain, sheets))


def without_values(file: StaticFile) -> str:
    return re.sub(r"(--consentgate-[\w-]+):[^;{}]*", r"\1:", file.content.decode())

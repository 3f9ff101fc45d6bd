"""The `[theme]` of a policy: its check. Who cannot read what is asked has not been asked."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from consentgate.policy.errors import Found
from consentgate.policy.messages import but_not, shown, suggestion
from consentgate.policy.model import Colours, Theme
from consentgate.policy.reading.hints import colour_hint

COLOURS = Colours.__struct_fields__
GENERIC_FAMILIES = frozenset(
    (
        *("serif", "sans-serif", "monospace", "cursive", "fantasy", "system-ui", "math"),
        *("ui-serif", "ui-sans-serif", "ui-monospace", "ui-rounded"),
    )
)
"""The names of CSS Fonts 4 for whatever font of a kind there is."""

COLOUR = r"#(?:[0-9a-fA-F]{3}){1,2}"
"""The pattern of colours."""
RADIUS = r"(?:1?[0-9]|2[0-4])px"
"""The pattern of radii."""
_FAMILY = re.compile(r"[A-Za-z][A-Za-z0-9 _-]{0,63}")
_MOST_FAMILIES = 8

_TEXT, _EDGE = 4.5, 3.0
"""The least contrast of text (WCAG 2.2, 1.4.3), and of the edges of controls (1.4.11)."""

_PAIRS = (
    ("text", "background", _TEXT),
    ("text", "surface", _TEXT),
    # The ring around what has the focus is of this colour, too.
    ("link", "background", _TEXT),
    ("link", "surface", _TEXT),
    ("button_text", "button", _TEXT),
    # The word "Choose" stands in the button's colour on the background.
    ("button", "background", _TEXT),
    ("button", "surface", _EDGE),
    ("line", "background", _EDGE),
)


def families(font: str) -> list[str]:
    """Return the names in a list of font families, without their quotes."""
    names = (name.strip() for name in font.split(","))
    return [name[1:-1] if name[:1] in ("'", '"') and name[:1] == name[-1:] else name for name in names]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2.2, contrast ratio)."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def check_theme(theme: Theme) -> Iterator[Found]:
    """Yield every mistake in a theme."""
    yield from _check_colours("[theme]", theme)
    for key in ("radius", "button_radius"):
        length = getattr(theme, key)
        if not re.fullmatch(RADIUS, length):
            meant = [f"{length.strip()}px"] if re.fullmatch(RADIUS, f"{length.strip()}px") else []
            expected = f'expected a length from "0px" to "24px"{but_not(length)}'
            yield "[theme]", key, f"{expected}{suggestion(meant)}"
    if not _is_font(theme.font):
        expected = f"expected up to {_MOST_FAMILIES} font families"
        like = 'the last one generic, like "Inter, sans-serif"'
        meant = [generic] if _is_font(generic := f"{theme.font}, sans-serif") else []
        yield "[theme]", "font", f"{expected}, {like}{but_not(theme.font)}{suggestion(meant)}"
    yield from _check_colours("[theme.dark]", theme.dark)


def _check_colours(place: str, colours: Colours) -> Iterator[Found]:
    values: dict[str, str] = {key: getattr(colours, key) for key in COLOURS}
    wrong = [key for key, value in values.items() if not re.fullmatch(COLOUR, value)]
    for key in wrong:
        expected = f'expected a colour like "#1a4fb4" or "#fff"{but_not(values[key])}'
        yield place, key, f"{expected}{colour_hint(values[key])}"
    ours = type(colours)()
    pairs = [pair for pair in _PAIRS if not {*wrong}.intersection(pair)]
    for front, behind, least in pairs:
        found = contrast(values[front], values[behind])
        if found < least:
            # The mistake is where the policy differs from us.
            key, other = (behind, front) if values[front] == getattr(ours, front) else (front, behind)
            # Rounded down, or else a contrast could be too small and read as if it were not.
            ratio = math.floor(found * 100) / 100
            expected = f"expected a contrast of at least {least:g} with {other}, {shown(values[other])}"
            why = f"{shown(values[key])} has {ratio:g}, which some visitors could not make out"
            needs = [
                (values[one if two == key else two], needed)
                for one, two, needed in pairs
                if key in (one, two)
            ]
            nearest = _nearest(values[key], needs)
            yield place, key, f"{expected}: {why}{f'; try {shown(nearest)}' if nearest else ''}"


def _nearest(colour: str, needs: Sequence[tuple[str, float]]) -> str | None:
    """Return the shade nearest to `colour` that has each contrast which it `needs` with another colour; None
    where none has them all."""
    mixed = (_mixed(colour, end, part) for part in range(1, 256) for end in (0, 255))
    return next((one for one in mixed if all(contrast(one, other) >= least for other, least in needs)), None)


def _mixed(colour: str, end: int, part: int) -> str:
    """Return `colour` with a `part` of 255 taken by black (0) or white (255)."""
    channels = (round(channel + (end - channel) * part / 255) for channel in _channels(colour))
    return "#" + "".join(f"{channel:02x}" for channel in channels)


def _is_font(font: str) -> bool:
    names = families(font)
    return (
        len(names) <= _MOST_FAMILIES
        and all(map(_FAMILY.fullmatch, names))
        and names[-1].lower() in GENERIC_FAMILIES
    )


def _luminance(colour: str) -> float:
    parts = [channel / 255 for channel in _channels(colour)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _channels(colour: str) -> list[int]:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    return [int(digits[at : at + 2], 16) for at in (0, 2, 4)]

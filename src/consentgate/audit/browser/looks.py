"""Measures what visitors see of the buttons that accept and refuse. Pages can tell anything of them."""

from __future__ import annotations

import contextlib
import math
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from consentgate.audit.tour import SeenButton, SeenQuestion

from .readable import readable
from .sightings import is_text, rows_in

if TYPE_CHECKING:
    from playwright.sync_api import ElementHandle

_MEASURES = 9
_MOST = 1e6
"""The largest number that a page's answer may have in it."""


def looks_of(accept: ElementHandle, refuse: ElementHandle) -> SeenQuestion | None:
    """Return what visitors see of two buttons; None where they are not on the same notice."""
    from playwright.sync_api import Error

    with contextlib.suppress(Error):  # the page is going away
        frame = accept.owner_frame()
        if frame is not None and frame == refuse.owner_frame():
            return question_in(readable(frame.evaluate(_script(), [accept, refuse])))
    return None


def question_in(answer: Any) -> SeenQuestion | None:
    """Return the buttons in a page's answer, which may be anything; None where it is not about two."""
    rows = rows_in(answer, _MEASURES)
    buttons = [button for row in rows if (button := _button(row)) is not None]
    return SeenQuestion(*buttons) if len(rows) == len(buttons) == 2 else None


def _button(row: list[Any]) -> SeenButton | None:
    words, *measures = row
    sizes, doubtful = measures[:5], measures[5:]
    if not is_text(words) or not all(map(_is_measure, sizes)):
        return None
    if not all(one is None or _is_measure(one) for one in doubtful):
        return None
    width, height, font_size, font_weight, in_view = map(float, sizes)
    text_contrast, shape_contrast, stop = doubtful
    return SeenButton(
        " ".join(words.split()),
        width,
        height,
        font_size,
        font_weight,
        min(in_view, 1.0),
        text_contrast,
        shape_contrast,
        None if stop is None else int(stop),
    )


def _is_measure(value: object) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return math.isfinite(value) and 0 <= value <= _MOST


@cache
def _script() -> str:
    return files(__package__).joinpath("looks.js").read_text("utf-8")

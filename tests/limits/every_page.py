"""Which pages the tests measure, and how each comes."""

from __future__ import annotations

import pytest

from .inputs import CODED, PAGES

WAYS = ("whole", "pieces")
_PAGES = [*(("pages", name) for name in PAGES), *(("coded", name) for name in CODED)]


def every_page(*, first: str, of: int = 1) -> pytest.MarkDecorator:
    """Parametrise a test by `table`, `name` and `way`. To measure takes long: CI takes one page `of`
    so many, and has each come in one way only, in turns, the first of them in the way that is `first`."""
    turn = WAYS.index(first)

    def is_in_ci(number: int, at: int) -> bool:
        return number % of == 0 and (number // of + at - turn) % 2 == 0

    return pytest.mark.parametrize(
        ("table", "name", "way"),
        [
            pytest.param(*page, way, marks=[] if is_in_ci(number, at) else [pytest.mark.exhaustive])
            for number, page in enumerate(_PAGES)
            for at, way in enumerate(WAYS)
        ],
    )

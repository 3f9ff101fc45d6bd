"""Which pages the tests measure, and how each comes."""

from __future__ import annotations

import pytest

from .inputs import CODED, PAGES

WAYS = ("whole", "pieces")
_PAGES = [*(("pages", name) for name in PAGES), *(("coded", name) for name in CODED)]


def every_page(*, first: str) -> pytest.MarkDecorator:
    """Parametrise a test by `table`, `name` and `way`. To measure takes long: CI has each page come in one
    way only, in turns, and the first of them in the way that is `first`."""
    turn = WAYS.index(first)
    return pytest.mark.parametrize(
        ("table", "name", "way"),
        [
            pytest.param(*page, way, marks=[] if (number + at - turn) % 2 == 0 else [pytest.mark.exhaustive])
            for number, page in enumerate(_PAGES)
            for at, way in enumerate(WAYS)
        ],
    )

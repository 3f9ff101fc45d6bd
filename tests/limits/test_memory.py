"""Memory grows with what came in and no faster: docs/limits.md states the budgets."""

from __future__ import annotations

import pytest

from .inputs import CODED, MESSAGES, PAGES
from .measure import MemoryMeter

HEAD = 16 << 10
"""What a server takes of a head in all: h11 takes 16 KiB, gunicorn and nginx 8 of a line."""
LARGEST_HEAD = 1 << 20
PAGE = 256 << 10
PLAIN = 10
"""How many times the memory of a plain page's byte a hostile one may cost."""


@pytest.mark.parametrize("name", MESSAGES)
def test_a_head_takes_a_mebibyte_at_most(name: str, meter: MemoryMeter) -> None:
    assert meter.peak("messages", name, "whole", HEAD) <= LARGEST_HEAD


@pytest.fixture(scope="module")
def plain(meter: MemoryMeter) -> dict[str, int]:
    """What a plain page takes, as it comes whole and in pieces."""
    return {way: meter.peak("pages", "plain", way, PAGE) for way in ("whole", "pieces")}


@pytest.mark.parametrize("way", ["whole", "pieces"])
@pytest.mark.parametrize(("table", "name"), [*(("pages", n) for n in PAGES), *(("coded", n) for n in CODED)])
def test_a_page_takes_the_memory_of_a_plain_one_ten_times_at_most(
    table: str, name: str, way: str, meter: MemoryMeter, plain: dict[str, int]
) -> None:
    # What waits may wait whole: a plain page in pieces takes next to nothing.
    assert meter.peak(table, name, way, PAGE) <= PLAIN * max(plain[way], PAGE)

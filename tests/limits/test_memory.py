"""Memory grows with what came in and no faster: docs/limits.md states the budgets."""

from __future__ import annotations

import pytest

from .every_page import every_page
from .inputs import MESSAGES
from .measure import MemoryMeter

pytestmark = pytest.mark.doubling

HEAD = 16 << 10
"""What a server takes of a head in all: h11 takes 16 KiB, gunicorn and nginx 8 of a line."""
LARGEST_HEAD = 1 << 20
PAGE = 512 << 10
MORE = 1.3
"""How much more a byte may cost in twice the page."""
MOST = 64
"""The most bytes of memory for a byte of a page: what waits is held in objects of Python's."""


@pytest.mark.parametrize("name", MESSAGES)
def test_a_head_takes_a_mebibyte_at_most(name: str, meter: MemoryMeter) -> None:
    # What the same costs without what grows is a page of the gate's own, say.
    made = meter.peak("messages", name, "whole", HEAD) - meter.peak("messages", name, "whole", 0)
    assert made <= LARGEST_HEAD


@every_page(first="whole", of=2)
def test_twice_the_page_takes_twice_the_memory(table: str, name: str, way: str, meter: MemoryMeter) -> None:
    half, whole = (meter.peak(table, name, way, size) for size in (PAGE // 2, PAGE))
    # What waits may wait whole, from some size on; what takes less than a plain page in one piece is cheap.
    assert whole <= MORE * max(2 * half, 10 * PAGE)
    assert whole <= MOST * PAGE

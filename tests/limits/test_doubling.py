"""Twice the input is twice the work, whatever the input: docs/limits.md states the budgets.

Work is counted in blocks of machine code (see `worker`), so that a step that looks at everything again is
seen wherever it is: in Python, in a regular expression, or in one call of `bytes.find`.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .every_page import WAYS, every_page
from .inputs import MESSAGES
from .measure import WorkCounter

pytestmark = pytest.mark.doubling

MORE = 1.3
"""How much more a byte may cost in twice the input. It costs 1.5 times as much, and soon more, where a third
of the work at half the size grows with its square."""
PLAIN = 10
"""How many times the work of a plain page's byte a hostile one may cost."""
ENOUGH = 20_000_000
"""The blocks that are enough to judge by: what grows with the square shows by then."""
SMALLEST_PAGE, LARGEST_PAGE = 16 << 10, 2 << 20
SMALLEST_HEAD, LARGEST_HEAD = 1 << 10, 64 << 10


def assert_linear(
    work: Callable[[int], int], plain: float, smallest: int, largest: int, most: float = float("inf")
) -> None:
    """Double the size until a byte costs no more than it did, or than one of a `plain` page. Fail where it
    costs more than `most` blocks.

    A byte may begin to cost more at some size, where a window ends. What grows with the square goes on.
    """
    before = cost = 0.0
    size, sizes, settled = smallest, 0, False
    while size <= largest:
        blocks = work(size)
        before, cost, sizes = cost, blocks / size, sizes + 1
        assert cost <= most, f"at {size} a byte costs {cost:.0f} blocks, at most {most:.0f} are allowed"
        settled = cost <= MORE * max(before, plain)
        if settled and sizes >= 3 and blocks > ENOUGH:
            return
        size *= 2
    assert settled, f"at {size // 2} a byte costs {cost:.0f} blocks, before {before:.0f}"


@pytest.fixture(scope="module")
def plain(counter: WorkCounter) -> dict[str, float]:
    """What a byte of a plain page costs, as it comes whole and in pieces."""
    size = 64 << 10
    return {way: counter.work("pages", "plain", way, size) / size for way in WAYS}


@every_page(first="pieces")
def test_twice_the_page_is_twice_the_work(
    table: str, name: str, way: str, counter: WorkCounter, plain: dict[str, float]
) -> None:
    assert_linear(
        lambda size: counter.work(table, name, way, size),
        plain[way],
        SMALLEST_PAGE,
        LARGEST_PAGE,
        most=PLAIN * plain[way],
    )


@pytest.mark.parametrize("name", MESSAGES)
def test_twice_the_head_is_twice_the_work(name: str, counter: WorkCounter, plain: dict[str, float]) -> None:
    # What a message costs without what grows.
    empty = counter.work("messages", name, "whole", 0)
    assert_linear(
        lambda size: counter.work("messages", name, "whole", size) - empty,
        plain["whole"],
        SMALLEST_HEAD,
        LARGEST_HEAD,
    )

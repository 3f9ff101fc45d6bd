"""The gate beside others that do the same, over all pages and by their size."""

from __future__ import annotations

import gc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from .blocking import Left, left_by
from .contenders import COPY, OURS, Contender
from .pages import Page
from .questions import Questions
from .timing import ratio, seconds, speed

_BOUNDS = (0, 64 << 10, 128 << 10, 256 << 10, 1 << 40)
_MOST_LEFT = 0.1
"""Who leaves more than this share of the references does not do the same work."""

PageTimes = list[list[float]]
"""The times of each page, one list a round."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Megabytes a second, and how many times as fast as consentgate."""

    speed: float
    ratio: float


@dataclass(frozen=True, slots=True)
class Result:
    """How a contender did. `blocks` is False for one whose figures count for nothing."""

    name: str
    whole: Figures
    by_size: Mapping[str, Figures]
    left: Left
    blocks: bool


def compare(entrants: list[Contender], pages: Mapping[Page, Questions], rounds: int) -> list[Result]:
    """Check that each contender blocks, then measure all in turns."""
    most_left = _MOST_LEFT * sum(len(page.references) for page in pages)
    left = {entrant.name: left_by(entrant, pages) for entrant in entrants}
    times = _measure(entrants, pages, rounds)
    sizes = [len(page.html) for page in pages]
    everything, classes = range(len(sizes)), _classes(sizes)
    results = []
    for entrant in entrants:
        name = entrant.name
        mine, ours = times[name], times[OURS]
        by_size = {label: _figures(mine, ours, sizes, chosen) for label, chosen in classes.items()}
        blocks = name == COPY or left[name].references <= most_left
        results.append(Result(name, _figures(mine, ours, sizes, everything), by_size, left[name], blocks))
    return results


def _measure(entrants: list[Contender], pages: Mapping[Page, Questions], rounds: int) -> dict[str, PageTimes]:
    times: dict[str, PageTimes] = {entrant.name: [] for entrant in entrants}
    for _ in range(rounds):
        for entrant in entrants:
            entrant.begin()
            gc.collect()
            times[entrant.name].append(
                [seconds(partial(entrant.rewrite, page, questions)) for page, questions in pages.items()]
            )
    return times


def _classes(sizes: Sequence[int]) -> dict[str, list[int]]:
    """The pages' numbers by class of size, without classes that no page is in."""
    found = {}
    for least, most in pairwise(_BOUNDS):
        chosen = [number for number, size in enumerate(sizes) if least <= size < most]
        if chosen:
            label = f"{least >> 10}-{most >> 10} KiB" if most < _BOUNDS[-1] else f"over {least >> 10} KiB"
            found[f"{label} ({len(chosen)})"] = chosen
    return found


def _figures(mine: PageTimes, ours: PageTimes, sizes: Sequence[int], chosen: Sequence[int]) -> Figures:
    my_sums, our_sums = _sums(mine, chosen), _sums(ours, chosen)
    return Figures(speed(sum(sizes[number] for number in chosen), my_sums), ratio(my_sums, our_sums))


def _sums(times: PageTimes, chosen: Sequence[int]) -> list[float]:
    return [sum(each[number] for number in chosen) for each in times]

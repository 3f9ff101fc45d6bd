"""The gate beside a Django view. Run as a process of its own: `python -m benchmarks.view ROUNDS`."""

from __future__ import annotations

import json
import logging
import sys
from dataclasses import asdict, dataclass
from statistics import median

from . import django_site
from .process import figures_of
from .requests import ALONE, GATE, added_by, by_request


@dataclass(frozen=True, slots=True)
class View:
    """A page of `size` bytes that a Django view renders: the microseconds that the view takes, and those that
    the gate adds. `ratio` is how many times as long the view takes."""

    size: int
    microseconds: float
    added: float
    ratio: float


def view(rounds: int) -> View:
    """The gate beside a view of the examples' Django site, for a visitor who has not decided."""
    return View(**figures_of("benchmarks.view", rounds))


def _run(rounds: int) -> View:
    tasks = {ALONE: django_site.archive(gated=False), GATE: django_site.archive(gated=True)}
    times = by_request(tasks, rounds)
    alone, added = times[ALONE], added_by(times, GATE)
    size = len(django_site.rendered())
    ratios = [whole / max(more, 1e-9) for whole, more in zip(alone, added, strict=True)]
    return View(size, median(alone), median(added), median(ratios))


if __name__ == "__main__":
    logging.disable()
    print(json.dumps(asdict(_run(int(sys.argv[1])))))

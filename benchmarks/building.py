"""How fast a static site is built closed, beside a plain copy of the same folder.

This is the one time by the clock: processes work at the same time. Nothing else should.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from consentgate.building import build

from .pages import Page
from .timing import MEGA

COPY, ONE, TWO, AGAIN = "a plain copy", "built, one process", "built, two processes", "nothing has changed"


@dataclass(frozen=True, slots=True)
class Throughput:
    """How many megabytes and pages a second, done in this way."""

    label: str
    speed: float
    pages: float


def throughput(pages: Iterable[Page], rounds: int, megabytes: int) -> list[Throughput]:
    """Measure on a site of about so many `megabytes`, made of `pages`."""
    with tempfile.TemporaryDirectory() as folder:
        src, out = Path(folder, "src"), Path(folder, "out")
        count, size = _written(src, [page.html for page in pages], int(megabytes * MEGA))
        ways: dict[str, Callable[[], object]] = {
            COPY: lambda: shutil.copytree(src, out),
            ONE: lambda: build(src, out, jobs=1),
            TWO: lambda: build(src, out, jobs=2),
            AGAIN: lambda: build(src, out, jobs=1),
        }
        took: dict[str, list[float]] = {label: [] for label in ways}
        for _ in range(rounds):
            for label, way in ways.items():
                if label != AGAIN:
                    shutil.rmtree(out, ignore_errors=True)
                begun = time.perf_counter()
                way()
                took[label].append(time.perf_counter() - begun)
    return [
        Throughput(label, size / MEGA / median(times), count / median(times)) for label, times in took.items()
    ]


def _written(folder: Path, pages: list[bytes], size: int) -> tuple[int, int]:
    """Write pages in turn until there is about this `size`. Return how many there are, and their size."""
    folder.mkdir()
    count = written = 0
    while written < size:
        html = pages[count % len(pages)]
        (folder / f"{count}.html").write_bytes(html)
        count, written = count + 1, written + len(html)
    return count, written

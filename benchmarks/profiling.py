"""Where the gate's own time goes."""

from __future__ import annotations

import cProfile
import pstats

from consentgate import Gate

from .pages import Page

_LINES = 25


def profile(gate: Gate, pages: list[Page]) -> None:
    """Print the functions that take the most time over all pages."""
    for page in pages:
        gate.rewrite(page.html, url=page.url)
    profiler = cProfile.Profile()
    for page in pages:
        profiler.runcall(gate.rewrite, page.html, url=page.url)
    pstats.Stats(profiler).strip_dirs().sort_stats("tottime").print_stats(_LINES)

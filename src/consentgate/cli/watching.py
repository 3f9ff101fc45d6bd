"""Looks at the pages of a site with a real browser, in all states, and says what it could not see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from .inventory_table import listed
from .progress_bar import ProgressLine

if TYPE_CHECKING:
    from consentgate.audit.observations import Visit

_SUCCESS = range(200, 300)


@dataclass(frozen=True, slots=True)
class Watched:
    """The `visits` of a browser, and the `doubts`: what it could not see."""

    visits: tuple[Visit, ...]
    doubts: tuple[str, ...]


def watched(
    start: str, visits: Sequence[Visit], most: int, *, stays_on: Callable[[str], bool], quiet: bool = False
) -> Watched:
    """Visit with a browser `most` of the pages that were read on `visits`, the one at `start` first. What it
    sees on pages that lead to where it does not say `stays_on` is left out.

    Raises ClickException where no browser can look.
    """
    from consentgate.audit.browser import CannotLook, take_tour

    pages = [visit.url for visit in visits if visit.status in _SUCCESS and visit.url != start]
    try:
        with ProgressLine(quiet=quiet) as progress:
            tour = take_tour(start, pages[: most - 1], stays_on=stays_on, tell=progress.tell)
    except CannotLook as error:
        raise click.ClickException(str(error)) from None
    doubts = [
        f"the browser did not get to what is {stage.state}: it found no way there"
        for stage in tour.stages
        if not stage.was_reached
    ]
    left = len(pages) + 1 - most
    if left > 0:
        doubts.append(f"{left} pages were not looked at with the browser, for want of --browser-pages")
    elsewhere = sorted({visit.url for visit in tour.visits() if not stays_on(visit.url)})
    if elsewhere:
        doubts.append(f"the browser was led to other sites, which were not looked at: {listed(elsewhere)}")
    return Watched(tuple(visit for visit in tour.visits() if stays_on(visit.url)), tuple(doubts))

"""Looks at the pages of a site with a real browser, in all states, and says what it could not see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from .progress_bar import ProgressLine

if TYPE_CHECKING:
    from consentgate.audit.observations import Visit

_SUCCESS = range(200, 300)


@dataclass(frozen=True, slots=True)
class Watched:
    """The `visits` of a browser, and the `doubts`: what it could not see."""

    visits: tuple[Visit, ...]
    doubts: tuple[str, ...]


def watched(start: str, visits: Sequence[Visit], most: int, *, quiet: bool = False) -> Watched:
    """Visit with a browser `most` of the pages that were read on `visits`, the one at `start` first.

    Raises ClickException where no browser can look.
    """
    from consentgate.audit.browser import CannotLook, take_tour

    pages = [visit.url for visit in visits if visit.status in _SUCCESS and visit.url != start]
    try:
        with ProgressLine(quiet=quiet) as progress:
            tour = take_tour(start, pages[: most - 1], tell=progress.tell)
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
    return Watched(tuple(tour.visits()), tuple(doubts))

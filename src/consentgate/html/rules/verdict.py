"""What a rule returns: the fate of an element, the edits to it, and the effects of having judged it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from consentgate.catalogue import ShareLink

from .limits import Limit
from .violation import Violation


class Edit(NamedTuple):
    """Bytes from `start` to `end` give way to `replacement`; `violation` says why, None for an insertion. One
    that `goes_on` continues the removal before it."""

    start: int
    end: int
    replacement: bytes = b""
    violation: Violation | None = None
    goes_on: bool = False

    def moved(self, by: int) -> Edit:
        """The same edit, `by` bytes further on."""
        return Edit(self.start + by, self.end + by, self.replacement, self.violation, self.goes_on)


class Effects(NamedTuple):
    """The effects of a verdict beyond its element. `limits` were reached; `by_base` says that a URL led to
    the base URL's host, `starts_module` that a module begins to load."""

    limits: tuple[Limit, ...] = ()
    by_base: bool = False
    starts_module: bool = False


NO_EFFECTS = Effects()


class Fate(Enum):
    """What becomes of an element."""

    STAYS = "its start tag stays, perhaps with fewer attributes, and what follows is read on"
    GOES = "all of it goes, and a placeholder may come in its place"
    LOSES_TAG = "its start tag goes, since it is not understood; what follows is read on"
    READ = "it stays, and its contents have been read already, in each way that a browser may"


class Verdict(NamedTuple):
    """What becomes of the element that a start tag opens.

    `end` is where reading goes on, None right after the tag. With `opens_text` raw text follows whose end is
    not known yet. `shows` tells that a placeholder may come in place of an element that goes, and `frames`
    that this is a frame, which may stay with these `edits` and show the placeholder itself. `leads_to` is the
    URL to which a refresh that goes would have led. `link` is the share link that comes in place of a social
    button that goes, or makes up for what one that stays lacks.
    """

    fate: Fate = Fate.STAYS
    end: int | None = None
    violation: Violation | None = None
    edits: Sequence[Edit] = ()
    effects: Effects = NO_EFFECTS
    opens_text: bool = False
    shows: bool = False
    frames: bool = False
    leads_to: str = ""
    link: ShareLink | None = None


STAYS = Verdict()
"""Nothing is wrong with the element, and nothing came of judging it."""


class Unclear(Exception):
    """Markup that is read by itself leaves something open, so that how it reads depends on its
    surroundings."""

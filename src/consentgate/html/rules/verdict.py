"""The verdict that a rule returns: an element's fate, the edits to it, and the effects of judging it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from consentgate.catalogue import ShareLink

from .limits import Limit
from .violation import Violation


class Edit(NamedTuple):
    """The bytes from `start` to `end` give way to `replacement`, because of the `violation`, None for an
    insertion. With `goes_on` it continues the removal before it."""

    start: int
    end: int
    replacement: bytes = b""
    violation: Violation | None = None
    goes_on: bool = False

    def moved(self, by: int) -> Edit:
        """The same edit, `by` bytes further on."""
        return Edit(self.start + by, self.end + by, self.replacement, self.violation, self.goes_on)


class Effects(NamedTuple):
    """The effects of a verdict beyond its element: the `limits` that were reached, whether a URL leads to the
    host of the base URL (`by_base`), and whether a module begins to load (`starts_module`)."""

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

    `end` is where reading goes on; None is right after the tag. With `opens_text` raw text follows whose end
    is not known yet. `shows` says that a placeholder may replace an element that goes, and `frames` that a
    frame may show it: the element itself, or one with the element's attributes, after these `edits`.
    `leads_to` is the URL to which a refresh that goes would have led. `link` is the share link that replaces
    a social button that goes, or gives an address to one that stays.
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
"""The verdict on an element that stays as it is, without effects."""


class Unclear(Exception):
    """Says that markup which is read apart from its document depends on what is around it."""

"""Look-ahead for the end of an element, within bounds.

Whether an end is found depends on the page alone, never on how it was cut into chunks: each search has a
window, and waits until the window is full. A search for a name begins where the last one for that name gave
up, so that all searches together read every byte a bounded number of times.
"""

from __future__ import annotations

from .grammar import END_TAG, START_TAG
from .script_text import LONGEST_END, ScriptText, raw_text_end
from .tags import Tag
from .tokens import tags

LONGEST_TEXT = 1 << 20
"""The most of a script or style sheet that is judged, in bytes. What it says after that is not read."""
LONGEST_ELEMENT = 64 << 10
"""How far ahead the end tag of an element with markup in it is looked for, in bytes."""
LONGEST_END_TAG = 64 << 10
"""Longer end tags are ignored."""
LONGEST_NAME = 256
"""The longest name of an element whose end is looked for."""
MOST_FRUITLESS = 4
"""The most names that are remembered at a time to have no end ahead. While there are as many, no other end is
looked for."""


class MoreNeeded(Exception):
    """Says that what stands here can only be judged with more of the page."""


class LookAhead:
    """Finds the ends of elements in the piece of the page that was loaded last."""

    def __init__(self) -> None:
        self._data = b""
        self._offset = 0
        self._final = False
        # By name: up to which byte of the page there is no end.
        self._no_text_end: dict[bytes, int] = {}
        self._no_element_end: dict[bytes, int] = {}

    @property
    def has_given_up(self) -> bool:
        """True where some element's end is not looked for, since none was found before."""
        return bool(self._no_element_end)

    def load(self, data: bytes, offset: int, *, final: bool) -> None:
        """Take `data`, which begins `offset` bytes into the page, as all there is for now."""
        self._data, self._offset, self._final = data, offset, final

    def end_of_text(self, name: bytes, start: int) -> tuple[int, int | None]:
        """Return where the raw text that begins at `start` ends, and where its end tag ends. Without an end
        tag, or with an overlong one, these are the end of the window and None.

        Raise MoreNeeded where one may still come.
        """
        data, limit = self._data, start + LONGEST_TEXT
        if data.startswith(b"</%b>" % name, start):
            return start, start + len(b"</>") + len(name)
        end = self._find_text_end(name, start, limit)
        if end is None:
            self._require(limit)
            return min(limit, len(data)), None
        end_tag = END_TAG.match(data, end, end + LONGEST_END_TAG)
        if end_tag is not None:
            return end, end_tag.end()
        self._require(end + LONGEST_END_TAG)
        return end, len(data) if len(data) - end < LONGEST_END_TAG else None

    def _find_text_end(self, name: bytes, start: int, limit: int) -> int | None:
        if name == b"script":
            return ScriptText().find_end(self._data, start, limit)
        searched = self._no_text_end.get(name, 0) - self._offset
        match = raw_text_end(name).search(self._data, max(start, searched - LONGEST_END), limit)
        if match is not None:
            return match.start()
        self._no_text_end[name] = self._offset + min(limit, len(self._data))
        return None

    def end_of_element(self, tag: Tag) -> int | None:
        """Return where the element ends that `tag` opens; None where that is too far off, or nowhere.

        Raise MoreNeeded where the end tag may still come.
        """
        here = self._offset + tag.start
        self._no_element_end = {name: end for name, end in self._no_element_end.items() if end > here}
        full = len(self._no_element_end) >= MOST_FRUITLESS
        if full or len(tag.name) > LONGEST_NAME or tag.name in self._no_element_end:
            return None
        limit = tag.end + LONGEST_ELEMENT
        end = self._find_element_end(tag, limit)
        if end is None:
            self._require(limit)
            # Elements of this name inside have no nearer end. To look for each would take quadratic time.
            self._no_element_end[tag.name] = self._offset + limit
        return end

    def _find_element_end(self, tag: Tag, limit: int) -> int | None:
        depth = 1
        for match in tags(self._data, tag.end, limit):
            if match["name"].lower() == tag.name:
                depth += 1 if match.re is START_TAG else -1
                if depth == 0:
                    return match.end()
        return None

    def _require(self, limit: int) -> None:
        if len(self._data) < limit and not self._final:
            raise MoreNeeded

"""Looking ahead for the end of an element, so far and no further.

Whether an end is found depends on the page alone, never on how it was cut into chunks: each search has a
window, and waits until it is full. And each takes up where the last one for the same name gave up, so that
all of them together read every byte a bounded number of times.
"""

from __future__ import annotations

from .grammar import END_TAG, LONGEST_END, START_TAG, ScriptText, raw_text_end
from .tags import Tag
from .tokens import tags

LONGEST_TEXT = 1 << 20
"""So much of a script or style sheet is judged; what it says after that is not read."""
LONGEST_ELEMENT = 64 << 10
"""So far ahead the end tag of an element with markup in it is looked for."""
LONGEST_END_TAG = 64 << 10
"""An end tag that is longer is not one to look for."""
LONGEST_NAME = 256
"""The end of an element with a longer name is not looked for."""
MOST_FRUITLESS = 4
"""So many names at a time are remembered to have no end ahead. Beyond that no others are looked for."""


class MoreNeeded(Exception):
    """What stands here can only be judged with more of the page."""


class Ahead:
    """Finds ends in the piece of the page that was loaded last."""

    def __init__(self) -> None:
        self._data = b""
        self._offset = 0
        self._final = False
        self._no_text_end: dict[bytes, int] = {}
        self._no_element_end: dict[bytes, int] = {}

    @property
    def has_given_up(self) -> bool:
        """True where the end of some element may not be looked for any more."""
        return bool(self._no_element_end)

    def load(self, data: bytes, offset: int, *, final: bool) -> None:
        """`data`, which begins `offset` bytes into the page, is what there is now."""
        self._data, self._offset, self._final = data, offset, final

    def end_of_text(self, name: bytes, start: int) -> tuple[int, int | None]:
        """Where the raw text of an element ends that begins at `start`, and where its end tag does: the
        end of the window and None where there is none, or only one of an unlikely length.

        Raises MoreNeeded where there still may be one.
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
        """Where the element ends that `tag` opens; None where that is too far off, or nowhere.

        Raises MoreNeeded where it could still turn up.
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
            # Those inside will not find theirs any sooner: looking for each would take forever.
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

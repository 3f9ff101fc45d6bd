"""Finds the tags in a piece of HTML without knowing the document's tree."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from .element_sets import RAW_TEXT_ELEMENTS
from .grammar import END_TAG, NOT_TAGS, START_TAG
from .script_text import ScriptText, raw_text_end


def tags(data: bytes, position: int = 0, limit: int = sys.maxsize) -> Iterator[re.Match[bytes]]:
    """Yield each tag in `data` from `position` on, as a match of START_TAG or END_TAG. Stop where `limit`, or
    the end of `data`, cuts one off.

    The contents of `noscript` count as markup.
    """
    while True:
        skipped = NOT_TAGS.match(data, position, limit)
        position = skipped.end() if skipped else position
        tag = END_TAG.match(data, position, limit) or START_TAG.match(data, position, limit)
        if tag is None:
            return
        yield tag
        position = tag.end()
        if tag.re is START_TAG:
            end = _end_of_text(tag["name"].lower(), data, position, limit)
            if end is None:
                return
            position = end


def _end_of_text(name: bytes, data: bytes, start: int, limit: int) -> int | None:
    """Return where the raw text of an element ends: at `start` if its contents are markup, None where the end
    is out of sight."""
    if name == b"script":
        return ScriptText().find_end(data, start, limit)
    if name == b"plaintext":
        return None
    if name == b"noscript" or name not in RAW_TEXT_ELEMENTS:
        return start
    match = raw_text_end(name).search(data, start, limit)
    return match.start() if match else None

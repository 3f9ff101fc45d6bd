"""Elements that nobody was meant to see, such as trackers' pixels."""

from __future__ import annotations

import re

from consentgate.html.tokenizer.tags import Tag

_TINY = re.compile(rb"\s*[01](?:px)?\s*")
_INVISIBLE = re.compile(
    rb"(?i)display\s*:\s*none|visibility\s*:\s*hidden|(?:^|;|\s)(?:width|height)\s*:\s*[01](?:px)?\s*(?:;|$|!)"
)


def is_hidden(tag: Tag) -> bool:
    """Say whether an element is one that nobody was meant to see."""
    # Whoever hides an element writes that plainly, so that character references need not be decoded.
    raw = tag.raw
    return (
        b"hidden" in raw
        or _TINY.fullmatch(raw.get(b"width", b"")) is not None
        or _TINY.fullmatch(raw.get(b"height", b"")) is not None
        or _INVISIBLE.search(raw.get(b"style", b"")) is not None
    )

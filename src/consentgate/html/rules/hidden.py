"""Elements that nobody was meant to see, such as trackers' pixels."""

from __future__ import annotations

import re

from consentgate.html.tokenizer.tags import Tag

_TINY = re.compile(r"\s*[01](?:px)?\s*")
_INVISIBLE = re.compile(
    r"(?i)display\s*:\s*none|visibility\s*:\s*hidden|(?:^|;|\s)(?:width|height)\s*:\s*[01](?:px)?\s*(?:;|$|!)"
)


def is_hidden(tag: Tag) -> bool:
    """Say whether an element is one that nobody was meant to see."""
    raw = tag.raw
    if b"hidden" in raw:
        return True
    for size in (b"width", b"height"):
        if size in raw and _TINY.fullmatch(tag.get(size) or ""):
            return True
    return b"style" in raw and _INVISIBLE.search(tag.get(b"style") or "") is not None

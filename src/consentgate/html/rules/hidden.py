"""Elements that nobody was meant to see, such as the pixels of trackers."""

from __future__ import annotations

import re

from consentgate.html.tokenizer.tags import Tag

_TINY = re.compile(r"\s*[01](?:px)?\s*")
_INVISIBLE = re.compile(
    r"(?i)display\s*:\s*none|visibility\s*:\s*hidden|(?:^|;|\s)(?:width|height)\s*:\s*[01](?:px)?\s*(?:;|$|!)"
)


def is_hidden(tag: Tag) -> bool:
    """True for an element that nobody was meant to see."""
    sizes = (tag.get(b"width"), tag.get(b"height"))
    tiny = any(size is not None and _TINY.fullmatch(size) for size in sizes)
    return tiny or tag.get(b"hidden") is not None or bool(_INVISIBLE.search(tag.get(b"style") or ""))

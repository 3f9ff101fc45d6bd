"""Paths on the site itself, fit to stand in a link."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote

# The characters that may stand in a path and query as they are (RFC 3986), and the percent sign of what is
# escaped already. A backslash is not among them: browsers read it as a slash.
_SAFE = "/%:@!$&'()*+,;=~-._?"

# What a browser would resolve to the site itself: one slash, and no second one (or backslash) after it. A
# browser drops tabs and line breaks before it looks, so that no control character may be there at all; and
# a surrogate is no character that could be written down.
_LOCAL = re.compile(r"/(?![/\\])[^\x00-\x1f\x7f\ud800-\udfff]*")


@lru_cache(maxsize=256)
def local_path(text: str) -> str:
    """`text` if it is the path (and query) of a page on the site itself, else "/".

    This is where a visitor returns to after a decision, and it comes from the request: it must not lead
    to another host, nor run a script.
    """
    return quote(text, safe=_SAFE) if _LOCAL.fullmatch(text) else "/"


def mount_path(root: str) -> str:
    """The path that the application is mounted at, as links begin with it: "" or "/app"."""
    trimmed = root.strip("/")
    return "/" + quote(trimmed, safe=_SAFE.replace("?", ""), errors="replace") if trimmed else ""

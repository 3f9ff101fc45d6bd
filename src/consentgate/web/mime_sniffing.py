"""Whether a browser takes a body of unknown type for HTML (WHATWG MIME Sniffing, section 7.1)."""

from __future__ import annotations

import re

SNIFFED = 1445
"""Browsers look at so many bytes (section 5.2)."""

_NAMES = rb"!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p"
_HTML = re.compile(rb"(?i)[\t\n\f\r ]*(?:<(?:" + _NAMES + rb")[ >]|<!--)")
_OPEN = re.compile(rb"[\t\n\f\r ]*(?:<.{0,14})?", re.S)


def sniffs_as_html(head: bytes, *, complete: bool) -> bool | None:
    """True when a body that begins with `head` is HTML to a browser that was told no type, False when not,
    None while more of it could still tell."""
    if _HTML.match(head):
        return True
    if complete or len(head) >= SNIFFED or not _OPEN.fullmatch(head):
        return False
    return None

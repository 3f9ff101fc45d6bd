"""Recognises bodies of unknown type that browsers take for HTML (WHATWG MIME Sniffing, section 7.1)."""

from __future__ import annotations

import re

from .whitespace import ASCII_WHITESPACE

SNIFFED = 1445
"""The bytes that browsers look at (section 5.2)."""

_NAMES = rb"!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p"
_LEADING = rb"[%b]*" % ASCII_WHITESPACE.encode()
_HTML = re.compile(rb"(?i)" + _LEADING + rb"(?:<(?:" + _NAMES + rb")[ >]|<!--)")
_MAY_BECOME_HTML = re.compile(_LEADING + rb"(?:<.{0,14})?", re.S)


def sniffs_as_html(head: bytes, *, complete: bool) -> bool | None:
    """Say whether browsers take a body without a type for HTML, by its first bytes, `head`. None while that
    depends on the bytes that follow. With `complete` none do."""
    if _HTML.match(head):
        return True
    if complete or len(head) >= SNIFFED or not _MAY_BECOME_HTML.fullmatch(head):
        return False
    return None

"""The URL of a refresh, in a `meta` or a header (WHATWG HTML, 7.4.4 "shared declarative refresh steps")."""

from __future__ import annotations

import re

from consentgate.web.whitespace import ASCII_WHITESPACE

_SPACES = rf"[{ASCII_WHITESPACE}]*+"
_CHARACTER = r"[^\x00-\x20'\"<>@\\`\x7f\ufffd]"
# What follows an "@" is a host, unless the "@" begins a segment of a path.
_URL = rf"(?=[\w/.?#%~&-])(?:/@|{_CHARACTER})*+"
_MAIL = rf"(?i:mailto:)(?:@|{_CHARACTER})*+"
# Browsers do not agree on where a quoted URL ends (Chromium: at the last quote), nor on what is white space
# (Chromium: what is so in Unicode).
_PLAIN = re.compile(
    rf"{_SPACES}[0-9]++(?:\.[0-9]*+)?{_SPACES}"
    rf"(?:[;,]{_SPACES}(?:(?i:url){_SPACES}={_SPACES})?+"
    rf"(?P<quote>['\"]?)(?P<url>(?:{_MAIL}|{_URL})?)(?P=quote){_SPACES})?"
)


def refresh_url(content: str) -> str | None:
    """Return the URL that `content` leads to, "" for a reload. None where it is not written plainly, so that
    browsers may read it in several ways."""
    match = _PLAIN.fullmatch(content)
    if match is None:
        return None
    url = match["url"] or ""
    return url if url.isprintable() else None

"""The URL of a refresh, in a `meta` and in a header (WHATWG HTML, "shared declarative refresh steps")."""

from __future__ import annotations

import re

_SPACES = r"[\t\n\f\r ]*+"
_CHARACTER = r"[^\x00-\x20'\"<>@\\`\x7f\ufffd]"
# An "@" makes a host of what follows it, but where it begins a segment of a path.
_URL = rf"(?=[\w/.?#%~&-])(?:/@|{_CHARACTER})*+"
_MAIL = rf"(?i:mailto:)(?:@|{_CHARACTER})*+"
# Browsers do not agree on where a quoted URL ends (Chromium: at the last quote), nor on what is white space
# (Chromium: what Unicode says).
_PLAIN = re.compile(
    rf"{_SPACES}[0-9]++(?:\.[0-9]*+)?{_SPACES}"
    rf"(?:[;,]{_SPACES}(?:(?i:url){_SPACES}={_SPACES})?+"
    rf"(?P<quote>['\"]?)(?P<url>(?:{_MAIL}|{_URL})?)(?P=quote){_SPACES})?"
)


def refresh_url(content: str) -> str | None:
    """Return the URL that `content` leads to, "" for a reload; None where it is not written plainly: then
    only a browser knows."""
    match = _PLAIN.fullmatch(content)
    if match is None:
        return None
    url = match["url"] or ""
    return url if url.isprintable() else None

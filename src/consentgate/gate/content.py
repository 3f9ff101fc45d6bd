"""What a response's Content-Type makes of its body."""

from __future__ import annotations

import re
from enum import Enum

from .message import Header, header_values, without

_TYPE = re.compile(r"[\t\n\r ]*([!#$%&'*+\-.^_`|~0-9A-Za-z]+/[!#$%&'*+\-.^_`|~0-9A-Za-z]+)[\t\n\r ]*(?:;|\Z)")
_CHARSET = re.compile(r";[\t\n\r ]*charset=(?:\"((?:[^\"\\]|\\.)*)\"?|([^;]*))", re.I)
# Types that say nothing, for which browsers sniff (WHATWG MIME Sniffing, section 7).
_UNKNOWN = ("unknown/unknown", "application/unknown", "*/*")


class Kind(Enum):
    """How a body is treated."""

    HTML = "read and rewritten"
    DOCUMENT = "a document of another kind, which only the Content-Security-Policy can close"
    UNKNOWN = "read if it looks like HTML"
    OTHER = "none of our business"


def kind_of(headers: list[Header]) -> Kind:
    """What the body of a response with these headers is. One of several types that is HTML suffices."""
    types = [t for value in header_values(headers, "content-type") if (t := _essence(value)) is not None]
    if not types or all(t in _UNKNOWN for t in types):
        return Kind.UNKNOWN
    if "text/html" in types:
        return Kind.HTML
    if any(t in ("text/xml", "application/xml") or t.endswith("+xml") for t in types):
        return Kind.DOCUMENT
    return Kind.OTHER


def label_of(headers: list[Header]) -> str | None:
    """The charset that the Content-Type names, in the words it does."""
    for value in reversed(header_values(headers, "content-type")):
        match = _CHARSET.search(value)
        if match:
            return (match[1] if match[1] is not None else match[2]).strip()
    return None


def with_charset(headers: list[Header], charset: str) -> list[Header]:
    """`headers` with a Content-Type that says HTML in this charset."""
    return [*without(headers, "content-type"), ("Content-Type", f"text/html; charset={charset}")]


def _essence(value: str) -> str | None:
    match = _TYPE.match(value)
    return match[1].lower() if match else None

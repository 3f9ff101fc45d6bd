"""What a response's Content-Type makes of its body."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from functools import lru_cache

from .message import Header, header_values, without

_NAME = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
# Servers and frameworks join several headers with commas; a quoted text may contain one.
_ONE_OF_SEVERAL = re.compile(r'(?:[^,"]++|"(?:[^"\\]++|\\.)*+"?)++', re.S)
_TYPE = re.compile(rf"[\t\n\r ]*({_NAME}/{_NAME})[\t\n\r ]*(?:;|\Z)")
_PARAMETER = re.compile(
    r';[\t\n\r ]*(?P<name>[^;=]*)(?:=(?:"(?P<quoted>(?:[^"\\]|\\.)*)"?[^;]*|(?P<bare>[^;]*)))?'
)
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
    kind = _kind_named(tuple(header_values(headers, "content-type")))
    # Told not to guess, browsers take what has no type for plain text.
    return Kind.OTHER if kind is Kind.UNKNOWN and "nosniff" in _first_option(headers) else kind


@lru_cache(maxsize=256)
def _kind_named(fields: tuple[str, ...]) -> Kind:
    """What Content-Type `fields` say; UNKNOWN where they say nothing."""
    values = _pieces(fields)
    types = [t for t in map(_essence, values) if t not in ("", *_UNKNOWN)]
    # Browsers read "text/html foo" as HTML, though the standard finds no type in it.
    if "text/html" in types or any("text/html" in v.lower() for v in values if not _essence(v)):
        return Kind.HTML
    if any(_is_document(t) for t in types):
        return Kind.DOCUMENT
    return Kind.OTHER if types else Kind.UNKNOWN


def label_of(headers: list[Header]) -> str | None:
    """The charset that the Content-Type names, in the words it does (WHATWG MIME Sniffing, section 4.4)."""
    return _label_in(tuple(header_values(headers, "content-type")))


@lru_cache(maxsize=256)
def _label_in(fields: tuple[str, ...]) -> str | None:
    for value in reversed(_pieces(fields)):
        parameters = value[value.find(";") :] if ";" in value else ""
        for parameter in _PARAMETER.finditer(parameters):
            if parameter["name"].lower() != "charset":
                continue
            if parameter["quoted"] is not None:
                return re.sub(r"\\(.)", r"\1", parameter["quoted"]).strip()
            if (bare := (parameter["bare"] or "").strip()) != "":
                return bare
    return None


def with_charset(headers: list[Header], charset: str) -> list[Header]:
    """`headers` with a Content-Type that says HTML in this charset."""
    return [*without(headers, "content-type"), ("Content-Type", f"text/html; charset={charset}")]


def without_sniffing(headers: list[Header]) -> list[Header]:
    """`headers` that keep browsers from guessing a type."""
    return [*without(headers, "x-content-type-options"), ("X-Content-Type-Options", "nosniff")]


def _pieces(fields: Iterable[str]) -> list[str]:
    return [piece for field in fields for piece in _ONE_OF_SEVERAL.findall(field)]


def _essence(value: str) -> str:
    match = _TYPE.match(value)
    return match[1].lower() if match else ""


def _is_document(essence: str) -> bool:
    # Of the parts of a stream that replaces itself any may be a page.
    if essence in ("text/xml", "application/xml", "multipart/x-mixed-replace"):
        return True
    return essence.endswith("+xml")


def _first_option(headers: list[Header]) -> str:
    # Fetch standard, "determine nosniff": the first value counts.
    return ",".join(header_values(headers, "x-content-type-options")).partition(",")[0].lower()

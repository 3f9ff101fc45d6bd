"""Reads from a response's Content-Type what its body is to a browser."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from consentgate.gate.message import Header, header_values, without
from consentgate.html.values.script_type import JAVASCRIPT
from consentgate.web.structured_fields import members

_NAME = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_TYPE = re.compile(rf"[\t\n\r ]*({_NAME}/{_NAME})[\t\n\r ]*(?:;|\Z)")
# One type, in a form in which no browser reads another.
_PLAIN = re.compile(rf"[\t ]*({_NAME}/{_NAME})[\t ]*(?:;[^,]*+)?\Z")
# The beginning of a type that only some browsers read, such as "image/svg+xml (x)".
_BEGINNING = re.compile(rf"[^!-~]*({_NAME}/{_NAME})")
_PARAMETER = re.compile(
    r';[\t\n\r ]*(?P<name>[^;=]*)(?:=(?:"(?P<quoted>(?:[^"\\]|\\.)*)"?[^;]*|(?P<bare>[^;]*)))?'
)
_LABEL = re.compile(r"[A-Za-z0-9:._-]+")
_LONGEST = 1024
_DOWNLOAD = re.compile(r"(?i)[\t ]*attachment[\t ]*(?:;.*)?", re.S)
# Types that say nothing, for which browsers sniff (WHATWG MIME Sniffing, section 7).
_UNKNOWN = frozenset(("unknown/unknown", "application/unknown", "*/*", "application/x-unknown-content-type"))
# Documents in parts, any of which may be a page, or in a wrapping that names other hosts.
_SEALED = frozenset(("multipart/x-mixed-replace", "application/signed-exchange", "application/webbundle"))
_XML = frozenset(("text/xml", "application/xml", "text/xsl"))
_PLAYLISTS = re.compile(r"mpegurl|dash|smil|x-ms-asf|playlist|x-scpls|xspf", re.I)
# The types that browsers never show as a page which could load something: data, code, pictures, fonts, files.
_OTHER = re.compile(
    r"application/(?:[a-z0-9.-]+\+)?json|application/(?:x-)?ndjson|application/json-seq"
    r"|text/(?:plain|css|csv|event-stream|calendar|vcard|vtt)|multipart/(?:byteranges|form-data)"
    r"|image/(?!svg)[a-z0-9.-]+|font/[a-z0-9.+-]+|application/(?:x-)?font-[a-z0-9.-]+"
    r"|application/(?:octet-stream|pdf|zip|gzip|x-gzip|x-tar|wasm|manifest\+json|vnd\.ms-fontobject)"
    r"|application/(?:grpc[a-z0-9.+-]*|x-protobuf|protobuf|msgpack|cbor|x-www-form-urlencoded)"
    r"|application/(?:msword|vnd\.[a-z0-9.-]+)"
)


class Kind(Enum):
    """The kind of a body to browsers. Of several types the one whose kind comes first here counts."""

    HTML = "read and rewritten"
    XML = "read, and closed unless it is plain"
    SEALED = "a document that cannot be read"
    PLAYLIST = "a list of what is to be played, which only the net closes"
    DOCUMENT = "shown by browsers: it bears the net"
    MEDIA = "sound or film, which browsers show, and may take for a list of others"
    OTHER = "none of our business"
    UNKNOWN = "read if it looks like HTML"


class ContentType(NamedTuple):
    """The kind of body that a Content-Type names, the `plain` form of the header, which all browsers read as
    that kind, and the `label` of its charset.

    `plain` is None where the header is plain already, or names no type. `label` is None where it names no
    charset.
    """

    kind: Kind
    plain: str | None = None
    label: str | None = None


def content_type(headers: list[Header]) -> ContentType:
    """Read the Content-Type of a response. Among several types HTML counts before all others."""
    fields = tuple(header_values(headers, "content-type"))
    if len("".join(fields)) > _LONGEST:
        return _shortened(fields)
    found = _content_type(fields)
    if found.kind is Kind.UNKNOWN and not any(map(str.strip, fields)) and is_never_sniffed(headers):
        # Told not to guess, browsers take what has no type for plain text.
        return _NO_TYPE
    return found


_NO_TYPE = ContentType(Kind.OTHER)


def _shortened(fields: tuple[str, ...]) -> ContentType:
    """Read the beginning of a Content-Type that is longer than any real one. It leaves in a plain form."""
    field = fields[0][:_LONGEST]
    kind, plain, _ = _content_type.__wrapped__((field,))
    if kind is Kind.UNKNOWN:
        return ContentType(Kind.DOCUMENT, "text/plain")
    plain = plain or field.partition(";")[0].strip()
    # The label must be in the plain form, which is all that the browser gets.
    return ContentType(kind, plain, _label_in((plain,)))


def kind_of(headers: list[Header]) -> Kind:
    """Return the kind of body that a response with these headers has."""
    return content_type(headers).kind


# An application sends the same few types: the cache spares 7 microseconds of about 20 for a JSON answer.
@lru_cache(maxsize=256)
def _content_type(fields: tuple[str, ...]) -> ContentType:
    label = _label_in(fields)
    if len(fields) == 1 and (plain := _PLAIN.match(fields[0])):
        return ContentType(_kind(plain[1].lower()), label=label)
    types: dict[Kind, str] = {}
    for value in _pieces(fields):
        beginning = _BEGINNING.match(value)
        # Browsers read "text/html foo" as HTML, though the standard finds no type in it.
        is_html = not _TYPE.match(value) and "text/html" in value.lower()
        essence = "text/html" if is_html else beginning[1].lower() if beginning else ""
        if essence and (kind := _kind(essence)) is not Kind.UNKNOWN:
            types.setdefault(kind, essence)
    kind = next((kind for kind in Kind if kind in types), Kind.UNKNOWN)
    if kind is Kind.UNKNOWN:
        return ContentType(kind, label=label)
    if label is None or not _LABEL.fullmatch(label):
        return ContentType(kind, types[kind])
    return ContentType(kind, f"{types[kind]}; charset={label}", label)


def _kind(essence: str) -> Kind:
    if essence == "text/html":
        return Kind.HTML
    if essence in _UNKNOWN:
        return Kind.UNKNOWN
    if essence in _SEALED:
        return Kind.SEALED
    if essence in _XML or essence.endswith("+xml"):
        return Kind.XML
    if _PLAYLISTS.search(essence):
        return Kind.PLAYLIST
    if essence.startswith(("audio/", "video/")):
        return Kind.MEDIA
    return Kind.OTHER if essence in JAVASCRIPT or _OTHER.fullmatch(essence) else Kind.DOCUMENT


def with_type(headers: list[Header], plain: str) -> list[Header]:
    """Return `headers` with the Content-Type `plain`."""
    return [*without(headers, "content-type"), ("Content-Type", plain)]


def is_download(headers: list[Header]) -> bool:
    """Say whether every browser saves a response with these `headers` instead of showing it."""
    values = header_values(headers, "content-disposition")
    return len(values) == 1 and bool(_DOWNLOAD.fullmatch(values[0]))


def _label_in(fields: tuple[str, ...]) -> str | None:
    """Return the label of the charset that a Content-Type names (WHATWG MIME Sniffing, section 4.4)."""
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
    """Return `headers` with a Content-Type that says HTML in this charset."""
    return with_type(headers, f"text/html; charset={charset}")


def without_sniffing(headers: list[Header]) -> list[Header]:
    """Return `headers` that keep browsers from guessing a type."""
    return [*without(headers, "x-content-type-options"), ("X-Content-Type-Options", "nosniff")]


def _pieces(fields: Iterable[str]) -> list[str]:
    # Servers and frameworks join several headers with commas.
    return [piece for field in fields for piece in members(field)]


def is_never_sniffed(headers: list[Header]) -> bool:
    """Say whether every browser is told not to guess a type (Fetch standard, "determine nosniff")."""
    values = header_values(headers, "x-content-type-options")
    return len(values) == 1 and values[0].strip("\t ").lower() == "nosniff"

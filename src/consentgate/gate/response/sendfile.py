"""Recognises responses for which the server in front sends a file, which the gate never sees."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

from consentgate.gate.message import Header, without

from .content_type import Kind, kind_of

# The headers of nginx (and servers that copied it); of Apache, uWSGI and lighttpd; of LiteSpeed; of Perlbal.
_NAMING_A_FILE = frozenset(
    (
        *("x-accel-redirect", "x-sendfile", "x-sendfile2", "x-sendfile-temporary"),
        *("x-lighttpd-send-file", "x-lighttpd-send-tempfile", "x-litespeed-location"),
        *("x-reproxy-file", "x-reproxy-url"),
    )
)
# A directory stands for its index. Apache looks at every extension: page.html.en is HTML.
_HTML = re.compile(r"(?i)\.s?html?s?(?![a-z0-9])|/(?=[?#\s,]|\Z)")
_XML = re.compile(r"(?i)\.(?:xhtml?|xht|svgz?|xml|xslt?|rss|atom|mml|rdf)(?![a-z0-9])")
_PLAYLIST = re.compile(r"(?i)\.(?:m3u8?)(?![a-z0-9])")


class SentByFront(NamedTuple):
    """A file that the server in front sends: the `header` that names it, and its `kind`."""

    header: str
    kind: Kind


def sent_by_front(headers: list[Header]) -> SentByFront | None:
    """Return the file that an application has the server in front send, None where it sends the body itself.
    Its kind is what the Content-Type says, else what the file's name does."""
    for name, value in headers:
        if name.lower() in _NAMING_A_FILE and value.strip():
            # Without a type, such a server sends its own guess, whatever this header says.
            kind = kind_of(without(headers, "x-content-type-options"))
            return SentByFront(name, _guessed(headers) if kind is Kind.UNKNOWN else kind)
    return None


def _guessed(headers: list[Header]) -> Kind:
    names = [unquote(value) for name, value in headers if name.lower() in _NAMING_A_FILE]
    if any(_HTML.search(name) for name in names):
        return Kind.HTML
    if any(_XML.search(name) for name in names):
        return Kind.XML
    return Kind.PLAYLIST if any(_PLAYLIST.search(name) for name in names) else Kind.UNKNOWN

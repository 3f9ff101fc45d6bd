"""Sitemaps (sitemaps.org): the pages that a site lists for crawlers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from consentgate.gate.codings import unpacker
from consentgate.html.tokenizer.encoding import Unreadable

MOST = 5000
"""The most addresses that are taken from one sitemap: a tenth of what it may list."""
LARGEST = 4 << 20
"""The most bytes of an unpacked sitemap that are read."""

_GZIP = b"\x1f\x8b"
# No parser of XML: what a sitemap says stands in one element, and entities could stand for gigabytes.
_LOCATION = re.compile(r"<loc\b[^<>]{0,100}>([^<>]{1,2100}|<!\[CDATA\[[^<>\[\]]{1,2100}\]\]>)</loc", re.I)
_INDEX = re.compile(r"<sitemapindex\b", re.I)
_BEGINNING = 2000


def read_sitemap(data: bytes) -> Iterator[tuple[str, bool]]:
    """Yield each URL in a sitemap, and whether that is a sitemap itself. Plain text has a URL a line."""
    text = _unpacked(data).decode("utf-8", "replace")
    is_index = _INDEX.search(text, 0, _BEGINNING) is not None
    if "<" not in text[:_BEGINNING]:
        found = [line.strip() for line in text[:LARGEST].splitlines()[:MOST]]
        yield from ((line, False) for line in found if line.startswith(("http://", "https://")))
        return
    for count, match in enumerate(_LOCATION.finditer(text)):
        if count == MOST:
            return
        yield unescape(match[1].removeprefix("<![CDATA[").removesuffix("]]>")).strip(), is_index


def _unpacked(data: bytes) -> bytes:
    if not data.startswith(_GZIP):
        return data[:LARGEST]
    unpacked = bytearray()
    try:
        for piece in unpacker(["gzip"]).unpack(data):
            unpacked += piece
            if len(unpacked) >= LARGEST:
                break
    except Unreadable:
        pass  # what came before it counts
    return bytes(unpacked[:LARGEST])

"""The types under which servers send files, by the endings of their names."""

from __future__ import annotations

from mimetypes import MimeTypes
from posixpath import splitext
from typing import NamedTuple

# The types that some versions of Python do not know.
_MORE = {
    ".atom": "application/atom+xml",
    ".avif": "image/avif",
    ".js": "text/javascript",
    ".mathml": "application/mathml+xml",
    ".mjs": "text/javascript",
    ".rss": "application/rss+xml",
    ".shtml": "text/html",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".xht": "application/xhtml+xml",
    ".xhtml": "application/xhtml+xml",
    ".xslt": "application/xslt+xml",
}
# A fresh table has Python's own entries, and none of the machine's.
_TYPES = {**MimeTypes().types_map[True], **_MORE}
_CODINGS = {".br": "br", ".gz": "gzip", ".zst": "zstd"}
_CODED = {".svgz": (".svg", "gzip"), ".tgz": (".tar", "gzip")}


class FileType(NamedTuple):
    """The media `type` of a file, "" where its name does not tell, and the content `coding` around it, "" for
    none."""

    type: str
    coding: str = ""


def file_type(name: str) -> FileType:
    """Return what the `name` of a file says about its content."""
    stem, ending = splitext(name.lower())
    coding = _CODINGS.get(ending, "")
    if coding:
        ending = splitext(stem)[1]
    elif ending in _CODED:
        ending, coding = _CODED[ending]
    return FileType(_TYPES.get(ending, ""), coding)

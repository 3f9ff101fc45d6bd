"""Tells what a file of a site is to browsers, by its name, as servers do."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from consentgate.gate.response.content_type import Kind, kind_of
from consentgate.html.values.script_type import JAVASCRIPT
from consentgate.web.file_types import file_type
from consentgate.web.mime_sniffing import SNIFFED, sniffs_as_html


class FileKind(Enum):
    """The kinds of files that a build tells apart."""

    PAGE = "a page, which is closed"
    XML = "a document in XML, which is left out unless it is plain"
    STYLE_SHEET = "a style sheet, which is searched for third parties"
    SCRIPT = "a script, which may be a worker's"
    OTHER = "none of our business"


class ServedAs(NamedTuple):
    """The `kind` as which servers send a file, and the content `coding` around it, "" for none."""

    kind: FileKind
    coding: str = ""


def served_as(name: str, head: bytes) -> ServedAs:
    """Return how servers send the file of this `name`, which begins with `head`.

    A file with an unknown ending is a page if it looks like one, and its name has no other ending or that of
    a page. Many servers send such files as pages, and Apache sends `index.html.fr` so.
    """
    type_, coding = file_type(name)
    stem, dot, _ = name.rpartition(".")
    if not (type_ or coding) and (not dot or _kind(file_type(stem).type) is FileKind.PAGE):
        is_page = sniffs_as_html(head[:SNIFFED], complete=True)
        return ServedAs(FileKind.PAGE if is_page else FileKind.OTHER)
    return ServedAs(_kind(type_), coding)


def _kind(type_: str) -> FileKind:
    if not type_:
        return FileKind.OTHER
    if type_ in JAVASCRIPT:
        return FileKind.SCRIPT
    if type_ == "text/css":
        return FileKind.STYLE_SHEET
    kind = kind_of([("Content-Type", type_)])
    if kind is Kind.HTML:
        return FileKind.PAGE
    return FileKind.XML if kind is Kind.XML else FileKind.OTHER

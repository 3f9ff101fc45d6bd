"""The closed form of one file of a site, in which the file may be published."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from consentgate.gate.codings import packer, unpacker, unreadable_coding
from consentgate.html.rules.violation import Violation
from consentgate.html.tokenizer.encoding import Unreadable
from consentgate.html.values.css import css_urls
from consentgate.policy import Claim
from consentgate.web.url import resolve
from consentgate.xml.document import XmlDocument

from .closed_page import close_page, found_of
from .file_kinds import FileKind, ServedAs
from .findings import Found
from .site import BuiltSite

# The calls that only workers make (WHATWG HTML, 10.3.1; Service Workers, section 4.1).
_OF_A_WORKER = re.compile(
    rb"\bimportScripts\s*\(|\baddEventListener\s*\(\s*[\"'](?:fetch|install|activate|push)[\"']"
)
_PLAIN_ADDRESS = re.compile(rb"(?i)(?:\burl\(|@import)\s*[\"']?(?P<url>(?:https?:)?//[^\"')\s;]+)")
_NO_PAGE = "no page's policy counts for what a worker contacts; the headers of --headers do"


class ClosedFile(NamedTuple):
    """The `content` of a file as it may be published, None where it may not, and what was `found` in it. With
    `has_links` a page needs our style sheet."""

    content: bytes | None
    found: tuple[Found, ...] = ()
    has_links: bool = False


def close_file(content: bytes, path: str, served: ServedAs, site: BuiltSite) -> ClosedFile:
    """Return the closed form of the file at `path` in the `site`, which is `served` so.

    Raises Unreadable for a page whose bytes are not in its encoding or coding.
    """
    close = _CLOSERS.get(served.kind)
    if close is None:
        return ClosedFile(content)
    if not served.coding:
        return close(content, path, site)
    reason = unreadable_coding([served.coding])
    if reason:
        return ClosedFile(None, (Found("left-out", served.coding, why=reason),))
    plain = _decoded(content, served.coding)
    closed = close(plain, path, site)
    if closed.content is None:
        return closed
    same = closed.content == plain
    return closed._replace(content=content if same else _encoded(closed.content, served.coding))


def _close_page(content: bytes, path: str, site: BuiltSite) -> ClosedFile:
    closed = close_page(content, path, site)
    return ClosedFile(closed.html, closed.found, closed.has_links)


def _close_xml(content: bytes, path: str, site: BuiltSite) -> ClosedFile:
    blocked: list[Found] = []
    page = site.page(path)

    def note(claim: Claim, url: str) -> None:
        blocked.append(found_of("left-out", Violation(claim, url, "xml"), page))

    document = XmlDocument(site.judge(path), page, None, note)
    try:
        document.feed(content, final=True)
    except Unreadable as error:
        return ClosedFile(None, (*blocked, Found("left-out", "xml", why=str(error))))
    return ClosedFile(content)


def _look_into_style_sheet(content: bytes, path: str, site: BuiltSite) -> ClosedFile:
    return ClosedFile(content, tuple(_stopped(content, path, site)))


def _stopped(sheet: bytes, path: str, site: BuiltSite) -> Iterator[Found]:
    """Yield each address in a style sheet that the pages' Content-Security-Policy stops, once."""
    judge, page = site.judge(path), site.page(path)
    met: set[bytes] = set()
    for address, start in _addresses(sheet):
        if address in met:
            continue
        met.add(address)
        url = address.decode("utf-8", "replace")
        target = resolve(url, page)
        claim = judge.url(target.host, target.path) if target.is_on_the_web else None
        if claim is not None:
            line = sheet.count(b"\n", 0, start) + 1
            yield found_of("stopped", Violation(claim, url, "style sheet"), page, line)


def _addresses(sheet: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield the addresses in a style sheet, and where they are. From its first odd construct on, everything
    that looks like a URL would count, which is more than people want to read: only plain forms are told."""
    for found in css_urls(sheet):
        if found.rest:
            for match in _PLAIN_ADDRESS.finditer(sheet, found.start):
                yield match["url"], match.start()
            return
        yield found.url, found.start


def _look_into_script(content: bytes, path: str, site: BuiltSite) -> ClosedFile:
    found = _OF_A_WORKER.search(content)
    if found is None:
        return ClosedFile(content)
    line = content.count(b"\n", 0, found.start()) + 1
    return ClosedFile(content, (Found("worker", "script", line=line, why=_NO_PAGE),))


_CLOSERS: Mapping[FileKind, Callable[[bytes, str, BuiltSite], ClosedFile]] = {
    FileKind.PAGE: _close_page,
    FileKind.XML: _close_xml,
    FileKind.STYLE_SHEET: _look_into_style_sheet,
    FileKind.SCRIPT: _look_into_script,
}


def _decoded(content: bytes, coding: str) -> bytes:
    decoder = unpacker([coding])
    plain = b"".join(decoder.unpack(content))
    decoder.check_complete()
    return plain


def _encoded(content: bytes, coding: str) -> bytes:
    encoder = packer([coding])
    return encoder.pack(content) + encoder.finish()

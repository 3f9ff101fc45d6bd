"""The links of a page that a crawler may follow, and what the page says about itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from consentgate.html.tokenizer.element_sets import RAW_TEXT_ELEMENTS
from consentgate.html.tokenizer.grammar import END_TAG, NAME_END, NOT_TAGS, START_TAG
from consentgate.html.tokenizer.tags import Decode, Tag

from .address import LONGEST, Address, address

MOST = 2000
"""The most links that are taken from one page."""

_ACTS = re.compile(
    r"(?:\A|[^a-z])(?:log-?(?:out|off)|sign-?(?:out|off)|delete|remove|destroy|unsubscribe|deactivate|cancel"
    r"|revoke|purge|trash|restore|reset|vote|(?:up|down)vote|like|unlike|follow|unfollow|add-?to-?(?:cart|basket|bag)"
    r"|(?:cart|basket)-?(?:add|remove|empty)|empty-?(?:cart|basket)|add-?to-?(?:wish-?list|compare)|buy-?now|checkout"
    r"|approve|reject|publish|unpublish|impersonate|switch-?user)(?:\Z|[^a-z])"
)
_SEPARATORS = re.compile(r"[_\s+./]|%20")
_IN_CAPITALS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_FILES = frozenset(
    (
        *("7z", "apk", "avi", "avif", "bin", "bmp", "bz2", "css", "csv", "deb", "dmg", "doc", "docx", "eot"),
        *(
            "epub",
            "exe",
            "flac",
            "gif",
            "gz",
            "heic",
            "ico",
            "ics",
            "iso",
            "jar",
            "jpeg",
            "jpg",
            "js",
            "json",
        ),
        *("m4a", "m4v", "map", "mjs", "mkv", "mov", "mp3", "mp4", "mpeg", "msi", "odp", "ods", "odt", "ogg"),
        *("ogv", "otf", "pdf", "pkg", "png", "ppt", "pptx", "ps", "rar", "rpm", "rss", "rtf", "svg", "tar"),
        *("tgz", "tif", "tiff", "ttf", "txt", "wav", "webm", "webmanifest", "webp", "wmv", "woff", "woff2"),
        *("xls", "xlsx", "xml", "xz", "zip", "zst"),
    )
)
_LINKED = frozenset(("next", "prev", "canonical", "alternate"))
_ACTING = (
    *(b"download", b"data-method", b"data-turbo-method", b"data-remote", b"data-confirm"),
    *(b"hx-post", b"hx-put", b"hx-patch", b"hx-delete"),
)
# Crawlers run no scripts: what stands in `noscript` is markup to them.
_TEXT_ELEMENTS = RAW_TEXT_ELEMENTS - {b"noscript"}
_ENDS = {name: re.compile(rb"(?i)</%b%b" % (name, NAME_END)) for name in _TEXT_ELEMENTS}
_CDATA = re.compile(rb"<!\[CDATA\[[^>]*+>")


@dataclass(slots=True)
class PageLinks:
    """The `links` of a page, in their order, each once; the `base` of its relative URLs, and its
    `language`."""

    base: Address
    language: str = ""
    links: dict[str, None] = field(default_factory=dict)


def links_of(html: bytes, codec: str, page: Address) -> PageLinks:
    """Return what a crawler may follow from the document `html` at `page`, in which ASCII is ASCII, and which
    `codec` reads.

    Left out are links that a page asks crawlers not to follow, those that do something (log out, delete,
    buy), and downloads. Forms are not sent.
    """
    reader = _LinkReader(page)
    for tag in _start_tags(html, lambda raw: raw.decode(codec, "replace")):
        reader.take(tag)
    if reader.stays:
        reader.found.links.clear()
    return reader.found


def _start_tags(html: bytes, decode: Decode) -> Iterator[Tag]:
    """Yield the start tags of a document, outside of comments and text elements. Each byte is read once."""
    position = 0
    while (found := NOT_TAGS.match(html, position)) and (position := found.end()) < len(html):
        match = START_TAG.match(html, position)
        if match is None:
            end = END_TAG.match(html, position) or _CDATA.match(html, position)
            if end is None:
                return  # it is never closed, and takes the rest
            position = end.end()
            continue
        yield (tag := Tag(match, decode))
        position = tag.end
        if tag.name in _TEXT_ELEMENTS:
            closed = _ENDS[tag.name].search(html, position)
            if closed is None:
                return
            position = closed.start()


def may_be_followed(target: Address) -> bool:
    """Say whether asking for `target` does nothing, as far as its name tells, and whether it may be a
    page."""
    last = target.path.rpartition("/")[2]
    if "." in last and last.rpartition(".")[2].lower() in _FILES:
        return False
    written = _IN_CAPITALS.sub("-", unquote(f"{target.path}?{target.query}"))
    words = _SEPARATORS.sub("-", written.lower())
    return _ACTS.search(words) is None


class _LinkReader:
    """Collects the links in the tags of a page."""

    def __init__(self, page: Address) -> None:
        self.found = PageLinks(page)
        self.stays = False
        self._page = page
        self._has_base = False

    def take(self, tag: Tag) -> None:
        """Take the next start tag."""
        match tag.name:
            case b"a" | b"area":
                self._follow(tag)
            case b"iframe" | b"frame":
                self._take(tag.get(b"src"))
            case b"link" if _LINKED & _words(tag, b"rel") and "html" in (tag.get(b"type") or "html").lower():
                self._follow(tag)
            case b"base" if not self._has_base and b"href" in tag.raw:
                self._has_base = True
                self.found.base = address(tag.get(b"href") or "", self._page) or self._page
            case b"html":
                self.found.language = self.found.language or (tag.get(b"lang") or "")[:LONGEST]
            case b"meta" if (tag.get(b"name") or "").lower() in ("robots", "consentgate"):
                self.stays = self.stays or says_nofollow(tag.get(b"content") or "")

    def _follow(self, tag: Tag) -> None:
        if "nofollow" not in _words(tag, b"rel") and not any(name in tag.raw for name in _ACTING):
            self._take(tag.get(b"href"))

    def _take(self, href: str | None) -> None:
        target = address(href, self.found.base) if href and len(self.found.links) < MOST else None
        if target is not None and may_be_followed(target):
            self.found.links.setdefault(str(target))


def _words(tag: Tag, name: bytes) -> set[str]:
    return {*(tag.get(name) or "").lower().split()}


def says_nofollow(value: str) -> bool:
    """Say whether a robots meta element or an X-Robots-Tag header asks not to follow the page's links."""
    return bool({"nofollow", "none"} & {word.strip() for word in value.lower().split(",")})

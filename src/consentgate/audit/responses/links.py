"""The links of a page that a crawler may follow, and what the page says about itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote

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
_METHODS = ("data-method", "data-turbo-method", "data-remote", "data-confirm", "hx-post", "hx-delete")


@dataclass(slots=True)
class PageLinks:
    """The `links` of a page, in their order, each once; the `base` of its relative URLs, and its
    `language`."""

    base: Address
    language: str = ""
    links: dict[str, None] = field(default_factory=dict)


def links_of(html: bytes, codec: str, page: Address) -> PageLinks:
    """Return what a crawler may follow from the document `html` at `page`, which is read as `codec` says.

    Left out are links that a page asks crawlers not to follow, those that do something (log out, delete,
    buy), and downloads. Forms are not sent.
    """
    reader = _LinkReader(page)
    # Browsers show U+FFFD for what is not in the encoding, and go on.
    reader.feed(html.decode(codec, "replace"))
    reader.close()
    found = reader.found
    if reader.stays:
        found.links.clear()
    return found


def may_be_followed(target: Address) -> bool:
    """Say whether asking for `target` does nothing, as far as its name tells, and whether it may be a
    page."""
    last = target.path.rpartition("/")[2]
    if "." in last and last.rpartition(".")[2].lower() in _FILES:
        return False
    words = _SEPARATORS.sub("-", unquote(f"{target.path}?{target.query}").lower())
    return _ACTS.search(words) is None


class _LinkReader(HTMLParser):
    """Reads the links out of a page, with the tokenizer that comes with Python: nothing is enforced here."""

    def __init__(self, page: Address) -> None:
        super().__init__(convert_charrefs=True)
        self.found = PageLinks(page)
        self.stays = False
        self._page = page
        self._has_base = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # Of several attributes of one name the first counts.
        attributes = {name: value or "" for name, value in reversed(attrs)}
        match tag:
            case "a" | "area":
                self._follow(attributes.get("href"), attributes)
            case "iframe" | "frame":
                self._take(attributes.get("src"))
            case "link" if _LINKED & {*attributes.get("rel", "").lower().split()}:
                if not attributes.get("type") or "html" in attributes["type"].lower():
                    self._follow(attributes.get("href"), attributes)
            case "base" if not self._has_base and "href" in attributes:
                self._has_base = True
                self.found.base = address(attributes["href"], self._page) or self._page
            case "html":
                self.found.language = self.found.language or attributes.get("lang", "")[:LONGEST]
            case "meta" if attributes.get("name", "").lower() in ("robots", "consentgate"):
                self.stays = self.stays or says_nofollow(attributes.get("content", ""))

    def _follow(self, href: str | None, attributes: Mapping[str, str]) -> None:
        relations = attributes.get("rel", "").lower().split()
        acts = "nofollow" in relations or "download" in attributes or any(m in attributes for m in _METHODS)
        if not acts:
            self._take(href)

    def _take(self, href: str | None) -> None:
        target = address(href, self.found.base) if href and len(self.found.links) < MOST else None
        if target is not None and may_be_followed(target):
            self.found.links.setdefault(str(target))


def says_nofollow(value: str) -> bool:
    """Say whether a robots meta element or an X-Robots-Tag header asks not to follow the page's links."""
    return bool({"nofollow", "none"} & {word.strip() for word in value.lower().split(",")})

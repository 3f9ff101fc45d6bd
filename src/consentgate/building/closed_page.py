"""One page in its closed form: what the gate makes of it for visitors who refuse, and nothing that needs a
server."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from posixpath import relpath
from typing import NamedTuple

from consentgate.catalogue import Page, ShareLink
from consentgate.gate.response.share_links import SharedPage
from consentgate.html import BlockedEmbed, Insertion, Limit, Records, Rewriter
from consentgate.html.rules.violation import Violation
from consentgate.html.tokenizer.encoding import PRESCANNED, Encoding, Transcoder, sniff_encoding
from consentgate.html.tokenizer.grammar import START_TAG
from consentgate.pages import Pages
from consentgate.pages.assets import LINKS
from consentgate.pages.embed_links import EmbedLinks
from consentgate.policy import Policy
from consentgate.web.url import Url, resolve

from .csp_meta import charset_in_head, net_in_head, style_sheet_in_head
from .findings import Found, What
from .site import BuiltSite

STYLE_SHEET = LINKS
"""The one file that is added to a site."""

_NOT_FOUND = "404.html"
_UNNAMED = ""
_ESCAPE = b"\x1b"


class ClosedPage(NamedTuple):
    """The closed form of a page, what was `found` in it, and whether links replace embeds in it."""

    html: bytes
    found: tuple[Found, ...]
    has_links: bool


def close_page(html: bytes, path: str, site: BuiltSite) -> ClosedPage:
    """Return the closed form of the page that is at `path` in the `site`.

    Raises Unreadable when the bytes are not in the page's encoding.
    """
    encoding, is_named = _encoding_of(html, site.charset)
    page = _Closing(html, path, site, encoding)
    net = net_in_head(site.policy, site.net(page.judge))
    closed = page.close(net)
    if closed.has_links:
        net += style_sheet_in_head(_url_of_styles(path, site))
        closed = page.close(net)
    if not (encoding.declared or _is_found(encoding, is_named, html, closed.html)):
        closed = page.close(charset_in_head(encoding.name) + net)
    return closed


def _encoding_of(html: bytes, charset: str | None) -> tuple[Encoding, bool]:
    """Return the encoding of a page, and whether anything names it. Where nothing does, it is UTF-8 if the
    bytes are valid UTF-8, since most servers name that in a header. Otherwise it is what most browsers
    take."""
    encoding = sniff_encoding(html, charset, complete=True, fallback=_UNNAMED)
    assert encoding is not None
    if encoding.name != _UNNAMED:
        return encoding, True
    return Encoding("utf-8" if _is_utf_8(html) else "windows-1252"), False


def _is_utf_8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_found(encoding: Encoding, is_named: bool, html: bytes, output: bytes) -> bool:
    """Say whether browsers find the encoding of the `output` in its first bytes, or need not know it. An
    insertion into the head may have moved its declaration down."""
    if not is_named:
        # The escape begins another character set in ISO-2022-JP, for which some browsers look.
        return html.isascii() and _ESCAPE not in html
    found = sniff_encoding(output[:PRESCANNED], None, complete=True, fallback=_UNNAMED)
    return found is not None and found.name == encoding.name


def _url_of_styles(path: str, site: BuiltSite) -> str:
    """Return the URL of our style sheet on the page at `path`. It is a relative one, so that the site can be
    moved, and read from a disk."""
    if path == _NOT_FOUND and site.is_placed:
        # Servers send this page for any path.
        return site.base.path + STYLE_SHEET.name
    return relpath(STYLE_SHEET.name, path.rpartition("/")[0] or ".")


class _Closing:
    """Makes the closed form of one page."""

    def __init__(self, html: bytes, path: str, site: BuiltSite, encoding: Encoding) -> None:
        self._site = site
        self._path = path
        self._url = site.page(path)
        self._encoding = encoding
        is_read_as_it_is = encoding.is_ascii_compatible
        self._text = html if is_read_as_it_is else Transcoder(encoding).decode(html, final=True)
        self._codec = encoding.codec if is_read_as_it_is else "utf-8"
        # A file without markup is no page. It may prove to a search engine whose site this is, word for word.
        self._has_markup = START_TAG.search(self._text) is not None
        self.judge = site.judge(path)
        self._lang = ""
        self._has_links = False

    def close(self, head: bytes) -> ClosedPage:
        """Return the closed form, with `head` inserted at the beginning of its head."""
        observed: list[Records] = []
        self._lang, self._has_links = "", False
        rewriter = Rewriter(
            self.judge,
            self._url,
            charset=self._codec,
            insertion=self._insertion(head),
            share_links=self._share_links(),
            link_for=self._link,
            observe=observed.append,
        )
        output = rewriter.feed(self._text) + rewriter.finish()
        if not self._encoding.is_ascii_compatible:
            output = Transcoder(self._encoding).encode(output, final=True)
        return ClosedPage(output, tuple(self._found(observed)), self._has_links)

    def _insertion(self, head: bytes) -> Insertion | None:
        if not self._has_markup:
            return None
        return Insertion(
            head,
            b"",
            refresh_link=lambda url: self._pages.onwards(url),
            body_in=self._note_language,
            everywhere=True,
        )

    def _note_language(self, lang: str) -> bytes:
        self._lang = lang
        return b""

    @property
    def _pages(self) -> Pages:
        policy = self._site.policy
        return _pages(policy, policy.language_for(self._lang))

    def _link(self, embed: BlockedEmbed) -> bytes:
        self._has_links = True
        policy = self._site.policy
        links = _embed_links(policy, policy.language_for(self._lang))
        return links.link(embed.claim, "" if embed.in_link or embed.is_code else embed.url)

    def _share_links(self) -> SharedPage | None:
        chosen = self._site.policy.site.share_links
        if chosen == "placeholder":
            return None
        address = self._site.address(self._path)
        return _SharedAddress(lambda: address, lambda: self._pages, leaves_nothing=chosen == "none")

    def _found(self, observed: list[Records]) -> Iterator[Found]:
        lines = _LineCounter(self._text)
        for records in observed:
            for one in records.blocked:
                if not one.goes_on:
                    yield found_of("removed", one.violation, self._url, lines.at(one.offset + one.start))
            for limit, offset in records.limits:
                yield _unclear(limit, lines.at(offset))


class _SharedAddress(SharedPage):
    """Makes the share links of one page. Where nobody knows its address, there is nothing to share."""

    def instead(self, link: ShareLink, page: Page) -> bytes:
        return super().instead(link, page) if link.url or page.address else b""

    def completed(self, link: ShareLink, href: str, page: Page) -> str:
        return super().completed(link, href, page) if link.url or page.address else ""


def found_of(what: What, violation: Violation, page: Url, line: int = 0) -> Found:
    """Return the record of a violation that was found on `page`."""
    claim, url, kind = violation
    target = resolve(url, page) if url else None
    host = target.host if target is not None and target.has_valid_host else ""
    return Found(what, kind, url, host, claim.service or "", claim.name, line)


def _unclear(limit: Limit, line: int) -> Found:
    return Found("unclear", line=line, why=f"{limit.what}. To do: {limit.advice}")


class _LineCounter:
    """Tells the line of an offset into `text`. Offsets mostly grow, so that each line is counted once."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._offset, self._line = 0, 1

    def at(self, offset: int) -> int:
        """Return the number of the line at this `offset`."""
        if offset < self._offset:
            self._offset, self._line = 0, 1
        self._line += self._text.count(b"\n", self._offset, offset)
        self._offset = offset
        return self._line


@cache
def _pages(policy: Policy, language: str) -> Pages:
    return Pages(policy, language=language)


@cache
def _embed_links(policy: Policy, language: str) -> EmbedLinks:
    return EmbedLinks(policy.texts_in(language))

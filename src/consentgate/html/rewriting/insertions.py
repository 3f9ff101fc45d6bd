"""The insertions into one page: at the start of its head and body, and in the place of what is blocked."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from consentgate.catalogue import Page, ShareLink
from consentgate.html.rules.base_url import BaseUrl
from consentgate.html.rules.violation import Violation
from consentgate.html.tokenizer.open_elements import OpenElements
from consentgate.html.tokenizer.tags import Tag
from consentgate.policy import Claim
from consentgate.web.url import Url, resolve, web_address

from .insertion_point import Insertion
from .page_facts import PageFacts

PlaceholderFor = Callable[[Claim, bool, bool], bytes]
"""Makes what is put in a removed element's place: given the claim that was not covered, whether the element
stood inside a link, and whether the page's relative URLs lead to another host."""


class BlockedFrame(NamedTuple):
    """A frame that was blocked because of a `claim`. `url` is where it would have led, absolute unless that
    is on the site itself; "" where that is nowhere on the web. `attributes` are those that the embed
    needs."""

    claim: Claim
    url: str
    attributes: tuple[tuple[str, str], ...] = ()


FrameDocumentFor = Callable[[BlockedFrame, bool], bytes]
"""Makes the document that a blocked frame shows instead, escaped for double quotes: given the frame, and
whether the page's relative URLs lead to another host."""

FOR_THE_EMBED = ("allow", "allowfullscreen", "referrerpolicy", "sandbox", "csp", "credentialless", "title")
"""The attributes of a frame that what is embedded needs to work, or may not do without."""


class BlockedEmbed(NamedTuple):
    """Something visible that was blocked because of a `claim`. `url` is where it would have led, absolute;
    "" where that is nowhere on the web. `is_code` says that a script is there, which is nothing to look at.
    `in_link` says that it stood inside a link."""

    claim: Claim
    url: str
    is_code: bool
    in_link: bool


LinkFor = Callable[[BlockedEmbed], bytes]
"""Makes the link that is put in the place of a blocked embed. It is phrasing content."""


class ShareLinks(Protocol):
    """Makes what comes of the social buttons of one page."""

    @property
    def address(self) -> str:
        """The address of the page, for pages that name no canonical one."""

    def instead(self, link: ShareLink, page: Page) -> bytes:
        """Return what is put in the place of a social button; b"" for nothing."""

    def completed(self, link: ShareLink, href: str, page: Page) -> str:
        """Return where a link of the site's own leads that is to share something; "" where it stays as it
        is."""


class Insertions:
    """The insertions that one document allows, as far as its tree has come. `facts` are its address and
    title."""

    def __init__(
        self,
        insertion: Insertion | None,
        placeholder: PlaceholderFor | None,
        frame_document: FrameDocumentFor | None,
        share_links: ShareLinks | None,
        link_for: LinkFor | None,
        facts: PageFacts,
        base: BaseUrl,
        open_elements: OpenElements,
    ) -> None:
        self.facts = facts
        self._insertion = insertion
        self._placeholder = placeholder
        self._frame_document = frame_document
        self._share_links = share_links
        self._link_for = link_for
        self._base = base
        self._open = open_elements

    @property
    def are_awaited(self) -> bool:
        """True while something is still to be put into the page."""
        return self._insertion is not None and not self._insertion.done

    @property
    def due(self) -> Insertion | None:
        """What is still to be put into the page, where it could go here."""
        insertion = self._insertion
        if insertion is None or insertion.done or self._open.in_template:
            return None
        return insertion

    def give_up(self) -> None:
        """Put nothing more into this page."""
        if self._insertion is not None:
            self._insertion.give_up()

    def amp(self) -> None:
        """Take note that the page is in AMP."""
        if self._insertion is not None:
            self._insertion.amp()

    def page_language(self, lang: str) -> None:
        """Go by the language that the page says it is in."""
        if self._insertion is not None:
            self._insertion.page_language(lang)

    def rebase(self) -> None:
        """Go by the base URL, which is another now."""
        if self._base.leads_elsewhere and self._insertion is not None:
            self._insertion.rebase()

    def placeholder(self, violation: Violation) -> bytes:
        """Make what comes in the place of a removed element."""
        if self._placeholder is None or not self._open.takes_placeholder or self.are_awaited:
            # In the head, a script's would begin the body.
            return b""
        if resolve(violation.url, self._base.url).is_for_a_program:
            # Nothing would have shown there.
            return b""
        return self._placeholder(violation.claim, self._open.in_anchor, self._base.leads_elsewhere)

    @property
    def are_links(self) -> bool:
        """True where links take the place of what is blocked, and no placeholders."""
        return self._link_for is not None

    def link(self, violation: Violation, tag: Tag) -> bytes:
        """Make the link that comes in the place of the removed element which `tag` opens."""
        if self._link_for is None or not self._open.takes_placeholder or self.are_awaited:
            return b""
        target = resolve(violation.url, self._base.url)
        if target.is_for_a_program:
            return b""
        url = self._url_in(tag, violation)
        address = web_address(url, self._base.url) if url else ""
        is_code = tag.name == b"script"
        return self._link_for(BlockedEmbed(violation.claim, address, is_code, self._open.in_anchor))

    def frame_document(self, violation: Violation, tag: Tag) -> bytes:
        """Make the document that the blocked frame shows which `tag` opens, or a frame in its place; b""
        where it has to go."""
        if self._frame_document is None or not (tag.name == b"iframe" or self._open.takes_placeholder):
            return b""
        target = resolve(violation.url, self._base.url)
        if target.is_for_a_program:
            return b""
        attributes = ((name, tag.get(name.encode())) for name in FOR_THE_EMBED)
        given = tuple((name, value) for name, value in attributes if value is not None)
        url = self._url_in(tag, violation)
        url = self._address(url, target) if url else ""
        frame = BlockedFrame(violation.claim, url, given)
        return self._frame_document(frame, self._base.leads_elsewhere)

    def share_link(self, link: ShareLink) -> bytes:
        """Make the link that comes in the place of a social button, where it can stand here."""
        in_head = self._insertion is not None and self._insertion.in_head
        if self._share_links is None or in_head or self._open.in_anchor or not self._open.takes_placeholder:
            return b""
        return self._share_links.instead(link, self._page_with(self._share_links))

    def completed(self, link: ShareLink, href: str) -> str:
        """Return where a link to share something leads; "" where it stays as it is."""
        if self._share_links is None:
            return ""
        return self._share_links.completed(link, href, self._page_with(self._share_links))

    def _page_with(self, share_links: ShareLinks) -> Page:
        return Page(self._base.url, self.facts.canonical or share_links.address, self.facts.title)

    def _url_in(self, tag: Tag, violation: Violation) -> str:
        """Return the URL that was not allowed, as an attribute of `tag` has it. "" where it is none: what was
        wrong may be something within the document of a frame."""
        is_there = violation.url and violation.url in (value.strip() for value in tag.values.values())
        return violation.url if is_there else ""

    def _address(self, text: str, target: Url) -> str:
        """Write out where `text` leads, which was resolved to `target`: from the path on where that is on the
        site itself, which may be at a port that no URL here tells."""
        address, own = web_address(text, self._base.url), f"{target.scheme}://{self._base.own_host}"
        return address.removeprefix(own) if address.startswith(own + "/") else address

    def way_on(self, url: str) -> bytes:
        """Make the link for a visitor whom a refresh would have led to `url`, where it can stand here."""
        if self._insertion is None or not resolve(url, self._base.url).is_on_the_web:
            return b""
        link = self._insertion.lead_on(url)
        return link if self._open.takes_placeholder and not self._open.in_anchor else b""

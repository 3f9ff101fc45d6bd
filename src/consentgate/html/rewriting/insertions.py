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
"""Makes the placeholder for a removed element, given the claim that was not covered, whether the element
stood inside a link, and whether the page's relative URLs lead to another host."""


class BlockedFrame(NamedTuple):
    """A frame that was blocked because of a `claim`. `url` is where it would have led: absolute, but a path
    on the site itself, and "" where it leads nowhere on the web. `attributes` are those in
    EMBED_ATTRIBUTES."""

    claim: Claim
    url: str
    attributes: tuple[tuple[str, str], ...] = ()


FrameDocumentFor = Callable[[BlockedFrame, bool], bytes]
"""Makes the document that a blocked frame shows instead, escaped for double quotes, given the frame and
whether the page's relative URLs lead to another host."""

EMBED_ATTRIBUTES = ("allow", "allowfullscreen", "referrerpolicy", "sandbox", "csp", "credentialless", "title")
"""The attributes that a frame needs again when the visitor opens it: those that let the embedded page work,
and those with which the site confines it."""


class BlockedEmbed(NamedTuple):
    """Something visible that was blocked because of a `claim`. `url` is where it would have led: absolute,
    and "" where it leads nowhere on the web. With `is_code` a script is there, which is nothing to look at.
    With `in_link` the embed stood inside a link."""

    claim: Claim
    url: str
    is_code: bool
    in_link: bool


LinkFor = Callable[[BlockedEmbed], bytes]
"""Makes the link that replaces a blocked embed. It is phrasing content."""


class ShareLinks(Protocol):
    """Makes the share links of one page, which replace its social buttons."""

    @property
    def address(self) -> str:
        """The address of the page, for pages that name no canonical one."""

    def instead(self, link: ShareLink, page: Page) -> bytes:
        """Return the markup that replaces a social button; b"" for none."""

    def completed(self, link: ShareLink, href: str, page: Page) -> str:
        """Return the address that a link of the site's own needs to share something; "" where the link stays
        as it is."""


class Insertions:
    """Makes the insertions into one document, where its tree allows them. `facts` are its address and
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
        """True until the insertions at the start of the head and body have been made."""
        return self._insertion is not None and not self._insertion.done

    @property
    def due(self) -> Insertion | None:
        """The insertion at the start of the head or body, where it is still awaited and could go here."""
        insertion = self._insertion
        if insertion is None or insertion.done or self._open.in_template:
            return None
        return insertion

    def give_up(self) -> None:
        """Insert nothing more at the start of the head and body."""
        if self._insertion is not None:
            self._insertion.give_up()

    def amp(self) -> None:
        """Take note that the page is in AMP."""
        if self._insertion is not None:
            self._insertion.amp()

    def page_language(self, lang: str) -> None:
        """Take note of the language that the page says it is in."""
        if self._insertion is not None:
            self._insertion.page_language(lang)

    def rebase(self) -> None:
        """Take note that the page has another base URL from here on."""
        if self._base.leads_elsewhere and self._insertion is not None:
            self._insertion.rebase()

    def placeholder(self, violation: Violation) -> bytes:
        """Make the placeholder for a removed element."""
        if self._placeholder is None or not self._open.takes_placeholder or self.are_awaited:
            # In the head, a placeholder for a script would begin the body.
            return b""
        if resolve(violation.url, self._base.url).is_for_a_program:
            # The element would have shown nothing.
            return b""
        return self._placeholder(violation.claim, self._open.in_anchor, self._base.leads_elsewhere)

    @property
    def uses_links(self) -> bool:
        """True where links replace what is blocked, and no placeholders."""
        return self._link_for is not None

    def link(self, violation: Violation, tag: Tag) -> bytes:
        """Make the link that replaces the element which `tag` opens."""
        if self._link_for is None or not self._open.takes_placeholder or self.are_awaited:
            return b""
        if resolve(violation.url, self._base.url).is_for_a_program:
            return b""
        url = self._url_in(tag, violation)
        address = web_address(url, self._base.url) if url else ""
        is_code = tag.name == b"script"
        return self._link_for(BlockedEmbed(violation.claim, address, is_code, self._open.in_anchor))

    def frame_document(self, violation: Violation, tag: Tag) -> bytes:
        """Make the document that shows a placeholder in the blocked frame which `tag` opens, or in a frame
        that replaces the element; b"" where the element has to go."""
        if self._frame_document is None or not (tag.name == b"iframe" or self._open.takes_placeholder):
            return b""
        target = resolve(violation.url, self._base.url)
        if target.is_for_a_program:
            return b""
        attributes = ((name, tag.get(name.encode())) for name in EMBED_ATTRIBUTES)
        given = tuple((name, value) for name, value in attributes if value is not None)
        url = self._url_in(tag, violation)
        url = self._own_path_or_address(url, target) if url else ""
        frame = BlockedFrame(violation.claim, url, given)
        return self._frame_document(frame, self._base.leads_elsewhere)

    def share_link(self, link: ShareLink) -> bytes:
        """Make the link that replaces a social button; b"" where it cannot stand here."""
        in_head = self._insertion is not None and self._insertion.in_head
        if self._share_links is None or in_head or self._open.in_anchor or not self._open.takes_placeholder:
            return b""
        return self._share_links.instead(link, self._page_with(self._share_links))

    def completed(self, link: ShareLink, href: str) -> str:
        """Return the address that a link to share something needs; "" where the link stays as it is."""
        if self._share_links is None:
            return ""
        return self._share_links.completed(link, href, self._page_with(self._share_links))

    def _page_with(self, share_links: ShareLinks) -> Page:
        return Page(self._base.url, self.facts.canonical or share_links.address, self.facts.title)

    def _url_in(self, tag: Tag, violation: Violation) -> str:
        """Return the URL that was not allowed, as an attribute of `tag` has it. "" where no attribute is that
        URL: the violation may be inside a frame's `srcdoc`."""
        is_there = violation.url and violation.url in (value.strip() for value in tag.values.values())
        return violation.url if is_there else ""

    def _own_path_or_address(self, text: str, target: Url) -> str:
        """Write out where `text` leads, which was resolved to `target`. On the site itself that is the path
        alone, since the site may be at a port that no URL here tells."""
        address, own = web_address(text, self._base.url), f"{target.scheme}://{self._base.own_host}"
        return address.removeprefix(own) if address.startswith(own + "/") else address

    def refresh_link(self, url: str) -> bytes:
        """Make the link for a visitor whom a refresh would have led to `url`; b"" where it cannot stand here,
        or is inserted with the body."""
        if self._insertion is None or not resolve(url, self._base.url).is_on_the_web:
            return b""
        link = self._insertion.replace_refresh(url)
        return link if self._open.takes_placeholder and not self._open.in_anchor else b""

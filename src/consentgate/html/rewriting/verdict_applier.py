"""Applies the verdicts on start tags: collects edits, limits and effects."""

from __future__ import annotations

import html
import re
from operator import attrgetter

from consentgate.catalogue import ShareLink
from consentgate.html.rules.amp import is_amp
from consentgate.html.rules.document_context import DocumentContext
from consentgate.html.rules.limits import Limit
from consentgate.html.rules.verdict import NO_EFFECTS, STAYS, Edit, Effects, Fate, Verdict
from consentgate.html.rules.violation import Violation
from consentgate.html.skipping.inert_markup import InertMarkup
from consentgate.html.tokenizer.open_elements import OpenElements
from consentgate.html.tokenizer.tags import Tag

from .edits import Edits, apply
from .insertions import Insertions

BOXES = {
    b"audio": b' width="300" height="54"',
    **dict.fromkeys((b"video", b"object", b"embed", b"portal", b"fencedframe"), b""),
}
"""The attributes that give a frame the default size of the element it replaces, by the element's name. Most
elements have the default size of a frame already (CSS 2, section 10.3.2)."""
_CUSTOM_BOX = b' width="100%" height="315"'
"""The size of a frame that replaces a custom element, which has no default size."""


class VerdictApplier:
    """Applies the verdicts on one document.

    `edits` are the edits to the piece that is being read. `limits` are the limits reached in it, each with
    its byte in the document. `is_at_home` says that relative URLs lead to the site.
    """

    def __init__(
        self,
        document: DocumentContext,
        open_elements: OpenElements,
        insertions: Insertions,
        inert: InertMarkup,
    ) -> None:
        self._document = document
        self._open = open_elements
        self._insertions = insertions
        self._inert = inert
        self._base = document.base
        self._starts_module = False
        self._offset = 0
        self.edits = Edits(b"")
        self.limits: dict[tuple[Limit, int], None] = {}
        self.is_at_home = self._leads_home()

    def begin(self, data: bytes, before: bytes, offset: int) -> None:
        """Begin with the piece `data`, which begins `offset` bytes into the document. `before` is the byte
        before it, if any."""
        self._offset = offset
        self.edits = Edits(data, before)
        self.limits = {}

    @property
    def effects(self) -> Effects:
        """The effects of everything read so far, with the limits of the last piece."""
        limits = tuple(limit for limit, _ in self.limits)
        return Effects(limits, self._base.is_used, self._starts_module)

    def note_limit(self, limit: Limit, position: int) -> None:
        """Note that a limit was reached. Markup that is judged twice is reported once."""
        self.limits[limit, self._offset + position] = None

    def apply(self, verdict: Verdict, match: re.Match[bytes], tag: Tag | None, offset: int) -> int:
        """Apply the verdict on a start tag; return where to read on. Places in the verdict count from
        `offset`. A verdict that was recalled comes without a `tag`: its element opens nothing."""
        if verdict is STAYS and tag is not None:
            self._open_element(tag, match)
            return tag.end
        fate, end, violation, edits, effects, *_ = verdict
        start, tag_end = match.span()
        end = tag_end if end is None else offset + end
        if effects != NO_EFFECTS:
            self._note_effects(effects, start)
        if edits and not verdict.frames:
            self.edits.add(edits, offset)
        if fate is Fate.STAYS and tag is not None:
            self._complete(tag, verdict.link)
            self._open_element(tag, match)
        elif fate is Fate.GOES:
            assert violation is not None
            if self._insertions.due is not None:
                self._insert_around(match)
            framed = self._framed(verdict, violation, match, tag, offset, end) if verdict.frames else b""
            self.edits.remove(start, end, violation, framed or self._instead(verdict, violation, match, tag))
        elif fate is Fate.LOSES_TAG:
            assert violation is not None
            self.edits.remove(start, tag_end, violation)
        elif fate is Fate.STAYS or match["name"].lower() == b"noscript":
            self._insert_around(match)
        return end

    def _instead(
        self, verdict: Verdict, violation: Violation, match: re.Match[bytes], tag: Tag | None
    ) -> bytes:
        """Make the markup that replaces an element that goes."""
        if verdict.link is not None:
            return self._insertions.share_link(verdict.link)
        if verdict.shows and self._insertions.uses_links:
            return self._insertions.link(violation, tag or Tag(match, self._document.decode))
        if verdict.shows:
            return self._insertions.placeholder(violation)
        return self._insertions.refresh_link(verdict.leads_to) if verdict.leads_to else b""

    def _complete(self, tag: Tag, link: ShareLink | None) -> None:
        """Give a link of the site's own the address that it needs to share something."""
        address = self._insertions.completed(link, tag.get(b"href") or "") if link else ""
        if not address:
            return
        attribute = b'href="%b"' % html.escape(address).encode("ascii", "xmlcharrefreplace")
        if b"href" in tag.raw:
            self.edits.add((Edit(*tag.spans(b"href")[0], attribute),), 0)
        else:
            self.edits.insert(tag.start + len(b"<") + len(tag.name), b" " + attribute)

    def _framed(
        self,
        verdict: Verdict,
        violation: Violation,
        match: re.Match[bytes],
        tag: Tag | None,
        offset: int,
        end: int,
    ) -> bytes:
        """Return a frame that shows a placeholder: the blocked one, or one with the attributes of the element
        that it replaces, after the edits of the `verdict`, whose places count from `offset`. b"" where the
        element goes without a frame."""
        tag = tag or Tag(match, self._document.decode)
        document = self._insertions.frame_document(violation, tag)
        if not document:
            return b""
        data, (start, tag_end), name_end = match.string, match.span(), match.end("name")
        # Of several attributes of one name the first counts, so ours comes first.
        edits = [edit.moved(offset) for edit in verdict.edits]
        edits.append(Edit(name_end, name_end, b' srcdoc="' + document + b'"'))
        edits = sorted((edit.moved(-start) for edit in edits), key=attrgetter("start"))
        if tag.name == b"iframe":
            return apply(edits, data[start:end], end - start)
        attributes = apply(edits, data[start : tag_end - 1], tag_end - 1 - start)
        frame = b"<iframe" + attributes[name_end - start :]
        if b"title" not in tag.raw:
            # Screen readers call a frame by its title.
            name = html.escape(violation.claim.name).encode("ascii", "xmlcharrefreplace")
            frame += b' title="%b"' % name
        return frame + b' frameborder="0"' + BOXES.get(tag.name, _CUSTOM_BOX) + b"></iframe>"

    def _note_effects(self, effects: Effects, position: int) -> None:
        """Note the effects of judging the markup at `position`."""
        for limit in effects.limits:
            self.note_limit(limit, position)
        self._base.is_used = self._base.is_used or effects.by_base
        self._starts_module = self._starts_module or effects.starts_module

    def _open_element(self, tag: Tag, match: re.Match[bytes]) -> None:
        """Follow a start tag that stays."""
        if tag.name == b"html" and is_amp(tag):
            self._insertions.amp()
        if self._insertions.due is not None:
            if tag.name == b"html" and b"lang" in tag.raw:
                self._insertions.page_language(tag.get(b"lang") or "")
            self._insert_around(match)
        if tag.name == b"base":
            self._follow_base(tag)
        elif tag.name == b"link" and self._is_in_the_page:
            self._insertions.facts.note_link(tag, self._base.url)
        open_elements = self._open
        was_too_deep = open_elements.too_deep
        open_elements.start(tag)
        if open_elements.too_deep and not (was_too_deep or self._document.all_passes):
            self.note_limit(Limit.DEEP_TREE, tag.start)

    def _follow_base(self, tag: Tag) -> None:
        href = tag.get(b"href")
        if href is None or not self._is_in_the_page:
            return
        if self._base.follow(href):
            self.is_at_home = self._leads_home()
            self._inert.rebase(self._base.url.host)
            self._insertions.rebase()

    @property
    def _is_in_the_page(self) -> bool:
        """True where a `base` or `link` counts for the page: outside of templates and of SVG."""
        return not (self._open.in_template or self._open.foreign.is_foreign)

    def _leads_home(self) -> bool:
        return self._base.url.host == self._document.judge.asked_host

    def _insert_around(self, tag: re.Match[bytes]) -> None:
        """Insert what is due before or after this start tag."""
        due = self._insertions.due
        if due is not None:
            before, after = due.start_tag(tag["name"].lower())
            self.edits.insert(tag.start(), before)
            self.edits.insert(tag.end(), after)

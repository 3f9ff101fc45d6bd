"""Judges start tags, and with them the elements that they open."""

from __future__ import annotations

from consentgate.catalogue import ShareLink
from consentgate.html.tokenizer.element_sets import RAW_TEXT_ELEMENTS, VOID_ELEMENTS
from consentgate.html.tokenizer.lookahead import LookAhead
from consentgate.html.tokenizer.open_elements import OpenElements
from consentgate.html.tokenizer.tags import Tag

from .base_url import LONGEST_BASE
from .document_context import DocumentContext, Piece
from .fates import lose_tag, may_be_frame, remove, remove_or_frame, stay
from .limits import Limit
from .raw_text_rules import RawTextRules
from .tag_judgement import TagJudgement, loading_attributes
from .verdict import STAYS, Effects, Verdict
from .violation import Violation
from .widgets import link_in_place_of, may_be_widget


class StartTagRules:
    """Judges the start tags of one document. With `apart`, that is markup which is read apart from the rest
    of its document."""

    def __init__(
        self, document: DocumentContext, open_elements: OpenElements, lookahead: LookAhead, *, apart: bool
    ) -> None:
        self._document = document
        self._open = open_elements
        self._lookahead = lookahead
        self._apart = apart
        self._raw_text = RawTextRules(document, open_elements, lookahead, apart=apart)

    def judge(self, tag: Tag, piece: Piece) -> Verdict:
        """Judge a start tag that stands in `piece`. Raises MoreNeeded where that takes more of the document,
        and Unclear where markup that is read apart depends on what is around it."""
        name = tag.name
        if name not in RAW_TEXT_ELEMENTS and name != b"plaintext":
            return self._ordinary(tag)
        if name == b"noscript" and self._apart and not self._open.foreign.is_foreign:
            return self._ordinary(tag)
        return self._raw_text.judge(tag, piece)

    def _ordinary(self, tag: Tag) -> Verdict:
        """Judge an element whose contents are markup."""
        if tag.name == b"base" and (href := tag.get(b"href")) is not None and self._is_bad_base(tag, href):
            return lose_tag(tag, "base", href, Effects((Limit.BASE,)))
        attributes = loading_attributes(tag, self._document)
        could_be_widget = may_be_widget(tag)
        if not (attributes or could_be_widget):
            return STAYS
        judgement = TagJudgement(self._document, tag, attributes)
        violation = judgement.violation()
        if violation is not None:
            end = self._end_of_element(tag, judgement)
            if end is not None:
                link = link_in_place_of(tag, violation, self._document)
                return self._remove(tag, end, violation, judgement, link)
            return stay(judgement.all_edits(), judgement)
        widget = self._document.judge.widget(judgement.kind, tag.values) if could_be_widget else None
        if widget is None:
            return stay(judgement.edits(), judgement)
        link = widget.link if self._document.has_links else None
        completes = link is not None and link.completes
        goes = not completes and (link is not None or not widget.keep)
        end = self._end_of_element(tag, judgement) if goes else None
        if end is not None:
            return self._remove(tag, end, Violation(widget.claim, "", "widget"), judgement, link)
        stays = stay(judgement.edits(), judgement)
        return stays._replace(link=link) if completes else stays

    def _remove(
        self, tag: Tag, end: int, violation: Violation, judgement: TagJudgement, link: ShareLink | None
    ) -> Verdict:
        """Remove an element up to `end`. A social button gives way to its share `link`, an element with a box
        to a placeholder in a frame."""
        if link is not None or not may_be_frame(tag, violation):
            return remove(tag, end, violation, judgement.effects, link=link)
        edits = judgement.edits_with_placeholder(violation)
        return remove_or_frame(end, violation, edits, judgement.effects)

    def _is_bad_base(self, tag: Tag, href: str) -> bool:
        """Say whether a `base` stands where only some browsers apply it, could divert URLs that were judged
        already, or has a URL that is too long to resolve all others by."""
        document, open_elements = self._document, self._open
        if document.all_passes:
            return False
        if self._apart or open_elements.in_doubt or len(href) > LONGEST_BASE:
            return True
        return document.base.may_divert(tag, href, document.judge, open_elements)

    def _end_of_element(self, tag: Tag, judgement: TagJudgement) -> int | None:
        """Return where the element ends that `tag` opens; None where that is too far off, or unknown."""
        open_elements = self._open
        if tag.name in VOID_ELEMENTS:
            return tag.end
        if open_elements.in_doubt or open_elements.foreign.is_foreign:
            return tag.end if tag.self_closing and not open_elements.in_doubt else None
        end = self._lookahead.end_of_element(tag)
        if end is None:
            judgement.note(Limit.FAR_END)
        return end

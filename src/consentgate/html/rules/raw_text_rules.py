"""Judges raw text elements, whose contents are text to a browser: scripts, style sheets, `noscript` and
others."""

from __future__ import annotations

import re

from consentgate.catalogue import ShareLink
from consentgate.html.tokenizer.character_references import decode_text
from consentgate.html.tokenizer.grammar import (
    ATTRIBUTES,
    BOGUS_COMMENT,
    CDATA_SECTION,
    COMMENT,
    DECLARATION,
    LONE_LESS_THAN,
    TAG_NAME,
)
from consentgate.html.tokenizer.lookahead import LONGEST_TEXT, LookAhead
from consentgate.html.tokenizer.open_elements import OpenElements
from consentgate.html.tokenizer.tags import Tag
from consentgate.html.values.script_type import ScriptKind, script_kind

from .amp import RUNTIME, is_boilerplate
from .document_context import DocumentContext, Piece
from .fates import lose_tag, may_be_frame, remove, remove_or_frame
from .inline_scripts import script_violation
from .limits import Limit
from .tag_judgement import TagJudgement, loading_attributes
from .verdict import Edit, Fate, Unclear, Verdict
from .violation import Violation
from .widgets import link_in_place_of

_IN_FOREIGN_TEXT = re.compile(
    rb"(?P<nothing>"
    + rb"|".join((COMMENT, DECLARATION, BOGUS_COMMENT))
    + rb")|(?P<cdata>"
    + CDATA_SECTION.pattern
    + rb")|(?P<text>"
    + LONE_LESS_THAN
    + rb")|(?P<tag></?"
    + TAG_NAME
    + ATTRIBUTES
    + rb">?|<)"
)


_TEXT_FOLLOWS = Verdict(opens_text=True)
"""Nothing is wrong with the element, and its text follows."""


class RawTextRules:
    """Judges the raw text elements of one document. With `apart`, that is markup which is read apart from the
    rest of its document."""

    def __init__(
        self, document: DocumentContext, open_elements: OpenElements, lookahead: LookAhead, *, apart: bool
    ) -> None:
        self._document = document
        self._open = open_elements
        self._lookahead = lookahead
        self._apart = apart
        self._unclear_until = 0

    def judge(self, tag: Tag, piece: Piece) -> Verdict:
        """Judge a start tag. Raises as `StartTagRules.judge` does."""
        open_elements, name = self._open, tag.name
        foreign = open_elements.foreign.is_foreign
        if name == b"noscript" and not foreign:
            return self._both_readings(tag, piece)
        if open_elements.scripts_in_doubt if name == b"script" else open_elements.in_doubt:
            if self._apart:
                raise Unclear
            return self._both_readings(tag, piece)
        if foreign:
            # Preload scanners have no tree, and read the contents as text all the same. In SVG a self-closing
            # tag has no contents. To them everything up to the next end tag of its name is its text.
            if tag.self_closing:
                return self._unclear(tag, piece, tag.end)
            return self._both_readings(tag, piece)
        if name == b"script":
            return self._script(tag, piece)
        return self._style(tag, piece) if name == b"style" else self._other(tag)

    # -- elements of HTML ------------------------------------------------------------------------------------

    def _script(self, tag: Tag, piece: Piece) -> Verdict:
        kind = script_kind(tag)
        judgement = TagJudgement(self._document, tag)
        if kind is ScriptKind.DATA:
            return self._data_script(tag, judgement)
        # Whatever the kind: WebKit's preload scanner fetches even an import map's file.
        violation = judgement.violation()
        text_end = None
        if violation is None and b"src" not in tag.raw:
            violation, text_end = self._inline_script(tag, kind, judgement, piece)
        elif violation is None and kind is ScriptKind.MODULE:
            judgement.start_module()
        if violation is None:
            return _stay(judgement.edits(), judgement, text_end)
        return self._remove_script(tag, violation, judgement)

    def _inline_script(
        self, tag: Tag, kind: ScriptKind, judgement: TagJudgement, piece: Piece
    ) -> tuple[Violation | None, int | None]:
        """Return the violation of an inline script, if any, and where its text ends; None where that is out
        of sight."""
        end, after = self._end_of_judged(tag, judgement)
        text = piece.data[tag.end : end]
        sure = not (self._apart or self._open.in_template)
        violation = script_violation(judgement, kind, text, complete=after is not None, sure=sure)
        if violation is not None:
            violation = violation.of_kind("inline script" if kind.runs else "script")
        return violation, end if after is not None else None

    def _data_script(self, tag: Tag, judgement: TagJudgement) -> Verdict:
        """Judge a script that browsers do not run: its type may be a widget's."""
        widget = self._document.judge.widget("script", tag.values)
        if widget is None:
            return _stay(judgement.edits(), judgement)
        link = widget.link if self._document.has_links else None
        return self._remove_script(tag, Violation(widget.claim, "", "widget"), judgement, link)

    def _remove_script(
        self, tag: Tag, violation: Violation, judgement: TagJudgement, link: ShareLink | None = None
    ) -> Verdict:
        if link is None and b"src" in tag.raw:
            link = link_in_place_of(tag, violation, self._document)
        _, after = self._lookahead.end_of_text(tag.name, tag.end)
        return _remove(tag, after, violation, judgement, link)

    def _style(self, tag: Tag, piece: Piece) -> Verdict:
        judgement = TagJudgement(self._document, tag)
        end, after = self._end_of_judged(tag, judgement)
        claim = self._document.judge.url(*RUNTIME) if is_boilerplate(tag) else None
        if claim is not None:
            # The page would stay hidden: AMP's script, which shows it, is blocked.
            return _remove(tag, after, Violation(claim, "//" + "".join(RUNTIME), "style"), judgement)
        edits = judgement.edits()
        edits += judgement.style_sheet(piece.data[tag.end : end], tag.end)
        return _stay(edits, judgement, end if after is not None else None)

    def _end_of_judged(self, tag: Tag, judgement: TagJudgement) -> tuple[int, int | None]:
        """Return how far the text of a script or style sheet is judged, and where its end tag ends; None
        where that is out of sight."""
        end, after = self._lookahead.end_of_text(tag.name, tag.end)
        if end - tag.end >= LONGEST_TEXT and not self._document.all_passes:
            judgement.note(Limit.LONG_TEXT)
        return end, after

    def _other(self, tag: Tag) -> Verdict:
        attributes = loading_attributes(tag, self._document)
        if not attributes:
            return _TEXT_FOLLOWS
        judgement = TagJudgement(self._document, tag, attributes)
        violation = judgement.violation()
        if violation is None:
            return _stay(judgement.edits(), judgement)
        _, after = self._lookahead.end_of_text(tag.name, tag.end)
        if after is not None:
            link = link_in_place_of(tag, violation, self._document)
            if link is not None or not may_be_frame(tag, violation):
                return remove(tag, after, violation, judgement.effects, link=link)
            edits = judgement.edits_with_placeholder(violation)
            return remove_or_frame(after, violation, edits, judgement.effects)
        judgement.note(Limit.FAR_END)
        return _stay(judgement.all_edits(), judgement)

    # -- elements that may be of SVG or MathML ---------------------------------------------------------------

    def _foreign_text(self, markup: bytes, *, past_tags: bool = False) -> bytes | None:
        """Return the text of an element that holds nothing but text, comments and CDATA sections; None where
        it holds tags, unless these are skipped by `past_tags`."""
        pieces: list[bytes] = []
        position = 0
        for found in _IN_FOREIGN_TEXT.finditer(markup):
            if found["tag"] and not past_tags:
                return None
            pieces.append(self._text(markup[position : found.start()]))
            if found["cdata"]:
                pieces.append(found["cdata"][len(b"<![CDATA[") : -len(b"]]>")])
            elif found["text"]:
                pieces.append(b"<")
            position = found.end()
        pieces.append(self._text(markup[position:]))
        return b"".join(pieces)

    def _text(self, raw: bytes) -> bytes:
        if b"&" not in raw:
            return raw
        return decode_text(self._document.decode(raw)).encode(self._document.charset, "replace")

    def _foreign_violation(self, tag: Tag, text: bytes, judgement: TagJudgement) -> Violation | None:
        """Return the violation of the text of a script or style sheet that may stand in SVG, if any."""
        if tag.name not in (b"script", b"style"):
            return None
        text = text[:LONGEST_TEXT]
        readings = dict.fromkeys((text, self._text(text), self._foreign_text(text, past_tags=True) or b""))
        kind = script_kind(tag)
        for reading in readings:
            if tag.name == b"style":
                edits = judgement.style_sheet(reading, tag.end)
                violation = edits[0].violation if edits else None
            else:
                violation = script_violation(judgement, kind, reading, complete=True, sure=False)
            if violation is not None:
                return violation.of_kind(judgement.kind)
        return None

    # -- where it is not known how a browser reads on --------------------------------------------------------

    def _both_readings(self, tag: Tag, piece: Piece) -> Verdict:
        """Judge an element whose contents are raw text in one reading and markup in another. Where the two
        readings disagree on what comes after the element, the start tag goes, which leaves the markup."""
        if tag.name == b"plaintext" or piece.offset + tag.start < self._unclear_until:
            return self._unclear(tag, piece, tag.end)
        end, after = self._lookahead.end_of_text(tag.name, tag.end)
        if after is None:
            return self._unclear(tag, piece, end)
        markup = piece.data[tag.end : end]
        judgement = TagJudgement(self._document, tag)
        inner = self._document.inner.judge_markup(markup)
        judgement.add(inner.effects)
        texts = self._texts(tag, markup) if inner.edits is not None else None
        if texts is None or inner.edits is None:
            return self._unclear(tag, piece, end, judgement)
        judged = (self._foreign_violation(tag, text, judgement) for text in texts)
        violation = judgement.violation() or next(filter(None, judged), None)
        if violation is not None:
            return remove(tag, after, violation, judgement.effects)
        edits = judgement.edits()
        edits += [edit.moved(tag.end) for edit in inner.edits]
        return Verdict(Fate.READ, after, edits=edits, effects=judgement.effects)

    def _texts(self, tag: Tag, markup: bytes) -> list[bytes] | None:
        """Return the texts that browsers may read in a script or style sheet; None where that is unclear."""
        open_elements = self._open
        may_be_foreign = open_elements.scripts_in_doubt or open_elements.foreign.is_open
        if not may_be_foreign or tag.name not in (b"script", b"style"):
            return [markup]
        # It may be one of SVG, whose text goes on after a comment, and after an element.
        foreign = self._foreign_text(markup)
        if foreign is None and tag.name == b"style":
            return None
        return [markup, foreign or b""]

    def _unclear(self, tag: Tag, piece: Piece, end: int, judgement: TagJudgement | None = None) -> Verdict:
        """Remove the start tag of an element that has several readings up to `end`. No other element is tried
        up to there, since to read the same bytes again for each would take quadratic time."""
        self._unclear_until = max(self._unclear_until, piece.offset + end)
        judgement = judgement or TagJudgement(self._document, tag)
        if self._document.all_passes:
            return _stay([], judgement)
        judgement.note(Limit.AMBIGUOUS)
        return lose_tag(tag, "ambiguous", "", judgement.effects)


def _stay(edits: list[Edit], judgement: TagJudgement, end: int | None = None) -> Verdict:
    """Let an element stay whose text ends at `end`; None where that is out of sight."""
    return Verdict(Fate.STAYS, end, None, edits, judgement.effects, end is None)


def _remove(
    tag: Tag,
    after: int | None,
    violation: Violation,
    judgement: TagJudgement,
    link: ShareLink | None = None,
) -> Verdict:
    """Remove an element that ends at `after`; None where that is out of sight."""
    if after is None:
        return remove(tag, tag.end, violation, judgement.effects, opens_text=True, link=link)
    return remove(tag, after, violation, judgement.effects, link=link)

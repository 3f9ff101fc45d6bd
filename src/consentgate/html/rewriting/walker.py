"""The walker goes through a page's markup as a browser would, has each tag judged, and applies the verdicts.

`Walker.read` looks at the bytes there are and returns edits, and how far it has read. The bytes after that
have not changed its state. It gets them again, together with the bytes that follow.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from consentgate.consent import Judge
from consentgate.html.rules.base_url import BaseUrl
from consentgate.html.rules.document_context import DocumentContext, InnerDocument, InnerMarkup, Piece
from consentgate.html.rules.limits import Limit
from consentgate.html.rules.start_tag_rules import StartTagRules
from consentgate.html.rules.verdict import STAYS, Edit, Effects, Unclear
from consentgate.html.rules.violation import NOBODY, UNREADABLE, Violation
from consentgate.html.skipping.inert_markup import InertMarkup
from consentgate.html.skipping.removed_elements import RemovedElements, recall
from consentgate.html.tokenizer.grammar import (
    CDATA_SECTION,
    DOCTYPE,
    END_TAG,
    PREAMBLE_ITEM,
    START_TAG,
    TEXT_BEGINS,
)
from consentgate.html.tokenizer.lookahead import LookAhead, MoreNeeded
from consentgate.html.tokenizer.multibyte import may_swallow
from consentgate.html.tokenizer.open_elements import OpenElements
from consentgate.html.tokenizer.tags import Tag
from consentgate.web.url import Url

from .edits import apply
from .insertion_point import Insertion
from .insertions import FrameDocumentFor, Insertions, LinkFor, PlaceholderFor, ShareLinks
from .oversized_markup import LARGEST_TAG, TOO_LARGE, OversizedMarkup, is_long, is_too_large, oversized_name
from .page_facts import PageFacts
from .raw_text import RawText
from .verdict_applier import VerdictApplier

MOST_NESTED = 8
"""The most documents that a document may be nested in, by attributes such as `srcdoc`, to be read. Deeper
ones are blocked."""

_BOM = b"\xef\xbb\xbf"
_CDATA = b"<![CDATA["
_DECLARATION = re.compile(rb"<[!?]|</[^a-zA-Z]")

_AMBIGUOUS = Violation(NOBODY, "", "ambiguous")


class Walker:
    """Walks through one document. See `Rewriter` for the arguments. `nested` is the number of documents that
    this one is nested in.

    With `around`, it walks through the contents of a `noscript` or the like, apart from the document that
    they stand in: `around` is the walker of that document.
    """

    def __init__(
        self,
        judge: Judge,
        base: Url,
        charset: str,
        placeholder: PlaceholderFor | None = None,
        insertion: Insertion | None = None,
        frame_document: FrameDocumentFor | None = None,
        share_links: ShareLinks | None = None,
        link_for: LinkFor | None = None,
        *,
        nested: int = 0,
        around: Walker | None = None,
    ) -> None:
        self._nested = nested
        self._base = BaseUrl(base)
        self._apart = self._started = around is not None
        if around is None:
            self._open = OpenElements()
            has_links = share_links is not None
            self._document = DocumentContext(judge, self._base, charset, self, has_links=has_links)
            self._inert = InertMarkup(judge.home, base.host)
            self._removed = RemovedElements.for_documents(judge, charset, nested, has_links=has_links)
        else:
            self._open = OpenElements(doubtful=around._open.in_doubt or around._open.foreign.is_foreign)
            self._document = DocumentContext(judge, self._base, charset, self, around._document)
            self._inert = around._inert
            self._removed = around._removed.within(nested)
        self._all_passes = self._document.all_passes
        self._decode = self._document.decode
        self._lookahead = LookAhead()
        self._rules = StartTagRules(self._document, self._open, self._lookahead, apart=self._apart)
        self._facts = PageFacts(self._decode)
        self._insertions = Insertions(
            insertion,
            placeholder,
            frame_document,
            share_links,
            link_for,
            self._facts,
            self._base,
            self._open,
        )
        self._applier = VerdictApplier(self._document, self._open, self._insertions, self._inert)
        self._followed: RawText | OversizedMarkup | None = None
        self._piece = Piece(b"", 0, False)
        self._last = b""
        self._last_inner: tuple[str, Url, InnerDocument] | None = None

    @property
    def limits(self) -> Iterable[tuple[Limit, int]]:
        """The limits that the last `read` reached, and at which byte of the document."""
        return self._applier.limits

    def read(self, data: bytes, *, final: bool) -> tuple[list[Edit], int]:
        """Read on in `data`. Return the edits to it, in order, and how many of its bytes have been read. With
        `final` nothing follows, and all of them are."""
        self._begin(data, self._last, final=final)
        if not self._started and not final and len(data) < len(_BOM) and _BOM.startswith(data):
            return [], 0
        position = self._read_from(len(_BOM) if not self._started and data.startswith(_BOM) else 0)
        self._started = True
        if final:
            due = self._insertions.due
            if due is not None and self._followed is None:
                self._applier.edits.insert(position, due.content())
            position = len(data)
        self._piece = Piece(b"", self._piece.offset + position, final)
        self._last = data[position - 1 : position] or self._last
        return self._applier.edits.in_order(), position

    def read_whole(self, data: bytes) -> InnerMarkup:
        """Read `data` apart from what is around it: all of it is here."""
        doubtful = self._open.in_doubt
        self._begin(data, b"", final=True)
        try:
            complete = self._read_from(0) == len(data)
        except Unclear:
            complete = False
        at_rest = self._followed is None and self._open.at_rest
        if not (complete and at_rest) or self._open.in_doubt != doubtful:
            return InnerMarkup(None, self._applier.effects._replace(limits=()))
        return InnerMarkup(self._applier.edits.in_order(), self._applier.effects)

    def _begin(self, data: bytes, before: bytes, *, final: bool) -> None:
        offset = self._piece.offset
        self._piece = Piece(data, offset, final)
        self._applier.begin(data, before, offset)
        self._lookahead.load(data, offset, final=final)

    def _read_from(self, position: int) -> int:
        data, _, final = self._piece
        end = len(data)
        while position < end:
            if self._all_passes and not self._insertions.are_awaited:
                return end
            if self._followed is not None:
                position = self._followed.follow_on(data, position, self._applier.edits, final=final)
                if self._followed.is_open:
                    return position
                self._followed = None
            position = self._skip_inert(data, position)
            if position >= end:
                return position
            match = START_TAG.match(data, position)
            try:
                after = self._other_markup(data, position) if match is None else self._start_tag(match)
            except MoreNeeded:
                after = None
            if after is None:
                return position
            position = after
        return position

    # -- what loads nothing ----------------------------------------------------------------------------------

    def _skip_inert(self, data: bytes, position: int) -> int:
        due = self._insertions.due
        if due is not None:
            position = self._skip_preamble(data, position, due)
            if self._insertions.due is not None:
                return position
        end = len(data)
        while True:
            # The limit keeps larger tags out of a run, wherever the page was cut into chunks. The next run
            # goes on with what the limit cut off.
            limit = position + LARGEST_TAG
            begun = position
            position, by_base = self._inert.skip(data, position, limit, self._open)
            if by_base:
                self._base.is_used = True
            if limit >= end or position == begun:
                return position

    def _skip_preamble(self, data: bytes, position: int, due: Insertion) -> int:
        """Skip what can stand before a document's first tag, or in its head. Make the insertion that is due
        where text begins."""
        if due.in_head:
            position, by_base = self._inert.skip_head(data, position, position + LARGEST_TAG)
            if by_base:
                self._base.is_used = True
        else:
            while item := PREAMBLE_ITEM.match(data, position):
                if DOCTYPE.match(data, position):
                    due.doctype()
                position = item.end()
        if TEXT_BEGINS.match(data, position):
            self._applier.edits.insert(position, due.content())
        return position

    # -- markup ----------------------------------------------------------------------------------------------

    def _other_markup(self, data: bytes, position: int) -> int | None:
        """Read the markup at `position`, which is no start tag; return where it ends, None if it is cut
        off."""
        if _DECLARATION.match(data, position):
            cdata = data.startswith(_CDATA, position)
            return self._cdata_section(data, position) if cdata else self._declaration(data, position)
        if data.startswith(b"</", position):
            return self._end_tag(data, position)
        return self._oversized_tag(position) if is_long(data, position, LARGEST_TAG) else None

    def _start_tag(self, match: re.Match[bytes]) -> int:
        """Read a start tag that START_TAG matched; return how far that went."""
        if is_too_large(match):
            return self._oversized_tag(match.start())
        known = self._removed.with_tag(match)
        if known and self._bytes_decide:
            same = recall(known, match)
            if same is not None:
                return self._applier.apply(same.verdict, match, None, match.start() - same.start)
        tag = Tag(match, self._decode)
        verdict = self._rules.judge(tag, self._piece)
        if known is not None and verdict is not STAYS and self._bytes_decide:
            self._removed.remember(match, verdict, final=self._piece.final)
        if verdict.opens_text:
            is_title = tag.name == b"title" and self._facts.begin_title()
            self._followed = RawText(tag.name, verdict.violation, self._facts.add_title if is_title else None)
        return self._applier.apply(verdict, match, tag, 0)

    @property
    def _bytes_decide(self) -> bool:
        """True where the verdict on an element depends on its bytes alone: in plain HTML, while relative URLs
        lead to the site and every end tag that was looked for was found."""
        return self._applier.is_at_home and self._open.is_plain and not self._lookahead.has_given_up

    def _end_tag(self, data: bytes, position: int) -> int | None:
        match = END_TAG.match(data, position)
        if match is not None:
            name, end = match["name"].lower(), match.end()
        elif is_long(data, position):
            self._followed = OversizedMarkup.of_tag()
            name, end = oversized_name(data, position), position + len(b"</")
        else:
            return None
        due = self._insertions.due
        if due is not None:
            self._applier.edits.insert(position, due.end_tag(name))
        self._open.end(name)
        return end

    def _declaration(self, data: bytes, position: int) -> int | None:
        """Read a comment, doctype or the like whose end has not come. Return how far it passes, None where
        its end is waited for."""
        if not is_long(data, position):
            return None
        due = self._insertions.due
        if due is not None and DOCTYPE.match(data, position):
            due.doctype()
        is_comment = data.startswith(b"<!--", position)
        self._followed = OversizedMarkup.of_comment() if is_comment else OversizedMarkup.of_declaration()
        return position + len(b"<!--") if is_comment else position

    def _cdata_section(self, data: bytes, position: int) -> int | None:
        """Read a CDATA section. Where no SVG or MathML element is open it is a comment up to the first ">"
        (13.2.5.42), and to a browser's preload scanner, which knows no tree, it always is. Where the two
        readings end in different places, `<![CDATA[` is removed."""
        after = position + len(_CDATA)
        if not (self._open.foreign.is_open or self._open.in_doubt):
            end = data.find(b">", position)
            return end + 1 if end >= 0 else self._declaration(data, position)
        section = CDATA_SECTION.match(data, position)
        if section is not None and self._is_plain_before(section.end() - len(b"]]>")):
            return section.end()
        if section is None and data.find(b"<", after) < 0:
            if self._piece.final and not self._apart:
                return len(data)
            if not (self._piece.final or is_long(data, position)):
                return None
        if self._all_passes:
            self._insertions.give_up()
            return after
        if self._apart:
            raise Unclear
        self._applier.note_limit(Limit.AMBIGUOUS, position)
        self._applier.edits.remove(position, after, _AMBIGUOUS)
        return after

    def _is_plain_before(self, position: int) -> bool:
        """Say whether the byte before `position` stands for itself in every reading of the encoding."""
        return self._piece.data[position - 1] < 0x80 or not may_swallow(self._document.charset)

    def _oversized_tag(self, position: int) -> int:
        """Remove a start tag that is too large; return how far that went. Where everything passes the tag
        passes too, and nothing more is inserted: nobody knows where that would go."""
        begun = position + len(b"<")
        self._followed = OversizedMarkup.of_tag(removes=not self._all_passes)
        if self._all_passes:
            self._applier.note_limit(Limit.NOT_INSERTED, position)
            self._insertions.give_up()
        else:
            self._applier.note_limit(Limit.LONG_TAG, position)
            self._applier.edits.remove(position, begun, TOO_LARGE)
        return begun

    # -- documents and markup within the document ------------------------------------------------------------

    def judge_markup(self, markup: bytes) -> InnerMarkup:
        """Judge markup that some browsers see and others read as text. Implements `NestedJudge`."""
        end, by_base = self._inert.skip(markup, 0, len(markup), OpenElements())
        if end == len(markup):
            return InnerMarkup([], Effects((), by_base, False))
        if self._nested >= MOST_NESTED:
            return InnerMarkup(None)
        document = self._document
        nested = self._nested + 1
        inner = Walker(document.judge, self._base.url, document.charset, nested=nested, around=self)
        return inner.read_whole(markup)

    def judge_document(self, document: str) -> InnerDocument:
        """Judge the document in an attribute. Implements `NestedJudge`.

        The last answer is kept, since an element that should go but has to stay is judged twice. Nested
        documents would double the work at each level.
        """
        base, last = self._base.url, self._last_inner
        if last is not None and last[:2] == (document, base):
            return last[2]
        judged = self._judge_document(document, base)
        self._last_inner = document, base, judged
        return judged

    def _judge_document(self, document: str, base: Url) -> InnerDocument:
        if self._nested >= MOST_NESTED:
            if self._all_passes:
                return InnerDocument(None)
            return InnerDocument(UNREADABLE, b"", Effects((Limit.DEEP,)))
        inner = Walker(self._document.judge, base, "utf-8", nested=self._nested + 1)
        data = document.encode("utf-8", "replace")
        edits, consumed = inner.read(data, final=True)
        effects = inner._applier.effects._replace(starts_module=False)
        violation = next((edit.violation for edit in edits if edit.violation), None)
        if violation is None:
            return InnerDocument(None, b"", effects)
        text = html.escape(apply(edits, data, consumed).decode("utf-8", "replace"))
        escaped = text.encode(self._document.charset, "xmlcharrefreplace")
        return InnerDocument(violation, escaped, effects)

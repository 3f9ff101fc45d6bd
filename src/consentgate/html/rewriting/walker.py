"""The reader: walks through a page's markup as a browser would and says what to take out of it.

`Reader.read` looks at the bytes there are and returns edits, and how far it has read. It changes its state
only for what it has read to the end, so that the rest can be given again together with more.
"""

from __future__ import annotations

import html
import re
from typing import NamedTuple

from consentgate.consent import Judge
from consentgate.html.rules.attributes import NOBODY, Culprit, GatedDocument, Offence
from consentgate.html.rules.elements import ELEMENTS
from consentgate.html.rules.inline_scripts import InlineScripts
from consentgate.html.rules.limits import Cut
from consentgate.html.skipping.inert_markup import QUIET_FOREIGN, may_be_widget
from consentgate.html.skipping.removed_elements import Taken
from consentgate.html.tokenizer.element_sets import RAW_TEXT_ELEMENTS, VOID_ELEMENTS
from consentgate.html.tokenizer.grammar import (
    CDATA_SECTION,
    DOCTYPE,
    END_TAG,
    NOT_TAGS,
    PREAMBLE_ITEM,
    START_TAG,
    TEXT_BEGINS,
)
from consentgate.html.tokenizer.lookahead import MoreNeeded
from consentgate.html.tokenizer.tags import Tag
from consentgate.web.url import Url

from .document_state import LONGEST_BASE, Page, PlaceholderFor, kind_of, may_show
from .edits import Edit, apply
from .insertion_point import Insertion
from .oversized_markup import LARGEST_TAG, LongMarkup
from .raw_text import RawText

MOST_NESTED = 8
"""Documents within attributes within documents: so deep are they read, and blocked beyond."""

# What these do, or leave behind, depends on what came before them.
_NOT_KEPT = (b"base", b"meta")
_BOM = b"\xef\xbb\xbf"
_CDATA = b"<![CDATA["
_DECLARATION = re.compile(rb"<[!?]|</[^a-zA-Z]")


class _Unclear(Exception):
    """What is read apart cannot be: it would not leave the page as it found it."""


class _Gated(NamedTuple):
    """A document in an attribute, with the base of its URLs, and what came of it; `by_base` says how many
    things in it led to the base's host."""

    document: str
    base: Url
    result: GatedDocument | None
    by_base: int
    cuts: tuple[Cut, ...]


class Reader:
    """Reads one document. See `Rewriter` for the arguments. `nested` says how many others this one stands
    in; `apart` is for the contents of `noscript` and the like, and `doubtful` for those that may be read as
    HTML or not; `scripts` are those of the document that these stand in."""

    def __init__(
        self,
        judge: Judge,
        base: Url,
        charset: str,
        placeholder: PlaceholderFor | None = None,
        insertion: Insertion | None = None,
        *,
        nested: int = 0,
        apart: bool = False,
        doubtful: bool = False,
        scripts: InlineScripts | None = None,
    ) -> None:
        self._page = Page(
            judge,
            base,
            charset,
            self._gate_document,
            placeholder,
            insertion,
            doubtful=doubtful,
            scripts=scripts,
            nested=nested,
        )
        self._raw_text = RawText(self._page, self._element, self._read_apart)
        self._long = LongMarkup(self._page)
        self._nested = nested
        self._apart = apart
        self._started = apart
        self._last = b""
        self._gated: _Gated | None = None

    @property
    def cuts(self) -> list[tuple[Cut, int]]:
        """What the last `read` cut, and at which byte of the document."""
        return self._page.cuts

    def read(self, data: bytes, *, final: bool) -> tuple[list[Edit], int]:
        """The edits to `data`, in order, and how many of its bytes have been read. With `final` there is
        no more to come and all of it is."""
        page = self._page
        page.load(data, final=final, before=self._last)
        if not self._started and not final and len(data) < len(_BOM) and _BOM.startswith(data):
            return [], 0
        position = self._read_from(len(_BOM) if not self._started and data.startswith(_BOM) else 0)
        self._started = True
        if final:
            if page.inserting is not None and not (self._raw_text.is_open or self._long.is_open):
                page.edits.insert(position, page.inserting.content())
            position = len(data)
        page.advance(position)
        self._last = data[position - 1 : position] or self._last
        return page.edits.in_order(), position

    def _read_from(self, position: int) -> int:
        page = self._page
        end = len(page.data)
        while position < end:
            if page.all_passes and not page.awaits_insertion:
                return end
            if self._long.is_open:
                position = self._long.skip(position)
                if self._long.is_open:
                    return position
            if self._raw_text.is_open:
                position = self._raw_text.skip(position)
                if self._raw_text.is_open:
                    return position
            position = self._skip_quiet(position)
            if position >= end:
                return position
            try:
                after = self._markup(position)
            except MoreNeeded:
                after = None
            if after is None:
                page.forget()
                return position
            position = after
        return position

    # -- what loads nothing ----------------------------------------------------------------------------------

    def _skip_quiet(self, position: int) -> int:
        page = self._page
        if page.inserting is not None:
            position = self._skip_preamble(position)
            if page.inserting is not None:
                return position
        foreign = page.context.foreign
        end = len(page.data)
        while True:
            # No tag that is larger can be within a run, wherever the page was cut into chunks. What the limit
            # cuts off is taken up again.
            limit = position + LARGEST_TAG
            begun = position
            if not foreign.is_open:
                position = page.pass_quiet(position, limit)
            elif foreign.is_foreign:
                position = QUIET_FOREIGN.match(page.data, position, limit)[0]
            elif match := NOT_TAGS.match(page.data, position, limit):
                position = match.end()
            if limit >= end or position == begun:
                return position

    def _skip_preamble(self, position: int) -> int:
        """Pass over what can stand before a document's first tag, or in its head, and put in what is due
        before text."""
        page = self._page
        insertion = page.inserting
        assert insertion is not None
        if insertion.in_head:
            position = page.pass_quiet_head(position, position + LARGEST_TAG)
        else:
            while item := PREAMBLE_ITEM.match(page.data, position):
                if DOCTYPE.match(page.data, position):
                    insertion.doctype()
                position = item.end()
        if TEXT_BEGINS.match(page.data, position):
            page.edits.insert(position, insertion.content())
        return position

    # -- markup ----------------------------------------------------------------------------------------------

    def _markup(self, position: int) -> int | None:
        """Read what stands at `position`; return where it ends, None if it is cut off."""
        page = self._page
        data = page.data
        page.reading = position
        match = START_TAG.match(data, position)
        if match is not None:
            if self._long.is_too_large(match):
                return self._long.start_tag(position)
            return self._tag(match)
        if _DECLARATION.match(data, position):
            cdata = data.startswith(_CDATA, position)
            return self._cdata(position) if cdata else self._long.declaration(position)
        if data.startswith(b"</", position):
            return self._end_tag(position)
        return self._long.start_tag(position) if self._long.is_long(position, LARGEST_TAG) else None

    def _tag(self, match: re.Match[bytes]) -> int:
        """Read a start tag that START_TAG matched; return how far that went."""
        page = self._page
        known = page.taken_before.with_tag(match)
        if known is None or not page.goes_by_bytes:
            return self._start_tag(Tag(match, page.decode))
        end = page.take_out_again(match, known)
        return self._tag_met_before(match) if end is None else end

    def _tag_met_before(self, match: re.Match[bytes]) -> int:
        """Read a start tag that may come again, and remember its element if that goes, or is a picture that
        loses its address, and does no more."""
        page = self._page
        page.last_reason, effects, edits = None, page.effects.total, page.edits.count
        tag = Tag(match, page.decode)
        end = self._start_tag(tag)
        reason, did_more = page.last_reason, page.effects.total > effects
        # An end tag that the document's end cuts off would go on in a longer one.
        cut_off = self._raw_text.is_open or (page.final and tag.end < end == len(page.data))
        if reason is not None and not did_more and not cut_off and tag.name not in _NOT_KEPT:
            taken = Taken(tag.name, page.data[tag.end : end], reason, may_show(tag, reason.kind))
            page.taken_before.keep(match, taken)
        elif reason is None and not did_more and tag.name == b"img" and (gone := page.edits.since(edits)):
            parts = (one._replace(start=one.start - tag.start, end=one.end - tag.start) for one in gone)
            page.taken_before.keep(match, Taken(tag.name, b"", None, False, tuple(parts)))
        return end

    def _start_tag(self, tag: Tag) -> int:
        if tag.name not in RAW_TEXT_ELEMENTS and tag.name != b"plaintext":
            return self._element(tag)
        end = self._raw_text.start(tag, apart=self._apart)
        if end is None:
            raise _Unclear
        return end

    def _end_tag(self, position: int) -> int | None:
        page = self._page
        match = END_TAG.match(page.data, position)
        if match is not None:
            name, end = match["name"].lower(), match.end()
        elif self._long.is_long(position):
            name, end = self._long.end_tag(position), position + len(b"</")
        else:
            return None
        if page.inserting is not None:
            page.edits.insert(position, page.inserting.end_tag(name))
        page.context.end(name)
        return end

    def _cdata(self, position: int) -> int | None:
        """Read what is a CDATA section where an SVG or MathML element is open, and a comment up to the first
        ">" elsewhere. Browsers that look ahead have no tree, and take it for a comment everywhere: one that
        does not end in the same place for all of them loses its beginning."""
        page, after = self._page, position + len(_CDATA)
        if not (page.context.foreign.is_open or page.context.in_doubt):
            end = page.data.find(b">", position)
            return end + 1 if end >= 0 else self._long.declaration(position)
        section = CDATA_SECTION.match(page.data, position)
        if section is not None and page.is_plain_before(section.end() - len(b"]]>")):
            return section.end()
        if section is None and page.data.find(b"<", after) < 0:
            if page.final and not self._apart:
                return len(page.data)
            if not (page.final or self._long.is_long(position)):
                return None
        if page.all_passes:
            page.insert_no_more()
            return after
        if self._apart:
            raise _Unclear
        page.note(Cut.AMBIGUOUS, position)
        return page.drop(position, after, "ambiguous")

    # -- elements whose contents are markup ------------------------------------------------------------------

    def _element(self, tag: Tag) -> int:
        page = self._page
        if tag.name == b"base" and (href := tag.get(b"href")) is not None and self._is_bad_base(tag, href):
            page.note(Cut.BASE, tag.start)
            return page.drop_tag(tag, "base", href)
        loads = page.loads.of(tag)
        whole = loads.whole()
        if whole is not None:
            end = self._end_of_element(tag)
            if end is not None:
                return page.take_out(tag, end, whole, kind_of(tag))
            page.take_out_parts(tag, loads.all_parts())
            return page.enter(tag)
        if may_be_widget(tag):
            widget = page.judge.widget(kind_of(tag), tag.values)
            end = self._end_of_element(tag) if widget and not widget.keep else None
            if widget is not None and end is not None:
                return page.take_out(tag, end, Offence(widget.claim, "", tag.start, end), "widget")
        page.take_out_parts(tag, loads.parts())
        return page.enter(tag)

    def _is_bad_base(self, tag: Tag, href: str) -> bool:
        """Whether a `base` comes where it may count or not, changes what was judged already, or is too long
        to resolve all URLs of the page by."""
        page = self._page
        if page.all_passes:
            return False
        unsure = self._apart or page.context.in_doubt
        return unsure or len(href) > LONGEST_BASE or page.diverts(tag, href)

    def _end_of_element(self, tag: Tag) -> int | None:
        """Where the element ends that `tag` opens; None where that is too far off, or nobody knows."""
        context = self._page.context
        if tag.name in ELEMENTS and tag.name in VOID_ELEMENTS:
            return tag.end
        if context.in_doubt or context.foreign.is_foreign:
            return tag.end if tag.self_closing and not context.in_doubt else None
        end = self._page.ahead.end_of_element(tag)
        if end is None:
            self._page.note(Cut.FAR_END, tag.start)
        return end

    # -- documents within the document -----------------------------------------------------------------------

    def _read_apart(self, data: bytes) -> list[Edit] | None:
        page = self._page
        if page.passes_quietly(data):
            return []
        doubtful = page.context.in_doubt or page.context.foreign.is_foreign
        if self._nested >= MOST_NESTED:
            return None
        inner = Reader(
            page.judge,
            page.loads.base,
            page.charset,
            nested=self._nested + 1,
            apart=True,
            doubtful=doubtful,
            scripts=page.scripts,
        )
        try:
            edits = inner._read_whole(data)
        except _Unclear:
            return None
        for cut, _ in inner.cuts:
            page.note(cut, page.reading)
        return edits

    def _read_whole(self, data: bytes) -> list[Edit]:
        """The edits to `data`, which is all there is. Raises _Unclear unless it ends as it began."""
        page, doubtful = self._page, self._page.context.in_doubt
        page.load(data, final=True, before=b"")
        complete = self._read_from(0) == len(data) and not (self._raw_text.is_open or self._long.is_open)
        if not complete or not page.context.at_rest or page.context.in_doubt != doubtful:
            raise _Unclear
        return page.edits.in_order()

    def _gate_document(self, document: str) -> GatedDocument | None:
        """Gate a document in an attribute. What is asked for twice in a row, as where an element should go
        and has to stay, is read once: else each that stands in another would double the work."""
        page, last = self._page, self._gated
        if last is None or last.document != document or last.base != page.loads.base:
            last = self._gated = self._gated_anew(document)
        page.effects.by_base += last.by_base
        for cut in last.cuts:
            page.note(cut, page.reading)
        return last.result

    def _gated_anew(self, document: str) -> _Gated:
        page, base = self._page, self._page.loads.base
        if self._nested >= MOST_NESTED:
            if page.all_passes:
                return _Gated(document, base, None, 0, ())
            return _Gated(document, base, GatedDocument(Culprit(NOBODY, ""), b""), 0, (Cut.DEEP,))
        reader = Reader(page.judge, base, "utf-8", nested=self._nested + 1)
        data = document.encode("utf-8", "replace")
        edits, consumed = reader.read(data, final=True)
        cuts, by_base = tuple(cut for cut, _ in reader.cuts), reader._page.effects.by_base
        reason = next((edit.blocked for edit in edits if edit.blocked), None)
        if reason is None:
            return _Gated(document, base, None, by_base, cuts)
        text = html.escape(apply(edits, data, consumed).decode("utf-8", "replace"))
        culprit = Culprit(reason.claim, reason.url)
        gated = GatedDocument(culprit, text.encode(page.charset, "xmlcharrefreplace"))
        return _Gated(document, base, gated, by_base, cuts)

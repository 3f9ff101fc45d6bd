"""Elements whose contents are text to a browser: scripts, style sheets, `noscript` and their like."""

from __future__ import annotations

import re
from collections.abc import Callable

from consentgate.html.rules.amp import RUNTIME, is_boilerplate
from consentgate.html.rules.attributes import Offence
from consentgate.html.rules.limits import Cut
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
from consentgate.html.tokenizer.lookahead import LONGEST_TEXT
from consentgate.html.tokenizer.script_text import LONGEST_END, ScriptText, raw_text_end
from consentgate.html.tokenizer.tags import Tag
from consentgate.html.values.script_type import ScriptKind, script_kind

from .document_state import Page, kind_of
from .edits import Edit, Reason

ReadApart = Callable[[bytes], list[Edit] | None]
"""Reads markup by itself. None where it does not leave the page as it found it."""

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


class RawText:
    """Judges these elements in a `page`, and passes over their text where it stays.

    `element` judges an element whose contents are markup; `read_apart` reads what may be markup or not.
    """

    def __init__(self, page: Page, element: Callable[[Tag], int], read_apart: ReadApart) -> None:
        self._page = page
        self._element = element
        self._read_apart = read_apart
        self._name: bytes | None = None
        self._script = ScriptText()
        self._dropping: Reason | None = None
        self._unclear_until = 0

    # -- text that stays, or goes, as it comes ---------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        """True within such an element."""
        return self._name is not None

    def skip(self, position: int) -> int:
        """Pass on the text up to the end tag, or drop it where the element was taken out; return how far
        that went."""
        data = self._page.data
        if self._name == b"plaintext":
            return len(data)
        text_end, ended = self._end(position)
        if self._dropping is not None and text_end > position:
            self._page.edits.more(position, text_end, self._dropping)
        if ended:
            self._name = self._dropping = None
        return text_end

    def _end(self, position: int) -> tuple[int, bool]:
        data = self._page.data
        if self._name == b"script":
            end = self._script.find_end(data, position)
            resume = self._script.position
        else:
            assert self._name is not None
            match = raw_text_end(self._name).search(data, position)
            end = match.start() if match else None
            resume = max(position, len(data) - LONGEST_END)
        if end is not None:
            return end, True
        return len(data) if self._page.final else resume, False

    def _enter(self, tag: Tag, end: int | None = None) -> int:
        """Let the element stay; pass over its text at once where its `end` has been found."""
        self._page.enter(tag)
        if end is not None:
            return end
        self._name = tag.name
        self._script = ScriptText()
        return tag.end

    def _take_out(self, tag: Tag, after: int | None, offence: Offence, kind: str) -> int:
        """Take out an element, which ends at `after`; None where its end is not in sight."""
        if after is not None:
            return self._page.take_out(tag, after, offence, kind)
        end = self._page.take_out(tag, tag.end, offence, kind)
        self._name = tag.name
        self._script = ScriptText()
        self._dropping = Reason(offence.claim, kind, offence.url)
        return end

    # -- elements --------------------------------------------------------------------------------------------

    def start(self, tag: Tag, *, apart: bool) -> int | None:
        """Judge the element that `tag` opens; return how far that went. None where the page is read `apart`
        and this makes it unclear."""
        context = self._page.context
        foreign = context.foreign.is_foreign
        if tag.name == b"noscript" and not foreign:
            return self._element(tag) if apart else self._both_readings(tag)
        if context.scripts_in_doubt if tag.name == b"script" else context.in_doubt:
            return None if apart else self._both_readings(tag)
        if foreign:
            # Browsers that look ahead for what to load have no tree, and read its contents as text all the
            # same: those of an empty one up to the next end tag of its name.
            return self._unclear(tag, tag.end) if tag.self_closing else self._both_readings(tag)
        if tag.name == b"script":
            return self._script_element(tag, apart=apart)
        if tag.name == b"style":
            return self._style_element(tag)
        return self._other_element(tag)

    def _script_element(self, tag: Tag, *, apart: bool) -> int:
        page = self._page
        loads = page.loads.of(tag)
        script = script_kind(tag)
        end = after = None
        whole, kind = None, "script"
        if script is ScriptKind.DATA:
            whole, kind = self._script_type(tag), "widget"
        else:
            whole = loads.whole()  # WebKit, where it looks ahead, fetches an import map's file
        if whole is None and script is not ScriptKind.DATA:
            if b"src" not in tag.raw:
                end, after = self._end_of_judged(tag)
                text = page.data[tag.end : end]
                sure = not (apart or page.context.in_template)
                culprit = page.scripts.culprit(script, text, complete=after is not None, sure=sure)
                whole = Offence(*culprit, tag.start, tag.end) if culprit else None
                kind = "inline script" if script.runs else "script"
            elif script is ScriptKind.MODULE:
                page.scripts.module_starts()
        if whole is None:
            page.take_out_parts(tag, loads.parts())
            return self._enter(tag, end if after else None)
        _, after = page.ahead.end_of_text(tag.name, tag.end)
        return self._take_out(tag, after, whole, kind)

    def _script_type(self, tag: Tag) -> Offence | None:
        """What is wrong with a script that browsers do not run and whose type is a widget's."""
        widget = self._page.judge.widget("script", {"type": tag.get(b"type") or ""})
        return Offence(widget.claim, "", tag.start, tag.end) if widget else None

    def _style_element(self, tag: Tag) -> int:
        page = self._page
        end, after = self._end_of_judged(tag)
        claim = page.judge.url(*RUNTIME) if is_boilerplate(tag) else None
        if claim is not None:
            # It hides the page until AMP's script comes, which will not.
            offence = Offence(claim, "//" + "".join(RUNTIME), tag.start, tag.end)
            return self._take_out(tag, after, offence, "style")
        page.take_out_parts(tag, page.loads.of(tag).parts())
        page.take_out_parts(tag, page.loads.style_sheet(page.data[tag.end : end], tag.end))
        return self._enter(tag, end if after else None)

    def _end_of_judged(self, tag: Tag) -> tuple[int, int | None]:
        """How far the text of a script or style sheet is judged, and where its end tag ends if that is in
        sight."""
        page = self._page
        end, after = page.ahead.end_of_text(tag.name, tag.end)
        if end - tag.end >= LONGEST_TEXT and not page.all_passes:
            page.note(Cut.LONG_TEXT, tag.start)
        return end, after

    def _other_element(self, tag: Tag) -> int:
        page = self._page
        loads = page.loads.of(tag)
        whole = loads.whole()
        if whole is not None:
            _, after = page.ahead.end_of_text(tag.name, tag.end)
            if after is not None:
                return page.take_out(tag, after, whole, kind_of(tag))
            page.note(Cut.FAR_END, tag.start)
        page.take_out_parts(tag, loads.all_parts() if whole else loads.parts())
        return self._enter(tag)

    # -- elements of SVG and MathML --------------------------------------------------------------------------

    def _foreign_text(self, markup: bytes, *, past_tags: bool = False) -> bytes | None:
        """The text of an element that holds nothing but text, comments and CDATA; None for any other, unless
        that is to be read `past_tags`."""
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
        return decode_text(self._page.decode(raw)).encode(self._page.charset, "replace")

    # -- where it is not known how a browser reads on --------------------------------------------------------

    def _both_readings(self, tag: Tag) -> int:
        """Judge an element whose contents are raw text in one reading and markup in another. Where the two
        disagree on how it goes on after them, the start tag goes, which leaves the markup."""
        page = self._page
        if page.offset + tag.start < self._unclear_until:
            return self._unclear(tag, tag.end)
        if tag.name == b"plaintext":
            return self._unclear(tag, tag.end)
        end, after = page.ahead.end_of_text(tag.name, tag.end)
        markup = page.data[tag.end : end]
        edits = self._read_apart(markup) if after is not None else None
        if edits is None or after is None:
            return self._unclear(tag, end)
        texts = [markup]
        may_be_foreign = page.context.scripts_in_doubt or page.context.foreign.is_open
        if may_be_foreign and tag.name in (b"script", b"style"):
            # It may be one of SVG, whose text goes on after a comment, and after an element.
            foreign = self._foreign_text(markup)
            if foreign is None and tag.name == b"style":
                return self._unclear(tag, end)
            texts.append(foreign or b"")
        judged = (self._judge_text(tag, text) for text in texts)
        loads = page.loads.of(tag)
        whole = loads.whole() or next(filter(None, judged), None)
        if whole is not None:
            return page.take_out(tag, after, whole, kind_of(tag))
        if tag.name == b"noscript":
            page.announce(tag.name, tag.start, tag.end)
        page.take_out_parts(tag, loads.parts())
        page.edits.adopt(edits, tag.end)
        return after

    def _unclear(self, tag: Tag, end: int) -> int:
        """Drop the start tag of an element that cannot be read in one way up to `end`. Up to there no other
        is tried: to read the same again for each would take time that grows with its square."""
        page = self._page
        self._unclear_until = max(self._unclear_until, page.offset + end)
        if page.all_passes:
            return self._enter(tag)
        page.note(Cut.AMBIGUOUS, tag.start)
        return page.drop_tag(tag, "ambiguous")

    def _judge_text(self, tag: Tag, text: bytes) -> Offence | None:
        """What is wrong with the text of a script or style sheet that may stand in SVG."""
        if tag.name not in (b"script", b"style"):
            return None
        page = self._page
        text = text[:LONGEST_TEXT]
        readings = dict.fromkeys((text, self._text(text), self._foreign_text(text, past_tags=True) or b""))
        if tag.name == b"style":
            return next((o for sheet in readings for o in page.loads.style_sheet(sheet, tag.end)), None)
        kind = script_kind(tag)
        for reading in readings:
            culprit = page.scripts.culprit(kind, reading, complete=True, sure=False)
            if culprit is not None:
                return Offence(*culprit, tag.start, tag.end)
        return None

"""The reader: walks through a page's markup as a browser would and says what to take out of it.

`Reader.read` looks at the bytes there are and returns edits, and how far it has read. It changes its state
only for what it has read to the end, so that the rest can be given again together with more.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from consentgate.consent import Judge
from consentgate.policy import Claim

from .elements import ELEMENTS
from .foreign import ForeignContent
from .insertion import Insertion
from .loads import GatedDocument, Loads, Offence
from .quiet import QUIET
from .scripts import ScriptKind, script_kind
from .syntax import (
    CDATA_SECTION,
    DOCTYPE,
    END_TAG,
    LONGEST_END,
    NOT_A_TAG,
    PREAMBLE_ITEM,
    RAW_TEXT_ELEMENTS,
    START_TAG,
    ScriptText,
    raw_text_end,
)
from .tags import Tag
from .urls import Url, resolve

PlaceholderFor = Callable[[Claim, bool, bool], bytes]
"""Given whose element was taken out, whether it stood inside a link, and whether the page's relative URLs
lead to another host, what is put in its place."""

LONGEST_SCRIPT = 1 << 20
"""So much of a script or style sheet is judged; what it says after that is not read."""
LONGEST_ELEMENT = 64 << 10
"""So far ahead an end tag is looked for."""

_NOT_TAGS = re.compile(NOT_A_TAG + rb"*+")
_BOM = b"\xef\xbb\xbf"
_NOBODY = Claim(None, "", None, None, declared=False)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was taken out."""

    claim: Claim
    kind: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """Bytes from `start` to `end` give way to `replacement`; `blocked` says why, None for an insertion."""

    start: int
    end: int
    replacement: bytes = b""
    blocked: Reason | None = None


class _MoreNeeded(Exception):
    """What stands here can only be judged with more of the page."""


class Reader:
    """Reads one document. See `Rewriter` for the arguments; `reads_aloud` is for the contents of
    `noscript` and the like, which are read apart from the document they stand in."""

    def __init__(
        self,
        judge: Judge,
        base: Url,
        charset: str,
        placeholder: PlaceholderFor | None = None,
        insertion: Insertion | None = None,
        *,
        within: Reader | None = None,
    ) -> None:
        self._judge = judge
        self._charset = charset
        self._placeholder = placeholder
        self._insertion = insertion
        self._within = within
        self._loads = Loads(judge, base, self._decode, self._gate_document)
        self._own_host = base.host
        self._based = False
        self._started = False
        self._foreign = ForeignContent()
        self._doubtful = within is not None and within.in_doubt
        self._in_select = False
        self._in_picture = False
        self._in_anchor = False
        self._between_cells = False
        self._templates: list[tuple[bool, int]] = []
        self._raw: bytes | None = None
        self._script = ScriptText()
        self._dropping: Reason | None = None
        self._unsearched: dict[bytes, int] = {}
        self._edits: list[Edit] = []
        self._final = False
        self._data = b""
        self.clean = False

    # -- the way through -------------------------------------------------------------------------------------

    def read(self, data: bytes, *, final: bool) -> tuple[list[Edit], int]:
        """The edits to `data`, in order, and how many of its bytes have been read. With `final` there is
        no more to come and all of it is."""
        self._data, self._final, self._edits, self._unsearched = data, final, [], {}
        if not self._started:
            if not final and len(data) < len(_BOM) and _BOM.startswith(data):
                return [], 0
            self._started = True
            position = len(_BOM) if data.startswith(_BOM) else 0
        else:
            position = 0
        position = self._read_from(position)
        self.clean = position == len(data) and self._is_at_rest()
        if final:
            if self._insertion is not None and self._raw is None and not self._inert:
                self._insert(position, self._insertion.content())
            position = len(data)
        self._edits.sort(key=lambda edit: (edit.start, edit.end))
        return self._edits, position

    def _read_from(self, position: int) -> int:
        end = len(self._data)
        while position < end:
            if self._raw is not None:
                position = self._skip_raw_text(position)
                if self._raw is not None:
                    return position
            position = self._skip_quiet(position)
            if position >= end:
                return position
            try:
                after = self._markup(position)
            except _MoreNeeded:
                return position
            if after is None:
                return position
            position = after
        return position

    def _skip_quiet(self, position: int) -> int:
        if self._insertion is not None and not self._insertion.done and not self._inert:
            return self._skip_preamble(position)
        pattern = _NOT_TAGS if self._foreign.is_open else QUIET
        match = pattern.match(self._data, position)
        assert match is not None
        if pattern is QUIET:
            anchor, anchor_end, cell, between_cells = match.regs[1:]
            if anchor != anchor_end:
                self._in_anchor = anchor > anchor_end
            if cell != between_cells:
                self._between_cells = between_cells > cell
        return match.end()

    def _skip_preamble(self, position: int) -> int:
        assert self._insertion is not None
        while item := PREAMBLE_ITEM.match(self._data, position):
            if DOCTYPE.match(self._data, position):
                self._insertion.doctype()
            position = item.end()
        follows = self._data[position : position + 2]
        if follows and (
            follows[:1] != b"<" or (len(follows) == 2 and not re.match(rb"<[a-zA-Z/!?]", follows))
        ):
            self._insert(position, self._insertion.content())
        return (
            position
            if self._insertion is not None and not self._insertion.done
            else self._skip_quiet(position)
        )

    def _markup(self, position: int) -> int | None:
        """Read what stands at `position`; return where it ends, None if it is cut off."""
        data = self._data
        if data.startswith(b"<!", position):
            return self._cdata(position)
        if data.startswith(b"</", position):
            match = END_TAG.match(data, position)
            if match is not None:
                self._end_tag(match["name"].lower(), position)
            return match and match.end()
        match = START_TAG.match(data, position)
        return self._start_tag(Tag.read(match, self._decode)) if match is not None else None

    def _cdata(self, position: int) -> int | None:
        if not self._data.startswith(b"<![CDATA[", position):
            return None
        if self.in_doubt:
            return self._block(position, position + len(b"<![CDATA["), Reason(_NOBODY, "ambiguous"))
        if self._foreign.is_open:
            match = CDATA_SECTION.match(self._data, position)
            return match and match.end()
        end = self._data.find(b">", position)
        return end + 1 if end >= 0 else None

    def _start_tag(self, tag: Tag) -> int:
        if tag.name in RAW_TEXT_ELEMENTS or tag.name == b"plaintext":
            return self._raw_text_element(tag)
        return self._element(tag)

    # -- elements --------------------------------------------------------------------------------------------

    def _element(self, tag: Tag) -> int:
        if self._inert:
            return self._enter(tag)
        if tag.name == b"base" and self._within is not None and tag.get("href") is not None:
            return self._block(tag.start, tag.end, Reason(_NOBODY, "base", tag.get("href") or ""))
        offences = self._loads.offences(tag)
        whole = offences.whole
        if whole is not None:
            end = self._end_of_element(tag)
            if end is not None:
                return self._take_out(tag, end, whole, _kind(tag))
            offences.parts += self._loads.each_attribute(tag)
        else:
            widget = self._judge.widget(tag.name.decode("latin-1"), tag.values)
            end = self._end_of_element(tag) if widget and not widget.keep else None
            if widget is not None and end is not None:
                return self._take_out(tag, end, Offence(widget.claim, "", tag.start, end), "widget")
        after = self._enter(tag)
        self._take_out_parts(tag, offences.parts)
        return after

    def _end_of_element(self, tag: Tag) -> int | None:
        """Where the element ends that `tag` opens; None where that is too far off, or nowhere."""
        element = ELEMENTS.get(tag.name)
        if element is not None and element.void:
            return tag.end
        if self.in_doubt or self._foreign.is_foreign:
            return tag.end if tag.self_closing else None
        if self._unsearched.get(tag.name, -1) > tag.start:
            return None
        end = self._find_end(tag)
        if end is None:
            if not self._final and len(self._data) - tag.start < LONGEST_ELEMENT:
                raise _MoreNeeded
            # Those inside will not find theirs any sooner: looking for each would take forever.
            self._unsearched[tag.name] = min(tag.end + LONGEST_ELEMENT, len(self._data))
        return end

    def _find_end(self, tag: Tag) -> int | None:
        data, limit = self._data, tag.end + LONGEST_ELEMENT
        depth, position = 1, tag.end
        while position < limit:
            match = _NOT_TAGS.match(data, position)
            position = match.end() if match else position
            end_tag = END_TAG.match(data, position)
            if end_tag is not None:
                position = end_tag.end()
                depth -= end_tag["name"].lower() == tag.name
                if depth == 0:
                    return position
                continue
            start_tag = START_TAG.match(data, position)
            if start_tag is None:
                return None
            position = start_tag.end()
            name = start_tag["name"].lower()
            depth += name == tag.name
            if name in RAW_TEXT_ELEMENTS and name != b"noscript":
                raw_end = raw_text_end(name).search(data, position)
                if raw_end is None:
                    return None
                position = raw_end.start()
        return None

    def _take_out(self, tag: Tag, end: int, offence: Offence, kind: str) -> int:
        self._announce(tag)
        element = ELEMENTS.get(tag.name)
        visible = element is None or element.visible or (kind == "widget" and tag.name == b"script")
        self._edits.append(
            Edit(
                tag.start,
                end,
                self._place(offence.claim) if visible and not _is_hidden(tag) else b"",
                Reason(offence.claim, kind, offence.url),
            )
        )
        return end

    def _take_out_parts(self, tag: Tag, parts: list[Offence]) -> None:
        for part in parts:
            reason = Reason(part.claim, _kind(tag), part.url)
            self._edits.append(Edit(part.start, part.end, part.replacement, reason))

    def _place(self, claim: Claim) -> bytes:
        """The placeholder, where one can stand without changing the tree around it."""
        elsewhere = self._foreign.is_open or self._in_select or self._in_picture or self._between_cells
        if self._placeholder is None or elsewhere:
            return b""
        return self._placeholder(claim, self._in_anchor, self._loads.base.host != self._own_host)

    def _block(self, start: int, end: int, reason: Reason) -> int:
        self._edits.append(Edit(start, end, b"", reason))
        return end

    def _insert(self, position: int, data: bytes) -> None:
        if data:
            self._edits.append(Edit(position, position, data))

    # -- structure -------------------------------------------------------------------------------------------

    @property
    def in_doubt(self) -> bool:
        """True where it depends on the whole tree, or on the browser's age, whether the contents of
        `style`, `title` and the like are raw text: both readings are then judged."""
        return self._doubtful or self._foreign.doubtful or self._in_select

    @property
    def _inert(self) -> bool:
        return not self.in_doubt and any(inert for inert, _ in self._templates)

    def _is_at_rest(self) -> bool:
        in_the_middle = self._raw is not None or self._foreign.is_open or self._in_select or self._templates
        same_doubt = self._within is None or self.in_doubt == self._within.in_doubt
        return not in_the_middle and same_doubt

    def _announce(self, tag: Tag) -> None:
        if self._insertion is None or self._insertion.done or self._inert:
            return
        before, after = self._insertion.start_tag(tag.name)
        self._insert(tag.start, before)
        self._insert(tag.end, after)

    def _enter(self, tag: Tag) -> int:
        """Follow a start tag that stays; return where it ends."""
        self._announce(tag)
        name = tag.name
        depth = self._foreign.depth
        if self._foreign.start(tag):
            return tag.end
        if name == b"template":
            live = (tag.get("shadowrootmode") or "").lower() in ("open", "closed")
            self._templates.append((not live, depth))
        elif name == b"select":
            self._in_select = True
        elif name == b"picture":
            self._in_picture = True
        elif name == b"frameset":
            self._doubtful = True
        elif name == b"a":
            self._in_anchor = True
        elif name == b"base" and not self._inert:
            self._set_base(tag.get("href"))
        elif name in _TABLE_PARTS:
            self._between_cells = name not in (b"td", b"th", b"caption")
        return tag.end

    def _end_tag(self, name: bytes, position: int) -> None:
        if self._insertion is not None and not self._insertion.done and not self._inert:
            self._insert(position, self._insertion.end_tag(name))
        if name == b"template" and self._templates and not self._foreign.has(name):
            self._foreign.close_to(self._templates.pop()[1])
            return
        self._foreign.end(name)
        if name == b"select":
            self._in_select = False
        elif name == b"picture":
            self._in_picture = False
        elif name == b"a":
            self._in_anchor = False

    def _set_base(self, href: str | None) -> None:
        if href is None or self._based:
            return
        self._based = True
        base = resolve(href, self._loads.base)
        if base.host:
            self._loads.base = base
            if base.host != self._own_host and self._insertion is not None:
                self._insertion.rebase()

    # -- raw text --------------------------------------------------------------------------------------------

    def _raw_text_element(self, tag: Tag) -> int:
        foreign = self._foreign.is_foreign
        if self._inert:
            return self._enter(tag) if foreign else self._enter_raw_text(tag)
        if tag.name == b"plaintext":
            return self._enter(tag) if foreign or self.in_doubt else self._enter_raw_text(tag)
        if tag.name == b"noscript" and self._within is not None:
            return self._enter(tag)
        if self.in_doubt or (tag.name == b"noscript" and not foreign) or (foreign and tag.name == b"script"):
            return self._both_readings(tag)
        if foreign:
            return self._foreign_style(tag) if tag.name == b"style" else self._element(tag)
        if tag.name == b"script":
            return self._script_element(tag)
        if tag.name == b"style":
            return self._style_element(tag)
        if tag.name == b"iframe":
            return self._iframe_element(tag)
        return self._enter_raw_text(tag)

    def _enter_raw_text(self, tag: Tag) -> int:
        self._enter(tag)
        self._raw = tag.name
        self._script = ScriptText()
        return tag.end

    def _skip_raw_text(self, position: int) -> int:
        """Pass on raw text up to its end tag (or drop it, where the element is blocked)."""
        assert self._raw is not None
        if self._raw == b"plaintext":
            return len(self._data)
        end = self._find_raw_text_end(self._raw, position)
        ended = end is not None
        if end is None:
            end = len(self._data) if self._final else max(position, len(self._data) - LONGEST_END)
        if self._dropping is not None:
            self._block(position, end, self._dropping)
        if ended:
            self._raw = self._dropping = None
        return end

    def _find_raw_text_end(self, name: bytes, position: int) -> int | None:
        if name == b"script":
            return self._script.find_end(self._data, position)
        match = raw_text_end(name).search(self._data, position)
        return match.start() if match else None

    def _contents(self, tag: Tag) -> tuple[int, int | None]:
        """Where the raw text after `tag` ends, and where its end tag does; None for the latter where there
        is none in sight. Raises _MoreNeeded where there still may be."""
        data = self._data
        if tag.name == b"script":
            end = ScriptText().find_end(data, tag.end)
        elif self._unsearched.get(tag.name, -1) > tag.start:
            end = None
        else:
            match = raw_text_end(tag.name).search(data, tag.end)
            end = match.start() if match else None
        if end is not None:
            end_tag = END_TAG.match(data, end)
            if end_tag is None and not self._final:
                raise _MoreNeeded
            return end, end_tag.end() if end_tag else len(data)
        if not self._final and len(data) - tag.end < LONGEST_SCRIPT:
            raise _MoreNeeded
        if tag.name != b"script":
            self._unsearched[tag.name] = len(data)
        return len(data), None

    def _script_element(self, tag: Tag) -> int:
        kind = script_kind(tag)
        widget = self._judge.widget("script", tag.values)
        whole = None
        if widget is not None:
            whole = Offence(widget.claim, "", tag.start, tag.end)
        elif kind is not ScriptKind.DATA:
            whole = self._loads.offences(tag).whole
        inline = kind is not ScriptKind.DATA and "src" not in tag.attributes
        if whole is None and not inline:
            return self._enter_raw_text(tag)
        end, after = self._contents(tag)
        what = "widget" if widget else "script"
        if whole is None:
            claim = self._judge.inline(self._data[tag.end : min(end, tag.end + LONGEST_SCRIPT)])
            if claim is None:
                return self._enter_raw_text(tag)
            whole, what = Offence(claim, "", tag.start, tag.end), "inline script"
        if after is None:
            self._raw, self._dropping, self._script = (
                b"script",
                Reason(whole.claim, what, whole.url),
                ScriptText(),
            )
            return self._take_out(tag, tag.end, whole, what)
        return self._take_out(tag, after, whole, what)

    def _style_element(self, tag: Tag) -> int:
        end, _ = self._contents(tag)
        sheet = self._data[tag.end : min(end, tag.end + LONGEST_SCRIPT)]
        self._enter_raw_text(tag)
        self._take_out_parts(
            tag, [*self._loads.style_sheet(sheet, tag.end), *self._loads.offences(tag).parts]
        )
        return tag.end

    def _iframe_element(self, tag: Tag) -> int:
        offences = self._loads.offences(tag)
        if offences.whole is not None:
            _, after = self._contents(tag)
            if after is not None:
                return self._take_out(tag, after, offences.whole, "iframe")
            offences.parts += self._loads.each_attribute(tag)
        self._enter_raw_text(tag)
        self._take_out_parts(tag, offences.parts)
        return tag.end

    def _foreign_style(self, tag: Tag) -> int:
        if tag.self_closing:
            return self._element(tag)
        end, after = self._contents(tag)
        sheet = html.unescape(self._decode(self._data[tag.end : end])).encode()
        offence = next(self._loads.style_sheet(sheet, 0), None)
        if offence is not None:
            return self._block(tag.start, after or end, Reason(offence.claim, "style", offence.url))
        return self._element(tag)

    def _both_readings(self, tag: Tag) -> int:
        """Judge an element whose contents are raw text in one reading and markup in another. Where the two
        disagree on how it goes on after them, the start tag goes, which leaves the markup."""
        offences = self._loads.offences(tag)
        if offences.whole is not None or self._within is not None:
            whole = offences.whole or Offence(_NOBODY, "", tag.start, tag.end)
            self._doubtful = self._doubtful or offences.whole is None
            return self._block(tag.start, tag.end, Reason(whole.claim, _kind(tag), whole.url))
        if tag.self_closing and self._foreign.is_foreign and not self.in_doubt:
            return self._enter(tag)
        end, after = self._contents(tag)
        if after is None:
            if self._final:
                return self._enter(tag)
            return self._block(tag.start, tag.end, Reason(_NOBODY, "ambiguous"))
        inner = Reader(self._judge, self._loads.base, self._charset, within=self)
        edits, _ = inner.read(self._data[tag.end : end], final=True)
        if not inner.clean:
            return self._block(tag.start, tag.end, Reason(_NOBODY, "ambiguous"))
        offence = self._judge_raw_text(tag, self._data[tag.end : end])
        if offence is not None:
            return self._take_out(tag, after, offence, _kind(tag))
        self._announce(tag)
        self._take_out_parts(tag, offences.parts)
        self._edits += [replace(edit, start=edit.start + tag.end, end=edit.end + tag.end) for edit in edits]
        return after

    def _judge_raw_text(self, tag: Tag, text: bytes) -> Offence | None:
        if tag.name == b"style":
            return next(self._loads.style_sheet(text, tag.end), None)
        if tag.name != b"script" or script_kind(tag) is ScriptKind.DATA:
            return None
        decoded = html.unescape(self._decode(text)).encode()
        claim = self._judge.inline(text) or self._judge.inline(decoded)
        return Offence(claim, "", tag.start, tag.end) if claim else None

    # -- characters ------------------------------------------------------------------------------------------

    def _decode(self, data: bytes) -> str:
        return data.decode("ascii" if data.isascii() else self._charset, "replace")

    def _gate_document(self, document: str) -> GatedDocument | None:
        reader = Reader(self._judge, self._loads.base, "utf-8")
        data = document.encode("utf-8", "replace")
        edits, _ = reader.read(data, final=True)
        first = next((edit.blocked for edit in edits if edit.blocked), None)
        if first is None:
            return None
        for edit in reversed(edits):
            data = data[: edit.start] + edit.replacement + data[edit.end :]
        text = html.escape(data.decode("utf-8", "replace"))
        return GatedDocument(first.claim, first.url, text.encode(self._charset, "xmlcharrefreplace"))


_TABLE_PARTS = frozenset(b"table tbody thead tfoot tr td th caption colgroup".split())
_TINY = re.compile(r"\s*[01](?:px)?\s*")
_INVISIBLE = re.compile(
    r"(?i)display\s*:\s*none|visibility\s*:\s*hidden|(?:^|;|\s)(?:width|height)\s*:\s*[01](?:px)?\s*(?:;|$|!)"
)


def _is_hidden(tag: Tag) -> bool:
    """True for an element that nobody was meant to see: it leaves no placeholder."""
    sizes = (tag.get("width"), tag.get("height"))
    tiny = any(size is not None and _TINY.fullmatch(size) for size in sizes)
    return tiny or tag.get("hidden") is not None or bool(_INVISIBLE.search(tag.get("style") or ""))


def _kind(tag: Tag) -> str:
    return tag.name.decode("latin-1")

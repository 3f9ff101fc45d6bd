"""A document on its way through the reader: what is known of it, and what can be done with a tag in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from consentgate.consent import Judge
from consentgate.html.rules.amp import is_amp
from consentgate.html.rules.attributes import NOBODY, Culprit, GateDocument, Loads, Offence
from consentgate.html.rules.effects import Effects
from consentgate.html.rules.elements import ANYWHERE, ELEMENTS
from consentgate.html.rules.hidden import is_hidden
from consentgate.html.rules.inline_scripts import InlineScripts
from consentgate.html.rules.limits import Cut
from consentgate.html.skipping.inert_markup import BY_BASE, BY_BASE_IN_HEAD, QUIET, quiet_at
from consentgate.html.skipping.removed_elements import Taken, TakenBefore
from consentgate.html.tokenizer.lookahead import LookAhead
from consentgate.html.tokenizer.multibyte import decoder_for, may_swallow, plain_for
from consentgate.html.tokenizer.open_elements import OpenElements
from consentgate.html.tokenizer.tags import Tag
from consentgate.html.values.refresh import refresh_url
from consentgate.policy import Claim
from consentgate.web.url import Url, resolve

from .edits import Edits, Reason
from .insertion_point import Insertion

PlaceholderFor = Callable[[Claim, bool, bool], bytes]
"""Given whose element was taken out, whether it stood inside a link, and whether the page's relative URLs
lead to another host, what is put in its place."""

LONGEST_BASE = 4 << 10
"""A `base` with a longer URL is dropped: every relative URL of the page would take as long to resolve."""


class Page:
    """One document, of which `data` is here now. `offset` is where that begins in the document, and with
    `final` no more is to come. The markup at `reading` is what is read just now, and the `last_reason` that
    for which the last element was taken out. `scripts` are those of the document that it is a part of;
    `nested` says in how many documents it stands."""

    def __init__(
        self,
        judge: Judge,
        base: Url,
        charset: str,
        gate_document: GateDocument,
        placeholder: PlaceholderFor | None,
        insertion: Insertion | None,
        *,
        doubtful: bool,
        scripts: InlineScripts | None = None,
        nested: int = 0,
    ) -> None:
        self.judge = judge
        self.decode = decoder_for(charset)
        self.all_passes = judge.passes_everything()
        self.context = OpenElements(doubtful=doubtful)
        self.effects = Effects() if scripts is None else scripts.effects
        self.loads = Loads(
            judge,
            base,
            self.decode,
            gate_document,
            self._judge_code,
            plain_for(charset),
            self._note_here,
            self.effects,
            all_passes=self.all_passes,
        )
        self.scripts = scripts or InlineScripts(
            judge, self.loads, self.decode, self._note_here, all_passes=self.all_passes
        )
        self._set_quiet()
        self.taken_before = TakenBefore(judge, charset, nested)
        self.last_reason: Reason | None = None
        self.ahead = LookAhead()
        self.data = b""
        self.offset = 0
        self.final = False
        self.edits = Edits(b"")
        self.reading = 0
        self.charset = charset
        self._placeholder = placeholder
        self._insertion = self._onwards = insertion
        self._own_host = base.host
        self._based = False
        self._cuts: dict[tuple[Cut, int], None] = {}

    @property
    def cuts(self) -> list[tuple[Cut, int]]:
        """What was cut of the data, and at which byte of the document."""
        return list(self._cuts)

    def load(self, data: bytes, *, final: bool, before: bytes) -> None:
        """`data` is what there is now; `before` the byte in front of it."""
        self.data, self.final = data, final
        self.edits = Edits(data, before)
        self._cuts = {}
        self.ahead.load(data, self.offset, final=final)

    def advance(self, consumed: int) -> None:
        """So much of the data has been read."""
        self.offset += consumed

    def note(self, cut: Cut, position: int) -> None:
        """Something at `position` was cut. What is judged twice is told once."""
        self._cuts[cut, self.offset + position] = None
        self.effects.others += 1

    def _note_here(self, cut: Cut) -> None:
        self.note(cut, self.reading)

    def forget(self) -> None:
        """What is read just now will be read again together with more."""
        while self._cuts and next(reversed(self._cuts))[1] >= self.offset + self.reading:
            self._cuts.popitem()

    def is_plain_before(self, position: int) -> bool:
        """True where the byte at `position` stands for itself in every reading of the document's encoding."""
        return self.data[position - 1] < 0x80 or not may_swallow(self.charset)

    def _judge_code(self, script: str) -> Culprit | None:
        return self.scripts.code_culprit(script)

    # -- what becomes of a tag -------------------------------------------------------------------------------

    def enter(self, tag: Tag) -> int:
        """Let a start tag stay; return where it ends."""
        if is_amp(tag):
            self.insert_no_more()
        self.announce(tag.name, tag.start, tag.end)
        context = self.context
        if tag.name == b"base" and not (context.in_template or context.foreign.is_foreign):
            self._set_base(tag.get(b"href"))
        was_too_deep = context.too_deep
        context.start(tag)
        if context.too_deep and not (was_too_deep or self.all_passes):
            self.note(Cut.DEEP_TREE, tag.start)
        return tag.end

    def take_out(self, tag: Tag, end: int, offence: Offence, kind: str) -> int:
        """Take out the element that `tag` opens up to `end`, for a placeholder where it is one that shows."""
        self.announce(tag.name, tag.start, tag.end)
        self.last_reason = reason = Reason(offence.claim, kind, offence.url)
        shown = self._place(reason) if may_show(tag, kind) else self._way_on(tag)
        self.edits.element(tag.start, end, reason, shown)
        return end

    @property
    def goes_by_bytes(self) -> bool:
        """True where what becomes of an element goes by its bytes: in plain HTML whose relative URLs lead to
        the site, while no end was looked for in vain."""
        at_home = self.loads.base.host == self.judge.asked_host
        return at_home and self.context.is_plain and not self.ahead.has_given_up

    def take_out_again(self, tag: re.Match[bytes], known: Iterable[Taken]) -> int | None:
        """Take out the element that a start tag (a match of START_TAG) opens, or its parts, if it is one of
        those that are `known`; return where that ends."""
        start, tag_end = tag.span()
        for name, rest, reason, shows, parts in known:
            if self.data.startswith(rest, tag_end):
                self.announce(name, start, tag_end)
                if reason is None:
                    self.edits.adopt(parts, start)
                    return tag_end
                end = tag_end + len(rest)
                self.edits.element(start, end, reason, self._place(reason) if shows else b"")
                return end
        return None

    def take_out_parts(self, tag: Tag, parts: Iterable[Offence]) -> None:
        """Take out attributes of `tag`, or what is in them."""
        for part in parts:
            reason = Reason(part.claim, kind_of(tag), part.url)
            change = self.edits.text if part.in_css else self.edits.attribute
            change(part.start, part.end, reason, part.replacement)

    def drop_tag(self, tag: Tag, kind: str, url: str = "") -> int:
        """Take out a start tag that is not understood: what comes after it stays."""
        return self.drop(tag.start, tag.end, kind, url)

    def drop(self, start: int, end: int, kind: str, url: str = "") -> int:
        """Take out markup that is not understood."""
        self.edits.element(start, end, Reason(NOBODY, kind, url))
        return end

    def _place(self, reason: Reason) -> bytes:
        if self._placeholder is None or not self.context.takes_placeholder:
            return b""
        if resolve(reason.url, self.loads.base).is_for_a_program:
            # Nothing would have shown there.
            return b""
        elsewhere = self.loads.base.host != self._own_host
        return self._placeholder(reason.claim, self.context.in_anchor, elsewhere)

    def _way_on(self, tag: Tag) -> bytes:
        """The link for a visitor whom a refresh would have led elsewhere, where it can stand here."""
        if tag.name != b"meta" or (tag.get(b"http-equiv") or "").lower() != "refresh":
            return b""
        url = refresh_url(tag.get(b"content") or "")
        if self._onwards is None or not url or not resolve(url, self.loads.base).is_on_the_web:
            return b""
        link = self._onwards.lead_on(url)
        return link if self.context.takes_placeholder and not self.context.in_anchor else b""

    def pass_quiet(self, start: int, limit: int) -> int:
        """Pass over what loads nothing, or nothing but the site's own; return where that ends."""
        ends = self._quiet.page.match(self.data, start, limit)
        if len(ends) > 1:
            self.context.pass_by(ends)
            self._follow_base(ends[BY_BASE])
        return ends[0]

    def passes_quietly(self, data: bytes) -> bool:
        """Pass over all of `data` if nothing in it loads anything but the site's own."""
        ends = self._quiet.page.match(data, 0, len(data))
        if ends[0] < len(data):
            return False
        self._follow_base(ends[BY_BASE])
        return True

    def pass_quiet_head(self, start: int, limit: int) -> int:
        """Pass over what may stand in a head and loads nothing but the site's own; return where that ends."""
        ends = self._quiet.head.match(self.data, start, limit)
        self._follow_base(ends[BY_BASE_IN_HEAD])
        return ends[0]

    def _follow_base(self, marks: list[int]) -> None:
        """Take note where a run has loaded something from where the base URL says."""
        self.effects.by_base += max(marks, default=-1) >= 0

    def diverts(self, tag: Tag, href: str) -> bool:
        """True for a `base` that leads where not everything may be loaded from, where not all that browsers
        load goes by it. What came before it does not at first, but some of that is looked up again: pictures
        with a `srcset` when the window changes, style sheets at once. One after another may come before it
        in the tree, where a table is in the way. And browsers that look ahead for what to load, who have no
        tree, go by one in SVG or in a shadow tree, too."""
        target = resolve(href, self.loads.base)
        if not target.host or target.host in self.judge.home:
            return False
        if target.host not in self.judge.own and self.judge.url(target.host, target.path) is None:
            return False
        context = self.context
        if any(name.encode() in tag.raw for name in ANYWHERE):
            return True  # it loads something itself, by its own URL or the one before
        return self._based or self.effects.by_base > 0 or context.foreign.is_foreign or context.in_template

    def _set_quiet(self) -> None:
        """Choose what can be passed on unseen where relative URLs lead to where they lead now."""
        home = self.judge.home
        self._quiet = quiet_at(home) if self.loads.base.host in home else QUIET

    def _set_base(self, href: str | None) -> None:
        if href is None or self._based:
            return
        self._based = True
        base = resolve(href, self.loads.base)
        if base.host:
            self.loads.base = base
            self._set_quiet()
            if base.host != self._own_host and self._insertion is not None:
                self._insertion.rebase()

    # -- what is put in --------------------------------------------------------------------------------------

    @property
    def inserting(self) -> Insertion | None:
        """What is still to be put into the page, where it could go here."""
        return self._insertion if self.awaits_insertion and not self.context.in_template else None

    @property
    def awaits_insertion(self) -> bool:
        """True while something is still to be put into the page."""
        if self._insertion is not None and self._insertion.done:
            self._insertion = None
        return self._insertion is not None

    def insert_no_more(self) -> None:
        """Nothing is put into this page from here on."""
        if self._insertion is not None:
            self._insertion.give_up()

    def announce(self, name: bytes, start: int, end: int) -> None:
        """Put in what is due before or after the start tag of an element of this name (in small letters)."""
        insertion = self.inserting
        if insertion is not None:
            before, after = insertion.start_tag(name)
            self.edits.insert(start, before)
            self.edits.insert(end, after)


def kind_of(tag: Tag) -> str:
    """What an element is called in a report."""
    return tag.name.decode("latin-1")


def may_show(tag: Tag, kind: str) -> bool:
    """Whether the element that `tag` opens, one of this kind, may leave a placeholder."""
    element = ELEMENTS.get(tag.name)
    visible = element is None or element.visible or (kind == "widget" and tag.name == b"script")
    return visible and not is_hidden(tag)

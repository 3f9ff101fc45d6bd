"""What a start tag loads, and which of it is not allowed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from consentgate.catalogue import catalogue
from consentgate.consent import Judge
from consentgate.html.tokenizer.tags import Decode, Tag, TagAttribute
from consentgate.html.values.css import CssUrl, css_urls, preloaded_imports
from consentgate.html.values.data_url import DataUrl, Holds
from consentgate.html.values.refresh import refresh_url
from consentgate.html.values.srcset import image_candidates
from consentgate.policy import Claim
from consentgate.web.client_hints import asks_of_the_device
from consentgate.web.host import TOO_LONG
from consentgate.web.url import Url, resolve

from .effects import Effects
from .elements import ANYWHERE, ELEMENTS, FORM_ACTION, INERT_RELATIONS, PARAMETERS, Attribute, Reads
from .hidden import is_hidden
from .limits import Cut, Note

# The host of nearly every absolute URL: no number, nothing to convert, and a path behind it.
_AT_A_HOST = re.compile(r"(?:https?:)?//((?:(?!xn--)[a-z0-9][a-z0-9-]*+\.)++[a-z]{2,})/")
_SPACES = re.compile(r"[\t\n\f\r ]+")


NOBODY = Claim(None, "", None, None, declared=False)
"""Whose it is that cannot be read for sure."""

MOST_SHEETS = 8
"""Style sheets in data: URLs of style sheets: so deep are they read, and blocked beyond."""


class Culprit(NamedTuple):
    """Whose it is that is not allowed, and the URL that says so ("" where none does)."""

    claim: Claim
    url: str


class Offence(NamedTuple):
    """Something that is not allowed: whose it is, the URL that says so, and the bytes to take out, in whose
    place `replacement` comes. With `in_css` they are part of a style sheet, not of a tag."""

    claim: Claim
    url: str
    start: int
    end: int
    replacement: bytes = b""
    in_css: bool = False


@dataclass(frozen=True, slots=True)
class GatedDocument:
    """A document inside an attribute, gated and escaped for double quotes, and what was wrong with it."""

    culprit: Culprit
    html: bytes


GateDocument = Callable[[str], GatedDocument | None]
JudgeCode = Callable[[str], Culprit | None]


class Loads:
    """Judges tags in a document whose base URL is `base`. `effects` are those that reading it has."""

    def __init__(
        self,
        judge: Judge,
        base: Url,
        decode: Decode,
        gate_document: GateDocument,
        judge_code: JudgeCode,
        plain: Callable[[bytes], bytes],
        note: Note,
        effects: Effects,
        *,
        all_passes: bool = False,
    ) -> None:
        self.base = base
        self.effects = effects
        self._judge = judge
        self._decode = decode
        self._gate_document = gate_document
        self._judge_code = judge_code
        self._gates_forms = judge.policy.site.gate_forms
        self._plain = plain
        self._note = note
        self._all_passes = all_passes

    def claim_of(self, url: str) -> Claim | None:
        """Who is not allowed to be loaded from `url`, or None when it may load."""
        if url.startswith(self._judge.passing):
            return None
        plain = _AT_A_HOST.match(url)
        if plain is not None:
            verdict = self._judge.host(plain[1])
            if verdict is not None and not catalogue().may_have_path(url):
                return verdict[0]
        return self.target_claim(self.target(url))

    def target(self, url: str) -> Url:
        """What `url` leads to from here."""
        target = resolve(url, self.base)
        self.effects.by_base += target.host == self.base.host
        return target

    def target_claim(self, target: Url) -> Claim | None:
        """The same of a URL that is resolved."""
        claim = self._judge.url(target.host, target.path) if target.host else None
        if claim is not None and target.host == TOO_LONG:
            self._note(Cut.LONG_HOST)
        return claim

    def of(self, tag: Tag) -> TagLoads:
        """What `tag` loads; nothing that matters where all passes, even what cannot be read."""
        rules = {} if self._all_passes else _rules(tag)
        return TagLoads(self, tag, [(name, rules[name]) for name in tag.raw if name in rules])

    def style_sheet(self, sheet: bytes, start: int) -> Iterator[Offence]:
        """What a style sheet, whose first byte is at `start`, would load and may not. All of it goes where
        browsers that look ahead would load what the sheet itself does not."""
        if self._all_passes:
            return
        plain = self._plain(sheet)
        offences: list[Offence] = []
        for found in css_urls(plain):
            culprit = self._in_css(found, self._decode(found.url))
            if culprit is not None:
                place = start + found.start, start + found.end
                offences.append(Offence(*culprit, *place, found.replacement, in_css=True))
                if found.rest:
                    break
        ends = {one.start: one.end for one in offences}
        gone = start
        for url, position in preloaded_imports(plain):
            gone = max(gone, ends.get(start + position, gone))
            culprit = None if start + position < gone else self._first((self._decode(url),))
            if culprit is not None:
                yield Offence(*culprit, start, start + len(sheet), in_css=True)
                return
        yield from offences

    def culprit(self, tag: Tag, raw: bytes, reads: Reads) -> Culprit | None:
        """The first that an attribute of `tag` with the value `raw` loads and may not."""
        return _READERS[reads](self, tag, tag.decode(raw))

    # -- what a value loads, by what it is: the first that may not -------------------------------------------

    def _url(self, tag: Tag, url: str) -> Culprit | None:
        claim = self.claim_of(url)
        return Culprit(claim, url.strip()) if claim is not None else None

    def _first(self, urls: Iterable[str]) -> Culprit | None:
        return next((Culprit(claim, url.strip()) for url in urls if (claim := self.claim_of(url))), None)

    def _list(self, tag: Tag, value: str) -> Culprit | None:
        return self._first(_SPACES.split(value))

    def _srcset(self, tag: Tag, value: str) -> Culprit | None:
        return self._first(image_candidates(value))

    def _submit(self, tag: Tag, url: str) -> Culprit | None:
        return self._url(tag, url) if self._gates_forms else None

    def _refresh(self, tag: Tag, value: str) -> Culprit | None:
        url = refresh_url(value)
        return self._code(tag, url) if url is not None else Culprit(NOBODY, "")

    def _cookie(self, tag: Tag, line: str) -> Culprit | None:
        claim = self._judge.cookie(line.partition(";")[0].partition("=")[0].strip())
        return Culprit(claim, "") if claim is not None else None

    def _hints(self, tag: Tag, value: str) -> Culprit | None:
        if not asks_of_the_device(value) or self._judge.consent.covers_undeclared:
            return None
        return Culprit(NOBODY, "")

    def _code(self, tag: Tag, url: str) -> Culprit | None:
        data = DataUrl.parse(url)
        return self._url(tag, url) or self._written_out(data) or self._result(data)

    def _result(self, data: DataUrl | None) -> Culprit | None:
        """What is wrong with the text that a script in a frame's URL ends with: it becomes the document."""
        if data is None or data.text is None or data.holds is not Holds.SCRIPT:
            return None
        if "\\" in data.text:
            return Culprit(NOBODY, "")
        gated = self._gate_document(data.text) if "<" in data.text else None
        return gated.culprit if gated is not None else None

    def _script(self, tag: Tag, url: str) -> Culprit | None:
        # A classic script runs whatever its type.
        data = DataUrl.parse(url, Holds.SCRIPT, tag.get(b"charset"))
        return self._url(tag, url) or self._written_out(data)

    def _link(self, tag: Tag, url: str) -> Culprit | None:
        # A sheet of any type may apply. What is a document by its type is a picture here.
        is_sheet = any("stylesheet" in _relations(rel) for rel in tag.each(b"rel"))
        holds = Holds.STYLE if is_sheet else None
        data = DataUrl.parse(url, holds, tag.get(b"charset"))
        is_code = data is not None and data.holds in (Holds.SCRIPT, Holds.STYLE)
        return self._url(tag, url) or self._written_out(data if is_code else None)

    def _written_out(self, data: DataUrl | None, depth: int = 0) -> Culprit | None:
        """What is wrong with the code that a URL holds itself."""
        if data is None:
            return None
        if data.text is None or (data.assumed and self._plain is not bytes):
            return Culprit(NOBODY, "")
        if data.holds is Holds.SCRIPT:
            return self._judge_code(data.text)
        if data.holds is Holds.STYLE:
            return self._in_sheet(data.text, depth)
        gated = self._gate_document(data.text) if data.holds is Holds.DOCUMENT else None
        return gated.culprit if gated is not None else None

    def _in_css(self, found: CssUrl, url: str, depth: int = 0) -> Culprit | None:
        """What is wrong with a URL in a style sheet. Those that are not imported are of pictures and fonts,
        which load nothing themselves."""
        culprit = self._first((url,))
        if culprit is not None or not found.imported:
            return culprit
        return self._written_out(DataUrl.parse(url, Holds.STYLE), depth)

    def _in_sheet(self, css: str, depth: int = 0) -> Culprit | None:
        for found in css_urls(css.encode("utf-8", "replace")):
            if depth == MOST_SHEETS:
                self._note(Cut.DEEP_CODE)
                return Culprit(NOBODY, "")
            culprit = self._in_css(found, found.url.decode("utf-8", "replace"), depth + 1)
            if culprit is not None:
                return culprit
        return None

    def _animation(self, tag: Tag, value: str) -> Culprit | None:
        animated = (tag.get(b"attributename") or "").strip().lower()
        targets = map(str.strip, value.split(";")) if animated.rpartition(":")[2] == "href" else ()
        return self._first(targets) or self._in_sheet(value)

    # -- what is wrong within a value ------------------------------------------------------------------------

    def in_place(self, attribute: TagAttribute, reads: Reads) -> Iterator[Offence]:
        """What is wrong with an attribute of which most can stay."""
        return self._style_attribute(attribute) if reads is Reads.CSS else self._document(attribute)

    def _style_attribute(self, attribute: TagAttribute) -> Iterator[Offence]:
        if b"&" not in attribute.raw:
            yield from self.style_sheet(attribute.raw, attribute.value_start)
            return
        # Its bytes are not those of the style sheet, so nothing less than all of it can be taken out.
        culprit = self._in_sheet(attribute.value)
        if culprit is not None:
            yield Offence(*culprit, attribute.start, attribute.end)

    def _document(self, attribute: TagAttribute) -> Iterator[Offence]:
        gated = self._gate_document(attribute.value)
        if gated is not None:
            replacement = b'srcdoc="' + gated.html + b'"'
            yield Offence(*gated.culprit, attribute.start, attribute.end, replacement)


class TagLoads:
    """What one tag loads, by those of its attributes that count: of several with one name the first."""

    __slots__ = ("_attributes", "_loads", "_tag")

    def __init__(self, loads: Loads, tag: Tag, attributes: Sequence[tuple[bytes, Attribute]]) -> None:
        self._loads = loads
        self._tag = tag
        self._attributes = attributes

    def whole(self) -> Offence | None:
        """What may not be loaded and takes the whole element along."""
        for name, attribute in self._attributes:
            if attribute.alone and not (attribute.shown and is_hidden(self._tag)):
                continue
            culprit = self._culprit(name, attribute)
            if culprit is not None:
                return Offence(*culprit, self._tag.start, self._tag.end)
        return None

    def parts(self) -> Iterable[Offence]:
        """What may not be loaded, of which only the attribute goes, or a part of it."""
        return self._each(alone=True) if self._attributes else ()

    def all_parts(self) -> Iterable[Offence]:
        """The same for an element that has to stay: what should take it along goes by itself."""
        return (*self._each(alone=False), *self._each(alone=True))

    def _each(self, *, alone: bool) -> Iterator[Offence]:
        for name, attribute in self._attributes:
            if attribute.alone is not alone:
                continue
            if attribute.reads in _IN_PLACE:
                yield from self._in_place(name, attribute)
            elif culprit := self._culprit(name, attribute):
                if attribute.reads is Reads.SUBMIT:
                    yield _inert_action(self._tag, name, culprit)
                else:
                    yield from self._all_occurrences(name, culprit)

    def _culprit(self, name: bytes, attribute: Attribute) -> Culprit | None:
        return self._loads.culprit(self._tag, self._tag.raw[name], attribute.reads)

    def _in_place(self, name: bytes, attribute: Attribute) -> Iterable[Offence]:
        first, *more = self._tag.occurrences(name)
        offences = list(self._loads.in_place(first, attribute.reads))
        if offences and more:
            return self._all_occurrences(name, Culprit(offences[0].claim, offences[0].url))
        return offences

    def _all_occurrences(self, name: bytes, culprit: Culprit) -> Iterator[Offence]:
        """With the first of several attributes gone the next one would count: they go together."""
        for one in self._tag.occurrences(name):
            yield Offence(*culprit, one.start, one.end)


_READERS: Mapping[Reads, Callable[[Loads, Tag, str], Culprit | None]] = {
    Reads.URL: Loads._url,
    Reads.CODE: Loads._code,
    Reads.SCRIPT: Loads._script,
    Reads.LINK: Loads._link,
    Reads.URLS: Loads._list,
    Reads.SRCSET: Loads._srcset,
    Reads.REFRESH: Loads._refresh,
    Reads.COOKIE: Loads._cookie,
    Reads.HINTS: Loads._hints,
    Reads.ANIMATION: Loads._animation,
    Reads.SUBMIT: Loads._submit,
}


def _inert_action(tag: Tag, name: bytes, culprit: Culprit) -> Offence:
    """What keeps a form from being sent. Without the attribute, or with "#", what is typed in would go to the
    page's own address, and with GET into logs and histories; a page's script would post it there. An empty
    script goes nowhere, with JavaScript and without."""
    first = tag.occurrences(name)[0]
    return Offence(*culprit, first.start, first.end, name + b'="javascript:"')


_IN_PLACE = frozenset((Reads.CSS, Reads.DOCUMENT))


def _encoded(attributes: Mapping[str, Attribute]) -> Mapping[bytes, Attribute]:
    return {name.encode(): attribute for name, attribute in {**ANYWHERE, **attributes}.items()}


_ANYWHERE = _encoded({})
_RULES = {name: _encoded(element.attributes) for name, element in ELEMENTS.items()}
_FORM_ACTION = _encoded(FORM_ACTION)
_PARAMETER = _encoded({"value": Attribute(Reads.CODE)})
_META = {
    "refresh": _encoded({"content": Attribute(Reads.REFRESH)}),
    "set-cookie": _encoded({"content": Attribute(Reads.COOKIE)}),
    "accept-ch": _encoded({"content": Attribute(Reads.HINTS)}),
    "delegate-ch": _encoded({"content": Attribute(Reads.HINTS)}),
}


def _rules(tag: Tag) -> Mapping[bytes, Attribute]:
    """Which attributes of this tag load something."""
    if tag.name == b"link" and not any(map(_link_loads, tag.each(b"rel"))):
        return _ANYWHERE
    if tag.name == b"input" and "image" not in map(str.lower, tag.each(b"type")):
        return _FORM_ACTION
    if tag.name == b"meta":
        return _META.get((tag.get(b"http-equiv") or "").lower(), _ANYWHERE)
    if tag.name == b"param" and not PARAMETERS.isdisjoint(map(str.lower, tag.each(b"name"))):
        return _PARAMETER
    return _RULES.get(tag.name, _ANYWHERE)


def _link_loads(rel: str) -> bool:
    return not _relations(rel) <= INERT_RELATIONS


@lru_cache(maxsize=256)
def _relations(rel: str) -> frozenset[str]:
    return frozenset(filter(None, _SPACES.split(rel.lower())))

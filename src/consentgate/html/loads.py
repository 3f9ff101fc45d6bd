"""What a start tag loads, and which of it is not allowed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from consentgate.consent import Judge
from consentgate.policy import Claim

from .css import css_urls
from .data_urls import DataUrl, Holds
from .elements import ANYWHERE, ELEMENTS, INERT_RELATIONS, Attribute, Reads
from .srcset import candidates
from .tags import Decode, Tag, TagAttribute
from .urls import Url, resolve

_SPACES = re.compile(r"[\t\n\f\r ]+")
_REFRESH = re.compile(
    r"[\t\n\f\r ]*[0-9.]*[\t\n\f\r ]*[;,]?[\t\n\f\r ]*(?:[uU][rR][lL][\t\n\f\r ]*=[\t\n\f\r ]*)?(?P<url>.*)",
    re.S,
)


class Culprit(NamedTuple):
    """Whose it is that is not allowed, and the URL that says so ("" where none does)."""

    claim: Claim
    url: str


@dataclass(frozen=True, slots=True)
class Offence:
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


@dataclass(slots=True)
class Offences:
    """What a tag offends with: the element as a `whole`, or some of its `parts` alone."""

    whole: Offence | None = None
    parts: list[Offence] = field(default_factory=list)


class Loads:
    """Judges tags in a document whose base URL is `base`."""

    def __init__(
        self,
        judge: Judge,
        base: Url,
        decode: Decode,
        gate_document: GateDocument,
        plain: Callable[[bytes], bytes],
    ) -> None:
        self.base = base
        self._judge = judge
        self._decode = decode
        self._gate_document = gate_document
        self._plain = plain
        self._readers: dict[Reads, Callable[[Tag, TagAttribute], Iterable[Culprit]]] = {
            Reads.URL: lambda tag, attribute: self._urls([attribute.value]),
            Reads.CODE: lambda tag, attribute: self._code(attribute.value),
            Reads.URLS: lambda tag, attribute: self._urls(_SPACES.split(attribute.value)),
            Reads.SRCSET: lambda tag, attribute: self._urls(candidates(attribute.value)),
            Reads.REFRESH: lambda tag, attribute: self._urls([refresh_url(attribute.value)]),
            Reads.COOKIE: lambda tag, attribute: self._cookie(attribute.value),
            Reads.ANIMATION: self._animation,
        }

    def claim_of(self, url: str) -> Claim | None:
        """Who is not allowed to be loaded from `url`, or None when it may load."""
        target = resolve(url, self.base)
        return self._judge.url(target.host, target.path) if target.host else None

    def offences(self, tag: Tag) -> Offences:
        """All that `tag` would load and may not. Of several attributes of one name the first counts."""
        found = Offences()
        rules = _rules(tag)
        for name, attribute in tag.attributes.items():
            rule = rules.get(name) or ANYWHERE.get(name)
            if rule is None:
                continue
            offences = list(self._judge_attribute(tag, attribute, rule.reads))
            if not offences:
                continue
            if not rule.alone:
                found.whole = found.whole or Offence(offences[0].claim, offences[0].url, tag.start, tag.end)
            elif name in tag.repeated:
                found.parts += _all_occurrences(tag, name, offences[0])
            else:
                found.parts += offences
        return found

    def each_attribute(self, tag: Tag) -> Iterator[Offence]:
        """What the attributes that should take the element with them offend with, each by itself: for an
        element that has to stay."""
        rules = _rules(tag)
        for name, attribute in tag.attributes.items():
            rule = rules.get(name)
            if rule is not None and not rule.alone:
                offence = next(self._judge_attribute(tag, attribute, rule.reads), None)
                if offence is not None:
                    yield from _all_occurrences(tag, name, offence)

    def style_sheet(self, sheet: bytes, start: int) -> Iterator[Offence]:
        """What a style sheet, whose first byte is at `start`, would load and may not."""
        for found in css_urls(self._plain(sheet)):
            url = self._decode(found.url)
            culprit = next(iter(self._code(url)), None)
            if culprit is not None:
                place = start + found.start, start + found.end
                yield Offence(*culprit, *place, found.replacement, in_css=True)

    def _judge_attribute(self, tag: Tag, attribute: TagAttribute, reads: Reads) -> Iterator[Offence]:
        if reads is Reads.CSS:
            yield from self._style_attribute(attribute)
        elif reads is Reads.DOCUMENT:
            yield from self._document(attribute)
        else:
            for culprit in self._readers[reads](tag, attribute):
                yield Offence(*culprit, attribute.start, attribute.end)
                return

    def _urls(self, urls: Iterable[str]) -> Iterator[Culprit]:
        for url in urls:
            claim = self.claim_of(url)
            if claim is not None:
                yield Culprit(claim, url.strip())

    def _code(self, url: str) -> Iterator[Culprit]:
        yield from self._urls([url])
        data = DataUrl.read(url)
        if data is None:
            return
        if data.holds is Holds.SCRIPT:
            claim = self._judge.inline(data.text.encode())
            if claim is not None:
                yield Culprit(claim, "")
        elif data.holds is Holds.STYLE:
            for found in css_urls(data.text.encode()):
                yield from self._urls([found.url.decode("utf-8", "replace")])
        else:
            gated = self._gate_document(data.text)
            if gated is not None:
                yield gated.culprit

    def _cookie(self, line: str) -> Iterator[Culprit]:
        name = line.partition(";")[0].partition("=")[0].strip()
        claim = self._judge.cookie(name)
        if claim is not None:
            yield Culprit(claim, "")

    def _animation(self, tag: Tag, attribute: TagAttribute) -> Iterator[Culprit]:
        animated = (tag.get("attributename") or "").strip().lower()
        if animated.rpartition(":")[2] == "href":
            yield from self._urls(map(str.strip, attribute.value.split(";")))
        for found in css_urls(attribute.value.encode()):
            yield from self._urls([found.url.decode("utf-8", "replace")])

    def _style_attribute(self, attribute: TagAttribute) -> Iterator[Offence]:
        if b"&" not in attribute.raw:
            yield from self.style_sheet(attribute.raw, attribute.value_start)
            return
        # Its bytes are not those of the style sheet, so nothing less than all of it can be taken out.
        for found in css_urls(attribute.value.encode("utf-8", "replace")):
            for culprit in self._code(found.url.decode("utf-8", "replace")):
                yield Offence(*culprit, attribute.start, attribute.end)
                return

    def _document(self, attribute: TagAttribute) -> Iterator[Offence]:
        gated = self._gate_document(attribute.value)
        if gated is not None:
            replacement = b'srcdoc="' + gated.html + b'"'
            yield Offence(*gated.culprit, attribute.start, attribute.end, replacement)


def refresh_url(content: str) -> str:
    """The URL of a `meta` refresh's content, "" for a reload (WHATWG HTML, "shared declarative refresh
    steps")."""
    match = _REFRESH.fullmatch(content)
    url = match["url"] if match else ""
    if url[:1] in ("'", '"'):
        return url[1:].partition(url[0])[0]
    return url


def _all_occurrences(tag: Tag, name: str, offence: Offence) -> Iterator[Offence]:
    """With the first of several attributes gone the next one would count: they go together."""
    for one in tag.occurrences(name):
        yield Offence(offence.claim, offence.url, one.start, one.end)


_NONE: Mapping[str, Attribute] = {}
_META = {
    "refresh": {"content": Attribute(Reads.REFRESH)},
    "set-cookie": {"content": Attribute(Reads.COOKIE)},
}


def _rules(tag: Tag) -> Mapping[str, Attribute]:
    """Which attributes of this tag load something by what it is."""
    if tag.name == b"link" and not _link_loads(tag.get("rel")):
        return _NONE
    if tag.name == b"input" and (tag.get("type") or "").lower() != "image":
        return _NONE
    if tag.name == b"meta":
        return _META.get((tag.get("http-equiv") or "").lower(), _NONE)
    element = ELEMENTS.get(tag.name)
    return element.attributes if element else _NONE


def _link_loads(rel: str | None) -> bool:
    relations = frozenset(filter(None, _SPACES.split((rel or "").lower())))
    return bool(relations - INERT_RELATIONS)

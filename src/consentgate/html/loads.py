"""What a start tag loads, and which of it is not allowed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from consentgate.consent import Judge
from consentgate.policy import Claim

from .css import css_urls
from .elements import ANYWHERE, ELEMENTS, INERT_RELATIONS, Attribute, Element, Reads
from .srcset import candidates
from .tags import Decode, Tag, TagAttribute
from .urls import Url, resolve

_SPACES = re.compile(r"[\t\n\f\r ]+")
_REFRESH = re.compile(
    r"[\t\n\f\r ]*[0-9.]*[\t\n\f\r ]*[;,]?[\t\n\f\r ]*(?:[uU][rR][lL][\t\n\f\r ]*=[\t\n\f\r ]*)?(?P<url>.*)",
    re.S,
)


@dataclass(frozen=True, slots=True)
class Offence:
    """Something that is not allowed: whose it is, the URL that says so, and the bytes to take out, in whose
    place `replacement` comes."""

    claim: Claim
    url: str
    start: int
    end: int
    replacement: bytes = b""


@dataclass(frozen=True, slots=True)
class GatedDocument:
    """A document inside an attribute, gated and escaped for double quotes, and what was wrong with it."""

    claim: Claim
    url: str
    html: bytes


GateDocument = Callable[[str], GatedDocument | None]


@dataclass(slots=True)
class Offences:
    """What a tag offends with: the element as a `whole`, or some of its `parts` alone."""

    whole: Offence | None = None
    parts: list[Offence] = field(default_factory=list)


class Loads:
    """Judges tags in a document whose base URL is `base`."""

    def __init__(self, judge: Judge, base: Url, decode: Decode, gate_document: GateDocument) -> None:
        self.base = base
        self._judge = judge
        self._decode = decode
        self._gate_document = gate_document
        self._readers: dict[Reads, Callable[[TagAttribute], Iterator[Offence]]] = {
            Reads.URL: lambda attribute: self._urls(attribute, [attribute.value]),
            Reads.URLS: lambda attribute: self._urls(attribute, _SPACES.split(attribute.value)),
            Reads.SRCSET: lambda attribute: self._urls(attribute, candidates(attribute.value)),
            Reads.REFRESH: lambda attribute: self._urls(attribute, [refresh_url(attribute.value)]),
            Reads.CSS: self._style_attribute,
            Reads.DOCUMENT: self._document,
        }

    def claim_of(self, url: str) -> Claim | None:
        """Who is not allowed to be loaded from `url`, or None when it may load."""
        target = resolve(url, self.base)
        return self._judge.url(target.host, target.path) if target.host else None

    def offences(self, tag: Tag) -> Offences:
        """All that `tag` would load and may not."""
        found = Offences()
        element = ELEMENTS.get(tag.name)
        if element is not None:
            for name, attribute in _attributes_that_load(tag, element):
                self._judge_attribute(tag, name, attribute, found)
        for raw_name, attribute in ANYWHERE.items():
            self._judge_attribute(tag, raw_name.decode(), attribute, found)
        return found

    def each_attribute(self, tag: Tag) -> Iterator[Offence]:
        """What the attributes that should take the element with them offend with, each by itself: for an
        element that has to stay."""
        element = ELEMENTS[tag.name]
        for name, attribute in _attributes_that_load(tag, element):
            occurrences = tag.occurrences(name)
            offence = next((o for one in occurrences for o in self._readers[attribute.reads](one)), None)
            if offence is not None and not attribute.alone:
                yield from (Offence(offence.claim, offence.url, one.start, one.end) for one in occurrences)

    def style_sheet(self, sheet: bytes, start: int) -> Iterator[Offence]:
        """What a style sheet, whose first byte is at `start`, would load and may not."""
        for found in css_urls(sheet):
            url = self._decode(found.url)
            claim = self.claim_of(url) if url else None
            if claim is not None:
                yield Offence(claim, url, start + found.start, start + found.end)

    def _judge_attribute(self, tag: Tag, name: str, attribute: Attribute, found: Offences) -> None:
        occurrences = tag.occurrences(name)
        offences = [offence for one in occurrences for offence in self._readers[attribute.reads](one)]
        if not offences:
            return
        if not attribute.alone:
            found.whole = found.whole or Offence(offences[0].claim, offences[0].url, tag.start, tag.end)
        elif len(occurrences) == 1:
            found.parts.extend(offences)
        else:
            # With the first of several gone the next one would count: they go together.
            first = offences[0]
            found.parts.extend(Offence(first.claim, first.url, one.start, one.end) for one in occurrences)

    def _urls(self, attribute: TagAttribute, urls: Iterable[str]) -> Iterator[Offence]:
        for url in urls:
            claim = self.claim_of(url)
            if claim is not None:
                yield Offence(claim, url.strip(), attribute.start, attribute.end)
                return

    def _style_attribute(self, attribute: TagAttribute) -> Iterator[Offence]:
        if b"&" not in attribute.raw:
            yield from self.style_sheet(attribute.raw, attribute.value_start)
            return
        # Its bytes are not those of the style sheet, so nothing less than all of it can be taken out.
        for offence in self.style_sheet(attribute.value.encode(), 0):
            yield Offence(offence.claim, offence.url, attribute.start, attribute.end)
            return

    def _document(self, attribute: TagAttribute) -> Iterator[Offence]:
        gated = self._gate_document(attribute.value)
        if gated is not None:
            yield Offence(
                gated.claim, gated.url, attribute.start, attribute.end, b'srcdoc="' + gated.html + b'"'
            )


def refresh_url(content: str) -> str:
    """The URL of a `meta` refresh's content, "" for a reload (WHATWG HTML, "shared declarative refresh
    steps")."""
    match = _REFRESH.fullmatch(content)
    url = match["url"] if match else ""
    if url[:1] in ("'", '"'):
        return url[1:].partition(url[0])[0]
    return url


def _attributes_that_load(tag: Tag, element: Element) -> Iterator[tuple[str, Attribute]]:
    if tag.name == b"link" and not _link_loads(tag.get("rel")):
        return
    if tag.name == b"input" and (tag.get("type") or "").lower() != "image":
        return
    if tag.name == b"meta":
        if (tag.get("http-equiv") or "").lower() == "refresh":
            yield "content", Attribute(Reads.REFRESH)
        return
    yield from element.attributes.items()


def _link_loads(rel: str | None) -> bool:
    relations = frozenset(filter(None, _SPACES.split((rel or "").lower())))
    return bool(relations - INERT_RELATIONS)

"""Judges the attributes of a start tag that load something."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple, TypeAlias

from consentgate.catalogue import catalogue
from consentgate.html.tokenizer.tags import Tag
from consentgate.html.values.data_url import DataUrl, Holds, may_hold_code
from consentgate.html.values.refresh import refresh_url
from consentgate.html.values.srcset import image_candidates
from consentgate.web.client_hints import asks_of_the_device
from consentgate.web.url import resolve

from .document_context import DocumentContext
from .hidden import is_hidden
from .judgement import Judgement
from .loading_markup import (
    ANYWHERE,
    ELEMENTS,
    FORM_ACTION,
    HINDER_PLACEHOLDER,
    INERT_RELATIONS,
    PARAMETERS,
    Attribute,
    Reads,
)
from .verdict import Edit
from .violation import UNREADABLE, Violation

_SPACES = re.compile(r"[\t\n\f\r ]+")
# The characters that browsers remove from a URL wherever they stand (WHATWG URL, 4.4).
_DROPPED = dict.fromkeys(map(ord, "\t\n\r"))
_EQUALS_SIGN = re.compile(rb"[\t\n\f\r ]*+=")


Reader: TypeAlias = Callable[[Judgement, Tag, str], Violation | None]
"""Judges an attribute by its decoded value."""


def kind_of(tag: Tag) -> str:
    """Return what an element is called in a report."""
    return tag.name.decode("latin-1")


class _Rule(NamedTuple):
    """How an attribute is judged: its row in the table of loading markup, and the reader of its value. The
    reader is None for an attribute of which most can stay."""

    attribute: Attribute
    reader: Reader | None


Loading: TypeAlias = Sequence[tuple[bytes, _Rule]]
"""The attributes of one tag that load, by name."""


def loading_attributes(tag: Tag, document: DocumentContext) -> Loading:
    """Return the attributes of a tag that load something, of several with one name the first. Where
    everything passes, even what cannot be read, there are none."""
    rules = {} if document.all_passes else _rules(tag)
    if rules.keys().isdisjoint(tag.raw):
        return ()
    return [(name, rules[name]) for name in tag.raw if name in rules]


class TagJudgement(Judgement):
    """The judgement of one tag, by the `attributes` of it that load."""

    def __init__(self, document: DocumentContext, tag: Tag, attributes: Loading | None = None) -> None:
        super().__init__(document, kind_of(tag))
        self._tag = tag
        self._attributes = loading_attributes(tag, document) if attributes is None else attributes

    @cached_property
    def _is_hidden(self) -> bool:
        return is_hidden(self._tag)

    def violation(self) -> Violation | None:
        """Return the first violation because of which the whole element goes."""
        for name, (attribute, reader) in self._attributes:
            if reader is None or (attribute.alone and not (attribute.shown and self._is_hidden)):
                continue
            violation = self._read(name, reader)
            if violation is not None:
                return violation
        return None

    def edits(self) -> list[Edit]:
        """Return the edits to an element that stays: blocked attributes go, or parts of them."""
        return self._edits(alone=True)

    def all_edits(self) -> list[Edit]:
        """Return the edits to an element that should go but has to stay. The attributes because of which it
        should go are removed too."""
        return self._edits(alone=False) + self._edits(alone=True)

    def edits_with_placeholder(self, violation: Violation) -> list[Edit]:
        """Return the edits to a frame that shows a placeholder because of a `violation`, or to the element
        whose attributes such a frame gets.

        Attributes go that would keep the placeholder from being shown or used, and those that mean nothing on
        the element but would load something on a frame.
        """
        tag = self._tag
        gone = HINDER_PLACEHOLDER if tag.name == b"iframe" else HINDER_PLACEHOLDER | _LOADS_IN_FRAME
        edits = self._edits(alone=False, but=gone) + self._edits(alone=True, but=gone)
        for name in gone.intersection(tag.raw):
            edits += [_without(tag, start, end, violation) for start, end in tag.spans(name)]
        return edits

    def _edits(self, *, alone: bool, but: Collection[bytes] = ()) -> list[Edit]:
        edits: list[Edit] = []
        for name, (attribute, reader) in self._attributes:
            if attribute.alone is not alone or name in but:
                continue
            if reader is None:
                edits += self._edits_within(name, attribute)
            elif violation := self._read(name, reader):
                edits += self._without(name, attribute, violation)
        return edits

    def _read(self, name: bytes, reader: Reader) -> Violation | None:
        tag = self._tag
        violation = reader(self, tag, tag.decode(tag.raw[name]))
        return violation.of_kind(self.kind) if violation is not None else None

    def _without(self, name: bytes, attribute: Attribute, violation: Violation) -> list[Edit]:
        tag = self._tag
        if attribute.reads is Reads.SUBMIT:
            return [_inert_action(tag, name, violation)]
        # Without the first of several attributes of this name the next one would count: all of them go.
        return [_without(tag, start, end, violation) for start, end in tag.spans(name)]

    # -- attributes of which most can stay -------------------------------------------------------------------

    def _edits_within(self, name: bytes, attribute: Attribute) -> list[Edit]:
        edits = self._style(name) if attribute.reads is Reads.CSS else self._document(name)
        if edits and self._tag.repeats(name) and (violation := edits[0].violation):
            return self._without(name, attribute, violation)
        return edits

    def _style(self, name: bytes) -> list[Edit]:
        tag = self._tag
        raw = tag.raw[name]
        if b"&" not in raw:
            edits = self.style_sheet(raw, 0)
            # Found once: to find it for each edit would take quadratic time.
            start = tag.value_start(name) if edits else 0
            return [edit.moved(start) for edit in edits]
        # With character references its bytes are not those of the style sheet, so all of it has to go.
        violation = self.css(tag.decode(raw))
        if violation is None:
            return []
        return [_without(tag, *tag.spans(name)[0], violation.of_kind(self.kind))]

    def _document(self, name: bytes) -> list[Edit]:
        tag = self._tag
        inner = self.document.inner.judge_document(tag.decode(tag.raw[name]))
        self.add(inner.effects)
        if inner.violation is None:
            return []
        violation = inner.violation.of_kind(self.kind)
        return [Edit(*tag.spans(name)[0], b'srcdoc="' + inner.html + b'"', violation)]


def _without(tag: Tag, start: int, end: int, violation: Violation) -> Edit:
    """Remove an attribute. The bytes around it must not join into something else."""
    replacement = b""
    if _EQUALS_SIGN.match(tag.source, end):
        # What follows begins with "=", and would become the value of the attribute before.
        replacement = b"/"
    elif tag.source[start - 1 : start] == b"/":
        # The slash before could come to stand before ">", where it closes an element of SVG.
        replacement = b" "
    return Edit(start, end, replacement, violation)


def _inert_action(tag: Tag, name: bytes, violation: Violation) -> Edit:
    """Keep a form from being sent. An empty script sends it nowhere, with JavaScript and without.

    Without the attribute, or with "#", the browser would send what was typed in to the page's own address,
    and with GET into logs and histories.
    """
    start, end = tag.spans(name)[0]
    return Edit(start, end, name + b'="javascript:"', violation)


# -- what an attribute's value loads, by how it is read ------------------------------------------------------


def _url(judgement: Judgement, tag: Tag, url: str) -> Violation | None:
    return judgement.url(url)


def _code(judgement: Judgement, tag: Tag, url: str) -> Violation | None:
    return judgement.frame(url)


def _list(judgement: Judgement, tag: Tag, value: str) -> Violation | None:
    return judgement.urls(_SPACES.split(value))


def _srcset(judgement: Judgement, tag: Tag, value: str) -> Violation | None:
    return judgement.urls(image_candidates(value))


def _submit(judgement: Judgement, tag: Tag, url: str) -> Violation | None:
    return judgement.url(url) if judgement.document.judge.policy.site.gate_forms else None


def _refresh(judgement: Judgement, tag: Tag, value: str) -> Violation | None:
    url = refresh_url(value)
    return judgement.frame(url) if url is not None else UNREADABLE


def _cookie(judgement: Judgement, tag: Tag, line: str) -> Violation | None:
    claim = judgement.document.judge.cookie(line.partition(";")[0].partition("=")[0].strip())
    return Violation(claim) if claim is not None else None


def _hints(judgement: Judgement, tag: Tag, value: str) -> Violation | None:
    if not asks_of_the_device(value) or judgement.document.judge.consent.covers_undeclared:
        return None
    return UNREADABLE


def _script(judgement: Judgement, tag: Tag, url: str) -> Violation | None:
    # A classic script runs whatever its type.
    data = DataUrl.parse(url, Holds.SCRIPT, tag.get(b"charset"))
    return judgement.loaded_code(url, data) or (_own_script(judgement, tag, url) if data is None else None)


def _own_script(judgement: Judgement, tag: Tag, url: str) -> Violation | None:
    """Judge a script on the site's own host, which may be a tracker's all the same."""
    url = url.translate(_DROPPED)
    if not catalogue().may_be_script_file(url, (name.decode("latin-1") for name in tag.raw)):
        return None
    target = resolve(url, judgement.document.base.url)
    query = url.partition("#")[0].partition("?")[2]
    claim = judgement.document.judge.own_script(target.host, target.path, query, tag.values)
    return Violation(claim, url.strip()) if claim is not None else None


def _link(judgement: Judgement, tag: Tag, url: str) -> Violation | None:
    if not may_hold_code(url):
        return judgement.url(url)
    # A style sheet may apply whatever its media type. With any other relation a document is a picture.
    is_sheet = any("stylesheet" in _relations(rel) for rel in tag.each(b"rel"))
    data = DataUrl.parse(url, Holds.STYLE if is_sheet else None, tag.get(b"charset"))
    is_code = data is not None and data.holds in (Holds.SCRIPT, Holds.STYLE)
    return judgement.loaded_code(url, data if is_code else None)


def _animation(judgement: Judgement, tag: Tag, value: str) -> Violation | None:
    animated = (tag.get(b"attributename") or "").strip().lower()
    targets = map(str.strip, value.split(";")) if animated.rpartition(":")[2] == "href" else ()
    return judgement.urls(targets) or judgement.css(value)


_READERS: Mapping[Reads, Reader] = {
    Reads.URL: _url,
    Reads.CODE: _code,
    Reads.SCRIPT: _script,
    Reads.LINK: _link,
    Reads.URLS: _list,
    Reads.SRCSET: _srcset,
    Reads.REFRESH: _refresh,
    Reads.COOKIE: _cookie,
    Reads.HINTS: _hints,
    Reads.ANIMATION: _animation,
    Reads.SUBMIT: _submit,
}


def _encoded(attributes: Mapping[str, Attribute]) -> Mapping[bytes, _Rule]:
    return {
        name.encode(): _Rule(attribute, _READERS.get(attribute.reads))
        for name, attribute in {**ANYWHERE, **attributes}.items()
    }


_LOADS_IN_FRAME = frozenset(name.encode() for name in ELEMENTS[b"iframe"].attributes)
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


# Most links that load have one of these and no other: the fast path of `_link_loads`.
_OFTEN_LOADS = {"stylesheet", "icon", "preload", "preconnect", "dns-prefetch"} - INERT_RELATIONS

# What these load depends on their other attributes.
_DEPENDENT = frozenset((b"link", b"input", b"meta", b"param"))


def _rules(tag: Tag) -> Mapping[bytes, _Rule]:
    """Return the attributes of this tag that load something, by name."""
    if tag.name not in _DEPENDENT:
        return _RULES.get(tag.name, _ANYWHERE)
    if tag.name == b"meta":
        return _META.get((tag.get(b"http-equiv") or "").lower(), _ANYWHERE)
    if tag.name == b"link" and not any(map(_link_loads, tag.each(b"rel"))):
        return _ANYWHERE
    if tag.name == b"input" and "image" not in map(str.lower, tag.each(b"type")):
        return _FORM_ACTION
    if tag.name == b"param" and not PARAMETERS.isdisjoint(map(str.lower, tag.each(b"name"))):
        return _PARAMETER
    return _RULES[tag.name]


def _link_loads(rel: str) -> bool:
    return rel in _OFTEN_LOADS or not INERT_RELATIONS.issuperset(filter(None, _relations(rel)))


def _relations(rel: str) -> list[str]:
    return _SPACES.split(rel.lower())

"""Reads the outline of a page of the gate from its HTML: its words, links and controls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import NamedTuple

_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
_FIELDS = frozenset(("decision", "category", "service", "next"))
_PLAIN_ATTRIBUTES = frozenset(
    (
        *("class", "id", "href", "rel", "target", "lang", "dir", "title", "role", "open", "for"),
        *("colspan", "rowspan", "scope", "datetime"),
    )
)
"""The attributes that hide, run, style, load and send nothing, beside `aria-` and `data-`."""
_REFERENCES = ("aria-labelledby", "aria-describedby", "for")
_TOLD = ("lang", "dir", "part", "aria-label", "aria-labelledby", "role")
_NO_FORM = "belongs to no form"


class Does(NamedTuple):
    """The effect of a control: the field it sends, the form that sends it, and its state."""

    kind: str
    name: str
    value: str
    form: str
    ticked: bool
    in_label: bool
    in_details: bool

    def __str__(self) -> str:
        kind = {"submit": "a button", "checkbox": "a box", "hidden": "a hidden field"}.get(
            self.kind, "a field"
        )
        flags = ((self.ticked, "ticked"), (self.in_label, "in a <label>"), (self.in_details, "in <details>"))
        states = "".join(f", {text}" for state, text in flags if state)
        return f'{kind} {self.name}="{self.value}" that {self.form}{states}'


@dataclass
class Control:
    """A button, box or field.

    `look` is its element with its attributes, but for the value, and `inside` the elements in it; `parent` is
    the number of the element around it. `label` is the text of a button, or of the `label` around a box.
    """

    does: Does
    look: tuple[tuple[str, str], ...]
    parent: int
    label: str = ""
    inside: tuple[str, ...] = ()


@dataclass
class Words:
    """Words of a page: its texts, each for itself (`texts`) and all in one (`text`)."""

    texts: dict[str, None] = field(default_factory=dict)
    text: str = ""

    def add(self, text: str) -> None:
        """Take the next text."""
        self.texts[text] = None
        self.text += f" {text}"


@dataclass
class Link:
    """A link to `href`, with the text in it."""

    href: str
    text: str = ""


@dataclass
class Outline:
    """The outline of a page.

    `seen` are the words outside closed `details`, and `words` all of them. `facts` are what it says of
    itself, in words. `attributes` counts those that may hide or style an element, run, load or send
    something. `references` are the ids that attributes refer to.
    """

    controls: list[Control] = field(default_factory=list)
    facts: dict[str, None] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    seen: Words = field(default_factory=Words)
    words: Words = field(default_factory=Words)
    classes: Counter[str] = field(default_factory=Counter)
    elements: Counter[str] = field(default_factory=Counter)
    attributes: Counter[str] = field(default_factory=Counter)
    ids: set[str] = field(default_factory=set)
    references: set[str] = field(default_factory=set)


def outline_of(html: bytes) -> Outline:
    """Return the outline of a page."""
    reader = _Reader()
    reader.feed(html.decode("utf-8"))
    reader.close()
    return reader.outline()


class _Element(NamedTuple):
    name: str
    number: int
    is_closed: bool


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self._found = Outline()
        self._open: list[_Element] = []
        self._form = _NO_FORM
        self._by_id: dict[str, str] = {}
        self._named: list[tuple[Control, str]] = []
        self._button: Control | None = None
        self._box: Control | None = None
        self._link: Link | None = None
        self._label = ""

    def outline(self) -> Outline:
        for control, form in self._named:
            # A control may stand before the form that it names.
            control.does = control.does._replace(form=self._by_id.get(form, _NO_FORM))
        return self._found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found, given = self._found, dict[str, str]()
        for name, value in attrs:
            # Of several attributes of one name the first counts, as in browsers.
            given.setdefault(name, value or "")
        found.elements[tag] += 1
        found.classes.update(
            name for name in given.get("class", "").split() if name.startswith("consentgate")
        )
        found.attributes.update(name for name in given if not _is_plain(name))
        found.references.update(id for name in _REFERENCES for id in given.get(name, "").split())
        if "id" in given:
            found.ids.add(given["id"])
        found.facts.update(dict.fromkeys(_facts(tag, given)))
        # Browsers ignore a form in a form (WHATWG HTML, 13.2.6.4.7).
        if tag == "form" and self._form == _NO_FORM:
            self._form = f"is sent by {given.get('method', 'get')} to {given.get('action', '')}"
            self._by_id[given.get("id", "")] = self._form
        if tag == "a":
            self._link = Link(given.get("href", ""))
            found.links.append(self._link)
        if tag == "label":
            self._label, self._box = "", None
        if self._button is not None:
            self._button.inside += (tag,)
        if given.get("name") in _FIELDS and tag != "meta":
            self._add_control(tag, given)
        if tag not in _VOID:
            is_closed = tag == "details" and "open" not in given
            self._open.append(_Element(tag, found.elements.total(), is_closed))

    def _add_control(self, tag: str, given: Mapping[str, str]) -> None:
        around = [element.name for element in self._open]
        does = Does(
            given.get("type", "submit" if tag == "button" else "text"),
            given["name"],
            given.get("value", ""),
            self._form,
            ticked="checked" in given,
            in_label="label" in around,
            in_details="details" in around,
        )
        look = tuple(sorted((name, value) for name, value in given.items() if name != "value"))
        control = Control(does, (("element", tag), *look), self._open[-1].number if self._open else 0)
        self._found.controls.append(control)
        if "form" in given:
            self._named.append((control, given["form"]))
        if tag == "button":
            self._button = control
        elif does.in_label:
            self._box = control

    def handle_endtag(self, tag: str) -> None:
        if tag in (element.name for element in self._open):
            while self._open.pop().name != tag:
                pass
        if tag == "a":
            self._link = None
        if tag == "label" and self._box is not None:
            self._box.label, self._box = self._label.strip(), None
        if tag == "form":
            self._form = _NO_FORM
        if tag == "button":
            self._button = None

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if not text:
            return
        self._found.words.add(text)
        if not self._is_out_of_sight():
            self._found.seen.add(text)
        self._label += f" {text}"
        if self._link is not None:
            self._link.text += f" {text}"
        if self._button is not None:
            self._button.label = f"{self._button.label} {text}".strip()

    def _is_out_of_sight(self) -> bool:
        """Say whether this is in closed `details`, of which only the summary is seen."""
        if not self._open:
            return False
        within = [*(element.name for element in self._open[1:]), ""]
        closed = [element.is_closed for element in self._open]
        return any(is_closed and name != "summary" for is_closed, name in zip(closed, within, strict=True))


def _is_plain(attribute: str) -> bool:
    if attribute == "aria-hidden":
        return False
    return attribute in _PLAIN_ATTRIBUTES or attribute.startswith(("aria-", "data-"))


def _facts(tag: str, given: Mapping[str, str]) -> list[str]:
    facts = [f'an element with {name}="{given[name]}"' for name in _TOLD if name in given]
    if tag == "link":
        facts.append(f'<link href="{given.get("href", "")}">')
    if tag == "meta":
        written = " ".join(f'{name}="{value}"' for name, value in given.items())
        facts.append(f"<meta {written}>")
    return facts

"""Recognising widgets: elements that a vendor's script turns into a button, a quote or a player."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from .known import KnownService, Widget, WidgetSignature

_SPACE = re.compile(r"[\t\n\f\r ]+")
"""What separates class tokens (WHATWG DOM, ordered set parser)."""

_SPEAKS_FOR_ITSELF = frozenset({"a", "blockquote", "button", "form", "input", "body", "html"})
"""Of use without any script: links that work, quotes that can be read, a form's controls."""


class WidgetIndex:
    """Finds whose widget an element is, from its tag and attributes."""

    __slots__ = ("_attributes", "_classes", "_tags", "_types")

    def __init__(self, services: Iterable[KnownService]) -> None:
        known = [(signature, service) for service in services for signature in service.widgets]
        self._tags = _Names(known, "tag")
        self._classes = _Names(known, "class")
        self._attributes = _Names(known, "attribute")
        self._types = _Names(known, "type")

    def find(self, tag: str, attributes: Mapping[str, str]) -> Widget | None:
        """The widget that this element is, or None. Names are lower case."""
        if tag == "script":
            return self._types.find(attributes.get("type", ""))
        widget = self._element(tag, attributes)
        if widget and tag in _SPEAKS_FOR_ITSELF:
            return Widget(widget.service, keep=True)
        return widget

    def _element(self, tag: str, attributes: Mapping[str, str]) -> Widget | None:
        if widget := self._tags.find(tag):
            return widget
        for token in _SPACE.split(attributes.get("class", "")):
            if widget := self._classes.find(token):
                return widget
        for name in attributes:
            if widget := self._attributes.find(name):
                return widget
        return None

    @property
    def tag_pattern(self) -> str:
        """A regular expression for the whole of each tag name that may be a widget, in one group."""
        return self._tags.pattern

    @property
    def class_pattern(self) -> str:
        """A regular expression for the whole of each class token that may be a widget, in one group."""
        return self._classes.pattern


class _Names:
    """The signatures of one kind as one pattern whose groups tell them apart."""

    __slots__ = ("_compiled", "_widgets", "pattern")

    def __init__(self, known: Iterable[tuple[WidgetSignature, KnownService]], kind: str) -> None:
        of_kind = [(signature, service) for signature, service in known if signature.kind == kind]
        self._widgets = tuple(Widget(service, signature.keep) for signature, service in of_kind)
        patterns = [signature.pattern for signature, _ in of_kind]
        self.pattern = f"(?:{'|'.join(patterns)})" if patterns else "(?!)"
        self._compiled = re.compile("|".join(f"({pattern})" for pattern in patterns) or "(?!)")
        if self._compiled.groups != len(patterns):
            raise ValueError("the patterns of widgets may hold no groups that capture")

    def find(self, name: str) -> Widget | None:
        match = self._compiled.fullmatch(name)
        if match is None or match.lastindex is None:
            return None
        return self._widgets[match.lastindex - 1]

"""Recognises widgets: elements that a vendor's script turns into a button, a quote or a player."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from consentgate.web.whitespace import ASCII_WHITESPACE

from .model import KnownService, Widget, WidgetSignature
from .share_links import ButtonIndex

_SPACE = re.compile(rf"[{ASCII_WHITESPACE}]+")
"""The separator of class tokens (WHATWG DOM, ordered set parser)."""

_USEFUL_WITHOUT_SCRIPT = frozenset({"a", "blockquote", "button", "form", "input", "body", "html"})
"""Elements that are of use without the widget's script: links, quotes that can be read, a form's controls."""

_LEADS_TO_SERVICE = frozenset({"a", "button"})
"""Elements that lead to the service: they are of no use once it has closed."""


class WidgetIndex:
    """Recognises the widget that an element is, from its tag and attributes."""

    __slots__ = ("_attributes", "_buttons", "_classes", "_ids", "_tags", "_types", "_values")

    def __init__(self, services: Iterable[KnownService], buttons: ButtonIndex) -> None:
        known = [(signature, service) for service in services for signature in service.widgets]
        self._buttons = buttons
        self._tags = _Names(known, "tag", buttons)
        self._classes = _Names(known, "class", buttons)
        self._ids = _Names(known, "id", buttons)
        self._attributes = _Names(known, "attribute", buttons)
        self._values = _Names(known, "value", buttons)
        self._types = _Names(known, "type", buttons)

    def recognise(self, tag: str, attributes: Mapping[str, str]) -> Widget | None:
        """Return the widget that this element is, or None. Names are lowercase."""
        if tag == "script":
            widget = self._types.widget_of(attributes.get("type", ""))
        else:
            widget = self._element(tag, attributes)
        if widget is None:
            return None
        link = self._buttons.in_markup(tag, attributes)
        if tag in _USEFUL_WITHOUT_SCRIPT and not (widget.service.closed and tag in _LEADS_TO_SERVICE):
            return Widget(widget.service, keep=True, link=link if tag == "a" else None)
        return Widget(widget.service, widget.keep, link)

    def _element(self, tag: str, attributes: Mapping[str, str]) -> Widget | None:
        if widget := self._tags.widget_of(tag):
            return widget
        for token in _SPACE.split(attributes.get("class", "")):
            if widget := self._classes.widget_of(token):
                return widget
        if widget := self._ids.widget_of(attributes.get("id", "")):
            return widget
        for name, value in attributes.items():
            widget = self._attributes.widget_of(name) or self._values.widget_of(f"{name}={value}")
            if widget:
                return widget
        return None

    def pattern(self, kind: str) -> str:
        """Return a regular expression, in one group, for the names of widgets that do not stay as they are.

        It matches whole names of one `kind`: tag, class, id or attribute.
        """
        names = {"tag": self._tags, "class": self._classes, "id": self._ids, "attribute": self._attributes}
        return names[kind].pattern


class _Names:
    """The signatures of one kind, in one pattern whose groups tell them apart."""

    __slots__ = ("_compiled", "_widgets", "pattern")

    def __init__(
        self, known: Iterable[tuple[WidgetSignature, KnownService]], kind: str, buttons: ButtonIndex
    ) -> None:
        of_kind = [(signature, service) for signature, service in known if signature.kind == kind]
        self._widgets = tuple(Widget(service, signature.keep) for signature, service in of_kind)
        patterns = [signature.pattern for signature, _ in of_kind]
        going = [signature.pattern for signature, _ in of_kind if not signature.keep]
        going += [pattern for pattern in buttons.patterns(kind) if pattern not in going]
        self.pattern = f"(?:{'|'.join(going)})" if going else "(?!)"
        self._compiled = re.compile("|".join(f"({pattern})" for pattern in patterns) or "(?!)")
        if self._compiled.groups != len(patterns):
            raise ValueError("the patterns of widgets may hold no groups that capture")

    def widget_of(self, name: str) -> Widget | None:
        match = self._compiled.fullmatch(name)
        if match is None or match.lastindex is None:
            return None
        return self._widgets[match.lastindex - 1]

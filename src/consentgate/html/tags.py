"""A start tag with its attributes, as the standard's tokenizer emits it, and where they stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from .references import decode_references
from .syntax import ATTRIBUTE

Decode = Callable[[bytes], str]


@dataclass(frozen=True, slots=True)
class TagAttribute:
    """An attribute: its decoded `value`, the bytes of it as they are (`raw`, which start at `value_start`),
    and the span from the first byte of its name to the last of its value, quotes included."""

    value: str
    raw: bytes
    value_start: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Tag:
    """A start tag: its `name` in small letters, its span, and its attributes.

    `attributes` holds for each name (in small letters) what the browser takes, the first of that name;
    `repeated` holds those after it, which count as soon as the first is gone.
    """

    name: bytes
    start: int
    end: int
    self_closing: bool
    attributes: Mapping[str, TagAttribute]
    repeated: Mapping[str, Sequence[TagAttribute]]

    @classmethod
    def read(cls, match: re.Match[bytes], decode: Decode) -> Tag:
        """The tag that START_TAG matched. `decode` reads bytes in the document's encoding."""
        data = match.string
        first: dict[str, TagAttribute] = {}
        more: dict[str, list[TagAttribute]] = {}
        begin, end = match.span("attributes")
        # A slash right before ">" closes the tag unless it belongs to a value without quotes.
        closing = data.endswith(b"/", begin, end)
        for found in ATTRIBUTE.finditer(data, begin, end):
            name = decode(found["name"].lower())
            raw, value_start = _value(found)
            value = decode_references(decode(raw).replace("\0", "\ufffd"))
            attribute = TagAttribute(value, raw, value_start, found.start("name"), found.end())
            if name in first:
                more.setdefault(name, []).append(attribute)
            else:
                first[name] = attribute
            closing = closing and not (found.end() == end and found["bare"] is not None)
        return cls(match["name"].lower(), match.start(), match.end(), closing, first, more)

    def get(self, name: str) -> str | None:
        """The decoded value of an attribute, None where the tag lacks it."""
        attribute = self.attributes.get(name)
        return None if attribute is None else attribute.value

    def occurrences(self, name: str) -> tuple[TagAttribute, ...]:
        """Every attribute of this name, the one that counts first."""
        first = self.attributes.get(name)
        return () if first is None else (first, *self.repeated.get(name, ()))

    @property
    def values(self) -> dict[str, str]:
        """Attribute names and their decoded values."""
        return {name: attribute.value for name, attribute in self.attributes.items()}


def _value(found: re.Match[bytes]) -> tuple[bytes, int]:
    for group in ("double", "single", "bare"):
        if found[group] is not None:
            return found[group], found.start(group)
    return b"", found.end()

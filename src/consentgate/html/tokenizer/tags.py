"""A start tag with its attributes, as the standard's tokenizer emits it, and where they stand."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from .character_references import decode_references
from .grammar import ATTRIBUTE

Decode = Callable[[bytes], str]


class TagAttribute(NamedTuple):
    """An attribute: its decoded `value`, the bytes of it as they are (`raw`, which start at `value_start`),
    and the span from the first byte of its name to the last of its value, quotes included."""

    value: str
    raw: bytes
    value_start: int
    start: int
    end: int


class Tag:
    """A start tag: its `name` in small letters, its span, and its attributes.

    `raw` holds for each attribute's name (in small letters) the bytes of the value that the browser takes,
    which is the first of that name. Where attributes stand and what their values mean is found out when
    somebody asks: of most tags nobody does.
    """

    __slots__ = ("_decode", "_match", "_repeats", "end", "name", "raw", "start")

    def __init__(self, match: re.Match[bytes], decode: Decode) -> None:
        """The tag that START_TAG matched. `decode` reads bytes in the document's encoding."""
        self._match = match
        self._decode = decode
        self.start, self.end = match.span()
        self.name = match["name"].lower()
        self.raw: dict[bytes, bytes] = {}
        found = ATTRIBUTE.findall(match.string, *match.span("attributes"))
        for name, double, single, bare in found:
            self.raw.setdefault(name.lower(), double or single or bare)
        self._repeats = len(found) > len(self.raw)

    @property
    def source(self) -> bytes:
        """The data that the tag stands in."""
        return self._match.string

    @property
    def self_closing(self) -> bool:
        """True where a slash stands right before the ">", unless it belongs to a value without quotes."""
        attributes = self._match.span("attributes")
        if not self._match.string.endswith(b"/", *attributes):
            return False
        ends = (found.end("bare") for found in ATTRIBUTE.finditer(self._match.string, *attributes))
        return attributes[1] not in ends

    def get(self, name: bytes) -> str | None:
        """The decoded value of an attribute (its name in small letters), None where the tag lacks it."""
        raw = self.raw.get(name)
        return None if raw is None else self.decode(raw)

    def each(self, name: bytes) -> list[str]:
        """The decoded values of every attribute of this name. Browsers that look ahead for what to load take
        the last of them, where all others take the first."""
        if name not in self.raw:
            return []
        if not self._repeats:
            return [self.decode(self.raw[name])]
        return [attribute.value for attribute in self.occurrences(name)]

    @property
    def values(self) -> dict[str, str]:
        """Attribute names and their decoded values."""
        return {self._decode(name): self.decode(raw) for name, raw in self.raw.items()}

    def occurrences(self, name: bytes) -> list[TagAttribute]:
        """Every attribute of this name, the one that counts first."""
        return [
            TagAttribute(self.decode(raw), raw, at, found.start("name"), found.end())
            for found in ATTRIBUTE.finditer(self._match.string, *self._match.span("attributes"))
            if found["name"].lower() == name
            for raw, at in (_written(found),)
        ]

    def spans(self, name: bytes) -> list[tuple[int, int]]:
        """Where every attribute of this name stands, from its name to the end of its value."""
        return [
            (found.start("name"), found.end())
            for found in ATTRIBUTE.finditer(self._match.string, *self._match.span("attributes"))
            if found["name"].lower() == name
        ]

    def decode(self, raw: bytes) -> str:
        """What the bytes of a value say."""
        text = self._decode(raw)
        return decode_references(text.replace("\0", "\ufffd")) if b"&" in raw or b"\0" in raw else text


def _written(attribute: re.Match[bytes]) -> tuple[bytes, int]:
    for group in ("double", "single", "bare"):
        if attribute[group] is not None:
            return attribute[group], attribute.start(group)
    return b"", attribute.end()

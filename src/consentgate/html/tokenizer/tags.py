"""Start tags with their attributes, as the standard's tokenizer emits them, and where these stand."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import islice

from .character_references import decode_references
from .grammar import ATTRIBUTE

Decode = Callable[[bytes], str]


class Tag:
    """A start tag: its lowercase `name`, its span, and its attributes.

    `raw` maps each attribute's lowercase name to the bytes of the value that the browser takes: of several
    attributes with one name it takes the first. Values are decoded, and attributes located, only on demand:
    most tags need neither.
    """

    __slots__ = ("_decode", "_match", "_repeats", "end", "name", "raw", "start")

    def __init__(self, match: re.Match[bytes], decode: Decode) -> None:
        """Make the tag that START_TAG matched. `decode` decodes bytes from the document's encoding."""
        self._match = match
        self._decode = decode
        self.start, self.end = match.span()
        self.name = match["name"].lower()
        found = ATTRIBUTE.findall(match.string, *match.span("attributes"))
        self.raw: dict[bytes, bytes] = {}
        for name, double, single, bare in found:
            self.raw.setdefault(name.lower(), double or single or bare)
        self._repeats = len(found) > len(self.raw)

    @property
    def source(self) -> bytes:
        """The data that the tag stands in."""
        return self._match.string

    @property
    def self_closing(self) -> bool:
        """True where a slash stands right before the ">" and is not the end of an unquoted value."""
        attributes = self._match.span("attributes")
        if not self._match.string.endswith(b"/", *attributes):
            return False
        ends = (found.end("bare") for found in ATTRIBUTE.finditer(self._match.string, *attributes))
        return attributes[1] not in ends

    def get(self, name: bytes) -> str | None:
        """Return the decoded value of an attribute, by its lowercase name; None where the tag lacks it."""
        raw = self.raw.get(name)
        return None if raw is None else self.decode(raw)

    def each(self, name: bytes) -> list[str]:
        """Return the decoded values of all attributes of this name. Where there are several, a browser's
        preload scanner may take the last of them, while its parser takes the first."""
        if self._repeats:
            return [self.decode(_value(found)[0]) for found in self._all(name)]
        return [self.decode(self.raw[name])] if name in self.raw else []

    @property
    def values(self) -> dict[str, str]:
        """The decoded values by attribute name."""
        return {self._decode(name): self.decode(raw) for name, raw in self.raw.items()}

    def repeats(self, name: bytes) -> bool:
        """Say whether several attributes have this name."""
        return self._repeats and len(self.spans(name)) > 1

    def spans(self, name: bytes) -> list[tuple[int, int]]:
        """Return where every attribute of this name stands, from its name to the end of its value, the one
        that counts first."""
        return [(found.start("name"), found.end()) for found in self._all(name)]

    def value_start(self, name: bytes) -> int:
        """Return where the value of the attribute of this name begins."""
        return _value(self._all(name)[0])[1]

    def _all(self, name: bytes) -> list[re.Match[bytes]]:
        attributes = ATTRIBUTE.finditer(self._match.string, *self._match.span("attributes"))
        if self._repeats:
            return [attribute for attribute in attributes if attribute["name"].lower() == name]
        if name not in self.raw:
            return []
        place = [*self.raw].index(name)
        return [*islice(attributes, place, place + 1)]

    def decode(self, raw: bytes) -> str:
        """Decode the bytes of a value."""
        text = self._decode(raw)
        return decode_references(text.replace("\0", "\ufffd")) if b"&" in raw or b"\0" in raw else text


def _value(attribute: re.Match[bytes]) -> tuple[bytes, int]:
    """Return the bytes of an attribute's value and where they begin."""
    for group in ("double", "single", "bare"):
        if attribute[group] is not None:
            return attribute[group], attribute.start(group)
    return b"", attribute.end()

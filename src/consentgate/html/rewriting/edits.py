"""Collects the edits to one piece of a page, and applies them: spans to remove, and bytes to insert."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

from consentgate.html.rules.verdict import Edit
from consentgate.html.rules.violation import Violation

_SHORT = 128
"""A copy of fewer bytes takes less memory than a view of them, and less time."""


class Edits:
    """Collects the edits to `data`. The bytes around a removed span must not join into markup that was not
    there. `before` is the byte that came before `data`, if any."""

    def __init__(self, data: bytes, before: bytes = b"") -> None:
        self._data = data
        self._before = before
        self._edits: list[Edit] = []

    def remove(self, start: int, end: int, violation: Violation, replacement: bytes = b"") -> None:
        """Remove a tag, or an element from its start tag on."""
        if not replacement and self._byte_before(start) == b"<":
            # "<" and what followed the element would make a tag. An end tag without a name is nothing.
            replacement = b"</>"
        self._edits.append(Edit(start, end, replacement, violation))

    def remove_more(self, start: int, end: int, violation: Violation) -> None:
        """Remove more of an element, or of a tag, whose start is gone already."""
        self._edits.append(Edit(start, end, b"", violation, True))

    def insert(self, position: int, data: bytes) -> None:
        """Insert `data` at `position`."""
        if data:
            self._edits.append(Edit(position, position, data))

    def add(self, edits: Iterable[Edit], offset: int) -> None:
        """Add edits within a tag or a text that stays. Their places are counted from `offset`."""
        self._edits += [edit.moved(offset) for edit in edits] if offset else edits

    def in_order(self) -> list[Edit]:
        """Return the edits from the first byte to the last."""
        return sorted(self._edits, key=attrgetter("start", "end"))

    def _byte_before(self, position: int) -> bytes:
        return self._data[position - 1 : position] if position else self._before


def apply(edits: list[Edit], data: bytes, consumed: int) -> bytes:
    """Return the first `consumed` bytes of `data` with the `edits` applied, which are in order."""
    if not edits:
        return data if consumed == len(data) else data[:consumed]
    pieces: list[bytes | memoryview] = []
    kept = memoryview(data)  # whose slices are no copies
    position = 0
    for edit in edits:
        start = edit.start
        pieces.append(data[position:start] if start - position < _SHORT else kept[position:start])
        pieces.append(edit.replacement)
        position = edit.end
    pieces.append(kept[position:consumed])
    return b"".join(pieces)

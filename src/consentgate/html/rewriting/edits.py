"""What is to be done to a piece of a page: spans to take out, and bytes to put in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from operator import attrgetter
from typing import NamedTuple

from consentgate.policy import Claim

_EQUALS_SIGN = re.compile(rb"[\t\n\f\r ]*+=")


class Reason(NamedTuple):
    """Why something was taken out."""

    claim: Claim
    kind: str
    url: str = ""


class Edit(NamedTuple):
    """Bytes from `start` to `end` give way to `replacement`; `blocked` says why, None for an insertion. One
    that `goes_on` takes out more of what the last one began to."""

    start: int
    end: int
    replacement: bytes = b""
    blocked: Reason | None = None
    goes_on: bool = False


class Edits:
    """Collects the edits to `data`, and sees to it that what they leave does not grow together into markup
    that was not there. `before` is the byte that came before `data`, if any."""

    def __init__(self, data: bytes, before: bytes = b"") -> None:
        self._data = data
        self._before = before
        self._edits: list[Edit] = []

    def element(self, start: int, end: int, reason: Reason, replacement: bytes = b"") -> None:
        """Take out a tag, or an element from its start tag on."""
        if not replacement and self._byte_before(start) == b"<":
            # "<" and what followed the element would make a tag. An end tag without a name is nothing.
            replacement = b"</>"
        self._edits.append(Edit(start, end, replacement, reason))

    def attribute(self, start: int, end: int, reason: Reason, replacement: bytes = b"") -> None:
        """Take out an attribute, or put another in its place."""
        if not replacement and _EQUALS_SIGN.match(self._data, end):
            # What follows begins with "=": it would be taken for the value of the attribute before.
            replacement = b"/"
        elif not replacement and self._byte_before(start) == b"/":
            # The slash could come to stand before ">", where it would close an element of SVG.
            replacement = b" "
        self._edits.append(Edit(start, end, replacement, reason))

    def text(self, start: int, end: int, reason: Reason, replacement: bytes = b"") -> None:
        """Take out a part of a style sheet."""
        self._edits.append(Edit(start, end, replacement, reason))

    def more(self, start: int, end: int, reason: Reason) -> None:
        """Take out more of an element, or of a tag, whose start is gone already."""
        self._edits.append(Edit(start, end, blocked=reason, goes_on=True))

    def insert(self, position: int, data: bytes) -> None:
        """Put something in."""
        if data:
            self._edits.append(Edit(position, position, data))

    @property
    def count(self) -> int:
        """How many there are so far."""
        return len(self._edits)

    def since(self, count: int) -> list[Edit]:
        """List the edits after the first `count` that take something out."""
        return [edit for edit in self._edits[count:] if edit.blocked is not None]

    def adopt(self, edits: Iterable[Edit], offset: int) -> None:
        """Take over edits to the part of the data that begins at `offset`."""
        add = self._edits.append
        for start, end, replacement, blocked, goes_on in edits:
            add(Edit(offset + start, offset + end, replacement, blocked, goes_on))

    def in_order(self) -> list[Edit]:
        """All of them, from the first byte to the last."""
        return sorted(self._edits, key=attrgetter("start", "end"))

    def _byte_before(self, position: int) -> bytes:
        return self._data[position - 1 : position] if position else self._before


def apply(edits: list[Edit], data: bytes, consumed: int) -> bytes:
    """The first `consumed` bytes of `data` with `edits` (in order) carried out."""
    if not edits:
        return data if consumed == len(data) else data[:consumed]
    pieces: list[bytes] = []
    position = 0
    for edit in edits:
        pieces += (data[position : edit.start], edit.replacement)
        position = edit.end
    pieces.append(data[position:consumed])
    return b"".join(pieces)

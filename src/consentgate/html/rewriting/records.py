"""The records that a rewriter makes of a document: each violation and each limit reached, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from consentgate.html.rules.blocked import Blocked
from consentgate.html.rules.limits import Limit
from consentgate.html.rules.verdict import Edit
from consentgate.html.rules.violation import Violation


class BlockedMarkup(NamedTuple):
    """Markup that was removed because of a `violation`. It stood from `start` to `end` in `data`, the piece
    that begins `offset` bytes into the document. With `goes_on` it continues the markup before it."""

    violation: Violation
    data: bytes
    start: int
    end: int
    offset: int
    goes_on: bool = False

    @property
    def text(self) -> bytes:
        """The bytes that were removed."""
        return self.data[self.start : self.end]

    @property
    def place(self) -> str:
        """The place in words: the line, or the byte where nobody has counted the lines before `data`."""
        if self.offset:
            return f"byte {self.offset + self.start}"
        return f"line {self.data.count(10, 0, self.start) + 1}"


class Records:
    """The records of one piece of a document, which begins at `offset`: the `edits` to it, in order, and the
    `limits` that were reached in it, each with its byte in the document."""

    def __init__(
        self, edits: Sequence[Edit], limits: Iterable[tuple[Limit, int]], data: bytes, offset: int
    ) -> None:
        self.limits = limits
        self.edits = edits
        self.offset = offset
        self._data = data

    @property
    def blocked(self) -> Iterator[BlockedMarkup]:
        """The markup that was blocked, in order. Each record is made when it is asked for: all those of a
        hostile page together would fill the memory."""
        for start, end, _, violation, goes_on in self.edits:
            if violation is not None:
                yield BlockedMarkup(violation, self._data, start, end, self.offset, goes_on)


Observe: TypeAlias = Callable[[Records], None]
"""Is called with the records of each piece that was read."""


class BlockedList(list[Blocked]):
    """The public records of what was blocked in a document. Its `observe` is an observer."""

    def observe(self, records: Records) -> None:
        """Add what was blocked."""
        offset = records.offset
        for start, end, _, violation, goes_on in records.edits:
            if violation is None:
                continue
            if goes_on:
                self[-1] = self[-1]._replace(end=offset + end)
                continue
            claim, url, kind = violation
            category = claim.unit.category if claim.unit else None
            self.append(Blocked(category, claim.service, kind, url, offset + start, offset + end))

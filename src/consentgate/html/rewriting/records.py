"""What a rewriter tells of a document: each violation and each limit that was reached, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from consentgate.html.rules.blocked import Blocked
from consentgate.html.rules.limits import Limit
from consentgate.html.rules.verdict import Edit
from consentgate.html.rules.violation import Violation


class BlockedMarkup(NamedTuple):
    """Markup that was taken out: what was wrong with it, and its place, which is from `start` to `end` in
    `data`, the piece that begins `offset` bytes into the document. One that `goes_on` is more of the last."""

    violation: Violation
    data: bytes
    start: int
    end: int
    offset: int
    goes_on: bool = False

    @property
    def text(self) -> bytes:
        """The bytes that were taken out."""
        return self.data[self.start : self.end]

    @property
    def words(self) -> str:
        """The place in words: its line, or its byte where nobody has counted the lines before `data`."""
        if self.offset:
            return f"byte {self.offset + self.start}"
        return f"line {self.data.count(10, 0, self.start) + 1}"


class Records:
    """The records of one piece of a document, which begins at `offset`. `edits` are those to it, in order,
    and `limits` those that were reached, each with its byte in the document."""

    def __init__(
        self, edits: Sequence[Edit], limits: Iterable[tuple[Limit, int]], data: bytes, offset: int
    ) -> None:
        self.limits = limits
        self.edits = edits
        self.offset = offset
        self._data = data

    @property
    def blocked(self) -> Iterator[BlockedMarkup]:
        """The markup that was blocked, in order. The records are made one at a time, for each caller anew:
        all of a hostile page's would fill the memory."""
        for start, end, _, violation, goes_on in self.edits:
            if violation is not None:
                yield BlockedMarkup(violation, self._data, start, end, self.offset, goes_on)


Observe: TypeAlias = Callable[[Records], None]
"""Told of the records of each piece that was read."""


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

"""What a rewriter tells of a document: each violation and each limit that was reached, and where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple, TypeAlias

from consentgate.html.rules.blocked import Blocked
from consentgate.html.rules.limits import Limit
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


class ReachedLimit(NamedTuple):
    """A limit that was reached, `offset` bytes into the document."""

    limit: Limit
    offset: int


Record: TypeAlias = BlockedMarkup | ReachedLimit

Observe: TypeAlias = Callable[[Record], None]
"""Told of each record as soon as what it is about has been read."""


class BlockedList(list[Blocked]):
    """The public records of what was blocked in a document. An instance of it is an observer."""

    def __call__(self, record: Record) -> None:
        if isinstance(record, ReachedLimit):
            return
        start, end = record.offset + record.start, record.offset + record.end
        if record.goes_on:
            self[-1] = replace(self[-1], end=end)
            return
        claim, url, kind = record.violation
        category = claim.unit.category if claim.unit else None
        self.append(Blocked(category, claim.service, kind, url, start, end))

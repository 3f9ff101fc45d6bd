"""The rewriter: HTML in, chunk by chunk; the same HTML without what is not allowed out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from consentgate.consent import Judge
from consentgate.html.rules.blocked import Blocked
from consentgate.html.rules.limits import OnCut
from consentgate.policy import Claim
from consentgate.web.url import Url

from .document_state import PlaceholderFor
from .edits import Edit, Reason, apply
from .insertion_point import Insertion
from .walker import Reader


class Place(NamedTuple):
    """The place of an element: from `start` to `end` in `data`, which begins at `offset` in its document."""

    data: bytes
    start: int
    end: int
    offset: int

    @property
    def text(self) -> bytes:
        """The bytes of the element."""
        return self.data[self.start : self.end]

    @property
    def words(self) -> str:
        """The place in words: its line, or its byte where nobody has counted the lines before `data`."""
        if self.offset:
            return f"byte {self.offset + self.start}"
        return f"line {self.data.count(10, 0, self.start) + 1}"


OnInline = Callable[[Claim, Place], None]

PATIENCE = 16
"""For each byte that comes so many waiting ones may be read again."""


class Rewriter:
    """Rewrites one document. `blocked` grows with what was taken out, unless `keeps_record` is False: a page
    without an end would fill the memory.

    `base` is the document's own URL; `charset` a Python codec that reads it, in which ASCII is ASCII.
    `on_blocked` is called with each claim that was not covered, and its URL; `on_inline` with each on an
    inline script, and where that stood; `on_cut` with what could not be read to its end, and where.
    """

    def __init__(
        self,
        judge: Judge,
        base: Url,
        *,
        charset: str = "utf-8",
        placeholder: PlaceholderFor | None = None,
        insertion: Insertion | None = None,
        on_blocked: Callable[[Claim, str], None] | None = None,
        on_inline: OnInline | None = None,
        on_cut: OnCut | None = None,
        keeps_record: bool = True,
    ) -> None:
        self.blocked: list[Blocked] = []
        self._on_blocked = on_blocked
        self._on_inline = on_inline
        self._on_cut = on_cut
        self._keeps_record = keeps_record
        self._reader = Reader(judge, base, charset, placeholder, insertion)
        self._waiting: list[bytes] = []
        self._size = 0
        self._credit = 0
        self._offset = 0

    @property
    def waiting(self) -> int:
        """How many bytes wait for more of the document."""
        return self._size

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes of the document; give what can be sent.

        What ends inside a tag, or inside something that is judged as a whole, waits. To read that again
        with each small chunk would take time that grows with its square, so how often it is depends on how
        much has come.
        """
        self._waiting.append(data)
        self._credit += PATIENCE * len(data)
        if self._size > self._credit:
            self._size += len(data)
            return b""
        self._credit -= self._size
        return self._read(final=False)

    def finish(self) -> bytes:
        """The document is over; give the rest of it."""
        return self._read(final=True)

    def _read(self, *, final: bool) -> bytes:
        data = b"".join(self._waiting)
        edits, consumed = self._reader.read(data, final=final)
        output = apply(edits, data, consumed)
        for edit in edits:
            if edit.blocked is not None:
                self._record(edit.blocked, edit)
                if edit.blocked.kind == "inline script" and self._on_inline is not None and not edit.goes_on:
                    self._on_inline(edit.blocked.claim, Place(data, edit.start, edit.end, self._offset))
        if self._on_cut is not None:
            for cut in self._reader.cuts:
                self._on_cut(*cut)
        self._offset += consumed
        self._size = len(data) - consumed
        self._waiting = [data[consumed:]] if self._size else []
        return output

    def _record(self, reason: Reason, edit: Edit) -> None:
        claim, start, end = reason.claim, self._offset + edit.start, self._offset + edit.end
        if edit.goes_on:
            if self._keeps_record:
                self.blocked[-1] = replace(self.blocked[-1], end=end)
            return
        if self._keeps_record:
            category = claim.unit.category if claim.unit else None
            self.blocked.append(Blocked(category, claim.service, reason.kind, reason.url, start, end))
        if self._on_blocked is not None:
            self._on_blocked(claim, reason.url)

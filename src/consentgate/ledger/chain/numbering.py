"""The numbers and links that a writer gives to what it writes."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field, replace

from consentgate.consent.record import Event, Notice, Record

from .entries import CountEntry, Entry, ErasureEntry, NoticeEntry, RecordEntry
from .keys import Keys
from .links import Head


@dataclass(frozen=True, slots=True)
class Numbering:
    """What a writer has numbered: `position` entries, and the records up to the `head` of its chain. `told`
    has the digests of the notices that it has written."""

    head: Head
    position: int = 0
    told: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def begin(cls) -> Numbering:
        """Return the numbering of a new writer."""
        return cls(Head(secrets.token_hex(8)))

    @property
    def writer(self) -> str:
        """The id of the writer."""
        return self.head.writer

    def add(self, record: Record, notice: Notice | None, keys: Keys) -> tuple[list[Entry], Numbering]:
        """Return the entries for a `record` and the `notice` that it cites, and the numbering after them."""
        numbered, entries = self, list[Entry]()
        # A notice that no record cites proves nothing.
        if notice is not None and notice.digest not in self.told and not record.is_counted:
            numbered = replace(self, position=self.position + 1, told=self.told | {notice.digest})
            entries.append(NoticeEntry(numbered.position, notice, int(time.time())))
        position = numbered.position + 1
        if record.event is Event.ERASED:
            entries.append(ErasureEntry.of(position, record, keys))
            return entries, replace(numbered, position=position)
        if record.is_counted:
            entries.append(CountEntry.of(position, record))
            return entries, replace(numbered, position=position)
        link = self.head.next(record.digest, keys)
        entries.append(RecordEntry(position, record, link))
        return entries, replace(numbered, position=position, head=Head.of(link))

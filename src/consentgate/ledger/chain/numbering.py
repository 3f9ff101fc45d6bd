"""The numbers and links that a writer gives to what it writes."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from consentgate.consent.record import Event, Notice, Record
from consentgate.policy.lifetime import DAY

from .entries import CountEntry, Entry, ErasureEntry, NoticeEntry, RecordEntry
from .keys import Keys
from .links import Head


@dataclass(frozen=True, slots=True)
class Numbering:
    """What a writer has numbered: `position` entries, and the records up to the `head` of its chain. It last
    wrote each notice on the day that `noticed` has for its digest."""

    head: Head
    position: int = 0
    noticed: Mapping[str, int] = field(default_factory=dict)

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
        now = int(time.time())
        # A notice that no record cites proves nothing.
        if notice is not None and not record.is_counted and self.noticed.get(notice.digest) != now // DAY:
            # Each day anew: what nobody has cited for long was purged.
            noticed = {**self.noticed, notice.digest: now // DAY}
            numbered = replace(self, position=self.position + 1, noticed=noticed)
            entries.append(NoticeEntry(numbered.position, notice, now))
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

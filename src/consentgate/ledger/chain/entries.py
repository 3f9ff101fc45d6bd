"""What a writer puts into its segments and a mover into the database."""

from __future__ import annotations

import datetime

import msgspec

from consentgate.consent.record import Notice, Record
from consentgate.policy.lifetime import DAY

from .links import Link


class RecordEntry(msgspec.Struct, frozen=True, tag="record"):
    """A record, and its link in the writer's chain. `position` counts the writer's entries from 1."""

    position: int
    record: Record
    link: Link


class NoticeEntry(msgspec.Struct, frozen=True, tag="notice"):
    """A notice that later records cite."""

    position: int
    notice: Notice
    stored_at: int


class CountEntry(msgspec.Struct, frozen=True, tag="count"):
    """An event that is counted by these values, and nothing else of it is kept."""

    position: int
    day: datetime.date
    event: str
    host: str
    policy: str
    language: str
    control: str

    @classmethod
    def of(cls, position: int, record: Record) -> CountEntry:
        """Return what is counted of a `record`."""
        day = datetime.datetime.fromtimestamp(record.at - record.at % DAY, datetime.UTC).date()
        return cls(
            position, day, record.event.value, record.host, record.policy, record.language, record.control
        )


Entry = RecordEntry | NoticeEntry | CountEntry

_decoder = msgspec.json.Decoder(Entry)


def encode(entry: Entry) -> bytes:
    """Return the bytes of an entry."""
    return msgspec.json.encode(entry)


def decode(data: bytes) -> Entry:
    """Read an entry. Raises msgspec.MsgspecError (a ValueError) for bytes that are none."""
    return _decoder.decode(data)

"""What a writer puts into its segments and a mover into the database."""

from __future__ import annotations

import datetime

import msgspec

from consentgate.consent.record import Notice, Record
from consentgate.policy.lifetime import DAY

from .keys import Keys, Signature
from .links import Link

_ERASURE = "erasure"


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


class ErasureEntry(msgspec.Struct, frozen=True, tag="erasure"):
    """The order to erase the record with this `id`, of the second `at`, and all that came before and after
    it. It is `counted`. Who has no key cannot give such an order. The `controller`, and the services that are
    `withdrawn` by it, are for the site's hook.
    """

    position: int
    id: str
    at: int
    counted: CountEntry
    signature: Signature
    controller: str = ""
    withdrawn: tuple[str, ...] = ()

    @classmethod
    def of(cls, position: int, record: Record, keys: Keys) -> ErasureEntry:
        """Return the order that a `record` of the event ERASED stands for."""
        signature = keys.sign(_ERASURE, _ordered(record.replaces, record.at))
        counted = CountEntry.of(position, record)
        return cls(
            position, record.replaces, record.at, counted, signature, record.controller, record.withdrawn
        )

    def is_signed(self, keys: Keys) -> bool:
        """Say whether the signature is one of these keys'."""
        return keys.verifies(self.signature, _ERASURE, _ordered(self.id, self.at))


def _ordered(id: str, at: int) -> bytes:
    return f"{id} {at}".encode()


Entry = RecordEntry | NoticeEntry | CountEntry | ErasureEntry

_decoder = msgspec.json.Decoder(Entry)


def encode(entry: Entry) -> bytes:
    """Return the bytes of an entry."""
    return msgspec.json.encode(entry)


def decode(data: bytes) -> Entry:
    """Read an entry. Raises msgspec.MsgspecError (a ValueError) for bytes that are none."""
    return _decoder.decode(data)

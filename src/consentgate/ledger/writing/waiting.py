"""Looks into a spool for what is not in the database yet, of this process and of all others."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from msgspec import MsgspecError

from consentgate.consent.record import Notice, Record
from consentgate.ledger.chain.entries import Entry, ErasureEntry, NoticeEntry, RecordEntry, decode

from .segments import read_frames
from .spool import folders_of, segments_in

MOST_WAITING = 32 << 20
"""The most bytes that are looked through for one visitor."""


class TooMuchWaits(Exception):
    """More waits for the database than can be looked through."""


class Waiting:
    """What was in a `spool` at one moment. Some of it may be in the database, too.

    Look here before looking there: what is moved meanwhile is then found in either place.

    Raises TooMuchWaits.
    """

    def __init__(self, spool: Path | None) -> None:
        self._segments: list[bytes] = []
        size = 0
        for path in () if spool is None else _segments_of(spool):
            # What has been moved meanwhile is in the database.
            with contextlib.suppress(FileNotFoundError):
                size += path.stat().st_size
                if size > MOST_WAITING:
                    raise TooMuchWaits
                self._segments.append(path.read_bytes())

    def records(self, id: str) -> list[Record]:
        """List the record with this `id`, and those that replace it."""
        entries = (entry for entry in self._entries_with(id) if isinstance(entry, RecordEntry))
        return [entry.record for entry in entries if id in (entry.record.id, entry.record.replaces)]

    def is_erased(self, id: str) -> bool:
        """Say whether it is ordered to erase the record with this `id`."""
        return any(isinstance(entry, ErasureEntry) and entry.id == id for entry in self._entries_with(id))

    def notice(self, digest: str) -> Notice | None:
        """Return the notice with this digest."""
        for segment in self._segments:
            for entry in _entries(segment, b'"type":"notice"'):
                if isinstance(entry, NoticeEntry) and entry.notice.digest == digest:
                    return entry.notice
        return None

    def _entries_with(self, id: str) -> Iterator[Entry]:
        for segment in self._segments:
            yield from _entries(segment, id.encode())


def _segments_of(spool: Path) -> Iterator[Path]:
    for folder in folders_of(spool):
        with contextlib.suppress(FileNotFoundError):
            yield from segments_in(folder)


def _entries(segment: bytes, mark: bytes) -> Iterator[Entry]:
    """Yield the entries with these bytes in them."""
    for payload in read_frames(segment).payloads if mark in segment else ():
        # What a newer version has written, that version can show.
        with contextlib.suppress(MsgspecError):
            if mark in payload:
                yield decode(payload)

"""Segments: files that entries are appended to, each framed so that damage is found.

A frame is a marker, the length of its payload, a CRC-32 of both and the payload. No payload has the marker in
it, since that is no UTF-8. So what follows damage is found again.
"""

from __future__ import annotations

import os
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

MARKER = b"\xff\xfecg"
_HEAD = struct.Struct(">II")
_HEAD_SIZE = len(MARKER) + _HEAD.size
LONGEST_PAYLOAD = 16 << 20
"""The longest payload in bytes. A length above it is damage, whatever follows."""


@dataclass(frozen=True, slots=True)
class Frames:
    """What was read of a segment: the payloads that are whole, in order, up to the offset `end`; how many
    stretches before that are `damaged`; and whether something that is no whole frame follows."""

    payloads: tuple[bytes, ...]
    end: int
    damaged: int
    is_torn: bool


def framed(payload: bytes) -> bytes:
    """Return the frame of a payload."""
    size = len(payload)
    return MARKER + _HEAD.pack(size, _checksum(size, payload)) + payload


def read_frames(data: bytes, start: int = 0) -> Frames:
    """Read the frames in a segment's `data`, from the offset `start`.

    A frame that is cut off or changed is never taken for a whole one. All whole ones are found.
    """
    payloads: list[bytes] = []
    at = end = start
    damaged = 0
    while (found := data.find(MARKER, at)) != -1:
        payload = _payload_at(data, found)
        if payload is None:
            at = found + 1
            continue
        damaged += found != end
        payloads.append(payload)
        at = end = found + _HEAD_SIZE + len(payload)
    return Frames(tuple(payloads), end, damaged, end < len(data))


def _payload_at(data: bytes, found: int) -> bytes | None:
    head = found + len(MARKER)
    if head + _HEAD.size > len(data):
        return None
    size, checksum = _HEAD.unpack_from(data, head)
    payload = data[head + _HEAD.size : head + _HEAD.size + size]
    if size > LONGEST_PAYLOAD or len(payload) != size or _checksum(size, payload) != checksum:
        return None
    return payload


def _checksum(size: int, payload: bytes) -> int:
    return zlib.crc32(payload, zlib.crc32(size.to_bytes(4, "big")))


class Segment:
    """A file that frames are appended to. One thread at a time uses it.

    `size` counts the bytes of whole frames. Raises OSError where the file cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_BINARY", 0)
        self._file = os.open(path, flags, 0o600)

    def append(self, data: bytes) -> None:
        """Append frames. Raises OSError where that fails, and then takes back what was written of them."""
        try:
            left = memoryview(data)
            while left:
                left = left[os.write(self._file, left) :]
        except OSError:
            self.cut(self.size)
            raise
        self.size += len(data)

    def cut(self, size: int) -> None:
        """Leave the first `size` bytes of the file. Raises OSError."""
        os.ftruncate(self._file, size)

    def sync(self) -> None:
        """Return when all that was appended would survive a loss of power. Raises OSError."""
        os.fsync(self._file)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


def sync_folder(path: Path) -> None:
    """Return when the names in a folder would survive a loss of power. Windows does that by itself."""
    if os.name == "nt":
        return
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

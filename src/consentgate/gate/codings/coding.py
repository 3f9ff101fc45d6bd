"""The interface of a content coding."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

PIECE = 64 << 10
"""About the size of the pieces that bytes are decoded in. A few bytes may decode to gigabytes, which must not
fill the memory."""


class Decoder(Protocol):
    """Decodes a content coding. Raises Unreadable for bytes that are not in it."""

    def decode(self, data: bytes) -> Iterator[bytes]:
        """Yield what `data` decodes to, in pieces. Take all of them before the next call."""

    def check_complete(self) -> None:
        """Check that the body is complete. Raise Unreadable when it was cut off. A body without a byte is
        complete."""


class Encoder(Protocol):
    """Encodes a content coding."""

    def encode(self, data: bytes) -> bytes:
        """Encode `data`. Return what can be sent by now."""

    def flush(self) -> bytes:
        """Return what is still needed to decode all data so far."""

    def finish(self) -> bytes:
        """Return the last bytes."""

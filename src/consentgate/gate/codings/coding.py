"""What a content coding is to the gate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

PIECE = 64 << 10
"""Decoded bytes come in pieces of about this size, so that a few bytes that stand for gigabytes never fill
the memory."""


class Decoder(Protocol):
    """Undoes a coding. Raises Unreadable on what is not in it."""

    def decode(self, data: bytes) -> Iterator[bytes]:
        """What `data` holds, in pieces. The next `data` may come once all have been taken."""

    def finish(self) -> None:
        """The body is over. Raises Unreadable when it was cut off; one without a byte is merely empty."""


class Encoder(Protocol):
    """Applies a coding."""

    def encode(self, data: bytes) -> bytes:
        """Take `data`; give what can be sent of it."""

    def flush(self) -> bytes:
        """What is needed to decode all that has been taken."""

    def finish(self) -> bytes:
        """The end."""

"""The two directions of a content coding."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

PIECE = 64 << 10
"""The size of the pieces, about, in which decoded bytes come: a few bytes that stand for gigabytes must not
fill the memory."""


class Decoder(Protocol):
    """Undoes a coding. Raises Unreadable on what is not in it."""

    def decode(self, data: bytes) -> Iterator[bytes]:
        """Yield what `data` holds, in pieces. The next `data` may come once all have been taken."""

    def check_complete(self) -> None:
        """Raise Unreadable where the body was cut off. One without a byte is merely empty."""


class Encoder(Protocol):
    """Applies a coding."""

    def encode(self, data: bytes) -> bytes:
        """Take `data`; return what can be sent of it."""

    def flush(self) -> bytes:
        """Return what is needed to decode all that has been taken."""

    def end(self) -> bytes:
        """Return the end of the body."""

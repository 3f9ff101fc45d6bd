"""The codings of one body, nested."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .coding import Decoder, Encoder

_TAKEN_AT_ONCE = 16 << 10
"""The most bytes that a decoder gets at once: it may copy what is left of them for every few that it
takes."""


class Unpacker:
    """Undoes the codings of `decoders`, the outermost first."""

    def __init__(self, decoders: Sequence[Decoder]) -> None:
        self._decoders = decoders

    def unpack(self, data: bytes) -> Iterator[bytes]:
        """Yield what `data` holds, in pieces. The next `data` may come once all have been taken.

        Raises Unreadable on what is not in these codings.
        """
        for at in range(0, len(data), _TAKEN_AT_ONCE):
            yield from _unpacked(self._decoders, data[at : at + _TAKEN_AT_ONCE])

    def check_complete(self) -> None:
        """Raise Unreadable where the body was cut off."""
        for decoder in self._decoders:
            decoder.check_complete()


def _unpacked(decoders: Sequence[Decoder], data: bytes) -> Iterator[bytes]:
    if not decoders:
        yield data
        return
    for piece in decoders[0].decode(data):
        yield from _unpacked(decoders[1:], piece)


class Packer:
    """Applies the codings of `encoders`, the innermost first."""

    def __init__(self, encoders: Sequence[Encoder]) -> None:
        self._encoders = encoders
        self._unsent = False

    def pack(self, data: bytes) -> bytes:
        """Take `data`; return what can be sent of it."""
        self._unsent = self._unsent or bool(data)
        for encoder in self._encoders:
            data = encoder.encode(data) if data else b""
        return data

    def flush(self) -> bytes:
        """Return what is needed to decode all that has been taken."""
        if not self._unsent:
            return b""
        self._unsent = False
        data = b""
        for encoder in self._encoders:
            data = (encoder.encode(data) if data else b"") + encoder.flush()
        return data

    def end(self) -> bytes:
        """Return the end of the body."""
        data = b""
        for encoder in self._encoders:
            data = (encoder.encode(data) if data else b"") + encoder.end()
        return data

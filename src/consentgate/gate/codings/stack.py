"""The nested codings of one body."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .coding import Decoder, Encoder

_TAKEN_AT_ONCE = 16 << 10
"""The bytes that a decoder gets at a time. Decoders copy the input that is left for every piece of output."""


class Unpacker:
    """Decodes a body by `decoders`, the outermost first."""

    def __init__(self, decoders: Sequence[Decoder]) -> None:
        self._decoders = decoders

    def unpack(self, data: bytes) -> Iterator[bytes]:
        """Yield what `data` decodes to, in pieces. Take all of them before the next call.

        Raise Unreadable for bytes that are not in these codings.
        """
        for at in range(0, len(data), _TAKEN_AT_ONCE):
            yield from _decoded(self._decoders, data[at : at + _TAKEN_AT_ONCE])

    def check_complete(self) -> None:
        """Check that the body is complete. Raise Unreadable when it was cut off."""
        for decoder in self._decoders:
            decoder.check_complete()


def _decoded(decoders: Sequence[Decoder], data: bytes) -> Iterator[bytes]:
    if not decoders:
        yield data
        return
    for piece in decoders[0].decode(data):
        yield from _decoded(decoders[1:], piece)


class Packer:
    """Encodes a body by `encoders`, the innermost first."""

    def __init__(self, encoders: Sequence[Encoder]) -> None:
        self._encoders = encoders
        self._unsent = False

    def pack(self, data: bytes) -> bytes:
        """Encode `data`. Return what can be sent by now."""
        self._unsent = self._unsent or bool(data)
        for encoder in self._encoders:
            data = encoder.encode(data) if data else b""
        return data

    def flush(self) -> bytes:
        """Return what is still needed to decode all data so far."""
        if not self._unsent:
            return b""
        self._unsent = False
        data = b""
        for encoder in self._encoders:
            data = (encoder.encode(data) if data else b"") + encoder.flush()
        return data

    def finish(self) -> bytes:
        """Return the last bytes."""
        data = b""
        for encoder in self._encoders:
            data = (encoder.encode(data) if data else b"") + encoder.finish()
        return data

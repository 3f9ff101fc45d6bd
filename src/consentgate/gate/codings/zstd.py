"""zstd (RFC 8878, RFC 9659), with the package zstandard."""

from __future__ import annotations

from collections.abc import Iterator

import zstandard

from consentgate.html.tokenizer.encoding import Unreadable

_LARGEST_WINDOW = 8 << 20
"""The largest window that browsers accept (RFC 9659, section 3)."""
_READ_AT_ONCE = 64
"""The bytes that are decoded at a time. This package cannot be told how much to return; four bytes may stand
for 128 KiB, so that these decode to at most 2 MiB."""


class ZstdDecoder:
    """Decodes zstd: one frame after another."""

    def __init__(self) -> None:
        self._begun = False
        self._begin()

    def _begin(self) -> None:
        decompressor = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW)
        self._frame = decompressor.decompressobj()

    def decode(self, data: bytes) -> Iterator[bytes]:
        self._begun = self._begun or bool(data)
        for at in range(0, len(data), _READ_AT_ONCE):
            part = data[at : at + _READ_AT_ONCE]
            while part:
                if self._frame.eof:
                    self._begin()
                try:
                    output = self._frame.decompress(part)
                except zstandard.ZstdError as error:
                    raise Unreadable(str(error)) from None
                if output:
                    yield output
                part = self._frame.unused_data

    def check_complete(self) -> None:
        if self._begun and not self._frame.eof:
            raise Unreadable("the zstd stream is cut off")


class ZstdEncoder:
    """Encodes zstd."""

    def __init__(self) -> None:
        self._frame = zstandard.ZstdCompressor().compressobj()

    def encode(self, data: bytes) -> bytes:
        return self._frame.compress(data)

    def flush(self) -> bytes:
        return self._frame.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)

    def finish(self) -> bytes:
        return self._frame.flush(zstandard.COMPRESSOBJ_FLUSH_FINISH)

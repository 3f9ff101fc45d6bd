"""br (RFC 7932), with the package brotli."""

from __future__ import annotations

from collections.abc import Iterator

import brotli

from consentgate.html.tokenizer.encoding import Unreadable

from .coding import PIECE

_QUALITY = 5
"""About as fast as gzip, and smaller."""


class BrotliDecoder:
    """Decodes br."""

    def __init__(self) -> None:
        self._decompressor = brotli.Decompressor()
        self._begun = False

    def decode(self, data: bytes) -> Iterator[bytes]:
        self._begun = self._begun or bool(data)
        while True:
            try:
                output: bytes = self._decompressor.process(data, output_buffer_limit=PIECE)
            except brotli.error as error:
                raise Unreadable(str(error)) from None
            if output:
                yield output
            elif self._decompressor.can_accept_more_data():
                return
            data = b""

    def check_complete(self) -> None:
        if self._begun and not self._decompressor.is_finished():
            raise Unreadable("the br stream is cut off")


class BrotliEncoder:
    """Encodes br."""

    def __init__(self) -> None:
        self._compressor = brotli.Compressor(quality=_QUALITY)

    def encode(self, data: bytes) -> bytes:
        output: bytes = self._compressor.process(data)
        return output

    def flush(self) -> bytes:
        output: bytes = self._compressor.flush()
        return output

    def finish(self) -> bytes:
        output: bytes = self._compressor.finish()
        return output

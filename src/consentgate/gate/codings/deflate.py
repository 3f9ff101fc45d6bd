"""gzip and deflate, which come with Python (RFC 1952, RFC 1950)."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from consentgate.html.tokenizer.encoding import Unreadable

from .coding import PIECE

_GZIP, _ZLIB, _BARE = 31, 15, -15


class GzipDecoder:
    """Decodes gzip: one member after another, and zeros that pad the last one."""

    def __init__(self) -> None:
        self._inflater = zlib.decompressobj(wbits=_GZIP)
        self._begun = False

    def decode(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._inflater.eof:
                if not data.strip(b"\0"):
                    return
                self._inflater = zlib.decompressobj(wbits=_GZIP)
            self._begun = True
            yield from _inflated(self._inflater, data)
            data = self._inflater.unused_data

    def check_complete(self) -> None:
        if self._begun and not self._inflater.eof:
            raise Unreadable("the gzip stream is cut off")


class DeflateDecoder:
    """Decodes deflate, which is a zlib stream by the standard, and in practice also a bare one."""

    def __init__(self) -> None:
        self._inflater = zlib.decompressobj(wbits=_ZLIB)
        self._start = b""
        self._is_format_known = False

    def decode(self, data: bytes) -> Iterator[bytes]:
        if not self._is_format_known:
            # The first two bytes tell (RFC 1950, section 2.2).
            self._start += data
            if len(self._start) < 2:
                return
            data, self._is_format_known = self._start, True
            if data[0] & 0x0F != 8 or int.from_bytes(data[:2]) % 31:
                self._inflater = zlib.decompressobj(wbits=_BARE)
        if data and self._inflater.eof:
            raise Unreadable("there is something after the end of the deflate stream")
        yield from _inflated(self._inflater, data)
        if self._inflater.unused_data:
            raise Unreadable("there is something after the end of the deflate stream")

    def check_complete(self) -> None:
        if self._start and not self._inflater.eof:
            raise Unreadable("the deflate stream is cut off")


class _ZlibEncoder:
    def __init__(self, wbits: int) -> None:
        self._deflater = zlib.compressobj(wbits=wbits)

    def encode(self, data: bytes) -> bytes:
        return self._deflater.compress(data)

    def flush(self) -> bytes:
        return self._deflater.flush(zlib.Z_SYNC_FLUSH)

    def finish(self) -> bytes:
        return self._deflater.flush()


class GzipEncoder(_ZlibEncoder):
    """Encodes gzip."""

    def __init__(self) -> None:
        super().__init__(_GZIP)


class DeflateEncoder(_ZlibEncoder):
    """Encodes deflate as in the standard, as a zlib stream."""

    def __init__(self) -> None:
        super().__init__(_ZLIB)


def _inflated(inflater: zlib._Decompress, data: bytes) -> Iterator[bytes]:
    while True:
        try:
            output = inflater.decompress(data, PIECE)
        except zlib.error as error:
            raise Unreadable(str(error)) from None
        if output:
            yield output
        data = inflater.unconsumed_tail
        # A full piece may not be all that the bytes so far decode to.
        if not data and len(output) < PIECE:
            return

"""Bodies that an inner layer has compressed, read as they stream (RFC 9110, section 8.4)."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from consentgate.html.encoding import Unreadable

READABLE = ("gzip", "x-gzip", "deflate")
_GZIP, _ZLIB, _BARE = 31, 15, -15


def codings_of(values: Iterable[str]) -> list[str]:
    """The codings that `Content-Encoding` headers name, in the order they were applied."""
    named = (coding.strip().lower() for value in values for coding in value.split(","))
    return [coding for coding in named if coding not in ("", "identity")]


class Decompressor:
    """Undoes one gzip or deflate coding, chunk by chunk. Raises Unreadable on what is neither."""

    def __init__(self, coding: str) -> None:
        if coding not in READABLE:
            raise Unreadable(f"the content coding {coding!r} is not one that the gate reads")
        self._deflate = coding == "deflate"
        self._inflater = zlib.decompressobj(wbits=_ZLIB if self._deflate else _GZIP)
        self._start = b""
        self._begun = self._ended = False

    def feed(self, data: bytes) -> bytes:
        """What `data` holds, unpacked."""
        if self._deflate and not self._begun:
            # "deflate" is a zlib stream by the standard, and a bare one in practice as well: two bytes tell
            # (RFC 1950, section 2.2).
            data = self._start + data
            if len(data) < 2:
                self._start = data
                return b""
            if data[0] & 0x0F != 8 or int.from_bytes(data[:2]) % 31:
                self._inflater = zlib.decompressobj(wbits=_BARE)
        self._begun = self._begun or bool(data)
        try:
            return self._inflate(data)
        except zlib.error as error:
            raise Unreadable(str(error)) from None

    def _inflate(self, data: bytes) -> bytes:
        output = b""
        while data:
            if self._ended:
                # A gzip body may consist of several members, and of padding after them.
                if not data.strip(b"\0"):
                    break
                if self._deflate:
                    raise Unreadable("there is something after the end of the deflate stream")
                self._inflater = zlib.decompressobj(wbits=_GZIP)
            output += self._inflater.decompress(data)
            self._ended = self._inflater.eof
            data = self._inflater.unused_data if self._ended else b""
        return output

    def finish(self) -> None:
        """The body is over. Raises Unreadable when it was cut off; one without a byte is merely empty."""
        if (self._begun or self._start) and not self._ended:
            raise Unreadable("the compressed body is cut off")

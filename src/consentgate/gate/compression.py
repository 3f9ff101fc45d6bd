"""Bodies that an inner layer has compressed, read as they stream (RFC 9110, section 8.4)."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from consentgate.html.encoding import Unreadable

READABLE = ("gzip", "x-gzip", "deflate")


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
        self._inflater = None if self._deflate else zlib.decompressobj(wbits=31)
        self._ended = False

    def feed(self, data: bytes) -> bytes:
        """What `data` holds, unpacked."""
        output = b""
        try:
            while data:
                if self._inflater is None:
                    # "deflate" is a zlib stream by the standard, and a bare one in practice as well.
                    self._inflater = zlib.decompressobj(wbits=15 if data[0] & 0x0F == 8 else -15)
                output += self._inflater.decompress(data)
                self._ended = self._inflater.eof
                data = self._inflater.unused_data if self._ended else b""
                if data and not self._deflate:
                    # A gzip body may consist of several members.
                    self._inflater = zlib.decompressobj(wbits=31)
                elif data:
                    raise Unreadable("there is something after the end of the deflate stream")
        except zlib.error as error:
            raise Unreadable(str(error)) from None
        return output

    def finish(self) -> None:
        """The body is over. Raises Unreadable when it was cut off."""
        if self._inflater is not None and not self._ended:
            raise Unreadable("the compressed body is cut off")

"""Bodies on their way out: what is HTML goes through the rewriter, all else as it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from consentgate.html import Rewriter
from consentgate.html.encoding import Encoding, Transcoder, sniff_encoding
from consentgate.html.sniff import sniffs_as_html

from .compression import Decompressor


class Body(Protocol):
    """A body that the gate reads. `ready` turns True once its headers can be sent."""

    ready: bool

    def feed(self, data: bytes, *, final: bool) -> bytes:
        """Take the next bytes, `final` ones or not; give those that can be sent."""


class NoBody:
    """A body that has no place in its response: HEAD, 204, 304. Whatever the application gives is dropped,
    since some servers would put it on the wire."""

    ready = True

    def feed(self, data: bytes, *, final: bool) -> bytes:
        return b""


class HtmlBody:
    """HTML. `encoding` is known as soon as it is `ready`."""

    def __init__(self, make_rewriter: Callable[[Encoding], Rewriter], label: str | None) -> None:
        self.ready = False
        self.encoding = Encoding("utf-8")
        self._make_rewriter = make_rewriter
        self._label = label
        self._waiting = b""
        self._rewriter: Rewriter | None = None
        self._transcoder: Transcoder | None = None

    def feed(self, data: bytes, *, final: bool) -> bytes:
        if self._rewriter is None:
            data = self._waiting + data
            encoding = sniff_encoding(data, self._label, complete=final)
            if encoding is None:
                self._waiting = data
                return b""
            self.encoding, self.ready = encoding, True
            self._rewriter = self._make_rewriter(encoding)
            self._transcoder = None if encoding.is_ascii_compatible else Transcoder(encoding)
        if self._transcoder is None:
            return self._rewrite(self._rewriter, data, final=final)
        text = self._transcoder.decode(data, final=final)
        return self._transcoder.encode(self._rewrite(self._rewriter, text, final=final), final=final)

    @staticmethod
    def _rewrite(rewriter: Rewriter, data: bytes, *, final: bool) -> bytes:
        output = rewriter.feed(data) if data else b""
        return output + rewriter.finish() if final else output


class SniffedBody:
    """A body of no type that a browser would guess: HTML if it looks like it. `html` tells once `ready`."""

    def __init__(self, as_html: HtmlBody) -> None:
        self.ready = False
        self.html: HtmlBody | None = None
        self._as_html = as_html
        self._waiting = b""
        self._decided = False

    def feed(self, data: bytes, *, final: bool) -> bytes:
        if not self._decided:
            self._waiting += data
            is_html = sniffs_as_html(self._waiting, complete=final)
            if is_html is None:
                return b""
            self._decided = True
            self.html = self._as_html if is_html else None
            self.ready = not is_html
            data = self._waiting
        if self.html is None:
            return data
        output = self.html.feed(data, final=final)
        self.ready = self.html.ready
        return output


class DecodedBody:
    """A compressed body, read by the `inner` one and sent on without its compression."""

    def __init__(self, inner: Body, decompressors: Sequence[Decompressor]) -> None:
        self.ready = False
        self._inner = inner
        self._decompressors = decompressors

    def feed(self, data: bytes, *, final: bool) -> bytes:
        for decompressor in self._decompressors:
            data = decompressor.feed(data)
            if final:
                decompressor.finish()
        output = self._inner.feed(data, final=final)
        self.ready = self._inner.ready
        return output

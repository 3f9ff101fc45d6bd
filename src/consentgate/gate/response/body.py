"""Reads bodies on their way out: HTML, XML, and what may be HTML, compressed or not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from consentgate.gate.codings import packer, unpacker
from consentgate.html import Rewriter
from consentgate.html.rewriting.rewriter import PATIENCE
from consentgate.html.tokenizer.encoding import PRESCANNED, Encoding, Transcoder, Unreadable, sniff_encoding
from consentgate.web.mime_sniffing import sniffs_as_html
from consentgate.xml.document import XmlDocument

from .content_type import Kind

HELD_BACK = 1 << 20
"""The bytes of an XML document that are read before any of it leaves. Until then it can be refused."""
LONGEST_CODED = 8 << 20
"""The most bytes of a compressed XML document, which is held back as a whole. A longer one is refused."""


class Body(Protocol):
    """A body that the gate reads."""

    @property
    def ready(self) -> bool:
        """True once the response's head can be sent."""

    @property
    def kind(self) -> Kind:
        """The kind of body that this has turned out to be, once it is ready."""

    @property
    def charset(self) -> str | None:
        """The charset in which the body is read, where neither its first bytes nor a header name one."""

    def process(self, data: bytes, *, final: bool) -> bytes:
        """Take the next bytes, the last ones if `final`; return those that can be sent."""


class HtmlBody:
    """HTML, which is rewritten. What `at_end` returns is added to its end. `charset` is known once the body
    is `ready`."""

    kind = Kind.HTML

    def __init__(
        self,
        make_rewriter: Callable[[Encoding], Rewriter],
        label: str | None,
        at_end: Callable[[], bytes] | None = None,
    ) -> None:
        self.ready = False
        self.charset: str | None = None
        self._make_rewriter = make_rewriter
        self._label = label
        self._at_end = at_end
        self._waiting = b""
        self._credit = PRESCANNED
        self._rewriter: Rewriter | None = None
        self._transcoder: Transcoder | None = None

    def process(self, data: bytes, *, final: bool) -> bytes:
        if self._rewriter is None:
            encoding = self._sniff(data, final=final)
            if encoding is None:
                return b""
            data, self._waiting = self._waiting, b""
            self.charset, self.ready = None if encoding.declared else encoding.name, True
            self._rewriter = self._make_rewriter(encoding)
            self._transcoder = None if encoding.is_ascii_compatible else Transcoder(encoding)
        if self._transcoder is None:
            return self._rewrite(self._rewriter, data, final=final)
        text = self._transcoder.decode(data, final=final)
        return self._transcoder.encode(self._rewrite(self._rewriter, text, final=final), final=final)

    def _sniff(self, data: bytes, *, final: bool) -> Encoding | None:
        # To look through a long head again for each small chunk would take quadratic time.
        self._credit += PATIENCE * len(data)
        self._waiting += data
        if len(self._waiting) > self._credit and not final:
            return None
        self._credit -= max(len(self._waiting) - PRESCANNED, 0)
        return sniff_encoding(self._waiting, self._label, complete=final)

    def _rewrite(self, rewriter: Rewriter, data: bytes, *, final: bool) -> bytes:
        output = rewriter.feed(data) if data else b""
        if final:
            output += rewriter.finish() + (self._at_end() if self._at_end is not None else b"")
        return output


class RecodedBody:
    """A compressed body: `html` that is decoded, read, and encoded again in the same `codings`."""

    kind = Kind.HTML

    def __init__(self, html: HtmlBody, codings: Sequence[str]) -> None:
        self._html = html
        self._unpacker = unpacker(codings)
        self._packer = packer(codings)
        self._begun = False

    @property
    def ready(self) -> bool:
        return self._html.ready

    @property
    def charset(self) -> str | None:
        return self._html.charset

    def process(self, data: bytes, *, final: bool) -> bytes:
        self._begun = self._begun or bool(data)
        if not self._begun:
            return self._html.process(data, final=final)
        output = [self._packer.pack(self._html.process(p, final=False)) for p in self._unpacker.unpack(data)]
        if final:
            self._unpacker.check_complete()
            output += [self._packer.pack(self._html.process(b"", final=True)), self._packer.finish()]
        else:
            # The visitor must get these bytes now: they must not wait in the encoder for the next chunk.
            output.append(self._packer.flush())
        return b"".join(output)


class XmlBody:
    """A document in XML, which passes as it is as far as it is plain. Its first mebibyte waits until it has
    been read, and a compressed document as a whole."""

    kind = Kind.XML
    charset = None

    def __init__(self, document: XmlDocument, codings: Sequence[str]) -> None:
        self.ready = False
        self._document = document
        self._unpacker = unpacker(codings) if codings else None
        self._waiting = bytearray()
        self._sent = 0

    def process(self, data: bytes, *, final: bool) -> bytes:
        self._waiting += data
        pieces = (data,) if self._unpacker is None else self._unpacker.unpack(data)
        for piece in pieces:
            self._document.feed(piece)
        if final:
            if self._unpacker is not None and self._waiting:
                self._unpacker.check_complete()
            self._document.feed(b"", final=True)
        elif self._unpacker is not None:
            if len(self._waiting) > LONGEST_CODED:
                raise Unreadable("a compressed XML document of this size is not read; send it uncompressed")
            return b""
        plain = len(self._waiting) if final else self._document.checked - self._sent
        self.ready = self.ready or final or plain >= HELD_BACK
        return self._take(plain) if self.ready else b""

    def _take(self, size: int) -> bytes:
        taken = bytes(self._waiting[:size])
        del self._waiting[:size]
        self._sent += size
        return taken


class SniffedBody:
    """A body without a type, for which a browser would guess one. If its decoded bytes look like HTML it is
    read `as_html`. Otherwise it passes as it is."""

    def __init__(self, as_html: Body, codings: Sequence[str]) -> None:
        self._as_html = as_html
        self._unpacker = unpacker(codings)
        self._waiting: list[bytes] = []
        self._plain = b""
        self._is_html: bool | None = None

    @property
    def ready(self) -> bool:
        return self._as_html.ready if self._is_html else self._is_html is False

    @property
    def kind(self) -> Kind:
        return Kind.HTML if self._is_html else Kind.UNKNOWN

    @property
    def charset(self) -> str | None:
        return self._as_html.charset

    def process(self, data: bytes, *, final: bool) -> bytes:
        if self._is_html is None:
            self._waiting.append(data)
            self._is_html = self._sniffs(data, final=final)
            if self._is_html is None:
                return b""
            data = b"".join(self._waiting)
        return self._as_html.process(data, final=final) if self._is_html else data

    def _sniffs(self, data: bytes, *, final: bool) -> bool | None:
        for piece in self._unpacker.unpack(data):
            self._plain += piece
            if (is_html := sniffs_as_html(self._plain, complete=False)) is not None:
                return is_html
        return sniffs_as_html(self._plain, complete=final)

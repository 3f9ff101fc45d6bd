"""A whole document through the rewriter at once."""

from __future__ import annotations

import codecs
from dataclasses import replace

from consentgate.consent import Judge
from consentgate.html.rules.blocked import Blocked
from consentgate.html.rules.limits import OnCut
from consentgate.html.tokenizer.encoding import Encoding, Transcoder, sniff_encoding
from consentgate.web.url import Url

from .document_state import PlaceholderFor
from .rewriter import Rewriter


def rewrite_document(
    html: bytes,
    judge: Judge,
    url: Url,
    charset: str | None = None,
    placeholder: PlaceholderFor | None = None,
    on_cut: OnCut | None = None,
) -> tuple[bytes, list[Blocked]]:
    """The document `html`, found at `url`, without what `judge` does not allow, and what that was.

    `charset` is the label in its Content-Type, if any. `on_cut` is told of what could not be read to its
    end, and where: in a page whose encoding is not ASCII-compatible, at which byte of it in UTF-8. Raises
    Unreadable when the bytes are not in the document's encoding.
    """
    encoding = sniff_encoding(html, charset, complete=True)
    assert encoding is not None
    if encoding.is_ascii_compatible:
        rewriter = Rewriter(judge, url, charset=encoding.codec, placeholder=placeholder, on_cut=on_cut)
        return rewriter.feed(html) + rewriter.finish(), rewriter.blocked
    transcoder = Transcoder(encoding)
    rewriter = Rewriter(judge, url, placeholder=placeholder, on_cut=on_cut)
    text = transcoder.decode(html, final=True)
    output = transcoder.encode(rewriter.feed(text) + rewriter.finish(), final=True)
    return output, _in_bytes_of(encoding, text, rewriter.blocked)


def _in_bytes_of(encoding: Encoding, text: bytes, blocked: list[Blocked]) -> list[Blocked]:
    """`blocked` with its offsets into the UTF-8 `text` turned into offsets into the original."""
    encoder = codecs.getincrementalencoder(encoding.codec)()
    offsets = {0: 0}
    position = length = 0
    for offset in sorted({offset for one in blocked for offset in (one.start, one.end)}):
        length += len(encoder.encode(text[position:offset].decode()))
        position = offset
        offsets[offset] = length
    return [replace(one, start=offsets[one.start], end=offsets[one.end]) for one in blocked]

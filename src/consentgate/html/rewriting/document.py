"""A whole document through the rewriter at once."""

from __future__ import annotations

import codecs
from collections.abc import Iterable

from consentgate.consent import Judge
from consentgate.html.rules.blocked import Blocked
from consentgate.html.tokenizer.encoding import Encoding, Transcoder, sniff_encoding
from consentgate.web.url import Url

from .insertions import PlaceholderFor
from .records import BlockedList, Observe, Records
from .rewriter import Rewriter


def rewrite_document(
    html: bytes,
    judge: Judge,
    url: Url,
    charset: str | None = None,
    placeholder: PlaceholderFor | None = None,
    observe: Observe | None = None,
) -> tuple[bytes, list[Blocked]]:
    """Return the document `html`, found at `url`, without what `judge` does not allow, and the records of
    what was blocked.

    `charset` is the label in its Content-Type, if any. `observe` gets these records too, and the limits that
    were reached. In a page whose encoding is not ASCII-compatible it gets offsets into the page in UTF-8.
    Raises Unreadable when the bytes are not in the document's encoding.
    """
    encoding = sniff_encoding(html, charset, complete=True)
    assert encoding is not None
    blocked = BlockedList()

    def observe_all(records: Records) -> None:
        blocked.observe(records)
        if observe is not None:
            observe(records)

    codec = encoding.codec if encoding.is_ascii_compatible else "utf-8"
    rewriter = Rewriter(judge, url, charset=codec, placeholder=placeholder, observe=observe_all)
    if encoding.is_ascii_compatible:
        return rewriter.feed(html) + rewriter.finish(), [*blocked]
    transcoder = Transcoder(encoding)
    text = transcoder.decode(html, final=True)
    output = transcoder.encode(rewriter.feed(text) + rewriter.finish(), final=True)
    return output, _with_original_offsets(blocked, encoding, text)


def _with_original_offsets(blocked: Iterable[Blocked], encoding: Encoding, text: bytes) -> list[Blocked]:
    """Return the records with offsets into the page as it came, instead of offsets into its UTF-8 `text`."""
    encoder = codecs.getincrementalencoder(encoding.codec)()
    original = {0: 0}
    position = length = 0
    for offset in sorted({offset for one in blocked for offset in (one.start, one.end)}):
        length += len(encoder.encode(text[position:offset].decode()))
        position = offset
        original[offset] = length
    return [one._replace(start=original[one.start], end=original[one.end]) for one in blocked]

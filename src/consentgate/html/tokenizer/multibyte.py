"""Encodings in which an ASCII byte, such as the backslash, can be the second byte of a character.

Which pairs of bytes make a character is said by the WHATWG Encoding standard's indexes. Python's codecs agree
with these but for the pairs in `_UNKNOWN_TO_PYTHON`; `tests/browser/test_decoders.py` compares all pairs of
all these encodings with what browsers do.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

_LEADS = {
    "cp932": rb"[\x81-\x9f\xe0-\xfc]",
    "big5hkscs": rb"[\x81-\xfe]",
    "cp949": rb"[\x81-\xfe]",
    "gb18030": rb"[\x81-\xfe]",
}
_SECOND = rb"[\x40-\x7e\x80-\xfe]"
_BIG5_PAIR = re.compile(_LEADS["big5hkscs"] + _SECOND)


# Characters of Big5 that the standard's index has and Python's codec lacks. Python would read their second
# byte, which may be a brace, as a character of its own.
_UNKNOWN_TO_PYTHON = frozenset(
    bytes.fromhex(pair)
    for pair in (
        *("877a", "877b", "877c", "877d", "877e", "8e69", "8e6f", "8e7e", "8f57", "8f69", "8f6e", "906d"),
        *("907a", "9244", "9447", "9644", "9b76", "9b78", "9b7b", "9c42", "9c53", "9c62", "9c68", "9c6b"),
        *("9c77", "9d57", "9d5a", "9f60", "9f66", "a063", "a077", "fa5f", "fa66", "fb48", "fc4f", "fc6c"),
        *("fe52", "fe6f"),
    )
)
_ANY_CHARACTER = b"\xa4\x40"
_NOT_ASCII = b"\x80\x80"


def may_swallow(codec: str) -> bool:
    """Say whether an ASCII byte can be the second byte of a character in this Python codec."""
    return codec in _LEADS


def decoder_for(codec: str) -> Callable[[bytes], str]:
    """Return a function that decodes bytes in this Python codec as browsers do. Only ASCII characters are
    exact: another character may replace one that Python does not know."""
    if codec == "utf-8":
        return partial(str, encoding=codec, errors="replace")
    if codec != "big5hkscs":
        return lambda data: data.decode("ascii" if data.isascii() else codec, "replace")

    def known(match: re.Match[bytes]) -> bytes:
        return _ANY_CHARACTER if match[0] in _UNKNOWN_TO_PYTHON else match[0]

    def decode(data: bytes) -> str:
        if data.isascii():
            return data.decode("ascii")
        return _BIG5_PAIR.sub(known, data).decode(codec, "replace")

    return decode


def plain_for(codec: str) -> Callable[[bytes], bytes]:
    """Return a function that masks text in this Python codec, so that every ASCII byte left in it is the
    ASCII character. The length does not change, so that offsets into the result hold for the text."""
    leads = _LEADS.get(codec)
    if leads is None:
        return bytes
    character = re.compile(leads + _SECOND)

    def plain(match: re.Match[bytes]) -> bytes:
        if codec == "big5hkscs" and match[0] in _UNKNOWN_TO_PYTHON:
            return _NOT_ASCII
        try:
            match[0].decode(codec)
        except UnicodeDecodeError:
            return match[0]
        return _NOT_ASCII

    return lambda text: text if text.isascii() else character.sub(plain, text)

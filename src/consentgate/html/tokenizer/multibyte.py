"""Encodings in which the second byte of a character can be an ASCII one, like the backslash.

Which pairs of bytes make a character is the browsers' decision (WHATWG Encoding, indexes). Python's codecs
agree with them on that but for the pairs in `_UNKNOWN_TO_PYTHON`; `tests/browser/test_decoders.py` compares
all pairs of all these encodings.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_LEADS = {
    "cp932": rb"[\x81-\x9f\xe0-\xfc]",
    "big5hkscs": rb"[\x81-\xfe]",
    "cp949": rb"[\x81-\xfe]",
    "gb18030": rb"[\x81-\xfe]",
}
_SECOND = rb"[\x40-\x7e\x80-\xfe]"
_BIG5_PAIR = re.compile(_LEADS["big5hkscs"] + _SECOND)


# Big5: characters by the browsers' index that Python's codec lacks. It would leave the second byte, which may
# be a brace, to stand for itself.
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


def may_swallow(codec: str) -> bool:
    """True for a Python codec in which an ASCII byte may be the second of a character."""
    return codec in _LEADS


def decoder_for(codec: str) -> Callable[[bytes], str]:
    """A function that reads bytes in the encoding `codec` (a Python codec) as browsers do, as far as ASCII
    goes: another character may come in place of one that Python does not know."""
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
    """A function that gives text in the encoding `codec` (a Python codec) back with the same length, and
    with every ASCII byte in it meaning what it says."""
    leads = _LEADS.get(codec)
    if leads is None:
        return bytes
    character = re.compile(leads + _SECOND)

    def plain(match: re.Match[bytes]) -> bytes:
        if codec == "big5hkscs" and match[0] in _UNKNOWN_TO_PYTHON:
            return b"\x80\x80"
        try:
            match[0].decode(codec)
        except UnicodeDecodeError:
            return match[0]
        return b"\x80\x80"

    return lambda text: text if text.isascii() else character.sub(plain, text)

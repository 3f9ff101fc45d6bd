"""Encodings in which the second byte of a character can be an ASCII one, like the backslash."""

from __future__ import annotations

import re
from collections.abc import Callable

_LEADS = {
    "cp932": rb"[\x81-\x9f\xe0-\xfc]",
    "big5hkscs": rb"[\x81-\xfe]",
    "cp949": rb"[\x81-\xfe]",
    "gb18030": rb"[\x81-\xfe]",
}


def plain_for(codec: str) -> Callable[[bytes], bytes]:
    """A function that gives text in the encoding `codec` (a Python codec) back with the same length, and
    with every ASCII byte in it meaning what it says."""
    leads = _LEADS.get(codec)
    if leads is None:
        return bytes
    character = re.compile(leads + rb"[\x40-\x7e\x80-\xfe]")

    def plain(match: re.Match[bytes]) -> bytes:
        try:
            match[0].decode(codec)
        except UnicodeDecodeError:
            return match[0]
        return b"\x80\x80"

    return lambda text: text if text.isascii() else character.sub(plain, text)

"""Documents, scripts and style sheets that are written out in a URL (WHATWG Fetch, "data: URL processor"),
and so are as much a part of the page as its own markup."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from enum import Enum
from urllib.parse import unquote_to_bytes

from .scripts import JAVASCRIPT


class Holds(Enum):
    """What a URL holds that can load something itself."""

    DOCUMENT = "markup"
    SCRIPT = "a script"
    STYLE = "a style sheet"


_SCHEME = re.compile(r"[\x00-\x20]*(?:(?P<data>data)|javascript):", re.I)
_TYPES = {
    "text/html": Holds.DOCUMENT,
    "application/xhtml+xml": Holds.DOCUMENT,
    "image/svg+xml": Holds.DOCUMENT,
    "text/xml": Holds.DOCUMENT,
    "application/xml": Holds.DOCUMENT,
    "text/css": Holds.STYLE,
    **dict.fromkeys(JAVASCRIPT, Holds.SCRIPT),
}
_TAB_OR_NEWLINE = str.maketrans("", "", "\t\n\r")


@dataclass(frozen=True, slots=True)
class DataUrl:
    """What a `data:` or `javascript:` URL holds, and its text."""

    holds: Holds
    text: str

    @classmethod
    def read(cls, url: str) -> DataUrl | None:
        """The code that `url` holds; None for pictures and the like, and for all other URLs."""
        url = url.translate(_TAB_OR_NEWLINE)
        scheme = _SCHEME.match(url)
        if scheme is None:
            return None
        rest = url[scheme.end() :]
        if not scheme["data"]:
            return cls(Holds.SCRIPT, _text(unquote_to_bytes(rest)))
        head, comma, body = rest.partition(",")
        essence = head.partition(";")[0].strip().lower()
        holds = _TYPES.get(essence)
        if not comma or holds is None:
            return None
        data = unquote_to_bytes(body.partition("#")[0])
        if re.search(r";[ ]*base64[ ]*\Z", head, re.I):
            data = _base64(data)
        return cls(holds, _text(data))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _base64(data: bytes) -> bytes:
    data = re.sub(rb"[\t\n\f\r ]", b"", data).rstrip(b"=")
    try:
        return base64.b64decode(data + b"=" * (-len(data) % 4))
    except binascii.Error:
        return b""

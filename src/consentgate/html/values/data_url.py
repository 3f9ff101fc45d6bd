"""Documents, scripts and style sheets inside a URL, which are as much a part of the page as its own markup
(WHATWG Fetch, "data: URL processor")."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from enum import Enum
from urllib.parse import unquote_to_bytes

import webencodings

from consentgate.html.tokenizer.encoding import sniff_encoding
from consentgate.html.tokenizer.grammar import WHITESPACE

from .script_type import JAVASCRIPT


class Holds(Enum):
    """The kind of code that a URL holds, which can load something itself."""

    DOCUMENT = "markup"
    XML = "markup in XML, of which only the plainest passes"
    SCRIPT = "a script"
    STYLE = "a style sheet"


_SCHEME = re.compile(r"[\x00-\x20]*(?:(?P<data>data)|javascript):", re.I)
_OTHER_SCHEMES = ("h", "/", "")
"""How nearly every URL begins, but no data: and javascript: URL."""
_TYPES = {
    "text/html": Holds.DOCUMENT,
    "text/xml": Holds.XML,
    "text/xsl": Holds.XML,
    "application/xml": Holds.XML,
    "text/css": Holds.STYLE,
    **dict.fromkeys(JAVASCRIPT, Holds.SCRIPT),
}
_TAB_OR_NEWLINE = str.maketrans("", "", "\t\n\r")
_BASE64 = re.compile(r";[ ]*base64[ ]*\Z", re.I)
_CHARSET = re.compile(r";[ ]*charset[ ]*=(?P<label>[^;]*)", re.I)
_SHEET_CHARSET = re.compile(rb'\A@charset "([^"]*)"')

# Encodings in which every byte below 0x80 is the ASCII character that it looks like.
_PLAIN_ENCODINGS = frozenset(("utf-8", "windows-1252"))
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# In UTF-16 every ASCII character has a NUL beside it. ISO-2022-JP switches its character set with an escape.
_SWITCHES = re.compile(rb"[\0\x1b]")

_NAMESPACE = re.compile(
    r"""[ \t\n\r]xmlns(?::[a-z]+)?=(["'])http://www\.w3\.org/"""
    r"""(?:2000/svg|1999/xlink|1999/xhtml|1998/Math/MathML)\1"""
)
# A document must have one of these to load anything: a scheme, since no URL is relative to a data: URL, or
# something that could hide a scheme. That is references and escapes, declarations, transformations, scripts,
# other documents, and the text of a style sheet that is joined across markup.
_NOT_PLAIN = re.compile(
    r"(?:https?|wss?|ftp|javascript):|data:(?!image/(?:png|jpeg|gif|webp|avif)[;,])"
    r"|[&\\]|<!(?!--)|<\?xml-stylesheet|[<:]script|<(?:[^<>:]*+:)?style[^<>]*+>[^<]*+<(?!/)",
    re.I,
)


def may_hold_code(url: str) -> bool:
    """Say, by its first character, whether a URL may hold code itself."""
    return url[:1] not in _OTHER_SCHEMES


@dataclass(frozen=True, slots=True)
class DataUrl:
    """The code in a `data:` or `javascript:` URL. `text` is None where browsers may read it in several ways.
    With `assumed` it was decoded as UTF-8 though nothing names an encoding, and is not ASCII: a browser
    decodes it like the page that loads it."""

    holds: Holds
    text: str | None
    assumed: bool = False

    @classmethod
    def parse(cls, url: str, holds: Holds | None = None, label: str | None = None) -> DataUrl | None:
        """Return the code that `url` holds; None for pictures and the like, and for all other URLs.

        `holds` is what it is loaded as; by default the URL's own media type decides. `label` is the encoding
        that its element names, which counts where the URL names none.
        """
        if not may_hold_code(url):
            return None
        url = url.translate(_TAB_OR_NEWLINE)
        scheme = _SCHEME.match(url)
        if scheme is None:
            return None
        rest = url[scheme.end() :]
        if not scheme["data"]:
            return cls(Holds.SCRIPT, unquote_to_bytes(rest).decode("utf-8", "replace"))
        head, comma, body = rest.partition(",")
        holds = holds or _kind_of(head.partition(";")[0].strip().lower())
        if not comma or holds is None:
            return None
        data = unquote_to_bytes(body.partition("#")[0])
        if _BASE64.search(head):
            data = _base64(data)
        labels = [named.strip(" \"'") for named in _CHARSET.findall(head)]
        if not labels and label is not None:
            labels = [label]
        return cls._decoded(holds, data, labels)

    @classmethod
    def _decoded(cls, holds: Holds, data: bytes, labels: list[str]) -> DataUrl:
        if holds is Holds.STYLE and not labels:
            labels = [label.decode("latin-1") for label in _SHEET_CHARSET.findall(data)]
        encoding = _encoding(holds, data, labels)
        if encoding is None or _SWITCHES.search(data):
            return cls(holds, None)
        text = data.decode(encoding, "replace").removeprefix("\ufeff")
        if holds is Holds.XML and not _is_plain(text):
            return cls(holds, None)
        return cls(holds, text, assumed=not labels and not data.isascii())


def _kind_of(essence: str) -> Holds | None:
    return Holds.XML if essence.endswith("+xml") else _TYPES.get(essence)


def _encoding(holds: Holds, data: bytes, labels: list[str]) -> str | None:
    """Return the Python codec for `data`, None where its encoding is one in which code may look harmless."""
    names = [found.name if (found := webencodings.lookup(label)) else "" for label in labels]
    if not _PLAIN_ENCODINGS.issuperset(names):
        return None
    if holds in (Holds.SCRIPT, Holds.STYLE):
        return None if data.startswith(_UTF_16_MARKS) else next(iter(names), "utf-8")
    encoding = sniff_encoding(data, labels[0] if labels else None, complete=True)
    if encoding is None or encoding.name not in _PLAIN_ENCODINGS:
        return None
    # Which encoding browsers guess for other bytes, when nothing names one, is not known.
    guessed = not encoding.declared and not _is_utf_8(data)
    return None if guessed else encoding.codec


def _is_plain(document: str) -> bool:
    """Say whether a document in XML names nothing to load. To know more would take an XML parser."""
    return not _NOT_PLAIN.search(_NAMESPACE.sub(" ", document).translate(_TAB_OR_NEWLINE))


def _is_utf_8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _base64(data: bytes) -> bytes:
    """Decode base64 as browsers do (WHATWG Infra, "forgiving-base64 decode")."""
    data = data.translate(None, WHITESPACE).rstrip(b"=")
    try:
        return base64.b64decode(data + b"=" * (-len(data) % 4))
    except binascii.Error:
        return b""

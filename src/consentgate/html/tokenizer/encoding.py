"""Which encoding a browser reads a page in (WHATWG HTML 13.2.3, WHATWG Encoding), and bytes that are not
ASCII where they look like it."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

import webencodings

from .character_references import decode_references
from .grammar import ATTRIBUTE, END_TAG, START_TAG

PRESCANNED = 1024
"""Browsers look for a declaration in so many bytes."""
LONGEST_HEAD = 16 << 10
"""Where none is found there, the rest of the head is looked through, up to here."""

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xfe\xff", "utf-16be"), (b"\xff\xfe", "utf-16le"))
# "Extracting a character encoding from a meta element": what follows the first "charset=" decides.
_CHARSET_IN_CONTENT = re.compile(
    r"""charset[\t\n\f\r ]*=[\t\n\f\r ]*(?:"([^"]*)"|'([^']*)'|(?!["'])([^\t\n\f\r ;]*)|)""", re.I
)
_XML_ENCODING = re.compile(rb"""<\?xml[^>]*?encoding[\x00-\x20]*=[\x00-\x20]*(["'])([^"'>]*)\1""")
# A declaration that could not be read if the page were not in UTF-16.
_UTF_16_XML = ((b"<\0?\0x\0", "utf-16le"), (b"\0<\0?\0x", "utf-16be"))
_PRESCAN_STEP = re.compile(rb"<(?:(?P<comment>!--)|(?P<tag>[a-zA-Z])|/(?P<end>[a-zA-Z])|[!/?][^>]*+>?)")
# A page that has come to one of these has left the part where a declaration belongs.
_PAST_THE_HEAD = re.compile(
    rb"(?i)</head|<(?!/?(?:html|head|meta|title|link|script|style|base|noscript|template)[\t\n\f\r />])"
    rb"/?[a-z][^\t\n\f\r />]*+(?P<cut_off>\Z)?"
)
_TEXT_FIRST = re.compile(rb"[\t\n\f\r ]*[^<\t\n\f\r ]")
# What browsers do not decode, since what looks harmless in it may be markup to others: they show one
# character in its place.
_UNDECODED = "replacement"
# In these, bytes below 0x80 are not always what they look like.
_NOT_ASCII_COMPATIBLE = frozenset(("utf-16le", "utf-16be", "iso-2022-jp", _UNDECODED))


# Where Python's codec of that name knows less than the standard's encoding, or is not there.
_CODECS = {
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "shift_jis": "cp932",
    "gbk": "gb18030",
    "euc-kr": "cp949",
    "big5": "big5hkscs",
    "x-user-defined": "latin-1",
}


# An escape sequence of ISO-2022-JP, or half of two characters in UTF-16, and more than enough room.
_LONGEST_CHARACTER = 16


class Unreadable(ValueError):
    """A page whose bytes are not what its encoding says, or are in one that browsers do not read."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding by its WHATWG `name`. `declared` says that a byte order mark or the header named it, so
    that browsers are bound to use it."""

    name: str
    declared: bool = False

    @property
    def codec(self) -> str:
        """The Python codec that reads and writes it, without marks of its own."""
        found = webencodings.lookup(self.name)
        name = found.codec_info.name if found else "utf-8"
        return _CODECS.get(self.name, name)

    @property
    def is_ascii_compatible(self) -> bool:
        return self.name not in _NOT_ASCII_COMPATIBLE


def sniff_encoding(head: bytes, label: str | None, *, complete: bool) -> Encoding | None:
    """The encoding of a page that begins with `head` and whose Content-Type says `label`.

    None while more of the page could still change the answer; with `complete` there is none to come. A
    page that has left its head without a declaration has none: should its body hold one, then it depends on
    how much of the page is at hand whether that counts, as it does in browsers.
    """
    for mark, name in _BOMS:
        if head.startswith(mark):
            return Encoding(name, declared=True)
        if not complete and mark.startswith(head):
            return None
    found = _lookup(label)
    if found is not None:
        return Encoding(found, declared=True)
    for start, name in _UTF_16_XML:
        if head.startswith(start):
            return Encoding(name)
        if not complete and start.startswith(head):
            return None
    past = _PAST_THE_HEAD.search(head, 0, LONGEST_HEAD)
    if past is not None and past["cut_off"] is not None:
        past = None
    # A declaration later in the head makes browsers begin again (13.2.6.4.4, "changing the encoding").
    found = _prescan(head[:PRESCANNED]) or _prescan(head[: past.start() if past else LONGEST_HEAD])
    if found is None and not (complete or past or _TEXT_FIRST.match(head) or len(head) >= LONGEST_HEAD):
        return None
    return Encoding(found or _xml_encoding(head) or "windows-1252")


def is_encoding(label: str) -> bool:
    """True when browsers know the encoding that `label` names; they take an unknown one for none."""
    return _lookup(label) is not None


def _lookup(label: str | None) -> str | None:
    found = webencodings.lookup(label) if label else None
    return found.name if found else None


def _prescan(head: bytes) -> str | None:
    """WHATWG HTML, "prescan a byte stream to determine its encoding"."""
    position = 0
    while step := _PRESCAN_STEP.search(head, position):
        position = step.end()
        if step["comment"]:
            end = head.find(b"-->", step.start() + 2)
            if end < 0:
                return None
            position = end + 3
        elif step["tag"] or step["end"]:
            tag = (START_TAG if step["tag"] else END_TAG).match(head, step.start())
            if tag is None:
                return None
            position = tag.end()
            found = _meta_charset(tag) if step["tag"] and tag["name"].lower() == b"meta" else None
            if found is not None:
                return found
    return None


def _meta_charset(tag: re.Match[bytes]) -> str | None:
    values: dict[str, str] = {}
    for attribute in ATTRIBUTE.finditer(tag.string, *tag.span("attributes")):
        raw = next((attribute[g] for g in ("double", "single", "bare") if attribute[g] is not None), b"")
        values.setdefault(
            attribute["name"].decode("latin-1").lower(), decode_references(raw.decode("latin-1"))
        )
    label = values.get("charset")
    if label is None and values.get("http-equiv", "").lower() == "content-type":
        match = _CHARSET_IN_CONTENT.search(values.get("content", ""))
        label = next(filter(None, match.groups()), None) if match else None
    return _in_ascii(_lookup(label))


def _xml_encoding(head: bytes) -> str | None:
    match = _XML_ENCODING.match(head)
    return _in_ascii(_lookup(match[2].decode("latin-1"))) if match else None


def _in_ascii(name: str | None) -> str | None:
    # Whoever writes a declaration in ASCII does not write UTF-16.
    if name in ("utf-16le", "utf-16be"):
        return "utf-8"
    return "windows-1252" if name == "x-user-defined" else name


class Transcoder:
    """Carries a page in an encoding that is not ASCII-compatible to UTF-8 and back, chunk by chunk.

    Raises Unreadable when the bytes do not say in full what they would be written as again.
    """

    def __init__(self, encoding: Encoding) -> None:
        if encoding.name == _UNDECODED:
            raise Unreadable("browsers do not read pages in this encoding")
        codec = encoding.codec
        self._decoder = codecs.getincrementaldecoder(codec)("strict")
        self._checker = codecs.getincrementalencoder(codec)("strict")
        self._encoder = codecs.getincrementalencoder(codec)("xmlcharrefreplace")
        self._unread = codecs.getincrementaldecoder("utf-8")("strict")
        self._unchecked = b""

    def decode(self, data: bytes, *, final: bool = False) -> bytes:
        """`data` in UTF-8, as far as its characters are complete."""
        try:
            text = self._decoder.decode(data, final)
            expected = self._checker.encode(text, final)
        except UnicodeError as error:
            raise Unreadable(str(error)) from None
        seen = self._unchecked + data
        if not seen.startswith(expected) or (final and seen != expected):
            raise Unreadable("the page is not written the way its encoding writes it")
        self._unchecked = seen[len(expected) :]
        if len(self._unchecked) > _LONGEST_CHARACTER:
            raise Unreadable("the page switches its character set back and forth, and says nothing")
        return text.encode()

    def encode(self, data: bytes, *, final: bool = False) -> bytes:
        """UTF-8 `data` in the page's own encoding again."""
        return self._encoder.encode(self._unread.decode(data, final), final)

"""Which encoding a browser reads a page in (WHATWG HTML, 13.2.3; WHATWG Encoding), and pages whose encoding
is not ASCII-compatible on their way to UTF-8 and back."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

import webencodings

from .character_references import decode_references
from .element_sets import METADATA_CONTENT
from .grammar import ATTRIBUTE, END_TAG, START_TAG, WHITESPACE

PRESCANNED = 1024
"""The bytes in which browsers look for a declaration (13.2.3.2)."""
LONGEST_HEAD = 16 << 10
"""The bytes in which the rest of the head is looked through where none is found there."""

_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xfe\xff", "utf-16be"), (b"\xff\xfe", "utf-16le"))
# "Prescan", step 2: an XML declaration that could not be read if the page were not in UTF-16.
_UTF_16_XML = ((b"<\0?\0x\0", "utf-16le"), (b"\0<\0?\0x", "utf-16be"))
_FALLBACK = "windows-1252"

# "Extracting a character encoding from a meta element": what follows the first "charset=" decides.
_CHARSET_IN_CONTENT = re.compile(
    r"""charset[{0}]*=[{0}]*(?:"([^"]*)"|'([^']*)'|(?!["'])([^{0};]*)|)""".format(WHITESPACE.decode()), re.I
)
_XML_ENCODING = re.compile(
    rb"""<\?xml[^>]*?encoding[\x00-\x20]*=[\x00-\x20]*(?P<quote>["'])(?P<label>[^"'>]*)(?P=quote)"""
)
_PRESCAN_STEP = re.compile(rb"<(?:(?P<comment>!--)|(?P<tag>[a-zA-Z])|/(?P<end>[a-zA-Z])|[!/?][^>]*+>?)")
# A page that has come to one of these has left the part where a declaration belongs.
_PAST_THE_HEAD = re.compile(
    rb"(?i)</head|<(?!/?(?:%b)[%b/>])/?[a-z][^%b/>]*+(?!\Z)"
    % (b"|".join(sorted(METADATA_CONTENT | {b"html", b"head"})), WHITESPACE, WHITESPACE)
)
_TEXT_FIRST = re.compile(rb"[%b]*[^<%b]" % (WHITESPACE, WHITESPACE))
# What browsers do not decode, since what looks harmless in it may be markup to others. They show a single
# character in its place (WHATWG Encoding, 14.1).
_REPLACEMENT = "replacement"
_NOT_ASCII_COMPATIBLE = frozenset(("utf-16le", "utf-16be", "iso-2022-jp", _REPLACEMENT))

# The Python codecs for encodings whose own name leads to a codec that knows less, or to none.
_CODECS = {
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "shift_jis": "cp932",
    "gbk": "gb18030",
    "euc-kr": "cp949",
    "big5": "big5hkscs",
    "x-user-defined": "latin-1",
}

# Longer than any escape sequence of ISO-2022-JP, and than a character in UTF-16.
_LONGEST_CHARACTER = 16


class Unreadable(ValueError):
    """Says that a body cannot be read: its bytes are not in the encoding or coding that is named for them, or
    browsers do not read that."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding by its WHATWG `name`. `declared` says that a byte order mark or the header named it: then
    every browser uses it."""

    name: str
    declared: bool = False

    @property
    def codec(self) -> str:
        """The Python codec that reads and writes it, and adds no byte order mark."""
        found = webencodings.lookup(self.name)
        name = found.codec_info.name if found else "utf-8"
        return _CODECS.get(self.name, name)

    @property
    def is_ascii_compatible(self) -> bool:
        """True where every byte below 0x80 that begins a character is the ASCII character."""
        return self.name not in _NOT_ASCII_COMPATIBLE


def sniff_encoding(
    head: bytes, label: str | None, *, complete: bool, fallback: str = _FALLBACK
) -> Encoding | None:
    """Return the encoding of a page that begins with `head` and whose Content-Type names `label`; the one
    called `fallback` where nothing names one.

    None while more of the page could still change the answer; with `complete` no more is to come.

    A page that has left its head without a declaration has none. If its body holds one, it depends on how
    much of the page is at hand whether that counts, as it does in browsers.
    """
    marked = _by_first_bytes(head, _BYTE_ORDER_MARKS)
    if marked is not None:
        return Encoding(marked, declared=True)
    if not complete and _may_become(head, _BYTE_ORDER_MARKS):
        return None
    labelled = _lookup(label)
    if labelled is not None:
        return Encoding(labelled, declared=True)
    utf_16 = _by_first_bytes(head, _UTF_16_XML)
    if utf_16 is not None:
        return Encoding(utf_16)
    if not complete and _may_become(head, _UTF_16_XML):
        return None
    return _declared_in_markup(head, fallback, complete=complete)


def declares_encoding(head: bytes) -> bool:
    """Say whether a page that begins with `head` names its encoding itself: by a byte order mark, or in its
    markup. Without a label in the Content-Type, browsers guess the encoding of one that does not."""
    if _by_first_bytes(head, (*_BYTE_ORDER_MARKS, *_UTF_16_XML)) is not None:
        return True
    past_the_head = _PAST_THE_HEAD.search(head, PRESCANNED, LONGEST_HEAD)
    head_end = past_the_head.start() if past_the_head else LONGEST_HEAD
    return _prescan(head[:head_end]) is not None or _xml_encoding(head) is not None


def is_encoding(label: str) -> bool:
    """Say whether browsers know the encoding that `label` names. They ignore an unknown one."""
    return _lookup(label) is not None


def _lookup(label: str | None) -> str | None:
    found = webencodings.lookup(label) if label else None
    return found.name if found else None


def _by_first_bytes(head: bytes, marks: tuple[tuple[bytes, str], ...]) -> str | None:
    return next((name for mark, name in marks if head.startswith(mark)), None)


def _may_become(head: bytes, marks: tuple[tuple[bytes, str], ...]) -> bool:
    """Say whether `head` is the beginning of one of the `marks`."""
    return any(mark.startswith(head) for mark, _ in marks)


def _declared_in_markup(head: bytes, fallback: str, *, complete: bool) -> Encoding | None:
    found = _prescan(head[:PRESCANNED])
    if found is not None:
        return Encoding(found)
    past_the_head = _PAST_THE_HEAD.search(head, 0, LONGEST_HEAD)
    head_end = past_the_head.start() if past_the_head else LONGEST_HEAD
    # A declaration later in the head makes browsers begin again (13.2.6.4.4, "changing the encoding").
    found = _prescan(head[:head_end])
    if found is None:
        is_over = complete or past_the_head or _TEXT_FIRST.match(head) or len(head) >= LONGEST_HEAD
        if not is_over:
            return None
        found = _xml_encoding(head) or fallback
    return Encoding(found)


def _prescan(head: bytes) -> str | None:
    """Return the encoding that the first `meta` in `head` declares (13.2.3.2, "prescan a byte stream to
    determine its encoding")."""
    position = 0
    while step := _PRESCAN_STEP.search(head, position):
        position = step.end()
        if step["comment"]:
            # "<!-->" is a comment.
            end = head.find(b"-->", step.start() + len(b"<!"))
            if end < 0:
                return None
            position = end + len(b"-->")
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
    """Return the encoding that a `meta` tag (a match of START_TAG) declares."""
    values: dict[str, str] = {}
    for attribute in ATTRIBUTE.finditer(tag.string, *tag.span("attributes")):
        raw = next((attribute[g] for g in ("double", "single", "bare") if attribute[g] is not None), b"")
        name = attribute["name"].decode("latin-1").lower()
        values.setdefault(name, decode_references(raw.decode("latin-1")))
    label = values.get("charset")
    if label is None and values.get("http-equiv", "").lower() == "content-type":
        match = _CHARSET_IN_CONTENT.search(values.get("content", ""))
        label = next(filter(None, match.groups()), None) if match else None
    return _in_ascii(_lookup(label))


def _xml_encoding(head: bytes) -> str | None:
    """Return the encoding that an XML declaration names."""
    match = _XML_ENCODING.match(head)
    return _in_ascii(_lookup(match["label"].decode("latin-1"))) if match else None


def _in_ascii(name: str | None) -> str | None:
    """Correct the encoding that a declaration names: what is written in ASCII is not in UTF-16."""
    if name in ("utf-16le", "utf-16be"):
        return "utf-8"
    return "windows-1252" if name == "x-user-defined" else name


class Transcoder:
    """Converts a page in an encoding that is not ASCII-compatible to UTF-8 and back, chunk by chunk.

    Raises Unreadable where the page's text, encoded again, would give other bytes: what is not changed must
    leave as it came.
    """

    def __init__(self, encoding: Encoding) -> None:
        if encoding.name == _REPLACEMENT:
            raise Unreadable("browsers do not read pages in this encoding")
        codec = encoding.codec
        self._decoder = codecs.getincrementaldecoder(codec)("strict")
        self._checker = codecs.getincrementalencoder(codec)("strict")
        self._encoder = codecs.getincrementalencoder(codec)("xmlcharrefreplace")
        self._utf_8 = codecs.getincrementaldecoder("utf-8")("strict")
        self._unchecked = b""

    def decode(self, data: bytes, *, final: bool = False) -> bytes:
        """Return `data` in UTF-8, as far as its characters are complete."""
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
        """Return UTF-8 `data` in the page's own encoding."""
        return self._encoder.encode(self._utf_8.decode(data, final), final)

"""The URLs that a style sheet loads (CSS Syntax 3, CSS Values 4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple


class CssUrl(NamedTuple):
    """A URL in a style sheet: its decoded text, and the bytes to take out so that nothing loads: the URL
    itself, or the whole rule where it is imported."""

    url: bytes
    start: int
    end: int


_ESCAPE = rb"\\(?:[0-9a-fA-F]{1,6}(?:\r\n|[\t\n\f\r ])?|[^\n\r\f0-9a-fA-F])"
_STRING = rb"\"(?:[^\"\\\n\r\f]++|\\(?s:.))*+\"?|'(?:[^'\\\n\r\f]++|\\(?s:.))*+'?"
_IDENT = rb"(?:[-_a-zA-Z0-9\x80-\xff]|" + _ESCAPE + rb")++"

_TOKEN = re.compile(
    rb"/\*(?s:.)*?(?:\*/|\Z)"
    rb"|(?P<string>" + _STRING + rb")"
    rb"|(?P<at>@" + _IDENT + rb")"
    rb"|(?P<call>" + _IDENT + rb")\("
    rb"|(?P<close>\))|(?P<open>\()|(?P<stop>[;{}])"
    rb"|" + _IDENT
)
_UNQUOTED_URL = re.compile(
    rb"[\t\n\f\r ]*+(?!['\"])(?P<url>(?:[^\\)\t\n\f\r ]++|" + _ESCAPE + rb")*+)[^)]*+\)?"
)
_ESCAPES = re.compile(_ESCAPE + rb"|\\(?:\r\n|[\n\r\f])")
_TRIGGER = re.compile(rb"(?i)@|\(|\\")

_URL_FUNCTIONS = frozenset((b"url", b"src", b"image", b"image-set", b"-webkit-image-set", b"url-prefix"))


def css_urls(sheet: bytes) -> Iterator[CssUrl]:
    """Every URL that `sheet` loads, in order: of `url()` and `src()`, of `image-set()` and `image()`, and
    of `@import`. Names and URLs are read with their escapes; comments and other strings hold none."""
    if _TRIGGER.search(sheet) is None:
        return
    calls: list[bytes] = []
    importing: int | None = None
    found: bytes | None = None
    position = 0
    while token := _TOKEN.search(sheet, position):
        position = token.end()
        kind = token.lastgroup
        if kind == "at":
            if _unescape(token["at"][1:]).lower() == b"import" and not calls:
                importing, found = token.start(), None
        elif kind == "string":
            loads = importing is not None or (calls and calls[-1] in _URL_FUNCTIONS)
            url = _unescape(_unquote(token["string"]))
            if importing is not None and found is None:
                found = url
            elif loads and importing is None:
                yield CssUrl(url, *_inside(token, "string"))
        elif kind == "call":
            name = _unescape(token["call"]).lower()
            bare = _UNQUOTED_URL.match(sheet, position) if name == b"url" else None
            if bare is None:
                calls.append(name)
                continue
            position = bare.end()
            url = _unescape(bare["url"])
            if importing is not None and found is None:
                found = url
            elif importing is None:
                yield CssUrl(url, *bare.span("url"))
        elif kind == "open":
            calls.append(b"")
        elif kind == "close":
            del calls[-1:]
        elif kind == "stop":
            calls.clear()
            if importing is not None and found is not None:
                yield CssUrl(found, importing, token.end() if token[0] == b";" else token.start())
            importing = None
    if importing is not None and found is not None:
        yield CssUrl(found, importing, len(sheet))


def _inside(token: re.Match[bytes], group: str) -> tuple[int, int]:
    start, end = token.span(group)
    closed = end - start > 1 and token[group][-1:] == token[group][:1]
    return start + 1, end - 1 if closed else end


def _unquote(string: bytes) -> bytes:
    closed = len(string) > 1 and string[-1:] == string[:1]
    return string[1:-1] if closed else string[1:]


def _unescape(text: bytes) -> bytes:
    return _ESCAPES.sub(_unescaped, text) if b"\\" in text else text


def _unescaped(match: re.Match[bytes]) -> bytes:
    body = match[0][1:]
    digits = re.match(rb"[0-9a-fA-F]{1,6}", body)
    if digits is None:
        return b"" if body[:1] in b"\n\r\f" else body
    code = int(digits[0], 16)
    valid = 0 < code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF
    return (chr(code) if valid else "\ufffd").encode()

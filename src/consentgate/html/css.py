"""The URLs that a style sheet loads (CSS Syntax 3, CSS Values 4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple


class CssUrl(NamedTuple):
    """A URL in a style sheet: its decoded text, and the bytes to put `replacement` in place of so that
    nothing loads: the URL itself, or the whole rule where it is imported."""

    url: bytes
    start: int
    end: int
    replacement: bytes = b""


# A comment keeps apart what stood on both sides of a rule, in CSS and in HTML ("</st" and "yle>") alike.
_NOTHING = b"/**/"

_SPACE = rb"[\t\n\f\r ]"
_ESCAPE = rb"\\(?:[0-9a-fA-F]{1,6}(?:\r\n|[\t\n\f\r ])?|[^\n\r\f0-9a-fA-F])"
_STRING = rb"\"(?:[^\"\\\n\r\f]++|\\(?:\r\n|(?s:.)))*+\"?|'(?:[^'\\\n\r\f]++|\\(?:\r\n|(?s:.)))*+'?"
_IDENT = rb"(?:[-_a-zA-Z0-9\x80-\xff]|" + _ESCAPE + rb")++"

_TOKEN = re.compile(
    rb"/\*(?s:.)*?(?:\*/|\Z)"
    rb"|(?P<string>" + _STRING + rb")"
    rb"|(?P<at>@" + _IDENT + rb")"
    rb"|(?P<custom>--(?:" + _IDENT + rb")?" + _SPACE + rb"*+:)"
    rb"|(?P<call>" + _IDENT + rb")\("
    rb"|(?P<close>\))|(?P<open>\()|(?P<stop>[;{}])"
    rb"|" + _IDENT
)
# All of it up to the parenthesis goes: of `url(a b)`, which loads nothing, `url( b)` would be left.
_UNQUOTED_URL = re.compile(
    _SPACE + rb"*+(?!['\"])(?P<whole>(?P<url>(?:[^\\)\t\n\f\r ]++|" + _ESCAPE + rb")*+)[^)]*+)\)?"
)
_ESCAPES = re.compile(_ESCAPE + rb"|\\(?:\r\n|[\n\r\f])")
_TRIGGER = re.compile(rb"[@(]")

_URL_FUNCTIONS = frozenset((b"url", b"src", b"image", b"image-set", b"-webkit-image-set"))


def css_urls(sheet: bytes) -> Iterator[CssUrl]:
    """Every URL that `sheet` loads, in order: of `url()` and `src()`, of `image-set()` and `image()`, of
    `@import`, and each string that a custom property keeps for one of these. Names and URLs are read with
    their escapes; comments and other strings hold none."""
    if _TRIGGER.search(sheet) is None:
        return
    calls: list[bytes] = []
    rule, rule_start = b"", 0
    imported: bytes | None = None
    custom = False
    position = 0
    while token := _TOKEN.search(sheet, position):
        position = token.end()
        kind = token.lastgroup
        url: CssUrl | None = None
        if kind == "at":
            if not calls:
                rule, rule_start, imported = _unescape(token["at"][1:]).lower(), token.start(), None
        elif kind == "string":
            if rule == b"import" or custom or (calls and calls[-1] in _URL_FUNCTIONS):
                url = CssUrl(_unescape(_unquote(token["string"])), *_inside(token, "string"))
        elif kind == "call":
            name = _unescape(token["call"]).lower()
            bare = _UNQUOTED_URL.match(sheet, position) if name == b"url" else None
            if bare is None:
                calls.append(name)
            else:
                position = bare.end()
                url = CssUrl(_unescape(bare["url"]), *bare.span("whole"))
        elif kind == "open":
            calls.append(b"")
        elif kind == "close":
            del calls[-1:]
        elif kind == "custom":
            custom = True
        elif kind == "stop":
            calls.clear()
            custom = False
            if imported is not None:
                yield CssUrl(imported, rule_start, token.end("stop") - (token[0] != b";"), _NOTHING)
            rule, imported = b"", None
        if url is not None and rule == b"import":
            imported = url.url if imported is None else imported
        elif url is not None and rule != b"namespace":
            yield url
    if imported is not None:
        yield CssUrl(imported, rule_start, len(sheet), _NOTHING)


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

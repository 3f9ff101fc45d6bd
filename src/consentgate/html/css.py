"""The URLs that a style sheet loads (CSS Syntax 3, CSS Values 4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from .run import Run


class CssUrl(NamedTuple):
    """A URL in a style sheet: its decoded text, and the bytes to put `replacement` in place of so that
    nothing loads: the URL itself, or the whole rule where it is imported."""

    url: bytes
    start: int
    end: int
    replacement: bytes = b""

    @property
    def imported(self) -> bool:
        """True for a style sheet that belongs to this one."""
        return bool(self.replacement)


# A comment keeps apart what stood on both sides of a rule, in CSS and in HTML ("</st" and "yle>") alike.
_NOTHING = b"/**/"

_SPACE = rb"[\t\n\f\r ]"
_ESCAPE = rb"\\(?:[0-9a-fA-F]{1,6}(?:\r\n|[\t\n\f\r ])?|[^\n\r\f0-9a-fA-F])"
_STRING = rb"\"(?:[^\"\\\n\r\f]++|\\(?:\r\n|(?s:.)))*+\"?|'(?:[^'\\\n\r\f]++|\\(?:\r\n|(?s:.)))*+'?"
_COMMENT = rb"/\*(?:[^*]++|\*(?!/))*+(?:\*/)?+"
_NAME_CHARACTER = rb"[-_a-zA-Z0-9\x80-\xff]"
_IDENT = rb"(?:" + _NAME_CHARACTER + rb"|" + _ESCAPE + rb")++"

_TO_COLON = rb"(?:" + _SPACE + rb"|" + _COMMENT + rb")*+:"
_COLON = re.compile(_TO_COLON)

_TOKEN = re.compile(
    _COMMENT + rb"|(?P<string>" + _STRING + rb")"
    rb"|(?P<at>@" + _IDENT + rb")"
    rb"|(?P<custom>--(?:" + _IDENT + rb")?" + _TO_COLON + rb")"
    rb"|(?P<call>" + _IDENT + rb")\("
    rb"|(?P<close>\))|(?P<open>\()|(?P<stop>[;{}])"
    rb"|(?P<name>" + _IDENT + rb")"
)
# All of it up to the parenthesis goes: of `url(a b)`, which loads nothing, `url( b)` would be left.
_UNQUOTED_URL = re.compile(
    _SPACE + rb"*+(?!['\"])(?P<whole>(?P<url>(?:[^\\)\t\n\f\r ]++|" + _ESCAPE + rb")*+)[^)]*+)\)?"
)
_ESCAPES = re.compile(_ESCAPE + rb"|\\(?:\r\n|[\n\r\f])")

# A parenthesis that opens none of the functions below, a custom property without strings, a rule that says
# nothing of URLs, and dashes within names.
_BORING_CALL = rb"(?<![uU][rR][lL])(?<![sS][rR][cC])(?<![iI][mM][aA][gG][eE])(?<!-[sS][eE][tT])\("
_BORING_CUSTOM = (
    rb"--"
    + _NAME_CHARACTER
    + rb"*+"
    + _SPACE
    + rb"*+:(?:[^;{}\"'()\\@/]++|"
    + _BORING_CALL
    + rb"[^;{}\"'()\\@/]*+\))*+(?=[;}])"
)
_BORING_RULE = rb"@(?![iI][mM]|[nN][aA]|[pP][rR]|[fF][uU])" + _NAME_CHARACTER + rb"++(?!\\)"
_BORING_DASHES = rb"(?<=" + _NAME_CHARACTER + rb")--|--" + _NAME_CHARACTER + rb"++(?=[,)])"
BORING = Run(
    rb"(?:[^@(\"'/\\-]++|"
    + rb"|".join(
        (
            _STRING,
            _COMMENT,
            rb"/(?!\*)",
            rb"-(?!-)",
            _BORING_DASHES,
            _BORING_CALL,
            _BORING_CUSTOM,
            _BORING_RULE,
        )
    )
    + rb")*+"
)
"""As much as loads nothing where nothing is open that could. It may end behind a name."""
_NAME_CHARACTERS = bytes(c for c in range(256) if re.fullmatch(_NAME_CHARACTER, bytes((c,))))
_LONGEST_NAME = 256

_URL_FUNCTIONS = frozenset((b"url", b"src", b"image", b"image-set", b"-webkit-image-set"))
_KEEPING_RULES = frozenset((b"property", b"function"))
"""Rules that keep a value for others: `initial-value` and `result`."""


class _Kept:
    """Whether a value stands here that others may put where a URL is wanted: that of a custom property, up to
    the end of its declaration, or of a rule that keeps one, up to the end of its block."""

    def __init__(self) -> None:
        self._kept = False
        self._in_rule = False
        self._depth = 0

    def __bool__(self) -> bool:
        return self._kept

    def begin(self, *, in_rule: bool) -> None:
        if not self._kept:
            self._kept, self._in_rule, self._depth = True, in_rule, 0

    def stop(self, mark: bytes) -> None:
        """Follow a brace or semicolon."""
        self._depth += {b"{": 1, b"}": -1}.get(mark, 0)
        self._kept = self._kept and self._in_rule and self._depth > 0


def css_urls(sheet: bytes) -> Iterator[CssUrl]:
    """Every URL that `sheet` loads, in order: of `url()` and `src()`, of `image-set()` and `image()` with all
    that stands in them, of `@import`, and each string that a custom property, an `@property` or an
    `@function` keeps for one of these. Names and URLs are read with their escapes; comments and other strings
    hold none."""
    calls: list[bytes] = []
    rule, rule_start = b"", 0
    imported: bytes | None = None
    kept = _Kept()
    position = 0
    while True:
        if not (calls or rule or kept):
            position = _skip_boring(sheet, position)
        token = _TOKEN.search(sheet, position)
        if token is None:
            break
        position = token.end()
        kind = token.lastgroup
        url: CssUrl | None = None
        if kind == "at":
            if not calls:
                if imported is not None:  # whatever follows the URL, it is asked for
                    yield CssUrl(imported, rule_start, token.start(), _NOTHING)
                rule, rule_start, imported = _rule(sheet, token), token.start(), None
            if _unescape(token["at"][1:]).lower() in _KEEPING_RULES:
                kept.begin(in_rule=True)
        elif kind == "string":
            if rule == b"import" or kept or not _URL_FUNCTIONS.isdisjoint(calls):
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
        elif kind == "custom" or (kind == "name" and _is_custom(sheet, token)):
            kept.begin(in_rule=False)
        elif kind == "stop":
            if kept and calls:
                # A part of what is kept: without its end nothing of the sheet counts.
                continue
            kept.stop(token[0])
            calls.clear()
            if imported is not None:
                yield CssUrl(imported, rule_start, token.end("stop") - (token[0] != b";"), _NOTHING)
            rule, imported = b"", None
        if url is not None and rule == b"import":
            imported = url.url if imported is None else imported
        elif url is not None and rule != b"namespace":
            yield url
    if imported is not None:
        yield CssUrl(imported, rule_start, len(sheet), _NOTHING)


# How browsers that look ahead read what stands at the start of a `style`: comments count between rules only,
# a rule ends with the first semicolon, in a string or not, and a URL has no escapes and needs no quotes.
_HASTY = re.compile(
    rb"(?is)/\*.*?(?:\*/|\Z)|@import(?P<import>[^;]*)|@(?!import)[-a-z]*[^;{@]*",
)
_HASTY_URL = re.compile(
    _SPACE + rb"*+(?:" + _COMMENT + _SPACE + rb"*+)*+(?:[uU][rR][lL]\(" + _SPACE + rb"*+)?"
    rb"(?:\"(?P<double>[^\"]*+)|'(?P<single>[^']*+)|(?P<bare>[^\t\n\f\r )]*+))"
)


def hasty_imports(sheet: bytes) -> Iterator[tuple[bytes, int]]:
    """What those who look ahead take for the URL of an `@import` in a `style`, and where its rule begins."""
    if b"@import" not in sheet.lower():
        return
    for found in _HASTY.finditer(sheet):
        if found["import"] is not None:
            url = _HASTY_URL.match(found["import"])
            if url is not None and url.lastgroup is not None:
                yield url[url.lastgroup], found.start()


def _skip_boring(sheet: bytes, position: int) -> int:
    """Where, from `position`, something begins that could load; the name before it belongs to it."""
    end = BORING.match(sheet, position, len(sheet))[0]
    if end == len(sheet):
        return end
    before = sheet[max(position, end - _LONGEST_NAME) : end]
    return end - len(before) + len(before.rstrip(_NAME_CHARACTERS))


def _is_custom(sheet: bytes, name: re.Match[bytes]) -> bool:
    """Whether a name with escapes in it declares a custom property."""
    return _unescape(name["name"]).startswith(b"--") and _COLON.match(sheet, name.end()) is not None


def _rule(sheet: bytes, at: re.Match[bytes]) -> bytes:
    """The name of a rule that says something about the URLs in it, b"" for any other."""
    name = _unescape(at["at"][1:]).lower()
    if name != b"namespace":
        return name if name == b"import" else b""
    # It alone says that its URLs are not loaded, and only where a rule may begin.
    before = sheet[max(0, at.start() - _LONGEST_NAME) : at.start()].rstrip(b"\t\n\f\r ")
    return name if before[-1:] in b";{}/->" else b""


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

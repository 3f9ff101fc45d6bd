"""The URLs that a style sheet loads (CSS Syntax 3, CSS Values 4).

A sheet is read as long as it is written plainly. From the first construct that is odd, every address counts
that stands there, whatever it stands in: browsers may tokenize the rest in another way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from consentgate.html.matching.run import Run


class CssUrl(NamedTuple):
    """A URL in a style sheet: its decoded text, and the bytes to put `replacement` in place of so that
    nothing loads: the URL itself, the whole rule where it is imported, or all the `rest` of the sheet from
    where that is odd."""

    url: bytes
    start: int
    end: int
    replacement: bytes = b""
    rest: bool = False

    @property
    def imported(self) -> bool:
        """True for a style sheet that belongs to this one."""
        return bool(self.replacement) and not self.rest


# A comment keeps apart what stood on both sides of a rule, in CSS and in HTML ("</st" and "yle>") alike.
_NOTHING = b"/**/"

_SPACE = rb"[\t\n\f\r ]"
_CONTROL = rb"\0-\x08\x0b\x0e-\x1f\x7f"
_ESCAPE = rb"\\(?:[0-9a-fA-F]{1,6}(?:\r\n|[\t\n\f\r ])?|[^\n\r\f0-9a-fA-F\0])"
_STRING = rb"\"(?:[^\"\\\n\r\f\0]++|\\(?:\r\n|[^\0]))*+\"|'(?:[^'\\\n\r\f\0]++|\\(?:\r\n|[^\0]))*+'"
_COMMENT = rb"/\*(?:[^*]++|\*(?!/))*+\*/"
_NAME_CHARACTER = rb"[-_a-zA-Z0-9\x80-\xff]"
_IDENT = rb"(?:" + _NAME_CHARACTER + rb"|" + _ESCAPE + rb")++"

_TO_COLON = rb"(?:" + _SPACE + rb"|" + _COMMENT + rb")*+:"
_COLON = re.compile(_TO_COLON)

# A hash and an at-keyword are tokens of their own, so that a parenthesis behind one opens no function.
_TOKEN = re.compile(
    rb"(?P<nothing>(?:" + _SPACE + rb"++|" + _COMMENT + rb"|<!--|-->)++)"
    rb"|(?P<string>" + _STRING + rb")"
    rb"|(?P<at>@" + _IDENT + rb")(?!\()"
    rb"|(?P<hash>\#" + _IDENT + rb")(?!\()"
    rb"|[uU][rR][lL]\("
    + _SPACE
    + rb"*+(?P<bare>(?:[!#-&*-\[\]-~\x80-\xff]|"
    + _ESCAPE
    + rb")*+)"
    + _SPACE
    + rb"*+\)"
    rb"|(?P<custom>--(?:" + _IDENT + rb")?" + _TO_COLON + rb")"
    rb"|(?P<call>" + _IDENT + rb")\("
    rb"|(?P<name>" + _IDENT + rb")"
    rb"|(?P<open>[(\[])|(?P<close>[)\]])|(?P<stop>[;{}])"
    rb"|(?P<other>[^\"'\\/@#" + _CONTROL + rb"]|/(?!\*)|[@#](?!" + _IDENT + rb"\())",
    re.S,
)
_QUOTE = re.compile(_SPACE + rb"*+[\"']")
_PLAIN_NAME = re.compile(rb"[-_a-zA-Z0-9]++")
_ESCAPES = re.compile(_ESCAPE + rb"|\\(?:\r\n|[\n\r\f])")

# What is in brackets, and in parentheses that hold no string (but in brackets) and no url(), so deep.
_BORING_BRACKETS = rb"\[(?:[^\[\](){};\"'\\/@" + _CONTROL + rb"]++|" + _STRING + rb")*+\]"
_DEEPEST_BORING = 4


def _boring_call(depth: int) -> bytes:
    inside = [rb"[^\[\](){};\"'\\/@<" + _CONTROL + rb"]++", rb"/(?!\*)", rb"<(?!!)", _BORING_BRACKETS]
    if depth:
        inside.append(_boring_call(depth - 1))
    return rb"(?<![uU][rR][lL])\((?:" + rb"|".join(inside) + rb")*+\)"


_BORING_CALL = _boring_call(_DEEPEST_BORING)
# A custom property without strings, a rule that says nothing of URLs, and dashes within names.
_BORING_CUSTOM = (
    rb"--"
    + _NAME_CHARACTER
    + rb"*+"
    + _SPACE
    + rb"*+:(?:[^;{}\"'()\[\]\\@/<"
    + _CONTROL
    + rb"]++|/(?!\*)|(?&call))*+(?=[;}])"
)
_BORING_RULE = rb"@(?![iI][mM]|[nN][aA]|[pP][rR]|[fF][uU])[-_a-zA-Z0-9]++(?![\\(\x80-\xff])"
_BORING_DASHES = rb"(?<=" + _NAME_CHARACTER + rb")--|--" + _NAME_CHARACTER + rb"++(?=[,)])"
BORING = Run(
    rb"(?:[^@()\[\]\"'/\\<"
    + _CONTROL
    + rb"-]++|"
    + rb"|".join(
        (
            _STRING,
            _COMMENT,
            rb"/(?!\*)",
            rb"<(?!!)",
            rb"-(?!-)",
            _BORING_DASHES,
            rb"(?&call)",
            rb"(?:(?<=format)|(?<=local))\((?:" + _STRING + rb")\)",
            _BORING_BRACKETS,
            _BORING_CUSTOM,
            _BORING_RULE,
        )
    )
    + rb")*+",
    {"call": _BORING_CALL},
)
"""As much as loads nothing where nothing is open that could. It may end behind a name."""
_NAME_CHARACTERS = bytes(c for c in range(256) if re.fullmatch(_NAME_CHARACTER, bytes((c,))))
_LONGEST_NAME = 256

_TAKE_NO_URL = frozenset((b"format", b"local", b"tech", b"counter", b"counters", b"attr"))
"""Functions whose own strings are no URLs."""
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

    @property
    def in_declaration(self) -> bool:
        """True in a custom property's value."""
        return self._kept and not self._in_rule

    def begin(self, *, in_rule: bool) -> None:
        if not self._kept:
            self._kept, self._in_rule, self._depth = True, in_rule, 0

    def stop(self, mark: bytes) -> None:
        """Follow a brace or semicolon."""
        self._depth += {b"{": 1, b"}": -1}.get(mark, 0)
        self._kept = self._kept and self._in_rule and self._depth > 0


def css_urls(sheet: bytes) -> Iterator[CssUrl]:
    """Every URL that `sheet` loads, in order: of `url()`, of `@import`, and each string that stands in a
    function or that a custom property, an `@property` or an `@function` keeps for one. Names and URLs are
    read with their escapes; comments, attribute selectors and other strings hold none. From where the sheet
    is odd, all that names a host is one."""
    start = _skip_boring(sheet, 0)
    if start == len(sheet):
        return
    reading = _Reading(sheet)
    yield from reading.urls(start)
    if reading.odd_at is not None:
        yield from _addresses(sheet, reading.odd_at)


class _Reading:
    """A style sheet on its way through the tokenizer. `odd_at` is where that had to give up."""

    def __init__(self, sheet: bytes) -> None:
        self._sheet = sheet
        self._open: list[bytes] = []
        self._kept = _Kept()
        self._rule, self._rule_start = b"", 0
        self._imported: bytes | None = None
        self.odd_at: int | None = None

    def urls(self, position: int) -> Iterator[CssUrl]:
        """The URLs from `position`, before which nothing is, up to there."""
        sheet, before = self._sheet, self._sheet[position - 1 : position]
        while position < len(sheet):
            if not (self._open or self._rule or self._kept):
                start, position = position, _skip_boring(sheet, position)
                if position == len(sheet):
                    break
                before = before if start == position else sheet[position - 1 : position]
            token = _TOKEN.match(sheet, position)
            if token is None or self._is_odd(token):
                self.odd_at = position
                break
            if token.lastgroup != "nothing":
                yield from self._read(token, before)
                before = token[0][-1:]
            position = token.end()
        if self._imported is not None:
            yield CssUrl(self._imported, self._rule_start, position, _NOTHING)

    def _is_odd(self, token: re.Match[bytes]) -> bool:
        """True for a token that browsers may read in several ways, or where it cannot stand in a plain
        sheet."""
        kind = token.lastgroup
        if kind == "call":
            # Not all of them take the same characters for a part of a name.
            is_url = token["call"].lower() == b"url"
            return not _PLAIN_NAME.fullmatch(token["call"]) or (
                is_url and not _QUOTE.match(self._sheet, token.end())
            )
        if kind == "at":
            return not _PLAIN_NAME.fullmatch(token["at"], 1)
        if kind == "stop":
            in_value = self._kept.in_declaration and token[0] == b"{"
            return bool(self._open) or in_value
        if kind == "close":
            return not self._open or (self._open[-1] == b"[") is not (token[0] == b"]")
        return False

    def _read(self, token: re.Match[bytes], before: bytes) -> Iterator[CssUrl]:
        """The URL in a token, and in the rule that it ends. `before` is the last byte before it."""
        kind = token.lastgroup
        if kind == "at":
            yield from self._begin_rule(token)
        elif kind == "string":
            if self._takes_urls(before):
                yield from self._found(_unescape(token["string"][1:-1]), token.start() + 1, token.end() - 1)
        elif kind == "bare":
            yield from self._found(_unescape(token["bare"]), *token.span("bare"))
        elif kind == "call":
            self._open.append(token["call"].lower())
        elif kind == "open":
            self._open.append(token[0])
        elif kind == "close":
            self._open.pop()
        elif kind == "custom" or (kind == "name" and _is_custom(self._sheet, token)):
            if not self._open and before != b".":
                self._kept.begin(in_rule=False)
        elif kind == "stop":
            self._kept.stop(token[0])
            yield from self._end_rule(token.end() - (token[0] != b";"))

    def _takes_urls(self, before: bytes) -> bool:
        """Whether a string counts here."""
        if self._rule == b"import" or self._kept:
            return True
        if not self._open or (self._open[-1] == b"[" and before == b"="):
            return False
        return self._open[-1] not in _TAKE_NO_URL

    def _found(self, url: bytes, start: int, end: int) -> Iterator[CssUrl]:
        if self._rule == b"import":
            self._imported = url if self._imported is None else self._imported
        elif self._rule != b"namespace":
            yield CssUrl(url, start, end)

    def _begin_rule(self, token: re.Match[bytes]) -> Iterator[CssUrl]:
        if not self._open:
            yield from self._end_rule(token.start())  # whatever follows the URL, it is asked for
            self._rule, self._rule_start = _rule(self._sheet, token), token.start()
        if token["at"][1:].lower() in _KEEPING_RULES:
            self._kept.begin(in_rule=True)

    def _end_rule(self, end: int) -> Iterator[CssUrl]:
        if self._imported is not None:
            yield CssUrl(self._imported, self._rule_start, end, _NOTHING)
        self._rule, self._imported = b"", None


# What cannot stand in a host, nor in the rest of a plain URL.
_NO_ADDRESS = rb"\f \"'();,<>{}*"
_IN_REST = re.compile(
    rb"(?P<host>[/\\]{2,}[^/\\?#" + _NO_ADDRESS + rb"]*+(?:[/\\?#][^" + _NO_ADDRESS + rb"]*+|(?s:.))?)"
    rb"|(?P<scheme>(?i:https?|wss?|ftp):(?![/\\]{2})[^" + _NO_ADDRESS + rb"]*+)"
    rb"|(?P<path>[/\\][^/\\" + _NO_ADDRESS + rb"][^" + _NO_ADDRESS + rb"]*+)"
)
_REMOVED_FROM_URLS = b"\t\n\r"
_NOBODYS = b"//:"


def _addresses(sheet: bytes, start: int) -> Iterator[CssUrl]:
    """All that could be a URL in the rest of a sheet, and the page's own: a relative one may be anything. An
    own host counts as such only with a path behind it: what follows it elsewhere may belong to it."""
    rest = _ESCAPES.sub(_unescaped, sheet[start:]).translate(None, _REMOVED_FROM_URLS)
    found = [b"", *(match[0] for match in _IN_REST.finditer(rest))]
    lower = rest.lower()
    if b"import" in lower and b"data:" in lower:
        found.append(_NOBODYS)
    for url in dict.fromkeys(found):
        yield CssUrl(url, start, len(sheet), _NOTHING, rest=True)


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
    start = end - len(before) + len(before.rstrip(_NAME_CHARACTERS))
    return start - (position < start < end and sheet[start - 1 : start] in b"#@")


def _is_custom(sheet: bytes, name: re.Match[bytes]) -> bool:
    """Whether a name with escapes in it declares a custom property."""
    return _unescape(name["name"]).startswith(b"--") and _COLON.match(sheet, name.end()) is not None


def _rule(sheet: bytes, at: re.Match[bytes]) -> bytes:
    """The name of a rule that says something about the URLs in it, b"" for any other."""
    name = at["at"][1:].lower()
    if name != b"namespace":
        return name if name == b"import" else b""
    # It alone says that its URLs are not loaded, and only where a rule may begin.
    before = sheet[max(0, at.start() - _LONGEST_NAME) : at.start()].rstrip(b"\t\n\f\r ")
    return name if before[-1:] in b";{}/->" else b""


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

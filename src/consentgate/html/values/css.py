"""The URLs that a style sheet loads (CSS Syntax 3, CSS Values 4).

A sheet is read as long as it is written plainly. From its first odd construct on, everything counts that
looks like a URL, whatever it stands in: browsers may tokenize the rest in another way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from consentgate.html.tokenizer.grammar import SPACE, WHITESPACE

from .css_syntax import COLON, COMMENT, LONGEST_NAME, PLAIN_NAME, QUOTE, TOKEN, skip_inert, unescape


class CssUrl(NamedTuple):
    """A URL that a style sheet loads, decoded, and the span that gives way to `replacement` where the URL is
    blocked. The span is the URL itself, or the whole rule of an `@import`, or with `rest` everything from the
    sheet's first odd construct on."""

    url: bytes
    start: int
    end: int
    replacement: bytes = b""
    rest: bool = False

    @property
    def imported(self) -> bool:
        """True for a style sheet that becomes part of this one."""
        return bool(self.replacement) and not self.rest


# A comment keeps apart what stood on both sides of a rule, in CSS as in HTML ("</st" and "yle>").
_EMPTY = b"/**/"

_FUNCTIONS_WITHOUT_URLS = frozenset((b"format", b"local", b"tech", b"counter", b"counters", b"attr"))
"""Functions whose strings are no URLs."""
_KEEPING_RULES = frozenset((b"property", b"function"))
"""At-rules that keep a value for use elsewhere, as `initial-value` or `result`."""


def css_urls(sheet: bytes) -> Iterator[CssUrl]:
    """Yield every URL that `sheet` loads, in order.

    These are the URLs of `url()` and `@import`, and strings in functions or in values that are kept for use
    elsewhere (custom properties, `@property`, `@function`). Comments, attribute selectors and other strings
    load nothing. From the first odd construct on, everything that names a host counts.
    """
    start = skip_inert(sheet, 0)
    if start == len(sheet):
        return
    reader = _SheetReader(sheet)
    yield from reader.urls(start)
    if reader.odd_at is not None:
        yield from _urls_in_odd_rest(sheet, reader.odd_at)


class _KeptValue:
    """Tells whether the reader is in a value that may be used elsewhere, where a URL is wanted: the value of
    a custom property, up to the end of its declaration, or the block of one of _KEEPING_RULES."""

    def __init__(self) -> None:
        self._is_open = False
        self._is_rule = False
        self._depth = 0

    def __bool__(self) -> bool:
        return self._is_open

    @property
    def is_declaration(self) -> bool:
        """True in a custom property's value."""
        return self._is_open and not self._is_rule

    def begin(self, *, is_rule: bool) -> None:
        """Follow the beginning of a kept value. A value inside another changes nothing."""
        if not self._is_open:
            self._is_open, self._is_rule, self._depth = True, is_rule, 0

    def stop(self, mark: bytes) -> None:
        """Follow a brace or semicolon."""
        self._depth += {b"{": 1, b"}": -1}.get(mark, 0)
        self._is_open = self._is_open and self._is_rule and self._depth > 0


class _SheetReader:
    """Reads a style sheet token by token. `odd_at` is where it had to give up."""

    def __init__(self, sheet: bytes) -> None:
        self._sheet = sheet
        self._open: list[bytes] = []  # names of functions, and brackets
        self._kept = _KeptValue()
        self._rule, self._rule_start = b"", 0
        self._imported: bytes | None = None
        self._found: list[CssUrl] = []
        self.odd_at: int | None = None

    def urls(self, position: int) -> Iterator[CssUrl]:
        """Yield the URLs from `position` up to where the sheet is odd. Nothing loads before `position`."""
        sheet, found = self._sheet, self._found
        last_byte = sheet[position - 1 : position]  # of the last token that is more than white space
        while position < len(sheet):
            if not (self._open or self._rule or self._kept):
                start, position = position, skip_inert(sheet, position)
                if position == len(sheet):
                    break
                last_byte = last_byte if start == position else sheet[position - 1 : position]
            token = TOKEN.match(sheet, position)
            if token is None or self._is_odd(token):
                self.odd_at = position
                break
            position = token.end()
            if token.lastgroup == "nothing":
                continue
            take = _TAKE.get(token.lastgroup)
            if take is not None:
                take(self, token, last_byte)
                if found:
                    yield from found
                    found.clear()
            last_byte = sheet[position - 1 : position]
        self._end_rule(position)
        yield from found

    def _is_odd(self, token: re.Match[bytes]) -> bool:
        """Say whether browsers may read a token in several ways, or a plain sheet has no such token here."""
        kind = token.lastgroup
        if kind == "function":
            # Browsers differ in which characters are part of a name.
            is_url = token["function"].lower() == b"url"
            return not PLAIN_NAME.fullmatch(token["function"]) or (
                is_url and not QUOTE.match(self._sheet, token.end())
            )
        if kind == "at":
            return not PLAIN_NAME.fullmatch(token["at"], 1)
        if kind == "stop":
            in_value = self._kept.is_declaration and token[0] == b"{"
            return bool(self._open) or in_value
        if kind == "close":
            return not self._open or (self._open[-1] == b"[") is not (token[0] == b"]")
        return False

    # -- tokens by their kind: `last_byte` is the last byte before the token that is no white space ----------

    def _at_keyword(self, token: re.Match[bytes], last_byte: bytes) -> None:
        if not self._open:
            # Browsers load the rule before this one whatever follows its URL.
            self._end_rule(token.start())
            self._rule, self._rule_start = _rule_about_urls(self._sheet, token), token.start()
        if token["at"][1:].lower() in _KEEPING_RULES:
            self._kept.begin(is_rule=True)

    def _string(self, token: re.Match[bytes], last_byte: bytes) -> None:
        if self._takes_urls(last_byte):
            self._url(unescape(token["string"][1:-1]), token.start() + 1, token.end() - 1)

    def _bare_url(self, token: re.Match[bytes], last_byte: bytes) -> None:
        self._url(unescape(token["bare_url"]), *token.span("bare_url"))

    def _function(self, token: re.Match[bytes], last_byte: bytes) -> None:
        self._open.append(token["function"].lower())

    def _bracket(self, token: re.Match[bytes], last_byte: bytes) -> None:
        self._open.append(token[0])

    def _close(self, token: re.Match[bytes], last_byte: bytes) -> None:
        self._open.pop()

    def _custom_property(self, token: re.Match[bytes], last_byte: bytes) -> None:
        if not self._open and last_byte != b".":
            self._kept.begin(is_rule=False)

    def _name(self, token: re.Match[bytes], last_byte: bytes) -> None:
        if _is_custom_property(self._sheet, token):
            self._custom_property(token, last_byte)

    def _stop(self, token: re.Match[bytes], last_byte: bytes) -> None:
        self._kept.stop(token[0])
        self._end_rule(token.end() - (token[0] != b";"))

    # -- what they find --------------------------------------------------------------------------------------

    def _takes_urls(self, last_byte: bytes) -> bool:
        """Say whether a string is a URL here."""
        if self._rule == b"import" or self._kept:
            return True
        if not self._open or (self._open[-1] == b"[" and last_byte == b"="):
            return False
        return self._open[-1] not in _FUNCTIONS_WITHOUT_URLS

    def _url(self, url: bytes, start: int, end: int) -> None:
        if self._rule == b"import":
            self._imported = url if self._imported is None else self._imported
        elif self._rule != b"namespace":
            self._found.append(CssUrl(url, start, end))

    def _end_rule(self, end: int) -> None:
        if self._imported is not None:
            self._found.append(CssUrl(self._imported, self._rule_start, end, _EMPTY))
        self._rule, self._imported = b"", None


_TAKE: Mapping[str | None, Callable[[_SheetReader, re.Match[bytes], bytes], None]] = {
    "at": _SheetReader._at_keyword,
    "string": _SheetReader._string,
    "bare_url": _SheetReader._bare_url,
    "function": _SheetReader._function,
    "open": _SheetReader._bracket,
    "close": _SheetReader._close,
    "custom_property": _SheetReader._custom_property,
    "name": _SheetReader._name,
    "stop": _SheetReader._stop,
}


def _is_custom_property(sheet: bytes, name: re.Match[bytes]) -> bool:
    """Say whether a name with escapes in it declares a custom property."""
    return unescape(name["name"]).startswith(b"--") and COLON.match(sheet, name.end()) is not None


def _rule_about_urls(sheet: bytes, at: re.Match[bytes]) -> bytes:
    """Return the name of an at-rule that gives the URLs in it a meaning of their own, b"" for any other."""
    name = at["at"][1:].lower()
    if name != b"namespace":
        return name if name == b"import" else b""
    # @namespace is the only rule whose URLs are not loaded. It counts only where a rule may begin.
    before = sheet[max(0, at.start() - LONGEST_NAME) : at.start()].rstrip(WHITESPACE)
    return name if before[-1:] in b";{}/->" else b""


# -- the rest of an odd sheet ----------------------------------------------------------------------------

# The characters that cannot stand in a host, nor in the rest of a plain URL.
_NO_URL = rb"\f \"'();,<>{}*"
_URL_IN_REST = re.compile(
    rb"(?P<host>[/\\]{2,}[^/\\?#" + _NO_URL + rb"]*+(?:[/\\?#][^" + _NO_URL + rb"]*+|(?s:.))?)"
    rb"|(?P<scheme>(?i:https?|wss?|ftp):(?![/\\]{2})[^" + _NO_URL + rb"]*+)"
    rb"|(?P<path>[/\\][^/\\" + _NO_URL + rb"][^" + _NO_URL + rb"]*+)"
)
_REMOVED_FROM_URLS = b"\t\n\r"
_NOBODYS_URL = b"//:"


def _urls_in_odd_rest(sheet: bytes, start: int) -> Iterator[CssUrl]:
    """Yield everything that could be a URL in the rest of a sheet, and "" for the page's own URL, since any
    text may be a relative URL.

    A host is followed by the rest of its URL, or by the byte that ends it. So a host of the site's own counts
    as such only with a path: otherwise what follows may belong to the host.
    """
    rest = unescape(sheet[start:]).translate(None, _REMOVED_FROM_URLS)
    found = [b"", *(match[0] for match in _URL_IN_REST.finditer(rest))]
    lower = rest.lower()
    if b"import" in lower and b"data:" in lower:
        found.append(_NOBODYS_URL)
    for url in dict.fromkeys(found):
        yield CssUrl(url, start, len(sheet), _EMPTY, rest=True)


# -- preload scanners ------------------------------------------------------------------------------------

# How a browser's preload scanner reads the beginning of a `style`: comments count between rules only, a rule
# ends with the first semicolon, in a string or not, and a URL has no escapes and needs no quotes.
_PRELOAD_STEP = re.compile(
    rb"(?is)/\*.*?(?:\*/|\Z)|@import(?P<import>[^;]*)|@(?!import)[-a-z]*[^;{@]*",
)
_PRELOADED_URL = re.compile(
    SPACE + rb"*+(?:" + COMMENT + SPACE + rb"*+)*+(?:[uU][rR][lL]\(" + SPACE + rb"*+)?"
    rb"(?:\"(?P<double>[^\"]*+)|'(?P<single>[^']*+)|(?P<bare>[^" + WHITESPACE + rb")]*+))"
)


def preloaded_imports(sheet: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield what a browser's preload scanner takes for the URL of an `@import` in a `style`, and where that
    rule begins."""
    if b"@import" not in sheet.lower():
        return
    for step in _PRELOAD_STEP.finditer(sheet):
        if step["import"] is not None:
            url = _PRELOADED_URL.match(step["import"])
            if url is not None and url.lastgroup is not None:
                yield url[url.lastgroup], step.start()

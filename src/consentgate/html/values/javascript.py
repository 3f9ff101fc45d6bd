"""As much of JavaScript as it takes to tell code from text (ECMA-262, chapter 12 "Lexical Grammar")."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from enum import Enum

LINE_ENDS = "\\n\\r\\u2028\\u2029"
BLANKS = "\\t\\v\\f \\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000\\ufeff" + LINE_ENDS
# Any other character outside ASCII can stand in code only as a part of a name.
NAME = rf"(?:[A-Za-z0-9_$]|[^\x00-\x7f{BLANKS}])"
STRING = r"\"(?:[^\"\\\n\r]++|\\(?:\r\n|(?s:.)))*+\"|'(?:[^'\\\n\r]++|\\(?:\r\n|(?s:.)))*+'"
_COMMENT = rf"//[^{LINE_ENDS}]*+|/\*(?:[^*]++|\*(?!/))*+\*/"

_ESCAPED_NAME = r"\\u(?:[0-9a-fA-F]{4}|\{[0-9a-fA-F]++\})"
_TOKEN = re.compile(
    rf"(?P<nothing>(?:[{BLANKS}]++|{_COMMENT})++)"
    rf"|(?P<word>\#?(?:{NAME}|{_ESCAPED_NAME})++)"
    rf"|(?P<string>{STRING})"
    r"|(?P<unclear>/\*|[\"']|<!--|-->)"
    r"|(?P<punctuator>\.\.\.|\+\+|--|(?s:.))"
)
_LINE_END = re.compile(rf"[{LINE_ENDS}]")
_TEMPLATE = re.compile(r"(?:[^`\\$]++|\\(?s:.)|\$(?!\{))*+(?P<end>`|\$\{)")
_REGULAR_EXPRESSION = re.compile(
    rf"/(?:[^/\\\[{LINE_ENDS}]++|\\[^{LINE_ENDS}]|\[(?:[^\]\\{LINE_ENDS}]++|\\[^{LINE_ENDS}])*+\])++/{NAME}*+"
)

# Words after which a slash begins a regular expression.
_BEFORE_EXPRESSION = frozenset(
    (
        *("break", "case", "continue", "debugger", "default", "delete", "do", "else", "extends", "in"),
        *("instanceof", "new", "return", "throw", "typeof", "void"),
    )
)
# Whether these are names depends on the code around them.
_PERHAPS_NAMES = frozenset(("await", "of", "yield"))
_BEFORE_CONDITION = frozenset(("for", "if", "while", "with"))

_HASHBANG = re.compile(rf"#![^{LINE_ENDS}]*+")


class _Before(Enum):
    """What stands before a slash, which says what the slash is."""

    OPERAND = "so that it divides"
    OPERATOR = "so that it begins a regular expression"
    EITHER = "so that only a parser knows"


_AFTER_PUNCTUATOR = {
    ")": _Before.OPERAND,
    "]": _Before.OPERAND,
    "}": _Before.EITHER,
    "++": _Before.EITHER,
    "--": _Before.EITHER,
    # Only the dot of a number stands before a slash.
    ".": _Before.OPERAND,
}


def code_among(script: str, places: Collection[int]) -> set[int]:
    """Return the ones among the `places` in `script` that are code. At each place a word begins.

    A word is not code within a comment, a string, a template's text or a regular expression, nor as the name
    of a property. From where that cannot be told without a parser, every place counts as code.
    """
    lexer = _Lexer(script)
    found = set(places).intersection(lexer.words(max(places, default=-1)))
    return found.union(place for place in places if place >= lexer.lost_at)


class _Lexer:
    """Walks through a script's tokens. `lost_at` is where it had to give up."""

    def __init__(self, script: str) -> None:
        self._script = script
        self._before = _Before.OPERATOR
        self._previous = ""
        self._after_condition = False
        self._line_ended = True
        self._open: list[tuple[str, _Before | None]] = []
        self.lost_at = len(script)

    def words(self, last: int) -> Iterator[int]:
        """Yield where each word begins that is no property's name, up to the one at `last`."""
        hashbang = _HASHBANG.match(self._script)
        position: int | None = hashbang.end() if hashbang else 0
        while position is not None and position <= last:
            token = _TOKEN.match(self._script, position)
            assert token is not None
            if token["nothing"]:
                self._line_ended = self._line_ended or _LINE_END.search(token[0]) is not None
                position = token.end()
                continue
            if token["word"] and self._previous != ".":
                yield position
            start, position = position, self._end(token)
            if position is None:
                self.lost_at = start
            self._previous, self._line_ended = token[0], False

    def _end(self, token: re.Match[str]) -> int | None:
        """Follow a token. Return where it ends, None where that cannot be told."""
        if token["word"]:
            self._word(token[0])
            return token.end()
        if token["string"]:
            self._before = _Before.OPERAND
            return token.end()
        # Only in a classic script, and there at the start of a line, is "-->" a comment.
        if token["unclear"] and (token[0] != "-->" or self._line_ended):
            return None
        if token["unclear"]:
            return self._punctuator("--", token.start(), token.start() + len("--"))
        return self._punctuator(token[0], token.start(), token.end())

    def _word(self, word: str) -> None:
        name = self._previous == "."
        if word in _BEFORE_EXPRESSION and not name:
            self._before = _Before.OPERATOR
        elif word in _PERHAPS_NAMES and not name:
            self._before = _Before.EITHER
        else:
            self._before = _Before.OPERAND
        # The parenthesis in "for await (" holds a condition, too.
        continued = word == "await" and self._after_condition
        self._after_condition = continued or (word in _BEFORE_CONDITION and not name)

    def _punctuator(self, text: str, start: int, end: int) -> int | None:
        if text == "/":
            return self._slash(start)
        if text == "`":
            return self._template(end)
        self._before = _AFTER_PUNCTUATOR.get(text, _Before.OPERATOR)
        if text == "(":
            self._open.append((")", _Before.OPERATOR if self._after_condition else _Before.OPERAND))
        elif text == "{":
            self._open.append(("}", _Before.EITHER))
        elif text in (")", "}"):
            closing, before = self._open.pop() if self._open else ("", None)
            if closing != text:
                return None
            if before is None:
                return self._template(end)
            self._before = before
        self._after_condition = False
        return end

    def _slash(self, start: int) -> int | None:
        if self._before is _Before.EITHER or (self._before is _Before.OPERAND and self._line_ended):
            # The line break may end a statement: "var a\n/b/.test(c)" is two.
            return None
        if self._before is _Before.OPERAND:
            self._before = _Before.OPERATOR
            return start + 1
        match = _REGULAR_EXPRESSION.match(self._script, start)
        self._before = _Before.OPERAND
        return match.end() if match else None

    def _template(self, position: int) -> int | None:
        """Skip a template's text. Return where it ends, or where code in it begins; None where neither
        does."""
        match = _TEMPLATE.match(self._script, position)
        if match is None:
            return None
        if match["end"] == "`":
            self._before = _Before.OPERAND
        else:
            self._before = _Before.OPERATOR
            self._open.append(("}", None))
        return match.end()

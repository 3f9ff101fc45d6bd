"""Reads data out of JavaScript: literals of objects, lists, texts, numbers and regular expressions.

It runs nothing and knows no variables. What is no literal, such as a function, is skipped over as a whole,
and comes back as `Skipped`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import TypeAlias

DEEPEST = 64
"""The deepest nesting that is read."""

_BLANK = re.compile(r"(?:\s|/\*.*?\*/|//[^\n]*|<!--[^\n]*)*+", re.DOTALL)
_NUMBER = re.compile(
    r"[+-]?(?:0[xX][0-9a-fA-F]+|(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)(?![\w$])"
)
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_STRING = {
    '"': re.compile(r'"((?:[^"\\\n]|\\.)*+)"', re.DOTALL),
    "'": re.compile(r"'((?:[^'\\\n]|\\.)*+)'", re.DOTALL),
    "`": re.compile(r"`((?:[^`\\]|\\.)*+)`", re.DOTALL),
}
_REGEX = re.compile(r"/((?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*+\])++)/([a-z]*)")
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|\r\n|(.))", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}
_WORDS = {"true": True, "false": False, "null": None, "undefined": None, "!0": True, "!1": False}
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_GOES_ON = "+-*/%.([`?&|=<>"
_NEVER_AFTER_KEY = tuple("'\"`0123456789")
# After one of these a slash begins a regular expression, and is no division.
_BEFORE_REGEX = "(,=:[!&|?{};+-*%<>~^"


@dataclass(frozen=True, slots=True)
class Regex:
    """A regular expression: what stands between its slashes."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """An expression that is no literal, in the line with this number."""

    line: int


Value: TypeAlias = "bool | int | float | str | Regex | Skipped | list[Value] | dict[str, Value] | None"


class NotData(ValueError):
    """Raised where a literal was expected, and there is none or only the beginning of one."""


def read_value(text: str, start: int = 0) -> tuple[Value, int]:
    """Read the literal in `text` from `start` on. Return it and the place after it.

    Raises NotData where there is no literal, or its brackets do not close.
    """
    reader = _Reader(text)
    reader.at = start
    value = reader.value(0)
    return value, reader.at


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = [match.start() for match in re.finditer("\n", text)]
        self._is_new_line = False
        self.at = 0

    def value(self, depth: int) -> Value:
        """Read an expression: a literal, or texts that are added up. Whatever goes on is skipped."""
        self._blank()
        start = self.at
        value = self._literal(depth)
        self._blank()
        while isinstance(value, str) and self._text.startswith("+", self.at):
            self.at += 1
            self._blank()
            more = self._literal(depth)
            value = value + more if isinstance(more, str) else Skipped(self._line(start))
            self._blank()
        if not isinstance(value, Skipped) and self._ends():
            return value
        self.at = start
        self._skip()
        return Skipped(self._line(start))

    def _literal(self, depth: int) -> Value:
        if depth > DEEPEST:
            raise NotData(f"line {self._line(self.at)}: nested too deeply")
        text, at = self._text, self.at
        character = text[at : at + 1]
        if character == "{":
            return self._object(depth)
        if character == "[":
            return self._array(depth)
        if character in _STRING and character:
            return self._string(character)
        if match := _NUMBER.match(text, at):
            self.at = match.end()
            return _number(match[0])
        if character == "/" and (match := _REGEX.match(text, at)):
            self.at = match.end()
            return Regex(match[1])
        word = text[at : at + 2] if character == "!" else (_NAME.match(text, at) or [""])[0]
        if word in _WORDS:
            self.at += len(word)
            return _WORDS[word]
        return Skipped(self._line(at))

    def _string(self, quote: str) -> Value:
        match = _STRING[quote].match(self._text, self.at)
        if match is None:
            raise NotData(f"line {self._line(self.at)}: a text that does not end")
        if quote == "`" and "${" in match[1]:
            return Skipped(self._line(self.at))
        self.at = match.end()
        text = _ESCAPE.sub(_unescaped, match[1])
        # A character may be written as two halves.
        return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _array(self, depth: int) -> Value:
        self.at += 1
        items: list[Value] = []
        while not self._closes("]"):
            items.append(self._spread() or self.value(depth + 1))
            self._separator("]")
        return items

    def _object(self, depth: int) -> Value:
        self.at += 1
        entries: dict[str, Value] = {}
        while not self._closes("}"):
            line = self._line(self.at)
            if (spread := self._spread()) is not None:
                entries[f"what is spread in line {line}"] = spread
            else:
                key = self._key()
                self._blank()
                if self._text.startswith(":", self.at):
                    self.at += 1
                    entries[key] = self.value(depth + 1)
                elif self._text[self.at : self.at + 1] in _NEVER_AFTER_KEY:
                    raise NotData(f'line {self._line(self.at)}: expected ":" after the key {key[:40]!r}')
                else:
                    # A method, an accessor, or a variable under its own name.
                    self._skip()
                    entries[key] = Skipped(line)
            self._separator("}")
        return entries

    def _spread(self) -> Skipped | None:
        if not self._text.startswith("...", self.at):
            return None
        self.at += 3
        line = self._line(self.at)
        self._skip()
        return Skipped(line)

    def _key(self) -> str:
        character = self._text[self.at : self.at + 1]
        if character in ("'", '"'):
            return str(self._string(character))
        match = _NUMBER.match(self._text, self.at) or _NAME.match(self._text, self.at)
        if match is None:
            if character == "[":
                # A computed key: only running the code would tell it.
                self._skip_brackets()
                return f"[{self._line(self.at)}]"
            raise NotData(f"line {self._line(self.at)}: expected a key")
        self.at = match.end()
        return match[0]

    def _closes(self, bracket: str) -> bool:
        self._blank()
        if self.at >= len(self._text):
            raise NotData(f'line {self._line(self.at)}: the file ends where a "{bracket}" is missing')
        if self._text.startswith(bracket, self.at):
            self.at += 1
            return True
        return False

    def _separator(self, bracket: str) -> None:
        self._blank()
        if self._text.startswith(",", self.at):
            self.at += 1
        elif not self._text.startswith(bracket, self.at):
            raise NotData(f'line {self._line(self.at)}: expected "," or "{bracket}"')

    def _ends(self) -> bool:
        """Say whether an expression ends here, where a semicolon may be left out at the end of a line."""
        character = self._text[self.at : self.at + 1]
        return not character or character in ",]});" or (self._is_new_line and character not in _GOES_ON)

    def _skip(self) -> None:
        """Go to the comma or bracket that ends the expression here."""
        while self.at < len(self._text):
            self._blank()
            character = self._text[self.at : self.at + 1]
            if not character or character in ",]});":
                return
            if character in _CLOSING:
                self._skip_brackets()
            else:
                self._skip_one(character)

    def _skip_brackets(self) -> None:
        """Go behind the bracket that closes the one here."""
        start = self.at
        open_: list[str] = []
        while self.at < len(self._text):
            self._blank()
            character = self._text[self.at : self.at + 1]
            if character in _CLOSING:
                open_.append(_CLOSING[character])
                self.at += 1
            elif open_ and character == open_[-1]:
                open_.pop()
                self.at += 1
                if not open_:
                    return
            elif character:
                self._skip_one(character)
        raise NotData(f"line {self._line(start)}: a bracket that does not close")

    def _skip_one(self, character: str) -> None:
        pattern = _STRING.get(character)
        if character == "/" and self._before() in _BEFORE_REGEX:
            pattern = _REGEX
        match = (pattern or _NAME).match(self._text, self.at)
        self.at = match.end() if match else self.at + 1

    def _blank(self) -> None:
        match = _BLANK.match(self._text, self.at)
        if match is not None:
            self._is_new_line = "\n" in match[0]
            self.at = match.end()

    def _line(self, at: int) -> int:
        return bisect_left(self._lines, at) + 1

    def _before(self) -> str:
        """Return the last character before this place that is not blank."""
        at = self.at - 1
        while at >= 0 and self._text[at].isspace():
            at -= 1
        return self._text[at] if at >= 0 else "("


def _number(text: str) -> int | float:
    try:
        return int(text, 0)
    except ValueError:
        return float(text)


def _unescaped(match: re.Match[str]) -> str:
    for group in (1, 2, 3):
        if match[group]:
            number = int(match[group], 16)
            return chr(number) if number <= 0x10FFFF else "\ufffd"
    return _ESCAPES.get(match[4], match[4]) if match[4] is not None else ""

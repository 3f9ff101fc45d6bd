"""The modules that a script imports: `import ... from "x"`, `export ... from "x"`, `import "x"` and
`import("x")` (ECMA-262, 16.2.2, 16.2.3 and 13.3.10)."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from .javascript import BLANKS, LINE_ENDS, NAME, STRING


class Import(NamedTuple):
    """An imported module's `specifier`, and the `place` of the keyword in the script. With `beginning` the
    script computes the specifier, and only its beginning is known, as in `import("x" + y)`."""

    specifier: str
    place: int
    beginning: bool = False


# Two patterns, since `re` searches many times as fast for one that begins with a literal.
_HINTS = (
    re.compile(rb"import[\t-\r \"'/(.\x80-\xff]"),
    re.compile(rb"from[\t-\r \"'/\x80-\xff]"),
)

# Every import and re-export has its specifier right after one of these words. What comes before the word need
# not be read. A dot before the word makes it a property, three dots do not.
_KEYWORD = re.compile(rf"import(?=[{BLANKS}\"'/(.])|from(?=[{BLANKS}\"'/])")
_IS_WORD = re.compile(rf"(?<!{NAME})(?<![#\\])(?<![^.]\.)")
_NAME = re.compile(rf"{NAME}++")
_BLANKS = re.compile(rf"[{BLANKS}]*+")
_LINE_END = re.compile(rf"[{LINE_ENDS}]")
_COMMENT_END = re.compile(r"\*/")
_LITERAL = re.compile(rf"{STRING}|`(?P<template>(?:[^`\\$]++|\\(?s:.)|\$(?!\{{))*+)(?P<end>`|\$\{{)")
_PHASES = ("defer", "source")
_ESCAPE = re.compile(
    r"\\(?:x(?P<byte>[0-9a-fA-F]{2})|u(?P<unit>[0-9a-fA-F]{4})|u\{(?P<point>[0-9a-fA-F]++)\}"
    r"|(?P<octal>[0-3]?[0-7]{1,2})|(?P<line_end>\r\n|[\n\r\u2028\u2029])|(?P<other>(?s:.)))"
)
_CONTROLS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_LARGEST_CHARACTER = 0x10FFFF


def may_import(script: bytes) -> bool:
    """Say whether there may be an import in a script, whose encoding must be ASCII-compatible."""
    return any(hint.search(script) for hint in _HINTS)


def imports(script: str) -> Iterator[Import]:
    """Yield every import in `script`, and some that stand in its comments and strings: only the words
    themselves are looked at. A computed specifier is not found."""
    gaps = _Gaps(script)
    for keyword in _KEYWORD.finditer(script):
        place = keyword.start()
        if not _IS_WORD.match(script, place):
            continue
        position = gaps.end(keyword.end())
        literal = _LITERAL.match(script, position)
        if literal is not None:
            if literal["end"] is None:
                yield Import(_text(literal), place)
        elif keyword[0] == "import":
            found = _call(script, position, gaps)
            if found is not None:
                yield Import(found[0], place, found[1])


def _call(script: str, position: int, gaps: _Gaps) -> tuple[str, bool] | None:
    """Return the literal that the argument of a dynamic import begins with, and whether the argument goes on
    after it."""
    if script.startswith(".", position):
        phase = _NAME.match(script, gaps.end(position + 1))
        if phase is None or phase[0] not in _PHASES:
            return None
        position = gaps.end(phase.end())
    if not script.startswith("(", position):
        return None
    literal = _LITERAL.match(script, gaps.end(position + 1))
    if literal is None:
        return None
    after = gaps.end(literal.end())
    whole = literal["end"] != "${" and script.startswith((")", ","), after)
    return _text(literal), not whole


def _text(literal: re.Match[str]) -> str:
    """Return the value of a literal."""
    raw = literal[0][1:-1] if literal["template"] is None else literal["template"]
    if "\\" not in raw:
        return raw
    text = _ESCAPE.sub(_unescaped, raw)
    # Two escapes may be a surrogate pair.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _unescaped(match: re.Match[str]) -> str:
    digits = match["byte"] or match["unit"] or match["point"]
    if digits is not None:
        code = int(digits, 16) if len(digits) <= 8 else _LARGEST_CHARACTER + 1
        return chr(code) if code <= _LARGEST_CHARACTER else "\ufffd"
    if match["octal"] is not None:
        return chr(int(match["octal"], 8))
    if match["line_end"] is not None:
        return ""
    return _CONTROLS.get(match["other"], match["other"])


class _Gaps:
    """Finds where blanks and comments end. None is read twice, so that many comments with a word in each take
    no more time than one."""

    def __init__(self, script: str) -> None:
        self._script = script
        self._ends: dict[int, int] = {}

    def end(self, position: int) -> int:
        """Return the first place at or after `position` that is neither blank nor in a comment."""
        passed: list[int] = []
        while position not in self._ends:
            passed.append(position)
            after = self._after(position)
            if after == position:
                self._ends[position] = position
            position = after
        end = self._ends[position]
        self._ends.update(dict.fromkeys(passed, end))
        return end

    def _after(self, position: int) -> int:
        """Return where blanks and at most one comment end."""
        blanks = _BLANKS.match(self._script, position)
        position = blanks.end() if blanks else position
        if self._script.startswith("//", position):
            return _next(self._line_ends, position, len(self._script))
        if self._script.startswith("/*", position):
            return _next(self._comment_ends, position + len("/*/*"), position)
        return position

    @cached_property
    def _line_ends(self) -> list[int]:
        return [match.start() for match in _LINE_END.finditer(self._script)]

    @cached_property
    def _comment_ends(self) -> list[int]:
        return [match.end() for match in _COMMENT_END.finditer(self._script)]


def _next(places: list[int], position: int, otherwise: int) -> int:
    """Return the first of the `places` at or after `position`, `otherwise` if there is none."""
    index = bisect_left(places, position)
    return places[index] if index < len(places) else otherwise

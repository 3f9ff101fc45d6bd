"""Finds the line on which each table and key of a TOML text stands: tomllib does not tell."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from consentgate.policy.messages import path_of

Path: TypeAlias = tuple[str | int, ...]
"""The keys that lead to a value in a document, with the index (from 0) of each element of a list."""

_BLANK = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*+")
_BARE, _BASIC, _LITERAL = r"[A-Za-z0-9_-]++", r'"(?:[^"\\\n]|\\.)*+"', r"'[^'\n]*+'"
_PART = re.compile(f"{_BARE}|{_BASIC}|{_LITERAL}")
_KEY = re.compile(rf"(?:{_PART.pattern})(?:[ \t]*\.[ \t]*(?:{_PART.pattern}))*")
# A text of several lines may end in one or two quotes of its own. All that is no text ends before one of the
# characters that stand between values.
_SCALAR = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+"{3,5}'
    r"|'''(?:[^']|'(?!''))*+'{3,5}"
    rf"|{_BASIC}|{_LITERAL}|[^,\]}}\n#]++",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines (from 1) of a policy file, by the paths of its tables and keys."""

    by_path: Mapping[Path, int]

    @classmethod
    def of(cls, text: str, read_as: Mapping[str, tuple[str, int]] | None = None) -> Lines:
        """Find the lines of `text`, which tomllib has read.

        `read_as` has for each table that is misspelt the name that it was read under, and the number of
        tables that were read before it under that name.
        """
        scanner = _Scanner(text)
        scanner.scan()
        by_path = scanner.lines
        for path, line in [*by_path.items()]:
            meant, before = (read_as or {}).get(str(path[0]), ("", 0))
            if meant:
                by_path.setdefault((meant, *_moved(path[1:], before)), line)
        return cls(by_path)

    def line_of(self, table: str, key: str) -> int | None:
        """Return the line of `key` in a `table`, as messages name that. Where the key is missing, it is the
        line of its table, and where that is missing, None."""
        path = path_of(table)
        if path is None:
            return None
        # Where a single table stands for a list, it is read as the first one.
        paths = [path, (path[0], *path[2:])] if path[1:2] == (0,) else [path]
        whole = [*((*one, key) for one in paths if key), *paths]
        return next((self.by_path[one] for one in whole if one in self.by_path), None)


def _moved(path: Path, before: int) -> Path:
    """Return the `path` in a list of tables that stands behind `before` others."""
    return (path[0] + before, *path[1:]) if path and isinstance(path[0], int) else path


class _Scanner:
    """Goes through the text once. It checks nothing: what it is given is TOML."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {}
        self._text = text
        self._at = self._counted = 0
        self._line = 1
        self._lengths: dict[Path, int] = {}

    def scan(self) -> None:
        table: Path = ()
        while not self._ends():
            if self._takes("[["):
                table = self._element(self._key())
                self._takes("]]")
            elif self._takes("["):
                table = self._table(self._key())
                self._takes("]")
            else:
                self._pair(table)

    def _ends(self) -> bool:
        self._blank()
        return self._at >= len(self._text)

    def _blank(self) -> None:
        match = _BLANK.match(self._text, self._at)
        self._at = match.end() if match else self._at

    def _takes(self, mark: str) -> bool:
        self._blank()
        if not self._text.startswith(mark, self._at):
            return False
        self._at += len(mark)
        return True

    def _mark(self, path: Path) -> None:
        """Note that `path` stands here. Of a table that is named in several places the first one counts."""
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        self.lines.setdefault(path, self._line)

    def _key(self) -> list[str]:
        self._blank()
        match = _KEY.match(self._text, self._at)
        if match is None:
            raise ValueError(f"no TOML: expected a key at character {self._at}")
        self._at = match.end()
        return [*_parts(match[0])]

    def _table(self, keys: list[str]) -> Path:
        """Enter the table of a header. In a list of tables, its last one is meant."""
        path: Path = ()
        for key in keys:
            path = (*path, key)
            self._mark(path)
            if path in self._lengths:
                path = (*path, self._lengths[path] - 1)
        return path

    def _element(self, keys: list[str]) -> Path:
        """Enter the next table of a list."""
        path = (*self._table(keys[:-1]), keys[-1])
        self._mark(path)
        number = self._lengths.get(path, 0)
        self._lengths[path] = number + 1
        self._mark((*path, number))
        return (*path, number)

    def _pair(self, table: Path) -> None:
        self._blank()
        start = self._at
        keys = self._key()
        end, self._at = self._at, start
        for depth in range(1, len(keys) + 1):
            self._mark((*table, *keys[:depth]))
        self._at = end
        self._takes("=")
        self._value((*table, *keys))

    def _value(self, path: Path) -> None:
        if self._takes("["):
            number = 0
            while not self._takes("]"):
                self._mark((*path, number))
                self._value((*path, number))
                self._takes(",")
                number += 1
        elif self._takes("{"):
            while not self._takes("}"):
                self._pair(path)
                self._takes(",")
        elif match := _SCALAR.match(self._text, self._at):
            self._at = match.end()


def _parts(key: str) -> Iterator[str]:
    for part in _PART.findall(key):
        yield tomllib.loads(f"key = {part}")["key"] if part[0] in "\"'" else part

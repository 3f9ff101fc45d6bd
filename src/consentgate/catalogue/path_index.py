"""Finds the service that the path of a URL gives away, on whatever host."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Generic, TypeVar

from .patterns import Glob

T = TypeVar("T")

# The characters that browsers decode, remove or turn around in the path of a URL (WHATWG URL, 4.4).
_REWRITTEN = re.compile(r"[%\\\t\n\r]")


class PathIndex(Generic[T]):
    """The values of many path globs. Of several that match, the first one counts."""

    __slots__ = ("_ends", "_globs", "_words")

    def __init__(self, entries: Iterable[tuple[str, T]]) -> None:
        self._globs = tuple((Glob(path), value) for path, value in entries)
        self._ends = tuple({glob.last for glob, _ in self._globs})
        self._words = words_in(glob.text for glob, _ in self._globs)

    def find(self, path: str) -> T | None:
        """Return the value for this path (without its query), or None."""
        # A page's base may give each of its short URLs a long path, which would take long to search.
        if not path.endswith(self._ends):
            return None
        return next((value for glob, value in self._globs if glob.matches(path)), None)

    def may_be_in(self, url: str) -> bool:
        """Say whether `find` may know the path of `url`, whatever escapes are in it."""
        return may_have_word(url.partition("?")[0], self._words)


def words_in(globs: Iterable[str]) -> tuple[str, ...]:
    """Return texts, one of which is in every path that matches one of the `globs`."""
    words = {max(glob.split("*"), key=len).removeprefix("/") for glob in globs}
    return tuple(word for word in sorted(words) if not any(other in word for other in words - {word}))


def may_have_word(path: str, words: Iterable[str]) -> bool:
    """Say whether one of the `words` is in a `path` as it is written, or may be once the path is decoded."""
    return _REWRITTEN.search(path) is not None or any(map(path.__contains__, words))

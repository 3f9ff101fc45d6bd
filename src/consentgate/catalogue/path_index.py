"""Finds the service that the path of a URL gives away, on whatever host."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Generic, TypeVar

from .patterns import Glob

T = TypeVar("T")

# What browsers decode, remove or turn around in the path of a URL (WHATWG URL, 4.4).
_REWRITTEN = re.compile(r"[%\\\t\n\r]")


class PathIndex(Generic[T]):
    """The values of many path globs. Of several that match, the first one counts."""

    __slots__ = ("_globs", "_words")

    def __init__(self, entries: Iterable[tuple[str, T]]) -> None:
        self._globs = tuple((Glob(path), value) for path, value in entries)
        self._words = _fewest({_longest_word(glob) for glob, _ in self._globs})

    def find(self, path: str) -> T | None:
        """Return the value for this path (without its query), or None."""
        if not any(map(path.__contains__, self._words)):
            return None
        return next((value for glob, value in self._globs if glob.matches(path)), None)

    def may_be_in(self, url: str) -> bool:
        """Say whether `find` may know the path of `url`, however that is escaped."""
        path = url.partition("?")[0]
        return _REWRITTEN.search(path) is not None or any(map(path.__contains__, self._words))


def _longest_word(glob: Glob) -> str:
    """Return a text that stands in every path which `glob` matches."""
    return max(glob.text.split("*"), key=len).removeprefix("/")


def _fewest(words: set[str]) -> tuple[str, ...]:
    """Return those of the `words` without which a text has none of them."""
    return tuple(word for word in sorted(words) if not any(other in word for other in words - {word}))

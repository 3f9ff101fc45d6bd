"""A cache for answers to questions of which clients can make up any number."""

from __future__ import annotations

from typing import TypeVar

_K = TypeVar("_K")
_V = TypeVar("_V")


class BoundedCache(dict[_K, _V]):
    """A cache of at most `many` answers."""

    def __init__(self, many: int) -> None:
        super().__init__()
        self._many = many

    def keep(self, question: _K, answer: _V) -> None:
        """Keep one more; where there is no room, forget all others first."""
        if len(self) >= self._many:
            self.clear()
        self[question] = answer

"""A cache for patterns that take long to build: it keeps those of the most requested sites."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

_REMEMBERED = 16
"""The most keys that are counted for each one that is kept."""


class LfuCache(Generic[K, V]):
    """A cache that keeps what `make` returns for the `most` keys that are asked for most.

    A key takes another's place once it has been asked for twice as often. So keys that are asked for once,
    which anybody can make up, do no harm. Safe to share by threads.
    """

    def __init__(self, make: Callable[[K], V], most: int) -> None:
        self._make = make
        self._most = most
        self._kept: dict[K, V] = {}
        self._asked: Counter[K] = Counter()
        self._lock = Lock()

    def get(self, key: K) -> V | None:
        """Return the value of `key`; None for a key that has no place yet."""
        self._asked[key] += 1
        found = self._kept.get(key)
        if found is not None:
            return found
        with self._lock:
            return self._kept[key] if key in self._kept else self._admit(key)

    def _admit(self, key: K) -> V | None:
        if len(self._kept) >= self._most:
            least = min(self._kept, key=self._asked.__getitem__)
            if self._asked[key] <= 2 * self._asked[least]:
                if len(self._asked) > _REMEMBERED * self._most:
                    self._asked = Counter({one: self._asked[one] for one in self._kept})
                return None
            del self._kept[least]
        self._kept[key] = made = self._make(key)
        return made

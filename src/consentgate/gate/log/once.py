"""Remembers what has been logged, so that each thing is logged once."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Literal

MOST = 500
"""The most names of a kind that a process logs. They come from pages and browsers, which can make up any
number."""

MOST_IN_ALL = 10 * MOST
"""The most names that a gate with several policies logs, of all kinds and under all policies. Where policies
are made for hosts, visitors can make up any number of them."""

_LONGEST_KEY = 1000
"""The most characters by which a name is remembered."""

Source = Literal["site", "browsers"]
"""The source of a name. Names from browsers are counted by themselves, so that they cannot crowd out the
site's."""


class Room:
    """Counts the names that several `Once` may still log together. Safe to share by threads."""

    def __init__(self) -> None:
        self._count: Counter[Source] = Counter()
        self._lock = threading.Lock()

    def take(self, source: Source) -> bool:
        """Say whether one more name from this `source` may be logged, and count it then."""
        with self._lock:
            if self._count[source] >= MOST_IN_ALL:
                return False
            self._count[source] += 1
            return True

    def give_back(self, source: Source) -> None:
        """Count one name from this `source` less."""
        with self._lock:
            self._count[source] -= 1


class Once:
    """Remembers what has been logged, and allows as much as there is `room` for. Safe to share by threads."""

    def __init__(self, room: Room | None = None) -> None:
        self._room = room or Room()
        self._logged: set[tuple[str, str]] = set()
        self._count: Counter[tuple[str, Source]] = Counter()
        self._lock = threading.Lock()

    def is_new(self, kind: str, name: str, source: Source = "site") -> bool:
        """Say whether `name` is to be logged now: nothing of this kind and name has been, and there is room
        for more of the kind."""
        key = (kind, name[:_LONGEST_KEY])
        if key in self._logged:
            return False
        with self._lock:
            if key in self._logged or self._count[kind, source] >= MOST:
                return False
            if not self._room.take(source):
                return False
            self._logged.add(key)
            self._count[kind, source] += 1
            return True

    def forget(self, kind: str, name: str, source: Source = "site") -> None:
        """Forget that `name` was logged, so that it is new again."""
        key = (kind, name[:_LONGEST_KEY])
        with self._lock:
            if key in self._logged:
                self._logged.remove(key)
                self._count[kind, source] -= 1
                self._room.give_back(source)

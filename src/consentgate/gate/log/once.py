"""What has been logged, so that each thing is logged once."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Literal

MOST = 500
"""The most names of a kind that a process logs: they come from pages and browsers, which can make up any
number."""

_LONGEST_KEY = 1000

Source = Literal["site", "browsers"]
"""Where a name comes from. What browsers send has its own count, so that it cannot crowd out what the site
does."""


class Once:
    """Remembers what has been logged. Safe to share by threads."""

    def __init__(self) -> None:
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
            self._logged.add(key)
            self._count[kind, source] += 1
            return True

    def forget(self, kind: str, name: str, source: Source = "site") -> None:
        """Have `name` logged again when it comes again."""
        key = (kind, name[:_LONGEST_KEY])
        with self._lock:
            if key in self._logged:
                self._logged.remove(key)
                self._count[kind, source] -= 1

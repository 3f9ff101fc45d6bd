"""Limits how many reports from browsers a process reads."""

from __future__ import annotations

import threading
import time

REPORTS_A_MINUTE = 600
"""The most reports that a process reads in a minute. Anyone can send reports, so reading them must stay
cheap."""


class ReportAllowance:
    """Counts the reports that may still be read in this minute. Safe to share by threads."""

    def __init__(self) -> None:
        self._minute = 0
        self._left = 0
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Say whether one more report may be read, and count it then."""
        minute = int(time.monotonic() // 60)
        with self._lock:
            if minute != self._minute:
                self._minute, self._left = minute, REPORTS_A_MINUTE
            if self._left:
                self._left -= 1
                return True
            return False

"""Counts what a gate that only reports would have blocked, and what browsers report: names and hosts, and
nothing about visitors."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from consentgate.log_fields import fields

from .findings_file import FindingsFile

_log = logging.getLogger("consentgate")

MOST = 1000
"""The most names that are counted one by one. They come from pages and browsers, which can make up any
number."""

OTHERS = "(others)"
"""The name under which all further names of a kind are counted."""
FIRST_SUMMARY = 100
"""The number of findings after which they are summed up in the log, and again whenever it has doubled."""

_SHOWN = 20
"""The most names in a summary."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was, or would have been, blocked `count` times.

    `kind` is "cookie" (the site set it), "cookie sent" (a browser sent it), "host" (a page or header led
    there), "service" (a script or widget of it was in a page) or "header". What browsers report is a
    "host reported", "cookie reported", "entry reported" (of a storage), "database reported" or "cache
    reported". `service` is the id of the one it belongs to, "" where nobody knows.
    """

    kind: str
    name: str
    service: str
    count: int


def sum_of(several: Iterable[Findings]) -> list[Finding]:
    """Return the findings in all of `several` together, the most frequent first."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for findings in several:
        for found in findings.all():
            counts[found.kind, found.name, found.service] += found.count
    return [Finding(*key, count) for key, count in counts.most_common()]


class Findings:
    """Counts findings, and sums them up in the log now and then. Safe to share by threads.

    The first of each goes into the `file`, where there is one, under the name of the `policy`.
    """

    def __init__(self, file: FindingsFile | None = None, policy: str = "") -> None:
        self._file = file
        self._policy = policy
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._total = 0
        self._next_summary = FIRST_SUMMARY
        self._lock = threading.Lock()

    def add(self, kind: str, name: str, service: str = "") -> None:
        """Count one more finding of this `kind`."""
        with self._lock:
            key = (kind, name, service)
            if key not in self._counts and len(self._counts) >= MOST:
                key = (kind, OTHERS, "")
            is_new = key not in self._counts and key[1] != OTHERS
            self._counts[key] += 1
            self._total += 1
            total = self._total
            summary = ""
            if self._total >= self._next_summary:
                self._next_summary *= 2
                summary = self._summary()
        # Outside of the lock, since other threads must not wait for a disk.
        if is_new and self._file is not None:
            self._file.append(*key, self._policy)
        if summary:
            _log.warning("findings: %s", summary, extra=fields("findings", count=total))

    def all(self) -> list[Finding]:
        """Return what was found, the most frequent first."""
        with self._lock:
            return [Finding(*key, count) for key, count in self._counts.most_common()]

    def _summary(self) -> str:
        lines = [
            f"  {count} x {kind} {name!a}{f' ({service})' if service else ''}"
            for (kind, name, service), count in self._counts.most_common(_SHOWN)
        ]
        more = len(self._counts) - len(lines)
        end = [f"  and {more} more"] if more else []
        return "\n".join((f"{self._total} times something was blocked, or would have been:", *lines, *end))

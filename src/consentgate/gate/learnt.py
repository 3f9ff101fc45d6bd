"""What a gate learns while it runs, by the names of its policies."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from .cookies.filter import SetByApplication
from .log.allowance import ReportAllowance
from .log.findings import Findings
from .log.findings_file import FindingsFile
from .log.once import Once, Room
from .recent import Recent


@dataclass(frozen=True, eq=False)
class Learnt:
    """What a gate has learnt under one policy: what was logged `once`, the `findings`, how many `reports`
    were read, and which cookies the application has set. Threads and tasks share one."""

    once: Once
    findings: Findings
    reports: ReportAllowance = field(default_factory=ReportAllowance)
    set_by_application: SetByApplication = field(default_factory=SetByApplication)


class LearntByPolicy:
    """Keeps what was learnt under each of the `most` policies that were loaded last. It outlives a policy
    that is loaded again, or that makes room for others. Safe to share by threads.

    A `Room` limits what is logged under all policies together. Each finding goes into the `file` once, where
    there is one.
    """

    def __init__(self, most: int, file: FindingsFile | None) -> None:
        self._learnt = Recent[str, Learnt](most)
        self._file = file
        self._room = Room()
        self._lock = threading.Lock()

    def of(self, name: str) -> Learnt:
        """Return what was learnt under the policy `name`. For a new name that is nothing yet."""
        with self._lock:
            learnt = self._learnt.get(name)
            if learnt is None:
                learnt = Learnt(Once(self._room), Findings(self._file, name))
                self._learnt.put(name, learnt)
            return learnt

    def all(self) -> list[Learnt]:
        """List what was learnt under all policies."""
        return self._learnt.values()

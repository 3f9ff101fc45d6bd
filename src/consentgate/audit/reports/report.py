"""What all reports are made of."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from consentgate.audit.allowances import Sorted
from consentgate.audit.judging import RULES, Finding, Level, Rule
from consentgate.audit.judging.findings import LEVELS
from consentgate.audit.observations import State
from consentgate.audit.tour import Tour


class Way(NamedTuple):
    """How far an answer is. `clicks` is None where there is no way, or none was looked for."""

    name: str
    clicks: int | None
    by: str

    def __str__(self) -> str:
        if self.clicks is None:
            return f"{self.name}: no way found"
        return f"{self.name}: {self.clicks} click{'' if self.clicks == 1 else 's'} ({self.by})"


class Group(NamedTuple):
    """The findings of one level that break one rule."""

    level: Level
    rule: Rule
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """An audit: the `tour` of the site, and what was found. `policy` is the file by which it was judged, ""
    where the catalogue did, and `hosts` are the site's own by that."""

    tour: Tour
    found: Sorted
    made: datetime.datetime
    policy: str = ""
    hosts: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[Level, int]:
        """The number of findings that count, of each level."""
        levels = [finding.level for finding in self.found.findings]
        return {level: levels.count(level) for level in LEVELS}

    @property
    def summary(self) -> str:
        """The numbers of findings in words."""
        parts = [f"{count} {level}{'' if count == 1 else 's'}" for level, count in self.counts.items()]
        if self.found.known:
            parts.append(f"{len(self.found.known)} known from the baseline")
        if self.found.ignored:
            parts.append(f"{len(self.found.ignored)} ignored")
        return ", ".join(parts)

    @property
    def groups(self) -> tuple[Group, ...]:
        """The findings that count by level and rule, in their order."""
        keyed = groupby(self.found.findings, key=lambda finding: (finding.level, finding.rule))
        return tuple(Group(level, RULES[rule], tuple(findings)) for (level, rule), findings in keyed)

    @property
    def first_declared(self) -> frozenset[str]:
        """The fingerprints of the findings whose lines no finding before them has."""
        first: dict[str, str] = {}
        for finding in self.found.findings:
            if finding.declare:
                first.setdefault(finding.declare, finding.fingerprint)
        return frozenset(first.values())

    @property
    def ways(self) -> tuple[Way, ...]:
        """How far the answers are that were looked for."""
        names = {State.ACCEPTED: "accepting", State.REFUSED: "refusing", State.WITHDRAWN: "withdrawing"}
        acts = {stage.state: stage.act for stage in self.tour.stages if stage.act is not None}
        return tuple(Way(name, acts[s].clicks, acts[s].by) for s, name in names.items() if s in acts)

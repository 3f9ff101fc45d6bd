"""What an audit finds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from consentgate.audit.observations import State

from .rules import RULES, Rule

Level: TypeAlias = Literal["error", "warning", "note"]
"""An error breaks the rule; a warning does, unless the site knows better; a note is worth a look."""

LEVELS: tuple[Level, ...] = ("error", "warning", "note")
"""The levels, the worst first."""

_MOST_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that breaks the rule with the id `rule`, on `pages`.

    `subject` is the host, cookie, key or page that it is about. `service` is what people call whose it is,
    and `service_id` is its id in the policy or the catalogue, "" where nobody knows. `by` and `urls` are the
    first few of those that did it and of what was asked for. `declare` are the lines of a policy that declare
    it, "" where none would.
    """

    rule: str
    level: Level
    state: State | None
    subject: str
    what: str
    to_do: str
    pages: tuple[str, ...]
    service: str = ""
    by: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    declare: str = ""
    service_id: str = ""

    @property
    def details(self) -> Rule:
        """The rule that is broken."""
        return RULES[self.rule]

    @property
    def fingerprint(self) -> str:
        """The same for the same thing in every audit, on whichever pages it is found."""
        return hashlib.sha256(f"{self.rule}\n{self.subject}".encode()).hexdigest()[:16]


def merged(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Make one finding of those that are about the same thing, on several pages, and sort the worst first."""
    found: dict[str, Finding] = {}
    for finding in findings:
        known = found.get(finding.fingerprint)
        found[finding.fingerprint] = finding if known is None else _both(known, finding)
    order = [*RULES]
    return tuple(sorted(found.values(), key=lambda one: (LEVELS.index(one.level), order.index(one.rule))))


def _both(first: Finding, second: Finding) -> Finding:
    return replace(
        first,
        level=min(first.level, second.level, key=LEVELS.index),
        pages=_unique(first.pages, second.pages),
        by=_unique(first.by, second.by)[:_MOST_EXAMPLES],
        urls=_unique(first.urls, second.urls)[:_MOST_EXAMPLES],
    )


def _unique(*several: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for texts in several for text in texts))


def some(*texts: str) -> tuple[str, ...]:
    """Return the texts that are not empty."""
    return tuple(filter(None, texts))

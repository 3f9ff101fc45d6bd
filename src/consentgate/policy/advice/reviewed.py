"""Reads a policy file and reviews it: the mistakes in it, or what is found in what it declares."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeAlias

from consentgate.policy.findings import PolicyFinding
from consentgate.policy.loading import decode, located, read, read_text
from consentgate.policy.policy import Policy
from consentgate.policy.review import review

from .declaration_gaps import missing_in

Reviewer: TypeAlias = Callable[[Policy], Iterable[PolicyFinding]]
"""Yields what is found in a policy by somebody who knows more than is in the file."""


def review_file(file: Path, today: datetime.date, *reviewers: Reviewer) -> tuple[Policy, list[PolicyFinding]]:
    """Return the policy in `file`, and what is found in it on the day `today`, by `reviewers` too, in the
    order of the file. Nothing is logged.

    Raises PolicyError with every mistake in the file, and OSError where it cannot be read.
    """
    policy, found = _reviewed(read_text(file), str(file), today, reviewers)
    return policy.found_at(file), found


def review_bytes(
    data: bytes, name: str, today: datetime.date, *reviewers: Reviewer
) -> tuple[Policy, list[PolicyFinding]]:
    """Return the policy in `data`, of a file that messages call `name`, and what is found in it, as
    `review_file` does. Its templates are looked for from the current folder on."""
    return _reviewed(decode(data, name), name, today, reviewers)


def _reviewed(
    text: str, name: str, today: datetime.date, reviewers: Iterable[Reviewer]
) -> tuple[Policy, list[PolicyFinding]]:
    parts, filed = read(text, name)
    policy = Policy(*parts)
    found = review(parts, today, filed, missing_in(policy))
    said = {(finding.table, finding.key) for finding in found}
    more = (finding for reviewer in reviewers for finding in reviewer(policy))
    found += (finding for finding in more if (finding.table, finding.key) not in said)
    return policy, _in_order(located(found, text))


def _in_order(findings: Iterable[PolicyFinding]) -> list[PolicyFinding]:
    """Sort by line. What is missing as a whole comes last."""
    return sorted(findings, key=lambda finding: (finding.line is None, finding.line or 0))

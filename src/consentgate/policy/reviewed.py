"""Reads a policy file and reviews it: the mistakes in it, or what is found in what it declares."""

from __future__ import annotations

import datetime
from pathlib import Path

from .declaration_slots import missing_in
from .findings import PolicyFinding
from .loading import read, read_text
from .policy import Policy
from .review import review


def review_file(file: Path, today: datetime.date) -> tuple[Policy, list[PolicyFinding]]:
    """Return the policy in `file`, and what is found in it on the day `today`. Nothing is logged.

    Raises PolicyError with every mistake in the file, and OSError where it cannot be read.
    """
    parts, filed = read(read_text(file), str(file))
    policy = Policy(*parts)
    return policy.found_at(file), review(parts, today, filed, missing_in(policy))

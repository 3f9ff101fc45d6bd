"""A visitor's decision: what was chosen, and when."""

from __future__ import annotations

import secrets
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from consentgate.policy import Policy

from .coverage import covered_by, everything

DAY = 86_400
VALID_DAYS = 183
"""Six months, for consent and refusal alike (CNIL 2020-092, section 39)."""

Decision = Literal["accept", "refuse", "save", "withdraw"]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a visitor decided. A refusal is nothing but a day; a grant carries a random `id` for the
    record, the digests that were `granted` and those `refused` beside them, and the `signals` that the
    browser sent while it was given.

    `at` is in seconds since the epoch; that of a refusal is the start of its day, so that no two
    visitors who refuse on one day can be told apart.
    """

    at: int
    id: bytes = b""
    granted: frozenset[bytes] = frozenset()
    refused: frozenset[bytes] = frozenset()
    signals: frozenset[str] = frozenset()

    @property
    def is_grant(self) -> bool:
        return bool(self.granted)

    @property
    def lifetime(self) -> int:
        """For how many seconds from `at` the choice counts."""
        # A refusal is stored as the start of its day: the day that is added (184 instead of 183) makes up
        # for the hours before it, so that no visitor is asked again before the six months are over.
        return (VALID_DAYS if self.is_grant else VALID_DAYS + 1) * DAY

    @property
    def expires(self) -> int:
        """The second from which on the choice counts no more."""
        return self.at + self.lifetime


def takes_back(before: Choice | None, choice: Choice) -> bool:
    """True when `choice` withdraws, in whole or in part, what was granted `before`."""
    return before is not None and bool(before.granted - choice.granted)


def decide(
    policy: Policy, decision: Decision, ids: Collection[str] = (), signals: frozenset[str] = frozenset()
) -> Choice:
    """The choice that a decision makes now. `ids` are the categories and services ticked when saving;
    unknown ones count for nothing, and saving with nothing ticked is a refusal."""
    now = int(time.time())
    if decision == "accept":
        granted = everything(policy)
    elif decision == "save":
        granted = covered_by(policy, ids)
    else:
        granted = frozenset()
    if not granted:
        return Choice(at=now - now % DAY)
    return Choice(now, secrets.token_bytes(16), granted, everything(policy) - granted, signals)

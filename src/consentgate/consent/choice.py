"""A visitor's decision: what was chosen, and when."""

from __future__ import annotations

import secrets
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from consentgate.policy import Policy
from consentgate.policy.lifetime import DAY

from .coverage import covered_by, everything

Decision = Literal["accept", "refuse", "save", "withdraw"]
ALLOW = "allow"
"""The decision that adds something to what is granted. Unlike the others it depends on what that is."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A visitor's decision.

    A refusal has a day and nothing else. A grant has a random `id` for the record, the digests of what was
    `granted` and of what was `refused` beside it, and the `signals` that the browser sent with it.

    `at` is in seconds since the epoch. For a refusal it is the start of the day, so that two visitors who
    refuse on the same day cannot be told apart.
    """

    at: int
    id: bytes = b""
    granted: frozenset[bytes] = frozenset()
    refused: frozenset[bytes] = frozenset()
    signals: frozenset[str] = frozenset()

    @property
    def is_grant(self) -> bool:
        return bool(self.granted)


def takes_back(before: Choice | None, choice: Choice) -> bool:
    """Say whether `choice` withdraws something that was granted `before`."""
    return before is not None and bool(before.granted - choice.granted)


def granted_by_both(one: Choice, other: Choice) -> Choice:
    """Return the choice that grants what two valid ones grant both, and lasts as long as the earlier one.
    Where that is nothing, it is a refusal."""
    granted = one.granted & other.granted
    at = min(one.at, other.at)
    if not granted:
        return Choice(at - at % DAY)
    asked = one.granted | one.refused | other.granted | other.refused
    latest = max(one, other, key=lambda choice: choice.at)
    return Choice(at, latest.id, granted, asked - granted, one.signals & other.signals)


def decide(
    policy: Policy, decision: Decision, ids: Collection[str] = (), signals: frozenset[str] = frozenset()
) -> Choice:
    """Make the choice that a visitor's `decision` stands for, at the present time.

    `ids` are the categories and units that were ticked before saving. Unknown ids are ignored. Saving
    with nothing ticked is a refusal.
    """
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


def allow_more(
    policy: Policy,
    before: Choice | None,
    in_effect: frozenset[bytes],
    ids: Collection[str],
    signals: frozenset[str] = frozenset(),
) -> Choice | None:
    """Make the choice that adds the categories and services `ids` to what is `in_effect`, the digests of what
    was granted `before` and still holds; None where that adds nothing.

    Who picks one thing out of all that the site asks for has answered: the rest is refused by it. What came
    later than a grant `before` is asked still.
    """
    granted = in_effect | covered_by(policy, ids)
    if granted <= in_effect:
        return None
    asked = before.granted | before.refused if before is not None and before.is_grant else everything(policy)
    return Choice(int(time.time()), secrets.token_bytes(16), granted, asked - granted, signals)

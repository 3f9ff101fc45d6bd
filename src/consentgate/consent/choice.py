"""A visitor's decision: what was chosen, and when."""

from __future__ import annotations

import secrets
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from consentgate.policy import Policy

from .choice_validity import seconds_valid, start_of_day
from .coverage import covered_by, everything

Decision = Literal["accept", "refuse", "save", "withdraw"]


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

    @property
    def lifetime(self) -> int:
        """For how many seconds from `at` the choice is valid."""
        return seconds_valid(is_grant=self.is_grant)

    @property
    def expires(self) -> int:
        """The first second at which the choice is no longer valid."""
        return self.at + self.lifetime


def takes_back(before: Choice | None, choice: Choice) -> bool:
    """Say whether `choice` withdraws something that was granted `before`."""
    return before is not None and bool(before.granted - choice.granted)


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
        return Choice(at=start_of_day(now))
    return Choice(now, secrets.token_bytes(16), granted, everything(policy) - granted, signals)

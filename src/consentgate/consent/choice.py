"""A visitor's decision: what was chosen, and when."""

from __future__ import annotations

import secrets
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

from consentgate.policy import Policy
from consentgate.policy.lifetime import DAY

from .coverage import UNOBJECTED, covered_by, everything

Decision = Literal["accept", "refuse", "save", "withdraw"]
ALLOW: Final = "allow"
"""The decision that adds something to what is granted. Unlike the others it depends on what that is."""
OBJECT: Final = "object"
PERMIT: Final = "permit"
SEEN: Final = "seen"
"""The decisions on what passes unless the visitor objects: to object, to take that back, and to close the
notice of it. They answer nothing that the visitor is asked."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A visitor's decision.

    A refusal has a day and nothing else. A grant has a random `id` for the record, the digests of what was
    `granted` and of what was `refused` beside it, and the `signals` that the browser sent with it.

    `at` is in seconds since the epoch. For a refusal it is the start of the day, so that two visitors who
    refuse on the same day cannot be told apart.

    A refusal is an objection too, unless it `permits` what may be objected to. With a grant, or without an
    answer, `objected` is the start of the day of an objection. Who only objected, or took that back, has not
    answered what the site asks for: that is no answer, and `at` is then its day.
    """

    at: int
    id: bytes = b""
    granted: frozenset[bytes] = frozenset()
    refused: frozenset[bytes] = frozenset()
    signals: frozenset[str] = frozenset()
    objected: int | None = None
    permits: bool = False
    is_answer: bool = True

    @property
    def is_grant(self) -> bool:
        return bool(self.granted)

    @property
    def objects(self) -> bool:
        """True where the visitor objects to what may be objected to."""
        return self.objected is not None or not (self.granted or self.permits)


def takes_back(before: Choice | None, choice: Choice) -> bool:
    """Say whether `choice` withdraws something that was granted `before`."""
    return before is not None and bool(before.granted - choice.granted)


def left_of(before: Choice, choice: Choice) -> Choice:
    """Return what a `choice` leaves of the grant `before`: nothing more, and for no longer. Where that is
    nothing, it is a refusal."""
    granted = before.granted & choice.granted
    if not granted:
        return Choice(before.at - before.at % DAY)
    refused = (before.granted | before.refused) - granted
    return objecting_as(Choice(before.at, before.id, granted, refused, before.signals), (choice,))


def granted_by_both(one: Choice, other: Choice) -> Choice:
    """Return the choice that grants what two valid ones grant both, and lasts as long as the earlier one.
    Where that is nothing, it is a refusal. An objection in either counts."""
    if not (one.is_answer and other.is_answer):
        return objecting_as(one if one.is_answer else other, (one, other))
    granted = one.granted & other.granted
    at = min(one.at, other.at)
    if not granted:
        return Choice(at - at % DAY)
    asked = one.granted | one.refused | other.granted | other.refused
    latest = max(one, other, key=lambda choice: choice.at)
    both = Choice(at, latest.id, granted, asked - granted, one.signals & other.signals)
    return objecting_as(both, (one, other))


def objecting_as(choice: Choice, others: Iterable[Choice]) -> Choice:
    """Return `choice` with the latest objection in any of the `others`."""
    days = [
        other.at - other.at % DAY if other.objected is None else other.objected
        for other in others
        if other.objects
    ]
    if not days or choice.objects:
        return choice
    if choice.is_grant or not choice.is_answer:
        return replace(choice, objected=max(days), permits=False)
    return Choice(choice.at)


def with_objection(before: Choice | None) -> Choice:
    """Make the choice of a visitor who objects, now, and whose choice was the one `before`. All who have
    granted nothing and object on one day make the same."""
    today = _today()
    if before is None or not before.is_answer:
        return Choice(today, objected=today, is_answer=False)
    return replace(before, objected=today) if before.is_grant else Choice(today)


def without_objection(before: Choice | None) -> Choice:
    """Make the choice of a visitor who takes an objection back."""
    if before is None or not before.is_answer:
        return Choice(_today(), permits=True, is_answer=False)
    return replace(before, objected=None) if before.is_grant else Choice(before.at, permits=True)


def once_seen(before: Choice | None) -> Choice | None:
    """Make the choice of a visitor who was told what can be objected to; None where that changes nothing.

    The page that tells may be old, and the visitor may have objected since: in another tab, or before going
    back to it. To close a notice takes nothing back.
    """
    return without_objection(None) if before is None else None


def opens_something(before: Choice | None, choice: Choice) -> bool:
    """Say whether `choice` says yes to something, and does not only object to what else was the choice
    `before`."""
    if not choice.is_grant:
        return choice.permits
    return not (choice.objects and before is not None and before.id == choice.id)


def _today() -> int:
    now = int(time.time())
    return now - now % DAY


def decide(
    policy: Policy,
    decision: Decision,
    ids: Collection[str] = (),
    signals: frozenset[str] = frozenset(),
    before: Choice | None = None,
) -> Choice:
    """Make the choice that a visitor's `decision` stands for, at the present time.

    `ids` are the categories and units that were ticked before saving. Unknown ids are ignored. Saving
    with nothing ticked is a refusal. An objection in the choice `before` stands: to consent to what is asked
    for does not take it back.
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
    return Choice(
        now,
        secrets.token_bytes(16),
        granted,
        everything(policy) - granted,
        signals,
        _standing_objection(policy, before),
    )


def _standing_objection(policy: Policy, before: Choice | None) -> int | None:
    """Return the day of an objection in the choice `before`, which is made anew with the next one."""
    return _today() if policy.claims.objectable and before is not None and before.objects else None


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
    in_effect -= {UNOBJECTED}
    granted = in_effect | covered_by(policy, ids)
    if granted <= in_effect:
        return None
    asked = before.granted | before.refused if before is not None and before.is_grant else everything(policy)
    return Choice(
        int(time.time()),
        secrets.token_bytes(16),
        granted,
        asked - granted,
        signals,
        _standing_objection(policy, before),
    )

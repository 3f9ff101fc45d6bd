"""A visitor's choice: what was decided, and when."""

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
"""The decision that adds something to what is granted. Unlike the other decisions it depends on the choice
before."""
OBJECT: Final = "object"
PERMIT: Final = "permit"
SEEN: Final = "seen"
"""The decisions on what passes unless the visitor objects: to object, to take the objection back, and to
close the notice. They answer nothing that the visitor is asked."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The choice that a visitor has made.

    A refusal has a day and nothing else. A grant has a random `id` for the record, the digests of what was
    `granted` and of what was `refused` beside it, and the `signals` that the browser sent with it.

    `at` is in seconds since the epoch. For a refusal it is the start of the day, so that two visitors who
    refuse on the same day cannot be told apart.

    A refusal is an objection too, unless it `permits` what may be objected to. With a grant, or without an
    answer, `objected` is the start of the day of an objection. A visitor who only objected, or took that
    back, has given no answer to what the site asks for: then `is_answer` is False, and `at` is the start of
    that day."""

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
        """True where the visitor granted something."""
        return bool(self.granted)

    @property
    def objects(self) -> bool:
        """True where the visitor objects to what may be objected to."""
        return self.objected is not None or not (self.granted or self.permits)


def takes_back(before: Choice | None, choice: Choice) -> bool:
    """Say whether `choice` withdraws something that was granted `before`."""
    return before is not None and bool(before.granted - choice.granted)


def left_of(before: Choice, choice: Choice) -> Choice:
    """Return what a `choice` leaves of the grant `before`: at most the same, for at most as long. A refusal
    where that is nothing."""
    granted = before.granted & choice.granted
    if not granted:
        return Choice(_day_of(before.at))
    refused = (before.granted | before.refused) - granted
    return objecting_as(Choice(before.at, before.id, granted, refused, before.signals), (choice,))


def granted_by_both(one: Choice, other: Choice) -> Choice:
    """Return the choice that grants what both of two valid choices grant, and lasts as long as the earlier
    one. A refusal where that is nothing. An objection in either counts."""
    if not (one.is_answer and other.is_answer):
        return objecting_as(one if one.is_answer else other, (one, other))
    granted = one.granted & other.granted
    at = min(one.at, other.at)
    if not granted:
        return Choice(_day_of(at))
    asked = one.granted | one.refused | other.granted | other.refused
    latest = max(one, other, key=lambda choice: choice.at)
    both = Choice(at, latest.id, granted, asked - granted, one.signals & other.signals)
    return objecting_as(both, (one, other))


def objecting_as(choice: Choice, others: Iterable[Choice]) -> Choice:
    """Return `choice` with the latest objection in any of the `others`."""
    days = [
        _day_of(other.at) if other.objected is None else other.objected for other in others if other.objects
    ]
    if not days or choice.objects:
        return choice
    if choice.is_grant or not choice.is_answer:
        return replace(choice, objected=max(days), permits=False)
    return Choice(choice.at)


def with_objection(before: Choice | None) -> Choice:
    """Make the choice of a visitor who objects now, after the choice `before`. All visitors who have granted
    nothing and object on the same day make the same choice."""
    today = _today()
    if before is None or not before.is_answer:
        return Choice(today, objected=today, is_answer=False)
    return replace(before, objected=today) if before.is_grant else Choice(today)


def without_objection(before: Choice | None) -> Choice:
    """Make the choice of a visitor who takes an objection back, after the choice `before`."""
    if before is None or not before.is_answer:
        return Choice(_today(), permits=True, is_answer=False)
    return replace(before, objected=None) if before.is_grant else Choice(before.at, permits=True)


def once_seen(before: Choice | None) -> Choice | None:
    """Make the choice of a visitor who closed the notice of what can be objected to; None where that changes
    nothing.

    The page with the notice may be old, and the visitor may have objected since then, in another tab or
    before going back. To close the notice takes no objection back.
    """
    return without_objection(None) if before is None else None


def opens_something(before: Choice | None, choice: Choice) -> bool:
    """Say whether `choice` says yes to something. A choice that is the one `before` with an objection does
    not."""
    if not choice.is_grant:
        return choice.permits
    return not (choice.objects and before is not None and before.id == choice.id)


def _day_of(seconds: int) -> int:
    """Return the start of the day of this time, both in seconds since the epoch."""
    return seconds - seconds % DAY


def _today() -> int:
    return _day_of(int(time.time()))


def decide(
    policy: Policy,
    decision: Decision,
    ids: Collection[str] = (),
    signals: frozenset[str] = frozenset(),
    before: Choice | None = None,
) -> Choice:
    """Make the choice of a visitor whose `decision` this is, now.

    `ids` are the categories and services that were ticked before saving. Unknown ids are ignored. To save
    with nothing ticked is a refusal. An objection in the choice `before` stands, since to consent to
    something else does not take it back.
    """
    if decision == "accept":
        granted = everything(policy)
    elif decision == "save":
        granted = covered_by(policy, ids)
    else:
        granted = frozenset()
    if not granted:
        return Choice(_today())
    return _grant(policy, granted, everything(policy) - granted, signals, before)


def _grant(
    policy: Policy,
    granted: frozenset[bytes],
    refused: frozenset[bytes],
    signals: frozenset[str],
    before: Choice | None,
) -> Choice:
    """Make a grant, now. An objection in the choice `before` is made anew with it."""
    objects = policy.claims.objectable and before is not None and before.objects
    objected = _today() if objects else None
    return Choice(int(time.time()), secrets.token_bytes(16), granted, refused, signals, objected)


def allow_more(
    policy: Policy,
    before: Choice | None,
    in_effect: frozenset[bytes],
    ids: Collection[str],
    signals: frozenset[str] = frozenset(),
) -> Choice | None:
    """Make the choice that adds the categories and services `ids` to the digests `in_effect`, which were
    granted `before` and still hold; None where that adds nothing.

    A visitor who picks one thing has answered all that the site asks for: the rest is refused. What the
    policy gained after a grant `before` is still to be asked.
    """
    in_effect -= {UNOBJECTED}
    granted = in_effect | covered_by(policy, ids)
    if granted <= in_effect:
        return None
    asked = before.granted | before.refused if before is not None and before.is_grant else everything(policy)
    return _grant(policy, granted, asked - granted, signals, before)

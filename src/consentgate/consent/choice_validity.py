"""How long a visitor's choice is valid, counted from the signed time."""

from __future__ import annotations

from dataclasses import dataclass

from consentgate.policy.lifetime import DAY, seconds_kept
from consentgate.policy.model import Site

from .choice import Choice


@dataclass(frozen=True, slots=True)
class Validity:
    """The seconds from its signed time for which a choice is valid: `grants` and `refusals`."""

    grants: int
    refusals: int

    @classmethod
    def of(cls, site: Site) -> Validity:
        """Return the validity that a policy's `site` declares."""
        # A refusal is signed with the start of its day. One more day makes up for the hours before it, so
        # that no visitor is asked again before the time is over.
        return cls(seconds_kept(site.grants_kept), seconds_kept(site.refusals_kept) + DAY)

    def lifetime(self, choice: Choice) -> int:
        """Return the seconds for which a cookie has to keep a `choice` that was made just now."""
        if choice.is_grant and choice.objected is not None:
            return max(self.grants, self.refusals)
        return self.grants if choice.is_grant else self.refusals

    def end(self, choice: Choice) -> int:
        """Return the first second at which the answer in `choice` is not valid any more."""
        return choice.at + (self.grants if choice.is_grant else self.refusals)

    def valid_part(self, choice: Choice, now: float) -> Choice | None:
        """Return the part of `choice` that is valid `now`; None where no part is. An objection may outlive
        the grant beside it, and is then a choice without an answer."""
        if max(choice.at, choice.objected or 0) > now:
            return None
        if now < self.end(choice):
            return choice
        if choice.is_grant and choice.objected is not None and now < choice.objected + self.refusals:
            return Choice(choice.objected, objected=choice.objected, is_answer=False)
        return None

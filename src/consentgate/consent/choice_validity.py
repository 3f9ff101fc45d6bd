"""How long a visitor's choice is valid, counted from the signed time."""

from __future__ import annotations

from dataclasses import dataclass

from consentgate.policy.lifetime import DAY, seconds_kept
from consentgate.policy.model import Site

from .choice import Choice


@dataclass(frozen=True, slots=True)
class Validity:
    """For how many seconds from its signed time a choice is valid: `grants` and `refusals`."""

    grants: int
    refusals: int

    @classmethod
    def of(cls, site: Site) -> Validity:
        """Return the validity that a policy's `site` declares."""
        # A refusal is signed with the start of its day. One more day makes up for the hours before it, so
        # that no visitor is asked again before the time is over.
        return cls(seconds_kept(site.keep_grants), seconds_kept(site.refusals_kept) + DAY)

    def lifetime(self, choice: Choice) -> int:
        """Return for how many seconds `choice` is valid."""
        return self.grants if choice.is_grant else self.refusals

    def end(self, choice: Choice) -> int:
        """Return the first second at which `choice` is no longer valid."""
        return choice.at + self.lifetime(choice)

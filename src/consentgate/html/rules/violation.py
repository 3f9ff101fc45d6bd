"""The record of something that is not allowed, and why. Rules return it, edits and logs carry it."""

from __future__ import annotations

from typing import NamedTuple

from consentgate.policy import Claim

NOBODY = Claim(None, "", None, None, declared=False)
"""The claim for markup that cannot be read unambiguously. Nothing grants it."""


class Violation(NamedTuple):
    """Something that is not allowed: the claim that was not covered, the URL that it is about ("" for none),
    and the kind of markup it is in ("" until the rule for that markup fills it in)."""

    claim: Claim
    url: str = ""
    kind: str = ""

    def of_kind(self, kind: str) -> Violation:
        """The same violation, found in this kind of markup."""
        return self if self.kind == kind else Violation(self.claim, self.url, kind)


UNREADABLE = Violation(NOBODY)
"""The violation of what cannot be read unambiguously."""

"""What counts and the fields of log lines call a service: a closed set of words, made by the site itself."""

from __future__ import annotations

from consentgate.policy import Claim

OWN = "own"
"""The site itself, with the cookies that it declares."""
UNDECLARED = "undeclared"
"""Whatever nobody declared. Its name may be made up."""


def service_label(claim: Claim) -> str:
    """Return the id of the service that a `claim` is about, where the policy declares it."""
    return (claim.service or OWN) if claim.declared else UNDECLARED

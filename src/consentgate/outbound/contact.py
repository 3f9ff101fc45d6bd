"""A service that the server is about to contact, as the policy and the catalogue know it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from consentgate.catalogue import catalogue
from consentgate.consent import Consent
from consentgate.policy import NECESSARY, Claim, Groups, Policy

HELD_BACK = 451
"""The status of the answer to a request that was held back: Unavailable For Legal Reasons (RFC 7725)."""

HoldsBack = Callable[[str], bool]
"""Says whether a request to a URL may not leave."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A request to a `host` that belongs to a service. `claim` is the claim on it, of several the first that
    is not covered."""

    host: str
    claim: Claim
    policy: Policy
    is_allowed: bool

    @property
    def name(self) -> str:
        """The name of the service."""
        return self.claim.name


def contact_at(url: str, consent: Consent) -> Contact | None:
    """Return the contact that a request to `url` makes, judged by `consent`; None where `url` belongs to no
    service."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    groups = _groups_at(host, parts.path or "/", consent.policy)
    if not groups:
        return None
    for claims in groups:
        if not any(_is_covered(claim, consent) for claim in claims):
            return Contact(host, claims[0], consent.policy, is_allowed=False)
    return Contact(host, groups[0][0], consent.policy, is_allowed=True)


def _groups_at(host: str, path: str, policy: Policy) -> Groups:
    """Return the groups of claims on a URL. Of each group one claim has to be covered."""
    declared = policy.claims.declared(host, path, own=False)
    if declared:
        return declared
    known = catalogue().by_url(host, path)
    if known is not None:
        return () if known.category == NECESSARY else (policy.claims.by_known(known),)
    # The paths in policies are those that browsers load. A server also contacts others on the same host, such
    # as an API, and the company behind it is the same.
    declared = policy.claims.declared_on_host(host)
    if declared:
        return declared
    return tuple(
        policy.claims.by_known(known) for known in catalogue().on_host(host) if known.category != NECESSARY
    )


def _is_covered(claim: Claim, consent: Consent) -> bool:
    if claim.unit is None:
        # Whether the service is necessary on some pages only makes no difference to what the server sends.
        return claim.category == NECESSARY
    return consent.grants(claim.unit)

"""Stubs: the globals that a page's code can call in the place of those of blocked services."""

from __future__ import annotations

from consentgate.policy import Policy
from consentgate.policy.memories import remembered

from .consent import Consent


def stubs_for(consent: Consent, page: str) -> frozenset[str]:
    """Return the names of the stubs on a `page` (a path of the site, or "" where that makes no difference). A
    name that ends in [] is a queue.

    They are the globals of services that the policy declares and that are blocked, without those that a
    service uses which may pass. An undeclared service has no stubs, since the site's code may use the name
    for something else.
    """
    return _stubs(consent.policy, consent.granted, page)


# Most visitors have one of few consents.
@remembered(256)
def _stubs(policy: Policy, granted: frozenset[bytes], page: str) -> frozenset[str]:
    consent = Consent(policy, None, granted)
    blocked: set[str] = set()
    used: set[str] = set()
    for names, claims in policy.claims.called_by_globals():
        if any(consent.covers(claim, page) for claim in claims):
            used.update(names)
        elif any(claim.declared for claim in claims):
            blocked.update(names)
    return frozenset(blocked - used)

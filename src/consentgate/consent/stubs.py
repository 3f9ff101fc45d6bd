"""Stubs: what the code of a page finds in the place of blocked services, so that it can call them."""

from __future__ import annotations

from consentgate.policy import Policy
from consentgate.policy.memories import remembered

from .consent import Consent


def stubs_for(consent: Consent, page: str) -> frozenset[str]:
    """Return the globals in whose place stubs stand on a `page` (a path of the site, or "" where that makes
    no difference). One that ends in [] is a queue.

    They are those of the services that the policy declares and that are blocked. A name that a service uses
    which may pass is none of them. What nobody declared has no stub: the code of the site may have a use of
    its own for the name.
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

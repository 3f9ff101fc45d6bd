"""Stubs: what the code of a page finds in the place of blocked services, so that it can call them."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from consentgate.policy import Policy

from .consent import Consent


class Globals(NamedTuple):
    """The globals by which the code of a page calls services. `stubs` are those in whose place stubs stand; a
    name that ends in [] is that of a queue. What calls one of `callable` contacts nobody who is blocked."""

    stubs: tuple[str, ...]
    callable: frozenset[str]


def globals_for(consent: Consent, page: str) -> Globals:
    """Return the globals on a `page` (a path of the site, or "" where that makes no difference).

    Stubs stand for the services that the policy declares and that are blocked. None has the name of one that
    may pass: its own code needs that. What nobody declared has none: the code of the site may have a use of
    its own for such a name.
    """
    return _globals(consent.policy, consent.granted, page)


# Most visitors have one of few consents.
@lru_cache(maxsize=1024)
def _globals(policy: Policy, granted: frozenset[bytes], page: str) -> Globals:
    consent = Consent(policy, None, granted)
    blocked: dict[str, None] = {}
    used: set[str] = set()
    for names, claims in policy.claims.called_by_globals():
        if any(consent.covers(claim, page) for claim in claims):
            used.update(names)
        elif any(claim.declared for claim in claims):
            blocked.update(dict.fromkeys(names))
    stubs = tuple(name for name in blocked if name not in used)
    return Globals(stubs, frozenset(name.removesuffix("[]") for name in (*stubs, *used)))

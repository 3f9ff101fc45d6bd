"""The rules of the guard: what a page's scripts may contact and store, and what they may no longer keep."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import msgspec

from consentgate.consent import Consent, Judge
from consentgate.gate.csp.build import Hosts, known_granted, net_for
from consentgate.policy import Policy


def guard_rules(judge: Judge) -> str:
    """Return the rules for the page and visitor that `judge` decides for, as static/guard/rules.js reads
    them: JSON with the patterns of hosts and of names, in which a star stands for any characters. "" where
    there is no guard: the policy file wants none, or what is undeclared has been granted.

    The hosts are those of the Content-Security-Policy. A name is good for cookies and for whatever else
    scripts store: the law makes no difference (Directive 2002/58/EC, Art. 5(3)).
    """
    net = net_for(judge) if judge.policy.site.guard else None
    return _written(judge.policy, judge.consent.granted, net.hosts, judge.scope[1]) if net else ""


def refused_names(judge: Judge) -> str:
    """Return the names that the policy declares and `judge` does not let pass, as JSON."""
    declared = judge.policy.claims.declared_cookies()
    return msgspec.json.encode([name for name, claims in declared if judge.first_blocked((claims,))]).decode()


# Most visitors have one of few consents.
@lru_cache(maxsize=1024)
def _written(policy: Policy, granted: frozenset[bytes], hosts: Hosts, page: str) -> str:
    consent = Consent(policy, None, granted)
    names = tuple(dict.fromkeys(_names(consent, page)))
    forms = (True,) if policy.site.gate_forms else ()
    return msgspec.json.encode((hosts, names, *forms)).decode()


def _names(consent: Consent, page: str) -> Iterator[str]:
    for name, claims in consent.policy.claims.declared_cookies():
        if any(consent.covers(claim, page) for claim in claims):
            yield name
    for known in known_granted(consent):
        yield from (cookie.name for cookie in known.cookies)

"""Writes the rules of the guard: what a page's scripts may contact and store, and what they may not keep any
more."""

from __future__ import annotations

import msgspec

from consentgate.consent import Consent, Judge
from consentgate.gate.csp.build import Hosts, known_granted, net_for
from consentgate.policy import Policy
from consentgate.policy.memories import remembered


def guard_rules(judge: Judge) -> str:
    """Return the rules for the page and visitor that `judge` decides for, as static/guard/rules.js reads
    them: JSON with the patterns of hosts, the names, and the refused ones among the names. "" where there is
    no guard: the policy file wants none, or the visitor granted what is undeclared.

    The hosts are those of the Content-Security-Policy. The names are of cookies and of everything else that
    scripts store, between which the law makes no difference (Directive 2002/58/EC, Art. 5(3)).
    """
    net = net_for(judge) if judge.policy.site.guard else None
    return _written(judge.policy, judge.consent.granted, net.hosts, judge.scope[1]) if net else ""


def refused_names(judge: Judge) -> str:
    """Return the names that the policy declares, and the ones among them that `judge` blocks, as JSON."""
    declared = judge.policy.claims.declared_cookies()
    refused = [name for name, claims in declared if judge.first_blocked((claims,))]
    return msgspec.json.encode(([name for name, _ in declared], refused)).decode()


# Most visitors have one of few consents.
@remembered(256)
def _written(policy: Policy, granted: frozenset[bytes], hosts: Hosts, page: str) -> str:
    consent = Consent(policy, None, granted)
    declared = policy.claims.declared_cookies()
    allowed = [name for name, claims in declared if any(consent.covers(claim, page) for claim in claims)]
    known = [cookie.name for service in known_granted(consent) for cookie in service.cookies]
    # Refused names only have to be listed where an allowed one with a star matches them too. The guard
    # refuses every other name that is not allowed.
    starred = tuple(name.removesuffix("*") for name in (*allowed, *known) if name.endswith("*"))
    names = [name for name, _ in declared if name in allowed or name.startswith(starred)]
    refused = [name for name in names if name not in allowed]
    forms = (True,) if policy.site.gate_forms else ()
    return msgspec.json.encode((hosts, [*dict.fromkeys((*names, *known))], refused, *forms)).decode()

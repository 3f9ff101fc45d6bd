"""The rules of the guard: what a page's scripts may contact and store, and what they may no longer keep."""

from __future__ import annotations

import msgspec

from consentgate.consent import Consent, Judge
from consentgate.gate.csp.build import Hosts, known_granted, net_for
from consentgate.policy import Policy
from consentgate.policy.memories import remembered


def guard_rules(judge: Judge) -> str:
    """Return the rules for the page and visitor that `judge` decides for, as static/guard/rules.js reads
    them: JSON with the patterns of hosts, the names, and those of the names that are refused. "" where there
    is no guard: the policy file wants none, or what is undeclared has been granted.

    The hosts are those of the Content-Security-Policy. A name is good for cookies and for whatever else
    scripts store: the law makes no difference (Directive 2002/58/EC, Art. 5(3)).
    """
    net = net_for(judge) if judge.policy.site.guard else None
    return _written(judge.policy, judge.consent.granted, net.hosts, judge.scope[1]) if net else ""


def refused_names(judge: Judge) -> str:
    """Return the names that the policy declares, and those of them that `judge` does not let pass, as
    JSON."""
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
    # A visitor's page names no more than it needs: what fits no name is refused in any case.
    starred = tuple(name.removesuffix("*") for name in (*allowed, *known) if name.endswith("*"))
    names = [name for name, _ in declared if name in allowed or name.startswith(starred)]
    refused = [name for name in names if name not in allowed]
    forms = (True,) if policy.site.gate_forms else ()
    return msgspec.json.encode((hosts, [*dict.fromkeys((*names, *known))], refused, *forms)).decode()

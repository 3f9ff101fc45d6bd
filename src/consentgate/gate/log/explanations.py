"""Explains, in a page that is being debugged, why something was blocked and how to declare it."""

from __future__ import annotations

from consentgate.policy import NECESSARY, Claim, Policy
from consentgate.policy.advice.proposals import Proposals
from consentgate.web.url import Url, resolve

Explanation = dict[str, str]
"""An entry in the list of static/overlay: the `kind` of a blocked thing, `where` it is or leads to, `why` it
is blocked, and the lines of a policy that would `declare` it ("" where the policy does)."""

_KINDS = {"entry": "storage entry"}


class Explanations:
    """Explains what a `policy` blocks on one `page`."""

    def __init__(self, policy: Policy, page: Url) -> None:
        self._proposals = Proposals(policy)
        self._page = page

    def markup(self, claim: Claim, url: str, kind: str, where: str) -> Explanation:
        """Explain markup that was blocked because of a `claim`. It would have loaded `url`, "" for none."""
        host = resolve(url, self._page).host if url else ""
        return self.host(claim, host, kind, where, url)

    def host(self, claim: Claim, host: str, kind: str, where: str, url: str = "") -> Explanation:
        """Explain what was blocked because of a `claim` and would have contacted `host`, "" for none."""
        if claim.declared:
            return _explanation(claim, kind, where, "")
        if host:
            return _explanation(claim, kind, where, self._proposals.host(host, claim, url, self._page.host))
        return _explanation(claim, kind, where, self._proposals.service(claim))

    def stored(self, claim: Claim, kind: str, name: str) -> Explanation:
        """Explain what a script would have stored under a `name`."""
        declare = "" if claim.declared else self._proposals.cookie(name, claim)
        return _explanation(claim, _KINDS.get(kind, kind), name, declare)


def _explanation(claim: Claim, kind: str, where: str, declare: str) -> Explanation:
    if declare and not declare.startswith(("[[", "#")):
        declare = f"# {declare}"
    if claim.unit is not None and claim.category == NECESSARY:
        why = f"{claim.name}: the visitor, or a signal of the browser, objects to it."
    elif claim.unit is not None and claim.category:
        why = f'{claim.name}: consent to "{claim.category}" opens it.'
    elif claim.declared:
        why = f"{claim.name}: the policy has it blocked for good, or on this page."
    else:
        why = f"{claim.name}: it is not declared, so that no consent can open it."
    return {"kind": kind, "where": where, "why": why, "declare": declare}

"""What a policy says of each host, cookie and key, in the state that the visitor is in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from consentgate.audit.absolute_urls import host_of, resolved
from consentgate.audit.observations import State
from consentgate.audit.owners import Owners
from consentgate.consent import Consent
from consentgate.consent.judge import Judge
from consentgate.policy import NECESSARY, Claim, Policy
from consentgate.policy.advice.proposals import Proposals

from .rules import RULES


@dataclass(slots=True)
class Verdicts:
    """Verdicts on the site at `url`, by the policy that it has `declared`, or without one by the catalogue:
    then each third party needs consent."""

    url: str
    declared: Policy | None
    policy: Policy = field(init=False)
    owners: Owners = field(init=False)
    _proposals: Proposals = field(init=False)
    _lines: dict[tuple[str, str], str] = field(default_factory=dict)
    _judges: dict[tuple[str, bool], Judge] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.policy = self.declared if self.declared is not None else Policy()
        self.owners = Owners(self.policy, host_of(self.url))
        self._proposals = Proposals(self.policy)

    def judge(self, page: str, state: State) -> Judge:
        """Return the judge for a page, of a visitor who has accepted everything or nothing."""
        has_accepted = state is State.ACCEPTED
        if (page, has_accepted) not in self._judges:
            where = resolved(page or self.url)
            consent = Consent.of_ids(self.policy, self.policy.ids if has_accepted else ())
            self._judges[page, has_accepted] = Judge(consent, where.host, where.path)
        return self._judges[page, has_accepted]

    def to_do(self, rule: str, claim: Claim) -> str:
        """Say what mends a breach of the `rule`."""
        if not claim.declared:
            return RULES[rule].to_do
        if claim.category is None:
            return "The policy says that nothing opens it: take it out, or give it another category"
        if claim.category == NECESSARY:
            return "The policy calls it necessary on other pages only: add this page, or take it out"
        return "The policy declares it. Let the response that causes it go through the gate"

    def host_lines(self, host: str, claim: Claim, url: str, page: str) -> str:
        """Return the lines of a policy that declare a `host`, "" where they would not help."""
        return self._once("host", host, claim, lambda: self._proposals.host(host, claim, url, host_of(page)))

    def service_lines(self, claim: Claim) -> str:
        """Return the lines of a policy that declare the service of a claim, "" where they would not help."""
        return self._once("service", claim.name, claim, lambda: self._proposals.service(claim))

    def cookie_lines(self, name: str, claim: Claim) -> str:
        """Return the lines of a policy that declare a cookie, "" where they would not help."""
        return self._once("cookie", name, claim, lambda: self._proposals.cookie(name, claim))

    def _once(self, kind: str, name: str, claim: Claim, propose: Callable[[], str]) -> str:
        # The proposals say only once how a service is declared, and then that it has been said.
        if claim.declared:
            return ""
        if (kind, name) not in self._lines:
            self._lines[kind, name] = propose()
        return self._lines[kind, name]


def named(claim: Claim, host: str) -> str:
    """Return what people call the service of a claim on `host`, "" where nobody knows it."""
    return claim.name if claim.name != host else ""


def shown(host: str, claim: Claim) -> str:
    """Show a host, with the name of its service."""
    name = named(claim, host)
    return f"{host} ({name})" if name else host

"""What the headers of one response may do: the questions that the rules about them ask."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from consentgate.consent import Judge
from consentgate.gate.message import Header, header_values
from consentgate.policy import Claim
from consentgate.web.url import Url

from .redirects import Blocked, blocked_claim
from .reporting_api import groups_in_endpoints, groups_in_report_to


class Allowed:
    """Answers for the response with these `headers`, of a page at `base`, as `judge` does and as `everyone`,
    who decides for visitors that have consented to nothing.

    It records what it does not allow: `blocked` URLs, those of them that no consent opens since they go
    `to_others` too, `undeclarable` headers that no policy can declare, and `ambiguous` headers that browsers
    do not all read alike.
    """

    def __init__(self, judge: Judge, everyone: Judge, base: Url, headers: Iterable[Header] = ()) -> None:
        self.blocked: list[Blocked] = []
        self.to_others: list[str] = []
        self.undeclarable: list[str] = []
        self.ambiguous: list[str] = []
        self._judge = judge
        self._everyone = everyone
        self._base = base
        self._headers = headers

    @cached_property
    def to_everyone(self) -> Allowed:
        """What is allowed where nobody has consented to anything."""
        return Allowed(self._everyone, self._everyone, self._base, self._headers)

    def url(self, url: str) -> bool:
        """Say whether the browser may be led to `url`."""
        return self._passes(url, self._judge)

    def urls(self, urls: Iterable[str]) -> bool:
        """Say whether it may be led to all of them."""
        # Each is judged, so that each is recorded.
        return not [url for url in urls if not self.url(url)]

    def urls_for_everyone(self, urls: Iterable[str]) -> bool:
        """Say whether every visitor's browser may: for what caches replay to others."""
        refused = [url for url in urls if not self._passes(url, self._everyone)]
        self.to_others += refused
        return not refused

    def own_host(self, host: str) -> bool:
        """Say whether this is the very host that was asked."""
        return host.lower() in ("", self._base.host)

    def undeclared(self, header: str) -> bool:
        """Say whether this visitor consented to what no service claims, as nothing claims this `header`."""
        passes = self._judge.consent.covers_undeclared
        if not passes:
            self.undeclarable.append(header)
        return passes

    def login(self, header: str) -> bool:
        """Say whether a `header` that serves logins may pass: where the policy says that the site has
        them."""
        policy = self._judge.policy
        reasons = {cookie.reason for cookie in policy.cookies} | {s.reason for s in policy.services}
        return "authentication" in reasons or self.undeclared(header)

    def service_worker(self, header: str) -> bool:
        """Say whether the script that is sent may outlive the page: a service's that is allowed, or one that
        nothing claims where that is allowed."""
        host, path = self._base.host, self._base.path
        if self._judge.policy.claims.declared(host, path, own=host in self._judge.own):
            claim = self._judge.url(host, path)
            return self._records(path, claim)
        return self.undeclared(header)

    def group(self, name: str) -> bool:
        """Say whether reports to the endpoints called `name` go where they may, as far as this response says
        where that is. A group that an earlier response set up may lead anywhere."""
        return name in self._groups

    @cached_property
    def _groups(self) -> frozenset[str]:
        """The names whose endpoints all are allowed."""
        good: set[str] = set()
        bad: set[str] = set()
        for header, groups in _GROUPS.items():
            for value in header_values(self._headers, header):
                for name, urls in groups(value):
                    # Unrecorded: the rule about that header records it.
                    passes = bool(urls) and all(
                        blocked_claim(url, self._judge, self._base) is None for url in urls
                    )
                    (good if passes else bad).add(name)
        return frozenset(good - bad)

    def _passes(self, url: str, judge: Judge) -> bool:
        return self._records(url, blocked_claim(url, judge, self._base))

    def _records(self, url: str, claim: Claim | None) -> bool:
        """Record the `claim` on a `url` that was not covered, if there is one; say whether there is none."""
        if claim is not None:
            self.blocked.append((url, claim))
        return claim is None


_GROUPS = {"reporting-endpoints": groups_in_endpoints, "report-to": groups_in_report_to}

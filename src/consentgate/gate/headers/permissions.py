"""Answers the questions that the rules ask about the headers of one response."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from consentgate.consent import Judge
from consentgate.gate.message import Header, header_values
from consentgate.policy import Claim
from consentgate.web.url import Url

from .redirects import BlockedUrl, blocked_claim
from .reporting_api import groups_in_endpoints, groups_in_report_to


class Allowed:
    """Says what is allowed in the response with these `headers`, of a page at `base`. `judge` decides for the
    visitor, and `everyone` for visitors who have consented to nothing.

    It records what it does not allow: `blocked` URLs; of these the ones that go `to_others`, so that no
    consent opens them; `undeclarable` headers, which no policy can declare; and `ambiguous` headers, which
    browsers do not all read alike.
    """

    def __init__(self, judge: Judge, everyone: Judge, base: Url, headers: Iterable[Header] = ()) -> None:
        self.blocked: list[BlockedUrl] = []
        self.to_others: list[str] = []
        self.undeclarable: list[str] = []
        self.ambiguous: list[str] = []
        self._judge = judge
        self._everyone = everyone
        self._base = base
        self._headers = headers

    @cached_property
    def to_everyone(self) -> Allowed:
        """The same for a visitor who has consented to nothing."""
        return Allowed(self._everyone, self._everyone, self._base, self._headers)

    def url(self, url: str) -> bool:
        """Say whether the browser may be led to `url`."""
        return self._passes(url, self._judge)

    def urls(self, urls: Iterable[str]) -> bool:
        """Say whether the browser may be led to all these URLs."""
        # All are judged, so that all are recorded.
        return not [url for url in urls if not self.url(url)]

    def urls_for_everyone(self, urls: Iterable[str]) -> bool:
        """Say whether every visitor's browser may be led to all these URLs, which caches replay to others."""
        refused = [url for url in urls if not self._passes(url, self._everyone)]
        self.to_others += refused
        return not refused

    def own_host(self, host: str) -> bool:
        """Say whether `host` is the one that was asked, or "" for that."""
        return host.lower() in ("", self._base.host)

    def undeclared(self, header: str) -> bool:
        """Say whether a `header` that no service can claim may pass: where the visitor granted what is
        undeclared."""
        passes = self._judge.consent.covers_undeclared
        if not passes:
            self.undeclarable.append(header)
        return passes

    def login(self, header: str) -> bool:
        """Say whether a `header` for logins may pass: where the policy says that the site has logins."""
        policy = self._judge.policy
        reasons = {cookie.reason for cookie in policy.cookies} | {s.reason for s in policy.services}
        return "authentication" in reasons or self.undeclared(header)

    def service_worker(self, header: str) -> bool:
        """Say whether the script of this response may be a service worker, which outlives the page: if its
        service is allowed, or where none claims it, if what is undeclared is allowed."""
        host, path = self._base.host, self._base.path
        if self._judge.policy.claims.declared(host, path, own=host in self._judge.own):
            claim = self._judge.url(host, path)
            return self._records(path, claim)
        return self.undeclared(header)

    def group(self, name: str) -> bool:
        """Say whether reports may go to the endpoints called `name`. This response has to say where these
        are: a group that an earlier response set up may lead anywhere."""
        return name in self._groups

    @cached_property
    def _groups(self) -> frozenset[str]:
        """The names of groups whose endpoints are all allowed."""
        good: set[str] = set()
        bad: set[str] = set()
        for header, groups in _GROUPS.items():
            for value in header_values(self._headers, header):
                for name, urls in groups(value):
                    # Not recorded here: the rule for that header does so.
                    passes = bool(urls) and all(
                        blocked_claim(url, self._judge, self._base) is None for url in urls
                    )
                    (good if passes else bad).add(name)
        return frozenset(good - bad)

    def _passes(self, url: str, judge: Judge) -> bool:
        return self._records(url, blocked_claim(url, judge, self._base))

    def _records(self, url: str, claim: Claim | None) -> bool:
        """Record the `claim` on a `url` that was not covered, if any. Say whether there is none."""
        if claim is not None:
            self.blocked.append((url, claim))
        return claim is None


_GROUPS = {"reporting-endpoints": groups_in_endpoints, "report-to": groups_in_report_to}

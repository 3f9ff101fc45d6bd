"""What the headers of one response may do: the questions that the rules about them ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property

from consentgate.consent import Judge
from consentgate.gate.message import Header, header_values
from consentgate.policy import Claim
from consentgate.web.url import Url, resolve

from .reporting_api import groups_in_endpoints, groups_in_report_to

OnBlocked = Callable[[Claim, str], None]
OnHeader = Callable[[str], None]


class Allowed:
    """Answers for the response with these `headers`, of a page at `base`, as `judge` does and as `everyone`,
    who decides for visitors that have consented to nothing.

    `on_blocked` hears of each claim that was not covered with its URL, `on_header` of each header that no
    policy can declare, and `on_odd` of each that browsers do not all read alike.
    """

    def __init__(
        self,
        judge: Judge,
        everyone: Judge,
        base: Url,
        headers: Iterable[Header] = (),
        *,
        on_blocked: OnBlocked | None = None,
        on_header: OnHeader | None = None,
        on_odd: OnHeader | None = None,
    ) -> None:
        self._judge = judge
        self._everyone = everyone
        self._base = base
        self._headers = [*headers]
        self._on_blocked = on_blocked
        self._on_header = on_header
        self._on_odd = on_odd

    def to_everyone(self) -> Allowed:
        """What is allowed where nobody has consented to anything."""
        return Allowed(self._everyone, self._everyone, self._base, self._headers)

    def url(self, url: str) -> bool:
        """True when the browser may be led to `url`."""
        return self._passes(self._judge, url, self._on_blocked)

    def urls(self, urls: Iterable[str]) -> bool:
        """True when it may be led to all of them. Each is judged, so that each is logged."""
        return not [url for url in urls if not self.url(url)]

    def urls_for_everyone(self, urls: Iterable[str]) -> bool:
        """True when every visitor's browser may: for what caches replay to others."""
        return not [url for url in urls if not self._passes(self._everyone, url, self._on_blocked)]

    def this_script(self) -> bool:
        """True when what the response holds is not a service's that is kept back."""
        claim = self._judge.url(self._base.host, self._base.path)
        if claim is not None and self._on_blocked is not None:
            self._on_blocked(claim, self._base.path)
        return claim is None

    def own_host(self, host: str) -> bool:
        """True for the very host that was asked."""
        return host.lower() in ("", self._base.host)

    def undeclared(self, header: str) -> bool:
        """True when this visitor consented to what no service claims, as nothing claims this `header`."""
        passes = self._judge.consent.covers_undeclared
        if not passes and self._on_header is not None:
            self._on_header(header)
        return passes

    def odd(self, header: str) -> None:
        """Say that this `header` is not in a form that all browsers read alike."""
        if self._on_odd is not None:
            self._on_odd(header)

    def login(self, header: str) -> bool:
        """The same for a header that serves logins, where the policy says that the site has them."""
        policy = self._judge.policy
        reasons = {cookie.reason for cookie in policy.cookies} | {s.reason for s in policy.services}
        return "authentication" in reasons or self.undeclared(header)

    def service_worker(self, header: str) -> bool:
        """True when the script that is sent may outlive the page: a service's that is allowed, or one that
        nothing claims where that is allowed."""
        host, path = self._base.host, self._base.path
        if self._judge.policy.claims.declared(host, path, own=host in self._judge.own):
            return self.this_script()
        return self.undeclared(header)

    def group(self, name: str) -> bool:
        """True when reports to the endpoints called `name` go where they may: as far as this response says
        where that is. One that an earlier response set up may lead anywhere."""
        return name in self._groups

    @cached_property
    def _groups(self) -> frozenset[str]:
        """The names whose endpoints all are allowed."""
        good: set[str] = set()
        bad: set[str] = set()
        for header, groups in _GROUPS.items():
            for value in header_values(self._headers, header):
                for name, urls in groups(value):
                    passes = bool(urls) and all(self._passes(self._judge, url, None) for url in urls)
                    (good if passes else bad).add(name)
        return frozenset(good - bad)

    def _passes(self, judge: Judge, url: str, on_blocked: OnBlocked | None) -> bool:
        target = resolve(url, self._base)
        claim = judge.url(target.host, target.path) if target.host else None
        if claim is not None and on_blocked is not None:
            on_blocked(claim, url)
        return claim is None


_GROUPS = {"reporting-endpoints": groups_in_endpoints, "report-to": groups_in_report_to}

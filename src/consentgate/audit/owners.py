"""Says whose it is what a site contacts and stores, in the words of its policy."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from consentgate.catalogue import KnownService, catalogue
from consentgate.policy import Claim, OwnHosts, Policy
from consentgate.policy.well_known_cookies import certain_reason, reason_in_front
from consentgate.web.url import Url

from .absolute_urls import resolved


class Owner(NamedTuple):
    """The `claim` of a service on something, and the `host` that it has it on, "" where none says so."""

    claim: Claim
    host: str = ""


@dataclass(slots=True)
class Owners:
    """Finds owners by the `policy` of the site on `host`, and by what was seen to be in use there before."""

    policy: Policy
    host: str
    own: OwnHosts = field(init=False)
    _seen: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.own = self.policy.claims.first_party(self.host).own

    def is_own(self, host: str) -> bool:
        """Say whether what is kept for a `host` reaches the site: a cookie may be for a whole domain."""
        return host in self.own or f".{self.host}".endswith(f".{host}")

    def of_url(self, url: Url) -> Claim | None:
        """Return the claim on a URL; None for what is the site's own, and leads to no host."""
        if not url.has_valid_host:
            return None
        groups = self.policy.claims.by_url(url.host, url.path, own=url.host in self.own)
        return self._uses(groups[0][0]) if groups else None

    def of_known(self, known: KnownService) -> Claim:
        """Return the claim on the markup of a service that the catalogue knows."""
        return self._uses(self.policy.claims.by_known(known)[0])

    def of_stored(self, name: str, by: str, host: str) -> Owner | None:
        """Return whose a cookie or entry of this `name` is, which was set `by` a URL for a `host`; None for
        the site's own that nobody declared.

        What the policy declares by its name is its owner's. Else whoever has set it owns it. Where nothing
        tells who did, its name is a hint.
        """
        claims = self.policy.claims
        if not self.is_own(host):
            return Owner(self._uses(self._of_domain(host, by)), host)
        if claims.cookie_is_declared(name):
            return Owner(self._uses(claims.by_cookie(name)[0]))
        setter = self.of_url(resolved(by)) if by else None
        if setter is not None:
            return Owner(setter, resolved(by).host)
        known = catalogue().by_cookie(name)
        if known is not None and not (certain_reason(name) or reason_in_front(name)):
            return Owner(self.of_known(known), known.name)
        return None

    def _of_domain(self, host: str, by: str) -> Claim:
        """Return the claim on what is kept for a `host` that is not the site's, and was set `by` a URL."""
        setter = self.of_url(resolved(by)) if by else None
        if setter is not None and setter.service:
            return setter
        # A cookie may be for the domain above the hosts that a policy names.
        by_url, by_known = self.policy.claims.by_url, self.policy.claims.by_known
        claims = [by_url(name, "/", own=False)[0][0] for name in (host, f"www.{host}")]
        ending = f".{host}"
        claims += [
            by_known(known)[0]
            for known in catalogue().services
            if any(f".{pattern.host}".endswith(ending) for pattern in known.urls)
        ]
        named = {_key(claim): claim for claim in claims if claim.service}
        seen = [claim for key, claim in named.items() if claim.declared or key in self._seen]
        # Of several services on a domain, none of which was seen, none is more likely.
        return next(iter(seen or (named.values() if len(named) == 1 else claims)))

    def _uses(self, claim: Claim) -> Claim:
        if claim.service:
            self._seen.add(_key(claim))
        return claim


def _key(claim: Claim) -> tuple[str, str]:
    return claim.service or "", claim.name

"""The judge: may this URL, cookie, script or widget pass on this page, for this visitor?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from consentgate.catalogue import InlineScript, KnownService, ShareLink, catalogue
from consentgate.policy import NEVER, Claim, Groups, Policy

from .consent import Consent
from .coverage import everything, unobjected
from .stubs import stubs_for


@dataclass(frozen=True, slots=True)
class BlockedWidget:
    """A social widget that is not allowed. With `keep` its markup is its own fallback, and stays. `link` can
    replace it all the same, or gives it the address that it lacks."""

    claim: Claim
    keep: bool
    link: ShareLink | None


class Judge:
    """Decides for one page, given the `consent` in effect, the `host` that was asked and the page's `path`.

    Each method returns None for what may pass, else the claim that was not covered. `own` are the hosts that
    are the site itself; see `FirstParty` for `home` and `passing`.
    """

    def __init__(self, consent: Consent, host: str, path: str) -> None:
        self.consent = consent
        self.asked_host = host
        self._path = path
        self._claims = consent.policy.claims
        self.own, self.home, self.passing = self._claims.first_party(host)

    @property
    def policy(self) -> Policy:
        """The policy that this judges by."""
        return self.consent.policy

    @property
    def scope(self) -> tuple[str, str]:
        """The host and, if the policy has something necessary on some pages only, the page. Two judges with
        equal policy, consent and scope give equal verdicts."""
        limited = any(service.pages for service in self.policy.restricted)
        return self.asked_host, self._path if limited else ""

    def url(self, host: str, path: str) -> Claim | None:
        """Judge a URL by its `host` (lowercase, no port) and `path` (without the query)."""
        return self.first_blocked(self._claims.by_url(host, path, own=host in self.own))

    def own_script(self, host: str, path: str, query: str, attributes: Mapping[str, str]) -> Claim | None:
        """Judge a script on the site's own `host` by what gives it away as a service's: the `path` and
        `query` of its URL, or the `attributes` of its element."""
        if host not in self.own:
            return None
        return self.first_blocked(self._claims.by_own_script(host, path, query, attributes))

    def groups_of_host(self, host: str) -> Groups | None:
        """Return the claims on all URLs of `host`, but for those whose path the catalogue may know; None
        where the claims depend on the path."""
        return self._claims.of_host(host, own=host in self.own)

    def cookie(self, name: str) -> Claim | None:
        """Judge a cookie on the site's own host by its name."""
        return self.first_blocked((self._claims.by_cookie(name),))

    def inline(self, text: bytes) -> Claim | None:
        """Judge the text of an inline script by the signatures in it, and by the hosts that it plainly loads
        from. A script that only calls blocked services passes where stubs take the calls."""
        found = self._claims.by_inline(text)
        claim = self.first_blocked(found.groups)
        if claim is None:
            judged = (self.url(address.host, address.path) for address in found.addresses)
            return next(filter(None, judged), None)
        stubs = self.stubs
        take_calls = all(
            stubs.issuperset(service.stubs) for service in found.calls if not self._may_run(service)
        )
        return None if found.calls and take_calls else claim

    @property
    def stubs(self) -> frozenset[str]:
        """The globals of blocked services that are stubs in the page, so that its code can call them."""
        return stubs_for(self.consent, self.scope[1])

    def _may_run(self, service: KnownService) -> bool:
        return any(map(self.passes, self._claims.by_known(service)))

    def source_of(self, text: bytes, claim: Claim) -> str:
        """Return the URL from which an inline script loads the undeclared service of `claim`, if sites run
        that service on hosts of their own. "" for other services, and where the script does not tell."""
        known = catalogue().service(claim.service) if claim.service and not claim.declared else None
        if known is None or not known.paths:
            return ""
        return next((f"//{host}{path}" for host, path, _ in InlineScript(text).addresses()), "")

    def widget(self, tag: str, attributes: Mapping[str, str]) -> BlockedWidget | None:
        """Judge an element by its name and attributes, as the markup of a social widget."""
        found = catalogue().by_markup(tag, attributes)
        claim = self.first_blocked((self._claims.by_known(found.service),)) if found else None
        return BlockedWidget(claim, found.keep, found.link) if found and claim else None

    def passes_everything(self) -> bool:
        """Say whether nothing can be blocked on this page, not even what no service claims."""
        policy = self.policy
        return (
            policy.site.undeclared != NEVER
            and self.consent.granted >= everything(policy) | unobjected(policy)
            and all(self.passes(policy.claims.of_service(service.id)) for service in policy.restricted)
        )

    def passes(self, claim: Claim) -> bool:
        """Say whether things under this `claim` may pass on this page."""
        return self.consent.covers(claim, self._path)

    def first_blocked(self, groups: Groups) -> Claim | None:
        """Return the first claim of the first group in which no claim is covered; None where each group has a
        covered one."""
        covers, path = self.consent.covers, self._path
        for claims in groups:
            for claim in claims:
                if covers(claim, path):
                    break
            else:
                return claims[0]
        return None

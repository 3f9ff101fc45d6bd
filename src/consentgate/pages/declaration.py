"""What the declaration lists: every cookie and service of a policy, in the words of one language.

Its forms (a page, a part of a page, JSON and Markdown) are all made of this.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from consentgate.consent.signals import DNT, GPC
from consentgate.policy import NECESSARY, NEVER, Category, Cookie, Policy, Service, ServiceCookie
from consentgate.policy.model import Measurement
from consentgate.texts import Texts

from .listing import Listing, contacted_hosts, is_foreign, is_objectable, web_address

SIGNAL_NAMES = {GPC: "Global Privacy Control", DNT: "Do Not Track"}
"""The names that signals have in every language."""


@dataclass(frozen=True)
class DeclaredCookie:
    """A cookie.

    `because` is the `reason` why it needs no consent in words, empty where the service says it, or there is
    none. `kept` is the `lifetime` in words, which is None where the policy does not say it. What counts
    visits without consent has a `measurement`.
    """

    name: str
    because: str
    purpose: str
    kept: str
    lifetime: str | None
    reason: str | None
    measurement: Measurement | None = None

    @property
    def uses(self) -> str:
        """What the cookie is for, and why it needs no consent."""
        return " ".join(filter(None, (self.because, self.purpose)))


@dataclass(frozen=True)
class DeclaredService:
    """A service.

    `receiver` is who gets data by it, and `because` the `reason` why it needs no consent in words. It is
    foreign where it runs on other hosts than the site's own: these learn of a visit without a click.
    """

    id: str
    name: str
    receiver: str
    because: str
    purpose: str
    privacy_url: str
    is_foreign: bool
    hosts: tuple[str, ...]
    paths: tuple[str, ...]
    pages: tuple[str, ...]
    cookies: tuple[DeclaredCookie, ...]
    reason: str | None
    measurement: Measurement | None

    @property
    def names(self) -> tuple[str, ...]:
        """All names by which the service is recognised."""
        return (*self.hosts, *self.paths, *(cookie.name for cookie in self.cookies))


@dataclass(frozen=True)
class DeclaredCategory:
    """A category, with the site's own `cookies` in it, and the services. `unlisted` says what consent to it
    opens that the policy does not name; it is empty where that stays blocked."""

    id: str
    title: str
    description: str
    needs_consent: bool
    cookies: tuple[DeclaredCookie, ...]
    services: tuple[DeclaredService, ...]
    unlisted: str


@dataclass(frozen=True)
class Declared:
    """What a policy declares. The cookies and services that are `blocked` no consent opens, and the
    `objectable` ones are used until the visitor objects. The site honours these `signals`."""

    categories: tuple[DeclaredCategory, ...]
    blocked_cookies: tuple[str, ...]
    blocked_services: tuple[DeclaredService, ...]
    signals: frozenset[str]
    objectable_cookies: tuple[DeclaredCookie, ...] = ()
    objectable_services: tuple[DeclaredService, ...] = ()

    @property
    def foreign(self) -> bool:
        """True where a service that needs consent belongs to somebody else."""
        return any(
            service.is_foreign
            for category in self.categories
            if category.needs_consent
            for service in category.services
        )


def declared_by(policy: Policy, texts: Texts, listing: Listing, consent_cookie: str) -> Declared:
    """List all that a `policy` declares, and our own cookie, which has the name `consent_cookie`."""
    describe = _Describer(policy, texts, listing)
    own = describe.consent_cookie(consent_cookie)
    asked = {category.id for category in policy.askable}
    return Declared(
        tuple(
            describe.category(category, (own,) if category.id == NECESSARY else ())
            for category in policy.categories
            if category.id == NECESSARY or category.id in asked
        ),
        tuple(dict.fromkeys(cookie.name for cookie in policy.cookies if cookie.category == NEVER)),
        tuple(describe.service(service, "") for service in policy.services_of(NEVER)),
        frozenset((GPC, DNT) if policy.site.dnt else (GPC,)),
        tuple(describe.own_cookie(cookie, "") for cookie in policy.cookies if is_objectable(cookie)),
        tuple(
            describe.service(service, texts.reasons[service.reason or ""])
            for service in policy.services
            if is_objectable(service)
        ),
    )


class _Describer:
    def __init__(self, policy: Policy, texts: Texts, listing: Listing) -> None:
        self._policy = policy
        self._texts = texts
        self._listing = listing

    def category(self, category: Category, first: Iterable[DeclaredCookie]) -> DeclaredCategory:
        title = self._listing.title(category)
        inside = (cookie for cookie in self._policy.cookies if cookie.category == category.id)
        own = (cookie for cookie in inside if not is_objectable(cookie))
        services = (s for s in self._policy.services_of(category.id) if not is_objectable(s))
        return DeclaredCategory(
            category.id,
            title,
            self._listing.description(category),
            category.id != NECESSARY,
            (*first, *(self.own_cookie(cookie, title) for cookie in own)),
            tuple(self.service(service, title) for service in services),
            "" if category.id == NECESSARY else self._listing.unlisted(category),
        )

    def consent_cookie(self, name: str) -> DeclaredCookie:
        kept = self._policy.site.refusals_kept
        purpose = f"{self._texts.choices.consent_cookie} {self._texts.declaration.holds}"
        return DeclaredCookie(name, "", purpose, self._texts.for_lifetime(kept), kept, "choice")

    def service(self, service: Service, title: str) -> DeclaredService:
        foreign = is_foreign(service)
        own = self._policy.site.controller
        return DeclaredService(
            service.id,
            service.name,
            service.controller or (service.name if foreign else own),
            self._listing.reason(service),
            service.purpose,
            web_address(service.privacy_url),
            foreign,
            contacted_hosts(service),
            service.paths,
            service.pages,
            tuple(self._cookie_of(service, cookie, title) for cookie in service.cookies),
            service.reason,
            service.measurement,
        )

    def _cookie_of(self, service: Service, cookie: ServiceCookie, title: str) -> DeclaredCookie:
        otherwise = self._listing.known_purpose(cookie, service) or service.purpose or title
        return self._cookie(cookie, service.category, service.reason, otherwise)

    def own_cookie(self, cookie: Cookie, title: str) -> DeclaredCookie:
        """Describe a cookie of the site's own in the category called `title`."""
        because = self._listing.reason(cookie)
        described = self._cookie(cookie, cookie.category, cookie.reason, "" if because else title, because)
        return replace(described, measurement=cookie.measurement)

    def _cookie(
        self,
        cookie: Cookie | ServiceCookie,
        category: str,
        reason: str | None,
        otherwise: str,
        because: str = "",
    ) -> DeclaredCookie:
        """Describe a cookie of this `category`. Where nothing says what it is for, `otherwise` does."""
        purpose = cookie.purpose or otherwise
        kept = self._listing.kept(cookie, category)
        return DeclaredCookie(cookie.name, because, purpose, kept, cookie.lifetime, reason)

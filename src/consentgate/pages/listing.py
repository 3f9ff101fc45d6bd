"""The listing on the choices page: the policy in a visitor's words, with the consent in effect."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from consentgate.catalogue import catalogue
from consentgate.consent import Consent
from consentgate.consent.coverage import MOST_LISTED, digests
from consentgate.policy import (
    NECESSARY,
    NEVER,
    OWN,
    UNDECLARED,
    Category,
    Cookie,
    Policy,
    Service,
    ServiceCookie,
    Unit,
)
from consentgate.policy.model import AUDIENCE, OBJECTABLE
from consentgate.texts import Texts


@dataclass(frozen=True)
class CookieEntry:
    """A cookie: its name, how long it lives and what it is for."""

    name: str
    lifetime: str
    purpose: str = ""


@dataclass(frozen=True)
class UnitEntry:
    """A box for one unit of a category.

    It is ticked where the unit is allowed, but not where all of its category is: then the category's box
    stands for it.
    """

    id: str
    is_ticked: bool


@dataclass(frozen=True)
class ServiceEntry(UnitEntry):
    """A service. `receiver` is who gets data by it."""

    name: str
    receiver: str
    privacy_url: str
    purpose: str
    hosts: tuple[str, ...]
    paths: tuple[str, ...]
    pages: tuple[str, ...]
    cookies: tuple[CookieEntry, ...]
    reason: str


@dataclass(frozen=True)
class CategoryEntry:
    """A category that the visitor is asked about.

    It is allowed where everything now in it is, and mixed where only a part is. `own` is for the site's own
    use of it, with its `cookies`, and `unlisted` for what the policy does not name.
    """

    id: str
    title: str
    description: str
    is_allowed: bool
    services: tuple[ServiceEntry, ...]
    own: UnitEntry | None
    cookies: tuple[CookieEntry, ...]
    unlisted: UnitEntry | None
    unlisted_help: str

    @property
    def size(self) -> int:
        """How many entries there are in the category."""
        return len(self.services) + (self.own is not None) + (self.unlisted is not None)

    @property
    def is_mixed(self) -> bool:
        """Whether a part of the category is allowed."""
        return any(unit is not None and unit.is_ticked for unit in (*self.services, self.own, self.unlisted))


@dataclass(frozen=True)
class ExemptEntry:
    """One of the site's own cookies that needs no consent, and why."""

    cookie: CookieEntry
    reason: str


@dataclass(frozen=True)
class Objectable:
    """What is used unless the visitor objects: the site's own cookies, and services."""

    cookies: tuple[ExemptEntry, ...]
    services: tuple[ServiceEntry, ...]


@dataclass(frozen=True)
class Purpose:
    """A category that the visitor is asked about, in words."""

    id: str
    title: str
    description: str


class Listing:
    """Lists what a policy asks visitors about, and what it exempts."""

    def __init__(self, policy: Policy, texts: Texts) -> None:
        self._policy = policy
        self._texts = texts

    @property
    def whole_categories_only(self) -> bool:
        """True where the services of a category can only be chosen all together."""
        return len(self._policy.claims.units) > MOST_LISTED

    def purposes(self) -> list[Purpose]:
        """List what visitors are asked about, in the policy's order."""
        return [Purpose(c.id, self.title(c), self.description(c)) for c in self._policy.askable]

    def categories(self, consent: Consent) -> list[CategoryEntry]:
        """List the categories that visitors are asked about, in the policy's order."""
        return [self._category(category, consent) for category in self._policy.askable]

    def _category(self, category: Category, consent: Consent) -> CategoryEntry:
        covered = digests(self._policy)
        # Not `consent.allows(id)`: saving a ticked category covers all of it, so that we would tick a service
        # which was added since the grant in the visitor's place.
        is_allowed = all(covered[u] in consent.granted for u in covered if u.category == category.id)

        def entry(service: str) -> UnitEntry:
            unit = Unit(service, category.id)
            return UnitEntry(unit.id, not is_allowed and consent.grants(unit))

        own = entry(OWN)
        cookies = tuple(self._own(c) for c in self._policy.cookies if c.category == category.id)
        unlisted = self.unlisted(category)
        return CategoryEntry(
            category.id,
            self.title(category),
            self.description(category),
            is_allowed,
            tuple(
                self._service(service, is_ticked=entry(service.id).is_ticked)
                for service in self._policy.services_of(category.id)
            ),
            own if cookies or own.is_ticked else None,
            cookies,
            entry(UNDECLARED) if unlisted else None,
            unlisted,
        )

    @property
    def necessary(self) -> Category:
        """The category of what needs no consent. Every policy has it."""
        return next(category for category in self._policy.categories if category.id == NECESSARY)

    def exempt_cookies(self) -> list[ExemptEntry]:
        """List the site's own cookies that are used in any case."""
        return [self._exempt(cookie) for cookie in self._policy.cookies if is_used_in_any_case(cookie)]

    def exempt_services(self) -> list[ServiceEntry]:
        """List the services that are used in any case."""
        return [*map(self._service, filter(is_used_in_any_case, self._policy.services))]

    def objectable(self) -> Objectable:
        """List what is used unless the visitor objects."""
        cookies, services = self._policy.cookies, self._policy.services
        return Objectable(
            tuple(self._exempt(cookie) for cookie in cookies if is_objectable(cookie)),
            tuple(self._service(service) for service in services if is_objectable(service)),
        )

    def _exempt(self, cookie: Cookie) -> ExemptEntry:
        return ExemptEntry(self._own(cookie), self.reason(cookie))

    def undeclared(self) -> str:
        """Say what happens to that which the policy does not name."""
        asked = next((c for c in self._policy.categories if c.id == self._policy.site.undeclared), None)
        if asked is None:
            return self._texts.choices.undeclared_never
        return self._texts.choices.undeclared_asked.format(category=self.title(asked))

    def title(self, category: Category) -> str:
        """Return the name of a category."""
        return self._texts.categories[category.id].title

    def description(self, category: Category) -> str:
        """Return what a category is for, in a sentence; empty where neither policy nor texts say it."""
        return self._texts.categories[category.id].description

    def unlisted(self, category: Category) -> str:
        """Say what a category opens that the policy does not name; "" where that stays blocked."""
        texts, undeclared = self._texts.choices, self._policy.site.undeclared
        if undeclared == NEVER:
            return ""
        is_rest = undeclared == category.id
        return texts.unlisted_all if is_rest else texts.unlisted_category

    def kept(self, cookie: Cookie | ServiceCookie, category: str) -> str:
        """Say for how long a cookie of this `category` is kept."""
        # The gate clamps exempt cookies to 13 months. How long others live, it does not know.
        clamped = cookie.lifetime is None and category == NECESSARY
        return self._texts.lifetime.longest if clamped else self._texts.for_lifetime(cookie.lifetime)

    def known_purpose(self, cookie: ServiceCookie, service: Service) -> str:
        """Say what the catalogue knows a service's cookie to be for; empty where it does not know that."""
        known = catalogue().service(service.use)
        word = known.purpose_of(cookie.name) if known else ""
        return self._texts.cookie_purposes[word] if word else ""

    def reason(self, item: Cookie | Service) -> str:
        """Say why something needs no consent; empty where it needs consent."""
        if not item.reason:
            return ""
        return " ".join((self._texts.reasons[item.reason], *self._measured(item)))

    def _measured(self, item: Cookie | Service) -> Iterator[str]:
        """Say how an item counts visits without consent, where it does."""
        words = self._texts.declaration
        if item.reason == AUDIENCE:
            yield words.audience
        if item.measurement is None:
            return
        if item.measurement.data_kept:
            yield f"{words.data_kept}: {self._texts.for_lifetime(item.measurement.data_kept)}."
        if item.measurement.processor:
            yield f"{words.processor}: {item.measurement.processor.removesuffix('.')}."

    def _service(self, service: Service, *, is_ticked: bool = False) -> ServiceEntry:
        foreign = is_foreign(service)
        return ServiceEntry(
            service.id,
            is_ticked,
            service.name,
            service.controller or (service.name if foreign else ""),
            web_address(service.privacy_url),
            service.purpose,
            contacted_hosts(service),
            () if foreign else service.paths,
            service.pages,
            tuple(self._cookie(cookie, service.category) for cookie in service.cookies),
            self.reason(service),
        )

    def _own(self, cookie: Cookie) -> CookieEntry:
        return self._cookie(cookie, cookie.category)

    def _cookie(self, cookie: Cookie | ServiceCookie, category: str) -> CookieEntry:
        return CookieEntry(cookie.name, self.kept(cookie, category), cookie.purpose)


def is_objectable(item: Cookie | Service) -> bool:
    """Say whether something passes until the visitor objects."""
    return item.category == NECESSARY and item.reason in OBJECTABLE


def is_used_in_any_case(item: Cookie | Service) -> bool:
    """Say whether something passes whatever the visitor says."""
    return item.category == NECESSARY and not is_objectable(item)


def is_foreign(service: Service) -> bool:
    """Say whether a service runs on other hosts than the site's own."""
    return bool(service.hosts or service.urls)


def contacted_hosts(service: Service) -> tuple[str, ...]:
    """Return the hosts that a service contacts: also of a `host/path` pattern only the host."""
    return tuple(dict.fromkeys((*service.hosts, *(url.partition("/")[0] for url in service.urls))))


def web_address(text: str) -> str:
    """Return `text` if it is an address on the web, else "", because a link must not run a script."""
    return text if re.match(r"https?://", text, re.IGNORECASE) else ""


def contact_link(contact: str) -> str:
    """Return the link to a `contact` that is an e-mail address or an address on the web, else ""."""
    if re.fullmatch(r"[^\s@<>\"]+@[^\s@<>\"]+", contact):
        return "mailto:" + quote(contact, safe="@+.-_")
    return web_address(contact)

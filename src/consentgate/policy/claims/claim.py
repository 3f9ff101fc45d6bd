"""What is claimed: the answer to "whose is this?", and what a visitor has to consent to for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from consentgate.policy.model import AUDIENCE, NECESSARY, NEVER, OBJECTABLE, Category, Cookie, Service, Site


class Unit(NamedTuple):
    """What a visitor consents to: one service in one category.

    `service` is "" for the site's own use of the category, and "*" for what no service claims.
    """

    service: str
    category: str

    @property
    def id(self) -> str:
        """The unit's value in a form's `service` field. No service has a slash in its id."""
        if self.service == OWN:
            return f"{self.category}/own"
        return f"{self.category}/undeclared" if self.service == UNDECLARED else self.service


OWN = ""
UNDECLARED = "*"


@dataclass(frozen=True, slots=True)
class Claim:
    """The answer to "whose is this?".

    `service` is the id of the service, declared or known to the catalogue, or None where nobody knows it;
    `name` is what people call it. `unit` is what must be consented to; it is None for what is necessary
    (`category` "necessary", on the `pages` given) and for what nothing opens (`category` None). Something
    necessary that has a unit passes until the visitor objects to it.
    """

    service: str | None
    name: str
    category: str | None
    unit: Unit | None
    pages: tuple[str, ...] = ()
    declared: bool = True


Groups = tuple[tuple[Claim, ...], ...]
"""Groups of claims. Of each group one claim has to pass."""


def claim_of(service: Service) -> Claim:
    """Return the claim of a service on all that is found to be its."""
    if service.category == NEVER:
        return Claim(service.id, service.name, None, None)
    if service.category == NECESSARY:
        unit = Unit(service.id, NECESSARY) if service.reason in OBJECTABLE else None
        return Claim(service.id, service.name, NECESSARY, unit, service.pages)
    return Claim(service.id, service.name, service.category, Unit(service.id, service.category))


def claim_of_cookie(cookie: Cookie) -> Claim:
    """Return the claim of the site itself on a cookie of its own."""
    if cookie.category == NEVER:
        return Claim(None, cookie.name, None, None)
    if cookie.category == NECESSARY:
        unit = Unit(OWN, NECESSARY) if cookie.reason in OBJECTABLE else None
        return Claim(None, cookie.name, NECESSARY, unit)
    return Claim(None, cookie.name, cookie.category, Unit(OWN, cookie.category))


def units_of(
    site: Site, categories: tuple[Category, ...], cookies: tuple[Cookie, ...], services: tuple[Service, ...]
) -> Iterator[Unit]:
    """Yield what a visitor can consent to under a policy with these parts, category by category."""
    for category in categories:
        if category.id == NECESSARY:
            continue
        members = [Unit(service.id, category.id) for service in services if service.category == category.id]
        undeclared = [Unit(UNDECLARED, category.id)] if site.undeclared != NEVER else []
        if members or undeclared or any(cookie.category == category.id for cookie in cookies):
            yield Unit(OWN, category.id)
            yield from members
            yield from undeclared


def objectable(cookies: tuple[Cookie, ...], services: tuple[Service, ...]) -> Iterator[Unit]:
    """Yield what passes until the visitor objects to it."""
    if any(cookie.reason in OBJECTABLE for cookie in cookies):
        yield Unit(OWN, NECESSARY)
    yield from (Unit(service.id, NECESSARY) for service in services if service.reason in OBJECTABLE)


def audience_cookies(cookies: tuple[Cookie, ...], services: tuple[Service, ...]) -> Iterator[str]:
    """Yield the names of the cookies that count visits without consent."""
    yield from (cookie.name for cookie in cookies if cookie.reason == AUDIENCE)
    yield from (
        cookie.name for service in services if service.reason == AUDIENCE for cookie in service.cookies
    )

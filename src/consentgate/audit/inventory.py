"""What a site uses, service by service: who sets and loads what, on which pages, in which states."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from consentgate.catalogue import catalogue
from consentgate.policy import Claim, Policy
from consentgate.policy.claims.first_party import registrable_domain
from consentgate.policy.model import CONSENT_COOKIES

from .absolute_urls import host_of, resolved
from .observations import SeenCookie, SeenItem, SeenRequest, SeenService, State, StorageKind, Visit
from .owners import Owners


@dataclass(frozen=True, slots=True)
class Where:
    """Where something was seen: on which `pages`, in which `states`, started `by` which URLs."""

    pages: tuple[str, ...]
    states: tuple[State, ...]
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundHost:
    """A host that pages contact, for these `kinds` of things, such as the one at `url`."""

    host: str
    kinds: tuple[str, ...]
    url: str
    where: Where


@dataclass(frozen=True, slots=True)
class FoundCookie:
    """A cookie that was set. `lifetime` is the longest that was seen, in seconds, None until the browser
    closes. `declared` says that the policy names it, and `is_own` that it is kept on the site's hosts."""

    name: str
    domain: str
    lifetime: int | None
    http_only: bool
    declared: bool
    is_own: bool
    where: Where


@dataclass(frozen=True, slots=True)
class FoundItem:
    """An entry in the browser's storage. `declared` and `is_own` are as of cookies."""

    kind: StorageKind
    origin: str
    key: str
    declared: bool
    is_own: bool
    where: Where


@dataclass(frozen=True, slots=True)
class FoundService:
    """A service that was seen, with its `hosts`, `cookies` and `items`, and the `markup` of it in pages.

    `id` is the policy's or the catalogue's, "" where nobody knows whose these are; then `name` is that of
    their company or domain. `category` is the one whose consent opens it, "" for none.
    """

    id: str
    name: str
    category: str
    declared: bool
    hosts: tuple[FoundHost, ...]
    cookies: tuple[FoundCookie, ...]
    items: tuple[FoundItem, ...]
    markup: tuple[str, ...]
    where: Where


@dataclass(frozen=True, slots=True)
class Inventory:
    """The `services` of a site, declared ones first. `own` is what the site itself stores. Declared services
    and cookies that were not seen are `unseen_services`, by their ids, and `unseen_cookies`."""

    services: tuple[FoundService, ...]
    own: FoundService
    unseen_services: tuple[str, ...]
    unseen_cookies: tuple[str, ...]


def inventory_of(visits: Iterable[Visit], policy: Policy, host: str) -> Inventory:
    """Return what was seen on `visits` to the site on `host`, in the words of its `policy`."""
    builder = _Builder(policy, host)
    for visit in visits:
        for request in visit.requests:
            builder.add_request(request, visit.state)
        for service in visit.services:
            builder.add_service(service, visit.state)
        for cookie in visit.cookies:
            builder.add_cookie(cookie, visit.state)
        for item in visit.items:
            builder.add_item(item, visit.state)
    return builder.inventory()


class _Key(NamedTuple):
    """The service of this id, or where that is "", what is called by the `name`. Both are "" for the site."""

    id: str
    name: str


_SITE = _Key("", "")


@dataclass(slots=True)
class _Trace:
    """Gathers where something was seen."""

    pages: dict[str, None] = field(default_factory=dict)
    states: dict[State, None] = field(default_factory=dict)
    by: dict[str, None] = field(default_factory=dict)

    def add(self, page: str, state: State, by: str = "") -> None:
        self.pages.setdefault(page)
        self.states.setdefault(state)
        if by and by != page:
            self.by.setdefault(by)

    @property
    def where(self) -> Where:
        states = (state for state in State if state in self.states)
        return Where(tuple(self.pages), tuple(states), tuple(self.by))


@dataclass(slots=True)
class _Contacts(_Trace):
    kinds: dict[str, None] = field(default_factory=dict)
    url: str = ""


@dataclass(slots=True)
class _Stored(_Trace):
    lifetime: int | None = None
    http_only: bool = True


@dataclass(slots=True)
class _Gathered(_Trace):
    category: str = ""
    declared: bool = False
    hosts: dict[str, _Contacts] = field(default_factory=dict)
    cookies: dict[tuple[str, str], _Stored] = field(default_factory=dict)
    items: dict[tuple[StorageKind, str, str], _Trace] = field(default_factory=dict)
    markup: dict[str, None] = field(default_factory=dict)


class _Builder:
    """Files what was seen under the service that it belongs to."""

    def __init__(self, policy: Policy, host: str) -> None:
        self._policy = policy
        self._owners = Owners(policy, host)
        self._is_declared = policy.claims.cookie_is_declared
        self._services: dict[_Key, _Gathered] = {}
        self._cookies: dict[str, None] = {}

    def add_request(self, request: SeenRequest, state: State) -> None:
        """File a request. Redirects are the site's own act, where the policy does not gate them."""
        if request.kind == "redirect" and not self._policy.site.gate_redirects:
            return
        url = resolved(request.url)
        claim = self._owners.of_url(url)
        if claim is None:
            return
        gathered = self._file(claim, url.host)
        gathered.add(request.page, state)
        found = gathered.hosts.setdefault(url.host, _Contacts())
        found.add(request.page, state, request.by)
        found.kinds.setdefault(request.kind)
        found.url = found.url or request.url

    def add_service(self, service: SeenService, state: State) -> None:
        """File markup or code by which the catalogue knows a service."""
        known = catalogue().service(service.service)
        if known is None:
            return
        gathered = self._file(self._owners.of_known(known), known.name)
        gathered.add(service.page, state, service.by)
        gathered.markup.setdefault(service.kind)

    def add_cookie(self, cookie: SeenCookie, state: State) -> None:
        """File a cookie."""
        if cookie.name in CONSENT_COOKIES:
            return
        host = cookie.domain.removeprefix(".")
        is_own = self._owners.is_own(host)
        gathered = self._storing(cookie.name, cookie.by, host)
        gathered.add(cookie.page, state)
        found = gathered.cookies.setdefault((cookie.name, cookie.domain), _Stored())
        found.add(cookie.page, state, cookie.by)
        found.lifetime = _longer(found.lifetime, cookie.lifetime)
        found.http_only = found.http_only and cookie.http_only
        if is_own:
            self._cookies.setdefault(cookie.name)

    def add_item(self, item: SeenItem, state: State) -> None:
        """File an entry in a storage."""
        host = host_of(item.origin)
        is_own = self._owners.is_own(host)
        gathered = self._storing(item.key, item.by, host)
        gathered.add(item.page, state)
        gathered.items.setdefault((item.kind, item.origin, item.key), _Trace()).add(item.page, state, item.by)
        if is_own:
            self._cookies.setdefault(item.key)

    def _storing(self, name: str, by: str, host: str) -> _Gathered:
        """Return what a cookie or entry of this `name` is filed under, which was set `by` a URL for a
        `host`."""
        owner = self._owners.of_stored(name, by, host)
        return self._file(*owner) if owner is not None else self._services.setdefault(_SITE, _Gathered())

    def _file(self, claim: Claim, host: str = "") -> _Gathered:
        """Return what the service of a `claim` is gathered in. What nobody knows is filed under its company,
        or under the domain of its `host`."""
        if not claim.service:
            is_site = claim.declared or not host
            name = claim.name if claim.name != host else registrable_domain(host) or host
            return self._services.setdefault(_SITE if is_site else _Key("", name), _Gathered())
        gathered = self._services.setdefault(_Key(claim.service, claim.name), _Gathered())
        gathered.category, gathered.declared = claim.category or "", claim.declared
        return gathered

    def inventory(self) -> Inventory:
        """Return what was filed."""
        found = [self._found(key, one) for key, one in self._services.items() if key != _SITE]
        found.sort(key=lambda one: (not one.declared, not one.id, one.name.lower()))
        seen = {one.id for one in found}
        names = self._policy.claims.exact_cookie_names()
        of_services = {c.name for service in self._policy.services for c in service.cookies}
        return Inventory(
            tuple(found),
            self._found(_SITE, self._services.get(_SITE, _Gathered())),
            tuple(service.id for service in self._policy.services if service.id not in seen),
            tuple(name for name in names if name not in self._cookies and name not in of_services),
        )

    def _found(self, key: _Key, one: _Gathered) -> FoundService:
        return FoundService(
            key.id,
            key.name,
            one.category,
            one.declared,
            tuple(FoundHost(h, tuple(c.kinds), c.url, c.where) for h, c in sorted(one.hosts.items())),
            tuple(self._found_cookies(one)),
            tuple(self._found_items(one)),
            tuple(one.markup),
            one.where,
        )

    def _found_cookies(self, one: _Gathered) -> Iterator[FoundCookie]:
        for (name, domain), stored in sorted(one.cookies.items()):
            declared, is_own = self._is_declared(name), self._owners.is_own(domain.removeprefix("."))
            yield FoundCookie(name, domain, stored.lifetime, stored.http_only, declared, is_own, stored.where)

    def _found_items(self, one: _Gathered) -> Iterator[FoundItem]:
        for (kind, origin, key), trace in sorted(one.items.items()):
            declared, is_own = self._is_declared(key), self._owners.is_own(host_of(origin))
            yield FoundItem(kind, origin, key, declared, is_own, trace.where)


def _longer(one: int | None, other: int | None) -> int | None:
    """Return the longer of two lifetimes. Of a cookie that is sometimes kept, visitors have to be told."""
    return other if one is None else max(one, other or 0)

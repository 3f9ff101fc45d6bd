"""Claims: to which service a URL, a cookie, a script or a widget belongs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from consentgate.catalogue import Address, InlineScript, KnownService, UrlIndex, UrlPattern, catalogue
from consentgate.policy.categories import category_for
from consentgate.policy.lifetime import LONGEST, lifetime_seconds
from consentgate.policy.model import NECESSARY, NEVER, Category, Cookie, Service, ServiceCookie, Site

from .bounded_cache import BoundedCache
from .claim import (
    UNDECLARED,
    Claim,
    Groups,
    Unit,
    audience_cookies,
    claim_of,
    claim_of_cookie,
    objectable,
    units_of,
)
from .first_party import OwnHosts, own_hosts
from .service_urls import url_patterns


class InlineClaims(NamedTuple):
    """The claims on an inline script by the signatures in its text (`groups`), and the `addresses` in it that
    count. One that does nothing with services but call them by their globals `calls` these."""

    groups: Groups
    addresses: tuple[Address, ...]
    calls: tuple[KnownService, ...]


class FirstParty(NamedTuple):
    """The hosts that are the site itself (`own`); among these the hosts on which the policy declares no
    service (`home`); and the beginnings of absolute URLs that lead there or nowhere (`passing`). A URL on
    these may pass unless the catalogue knows its path."""

    own: OwnHosts
    home: OwnHosts
    passing: tuple[str, ...]


class Claims:
    """Looks up claims. Built once from the parts of a policy; the cost of a look-up does not depend on
    how many services there are."""

    def __init__(
        self,
        site: Site,
        categories: tuple[Category, ...],
        cookies: tuple[Cookie, ...],
        services: tuple[Service, ...],
        *,
        set_by_framework: frozenset[str] = frozenset(),
        exact_host: bool = False,
    ) -> None:
        self._site = site
        self._exact_host = exact_host
        self._set_by_framework = set_by_framework
        self._categories = categories
        self._services = {service.id: claim_of(service) for service in services}
        claims = [(service, self._services[service.id]) for service in services]
        self._urls = _index(
            (pattern, claim) for service, claim in claims for pattern in url_patterns(service)
        )
        self._own_paths = _index(
            (UrlPattern(_ANY_HOST, False, path), claim)
            for service, claim in claims
            if not service.hosts
            for path in service.paths
        )
        self._cookies: dict[str, tuple[Claim, ...]] = {}
        self._lifetimes: dict[str, int] = {}
        for cookie in cookies:
            self._add_cookie(cookie, claim_of_cookie(cookie))
        shut = {cookie.name for cookie in cookies if cookie.category == NEVER}
        for service, claim in claims:
            for service_cookie in service.cookies:
                # The site's word on one cookie counts before a service's list of them.
                if service_cookie.name not in shut:
                    self._add_cookie(service_cookie, claim)
        self._known: dict[str, tuple[Claim, ...]] = {}
        self._names = BoundedCache[str, tuple[Claim, ...]](_MOST_REMEMBERED)
        self._of_hosts = BoundedCache[tuple[str, bool], Groups | None](_MOST_REMEMBERED)
        self._first_parties = BoundedCache[str, FirstParty](_MOST_SITES)
        self._scripts = BoundedCache[bytes, InlineClaims](_MOST_SCRIPTS)
        self._longest_stem = max((len(name) - 1 for name in self._cookies if name.endswith("*")), default=0)
        self.units: tuple[Unit, ...] = tuple(units_of(site, categories, cookies, services))
        self._audience = frozenset(audience_cookies(cookies, services))
        self.objectable: tuple[Unit, ...] = tuple(objectable(cookies, services))

    def _add_cookie(self, cookie: Cookie | ServiceCookie, claim: Claim) -> None:
        name = cookie.name
        self._cookies[name] = (*self._cookies.get(name, ()), claim)
        seconds = LONGEST if cookie.lifetime is None else lifetime_seconds(cookie.lifetime)
        self._lifetimes[name] = min(seconds, self._lifetimes.get(name, seconds))

    def of_service(self, id: str) -> Claim:
        """The claim of the declared service with this id."""
        return self._services[id]

    def has_service(self, id: str) -> bool:
        """True when the policy declares a service with this id."""
        return id in self._services

    def by_url(self, host: str, path: str, *, own: bool) -> Groups:
        """Return the claims on a URL, by its `host` (lowercase, without a port) and `path` (without the
        query). `own` says that the host is the site's: then what nobody declared has no claims, unless its
        path gives a service away."""
        found = None if catalogue().by_path(path) else self.of_host(host, own=own)
        return self._of_url(host, path, own=own) if found is None else found

    def by_own_script(self, host: str, path: str, query: str, attributes: Mapping[str, str]) -> Groups:
        """Return the claims on a script on the site's own `host` that only the catalogue knows: by its `path`
        and `query`, or by the `attributes` of its element. What the policy declares has none here."""
        if self.declared(host, path, own=True):
            return ()
        known = catalogue().by_script_file(path, query, attributes)
        return (self.by_known(known),) if known is not None else ()

    def of_host(self, host: str, *, own: bool) -> Groups | None:
        """Return the claims on every URL of this host, except URLs whose path the catalogue knows; None where
        the path makes a difference."""
        key = host, own
        try:
            return self._of_hosts[key]
        except KeyError:
            pass
        found = self._of_url(host, "/", own=own) if self._is_whole(host, own=own) else None
        if len(host) <= _LONGEST_REMEMBERED:
            self._of_hosts.keep(key, found)
        return found

    def _of_url(self, host: str, path: str, *, own: bool) -> Groups:
        found = self.declared(host, path, own=own)
        if found:
            return found
        if not own:
            return ((self._undeclared_at(host, path),),)
        known = catalogue().by_path(path)
        return (self.by_known(known),) if known is not None else ()

    def declared(self, host: str, path: str, *, own: bool) -> Groups:
        """Return the claims on a URL that the policy itself declares. There is a group for the service whose
        host it is and, on the site's `own` hosts, one for services declared by path alone."""
        found = (self._urls.find(host, path), self._own_paths.find(_ANY_HOST, path) if own else None)
        return tuple(filter(None, found))

    def declared_on_host(self, host: str) -> Groups:
        """Return the claims that the policy declares on any URL of this host (lowercase, without a port).
        There is a group for each pattern, and none for what is necessary."""
        groups = (
            tuple(claim for claim in claims if claim.unit is not None or claim.category != NECESSARY)
            for claims in self._urls.on_host(host)
        )
        return tuple(dict.fromkeys(filter(None, groups)))

    def first_party(self, host: str) -> FirstParty:
        """Return what is first party to a request for `host` (lowercase, without a port)."""
        found = self._first_parties.get(host)
        if found is None:
            own = own_hosts(self._site.hosts, host, exactly=self._exact_host)
            home = self._home(own)
            names = [name for name in own.exact if name in home]
            at_home = (f"{scheme}//{name}/" for name in names for scheme in ("https:", "http:", ""))
            found = FirstParty(own, home, (*at_home, _NO_HOST))
            if len(host) <= _LONGEST_REMEMBERED:
                self._first_parties.keep(host, found)
        return found

    def _home(self, own: OwnHosts) -> OwnHosts:
        """Return the site's `own` hosts on which nothing is declared, in as few names as possible. The hosts
        below a domain count as one."""
        if self._own_paths.has_host(_ANY_HOST):
            return OwnHosts(frozenset(), ())
        has_below = self._urls.has_host_below
        endings = tuple(ending for ending in own.endings if not has_below(ending.removeprefix(".")))
        left = (host for host in own.exact if not host.endswith(endings))
        return OwnHosts(frozenset(host for host in left if not self._urls.has_host(host)), endings)

    def _declares_own(self, host: str) -> bool:
        return self._own_paths.has_host(_ANY_HOST) or self._urls.has_host(host)

    def _is_whole(self, host: str, *, own: bool) -> bool:
        if own:
            return not self._declares_own(host)
        return self._urls.is_whole(host) and catalogue().host_is_whole(host)

    def _undeclared_at(self, host: str, path: str) -> Claim:
        known = catalogue().by_url(host, path)
        if known is not None:
            return self._undeclared(known)
        entity = catalogue().entity(host)
        return self._unknown(entity.name if entity else host)

    def by_cookie(self, name: str) -> tuple[Claim, ...]:
        """Return the claims on a cookie. Any one suffices."""
        claims = self._names.get(name)
        if claims is None:
            claims = self._of_cookie(name)
            if len(name) <= _LONGEST_REMEMBERED:
                self._names.keep(name, claims)
        return claims

    def _of_cookie(self, name: str) -> tuple[Claim, ...]:
        key = self._cookie_key(name)
        if key is not None:
            return self._cookies[key]
        known = catalogue().by_cookie(name)
        return (self._undeclared(known) if known is not None else self._unknown(name),)

    def cookie_lifetime(self, name: str) -> int:
        """Return for how many seconds the policy lets this cookie live; 0 is until the browser closes. What a
        framework sets may live longer than its settings say: the application can ask for that per visitor."""
        stated = self.stated_lifetime(name)
        return max(stated, LONGEST) if name in self._set_by_framework else stated

    def stated_lifetime(self, name: str) -> int:
        """Return for how many seconds visitors are told that this cookie lives; 0 is until the browser
        closes."""
        return self._lifetimes.get(self._cookie_key(name) or "", LONGEST)

    def counts_audience(self, name: str) -> bool:
        """True when this cookie counts visits without consent, on the conditions of the CNIL."""
        return bool(self._audience) and self._cookie_key(name) in self._audience

    def cookie_is_declared(self, name: str) -> bool:
        """True when the policy itself names the cookie."""
        return self._cookie_key(name) is not None

    def _cookie_key(self, name: str) -> str | None:
        """Return the declared name that `name` matches: itself, else the longest one with a star."""
        if name in self._cookies:
            return name
        for length in range(min(len(name), self._longest_stem), 0, -1):
            starred = f"{name[:length]}*"
            if starred in self._cookies:
                return starred
        return None

    def by_inline(self, text: bytes) -> InlineClaims:
        """Return the claims on an inline script."""
        found = self._scripts.get(text)
        if found is None:
            script = InlineScript(text)
            groups = tuple(map(self.by_known, catalogue().by_inline(script)))
            addresses = tuple(filter(self._counts, script.addresses()))
            calls = catalogue().called_by_inline(script) if groups else ()
            found = InlineClaims(groups, addresses, calls)
            if len(text) <= _LONGEST_SCRIPT:
                self._scripts.keep(text, found)
        return found

    def _counts(self, address: Address) -> bool:
        """Say whether an address in a loading script counts: that of a service known to load from there, or
        one of any known company that is assigned as a source, or is a script's file. The name of a host alone
        says nothing: sites' own scripts are full of links."""
        host, path, is_source = address
        if self.declared(host, path, own=False) or catalogue().by_url(host, path):
            return True
        return is_source and catalogue().entity(host) is not None

    def by_known(self, known: KnownService) -> tuple[Claim, ...]:
        """Return the claims on a script or widget that the catalogue recognised: the declared service of that
        id, or the services that declare the known one's hosts under names of their own. Any one suffices."""
        claims = self._known.get(known.id)
        if claims is None:
            claims = self._known[known.id] = self._of_known(known)
        return claims

    def _of_known(self, known: KnownService) -> tuple[Claim, ...]:
        if known.id in self._services:
            return (self._services[known.id],)
        for pattern in known.urls:
            host = f"www.{pattern.host}" if pattern.subdomains else pattern.host
            claims = self._urls.find(host, pattern.path.replace("*", ""))
            if claims:
                return claims
        return (self._undeclared(known),)

    def called_by_globals(self) -> Iterator[tuple[tuple[str, ...], tuple[Claim, ...]]]:
        """Yield the globals by which pages call each service that the catalogue has any of, and the claims on
        it."""
        return ((known.stubs, self.by_known(known)) for known in catalogue().services if known.stubs)

    def declared_cookies(self) -> Iterable[tuple[str, tuple[Claim, ...]]]:
        """Return the names that the policy declares, which may end in a star, each with the claims on it. Of
        those that a cookie fits the first decides."""
        return sorted(self._cookies.items(), key=lambda item: (item[0].endswith("*"), -len(item[0])))

    def exact_cookie_names(self) -> Iterator[str]:
        """Return the cookies that the policy declares by their full name."""
        return (name for name in self._cookies if not name.endswith("*"))

    def _undeclared(self, known: KnownService) -> Claim:
        # A service that is declared, but not with this host or cookie: to declare it again would not help.
        id = None if known.id in self._services else known.id
        category = category_for(known.category, self._categories) or self._site.undeclared
        return self._by_switch(id, known.name, category)

    def _unknown(self, name: str) -> Claim:
        return self._by_switch(None, name, self._site.undeclared)

    def _by_switch(self, id: str | None, name: str, category: str) -> Claim:
        """Return the claim on something undeclared. With the switch off nothing opens it."""
        if self._site.undeclared == NEVER:
            return Claim(id, name, None, None, declared=False)
        return Claim(id, name, category, Unit(UNDECLARED, category), declared=False)


_ANY_HOST = "own"
_NO_HOST = "data:"
"""How the commonest URLs begin that lead to no host."""
_MOST_REMEMBERED = 4096
"""The most hosts, and names of cookies, that are remembered: a site has the same few again and again."""
_MOST_SITES = 1024
"""The most sites that are remembered: clients can make up any number."""
_LONGEST_REMEMBERED = 128
"""The longest name that is remembered."""
_MOST_SCRIPTS = 256
_LONGEST_SCRIPT = 4 << 10
"""Scripts up to this length are remembered: the lines that load a service are few, and the same on every
page; scripts that hold the state of a page are neither."""


def _index(entries: Iterable[tuple[UrlPattern, Claim]]) -> UrlIndex[tuple[Claim, ...]]:
    claims: dict[UrlPattern, tuple[Claim, ...]] = {}
    for pattern, claim in entries:
        claims[pattern] = (*claims.get(pattern, ()), claim)
    return UrlIndex(claims.items())

"""Builds the net: the hosts that a page's scripts may still contact, as a Content-Security-Policy beside the
site's own and as a `Connection-Allowlist`.

Policies intersect (CSP 3, section 3.1), so one more can only tighten what the application sent.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from consentgate.catalogue import KnownService, UrlPattern, catalogue
from consentgate.consent import Consent, Judge
from consentgate.policy import UNDECLARED, OwnHosts, Policy, Service, Unit
from consentgate.policy.categories import category_for
from consentgate.policy.first_party import registrable_domain
from consentgate.policy.memories import remembered
from consentgate.policy.service_urls import url_patterns

# All fetch directives of CSP 3, section 6.1, fall back to this one. Written out they would allow the same,
# and take a kilobyte of each page's head. Inline code and eval stay as the site had them: this policy is
# about whom the browser talks to.
_DEFAULT = "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval'"
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")

LONGEST = 2560
"""The most bytes in which a page's head names hosts. The proxies in front of many sites refuse a response
whose headers are over 4 KiB: a longer list is merged, and in the last resort cut."""

Hosts = tuple[str, ...]


class Net(NamedTuple):
    """The Content-Security-Policy that keeps a page's scripts from contacting others, and the list for a
    `Connection-Allowlist` ("" where the policy file wants none).

    `hosts` are all that it lets pass, `*.` standing for every name below. `without_access` are granted hosts
    for which there was no room, `without_sockets` those for whose WebSockets there was none.
    """

    csp: str
    connections: str
    hosts: Hosts
    without_access: Hosts = ()
    without_sockets: Hosts = ()


def net_for(judge: Judge, own: OwnHosts | None = None) -> Net | None:
    """Return the net for the page and visitor that `judge` decides for; None where what is undeclared has
    been granted, so that any host may be contacted. It names the hosts `own` as the site's, by default those
    that are so to the judge."""
    policy = judge.policy
    # Only what is necessary on some pages depends on the page.
    limited = (service.id for service in policy.restricted if service.pages)
    here = tuple(id for id in limited if judge.passes(policy.claims.of_service(id)))
    return _net(policy, judge.consent.granted, own or judge.own, here)


# Most visitors have one of few consents: the cache spares 15 microseconds a page, more where much is granted.
@remembered(256)
def _net(policy: Policy, granted: frozenset[bytes], own: OwnHosts, here: tuple[str, ...]) -> Net | None:
    consent = Consent(policy, None, granted)
    if consent.covers_undeclared:
        return None
    site = tuple(host for host in _own(own) if _HOST.fullmatch(host.removeprefix("*.")))
    declared = _distinct(site, tuple(_declared(consent, here)))
    everything = _distinct(site, declared + tuple(_known(consent)))
    writes = _Writer(site, connections=policy.site.connection_allowlist != "off")
    merged = _merged(policy, declared)
    wide = _merged(policy, everything)
    # Few services talk over sockets: what nobody declared goes without them before its hosts go.
    for hosts, sockets in (
        (everything, everything),
        (wide, wide),
        (everything, declared),
        (wide, merged),
    ):
        if writes.fits(hosts, sockets):
            return writes.net(hosts, sockets)
    for sockets in (declared, merged):
        if writes.fits(sockets, sockets):
            # Room is left for some of what nobody declared: the catalogue has the most used services first.
            hosts = (*sockets, *_distinct((*site, *sockets), wide))
            return writes.net(writes.as_many_as_fit(hosts, sockets), sockets)
    # What is too long still only allows what was granted.
    hosts = writes.as_many_as_fit(merged, ())
    sockets = writes.as_many_sockets_as_fit(hosts)
    return writes.net(hosts, sockets, left_out=merged[len(hosts) :])


class _Writer:
    """Writes the net of a `site`."""

    def __init__(self, site: Hosts, *, connections: bool) -> None:
        self._site = site
        self._connections = connections

    def net(self, hosts: Hosts, sockets: Hosts, left_out: Hosts = ()) -> Net:
        """Return the net that lets `hosts` pass, and WebSockets to `sockets`."""
        connections = _connections((*self._site, *hosts)) if self._connections else ""
        return Net(
            self._csp(hosts, sockets),
            connections,
            (*self._site, *hosts),
            left_out,
            tuple(host for host in hosts if host not in sockets),
        )

    def fits(self, hosts: Hosts, sockets: Hosts) -> bool:
        """Say whether the net that lets these pass is short enough."""
        net = self.net(hosts, sockets)
        return len(net.csp) + len(net.connections) <= LONGEST

    def as_many_as_fit(self, hosts: Hosts, sockets: Hosts) -> Hosts:
        """Return the first of `hosts`, as many as fit beside the `sockets`."""
        return hosts[: _largest(len(hosts), lambda many: self.fits(hosts[:many], sockets))]

    def as_many_sockets_as_fit(self, hosts: Hosts) -> Hosts:
        """Return the first of `hosts` to which WebSockets may pass, as many as fit beside all `hosts`."""
        return hosts[: _largest(len(hosts), lambda many: self.fits(hosts, hosts[:many]))]

    def _csp(self, hosts: Hosts, sockets: Hosts) -> str:
        at_any_port = " ".join(f"{host}:*" for host in self._site + hosts)
        # A host without a scheme stands for the page's own, http or https (CSP 3, section 6.7.2.8); and only
        # on the site itself, in development, are sockets not encrypted.
        own = (f"ws://{host}:* wss://{host}:*" for host in self._site)
        written = (_DEFAULT, at_any_port, *own, *(f"wss://{host}:*" for host in sockets))
        return " ".join(filter(None, written))


def _largest(most: int, fits: Callable[[int], bool]) -> int:
    """Return the largest number up to `most` that `fits`. All smaller ones must fit too."""
    return max(bisect_left(range(most + 1), 1, key=lambda many: not fits(many)) - 1, 0)


def _connections(hosts: Hosts) -> str:
    """Return the list of a Connection-Allowlist: its first item is the page's own origin. Redirects are
    followed as without it, or those of the site itself would break."""
    patterns = "".join(f' "*://{host}:*"' for host in hosts)
    return f"(response-origin{patterns});redirects=allow"


def _distinct(covering: Hosts, hosts: Iterable[str]) -> Hosts:
    """Return the `hosts` that no wider one among them or the `covering` ones stands for."""
    distinct = tuple(dict.fromkeys(hosts))
    wide = {host[1:] for host in (*covering, *distinct) if host.startswith("*.")}
    return tuple(
        host
        for host in distinct
        if host not in covering and not any(parent in wide for parent in _parents(host))
    )


def _parents(host: str) -> Iterator[str]:
    labels = host.removeprefix("*.").split(".")
    return (f".{'.'.join(labels[at:])}" for at in range(1, len(labels)))


def _merged(policy: Policy, hosts: Hosts) -> Hosts:
    """Return the granted `hosts`, with one wildcard for each registrable domain of which everything known was
    granted."""
    domains: dict[str, list[str]] = {}
    for host in hosts:
        domains.setdefault(registrable_domain(host.removeprefix("*.")) or host, []).append(host)
    declared, known = _declared_by_domain(policy), _known_by_domain()
    merged: list[str] = []
    for domain, found in domains.items():
        wide = [*([domain] if domain in found else []), f"*.{domain}"]
        listed = (*declared.get(domain, ()), *known.get(domain, ()))
        all_granted = not _distinct(tuple(found), listed)
        merged += wide if all_granted and len(wide) < len(found) else found
    return tuple(merged)


@remembered(1)
def _declared_by_domain(policy: Policy) -> Mapping[str, Hosts]:
    """Return the hosts that the policy declares, by registrable domain."""
    return _by_domain(pattern for service in policy.services for pattern in url_patterns(service))


# All of the catalogue is looked through: the cache spares each policy 5 milliseconds.
@cache
def _known_by_domain() -> Mapping[str, Hosts]:
    """Return the hosts that the catalogue knows, by registrable domain."""
    return _by_domain(pattern for known in catalogue().services for pattern in known.urls)


def _by_domain(patterns: Iterable[UrlPattern]) -> Mapping[str, Hosts]:
    listed: dict[str, Hosts] = {}
    for host in _hosts_of(patterns):
        domain = registrable_domain(host.removeprefix("*."))
        if domain is not None:
            listed[domain] = (*listed.get(domain, ()), host)
    return listed


def _own(own: OwnHosts) -> Iterator[str]:
    yield from sorted(own.exact)
    yield from (f"*{ending}" for ending in own.endings)


def _declared(consent: Consent, here: tuple[str, ...]) -> Iterator[str]:
    for service in consent.policy.services:
        claim = consent.policy.claims.of_service(service.id)
        if service.id in here if service.pages else consent.covers(claim, "/"):
            yield from _hosts_of(url_patterns(service))


def _known(consent: Consent) -> Iterator[str]:
    for known in known_granted(consent):
        yield from _hosts_of((*known.urls, *known.needs))


def known_granted(consent: Consent) -> Iterator[KnownService]:
    """Return the services of the catalogue that pass undeclared, with their category."""
    categories = consent.policy.categories
    granted = {c.id for c in categories if consent.grants(Unit(UNDECLARED, c.id))}
    for known in catalogue().services if granted else ():
        if category_for(known.category, categories) in granted:
            yield known


def hosts_of(service: Service) -> Hosts:
    """Return the hosts of a `service`, as source expressions without a port."""
    return tuple(dict.fromkeys(_hosts_of(url_patterns(service))))


def _hosts_of(patterns: Iterable[UrlPattern]) -> Iterator[str]:
    for pattern in patterns:
        if _HOST.fullmatch(pattern.host):
            yield f"*.{pattern.host}" if pattern.subdomains else pattern.host

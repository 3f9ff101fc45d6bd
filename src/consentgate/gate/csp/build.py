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
from consentgate.policy.claims.first_party import registrable_domain
from consentgate.policy.claims.service_urls import url_patterns
from consentgate.policy.memories import remembered

# All fetch directives fall back to this one (CSP 3, section 6.1). Written out they would allow the same, and
# take a kilobyte of each page's head. Inline code and eval stay as the site had them, since this policy is
# about the hosts that a browser contacts.
_DEFAULT = "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval'"
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")

LONGEST = 2560
"""The most bytes of the headers that name hosts. The proxies in front of many sites refuse a response whose
headers are over 4 KiB, so a longer list is merged, and in the last resort cut."""

Hosts = tuple[str, ...]
"""Hosts as CSP's source expressions write them, without a port: `*.x` stands for every name below x."""


class Net(NamedTuple):
    """The net of a page: the Content-Security-Policy (`csp`) that keeps its scripts from contacting others,
    and the list for a `Connection-Allowlist` (`connections`, "" where the policy file wants none).

    `hosts` are the hosts that it lets pass. `without_access` are granted hosts for which there was no room,
    and `without_sockets` hosts for whose WebSockets there was none.
    """

    csp: str
    connections: str
    hosts: Hosts
    without_access: Hosts = ()
    without_sockets: Hosts = ()


def net_for(judge: Judge, own: OwnHosts | None = None) -> Net | None:
    """Return the net for the page and visitor that `judge` decides for; None where any host may be contacted,
    since the visitor granted what is undeclared. `own` are the site's own hosts, by default the judge's."""
    policy = judge.policy
    # Services that are necessary on some pages are the only ones that depend on the page.
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
    # Few services use sockets. So undeclared services lose their sockets before they lose their hosts.
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
            # Some undeclared services have room: the most used ones, which the catalogue has first.
            hosts = (*sockets, *_distinct((*site, *sockets), wide))
            return writes.net(writes.as_many_as_fit(hosts, sockets), sockets)
    # Even the declared hosts are too many. A net that is cut is too tight, and never too wide.
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
        """Say whether the net with these hosts and sockets is short enough."""
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
    """Return the largest number up to `most` for which `fits` is true. It must be true for all smaller
    ones."""
    return max(bisect_left(range(most + 1), 1, key=lambda many: not fits(many)) - 1, 0)


def _connections(hosts: Hosts) -> str:
    """Return the list of a Connection-Allowlist, whose first item is the page's own origin. It leaves
    redirects alone, or those of the site itself would break."""
    patterns = "".join(f' "*://{host}:*"' for host in hosts)
    return f"(response-origin{patterns});redirects=allow"


def _distinct(covering: Hosts, hosts: Iterable[str]) -> Hosts:
    """Return the `hosts` that no wildcard among them, or among the `covering` hosts, stands for."""
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
    """Return the granted `hosts` in fewer words: a registrable domain whose known hosts were all granted
    becomes one wildcard."""
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


# This goes through the whole catalogue: the cache spares each policy 5 milliseconds.
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
    """Yield the services of the catalogue that pass undeclared, because their category was granted."""
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

"""Which hosts are the site itself."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from publicsuffixlist import PublicSuffixList

from consentgate.catalogue import UrlPattern

_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class OwnHosts:
    """The hosts that are first party to one request: these `exact` names, all that end in one of `endings`
    (".example.org"), and with `loopback` every name and address of the visitor's own machine."""

    exact: frozenset[str]
    endings: tuple[str, ...]
    loopback: bool = False

    def __contains__(self, host: str) -> bool:
        return host in self.exact or host.endswith(self.endings) or (self.loopback and is_loopback(host))


def own_hosts(declared: tuple[str, ...], host: str) -> OwnHosts:
    """What is first party to a request for `host` (lower case, no port), given the policy's `[site] hosts`.

    With none declared it is the registrable domain (Public Suffix List, private suffixes included); an
    address or a name without one is only itself, but all names of the visitor's own machine are one: a
    development server has several. The request's own host always counts.
    """
    exact, endings = {host}, []
    if declared:
        patterns = [UrlPattern.parse(name) for name in declared]
        exact |= {pattern.host for pattern in patterns if not pattern.subdomains}
        endings += [f".{pattern.host}" for pattern in patterns if pattern.subdomains]
    elif (domain := registrable_domain(host)) is not None:
        exact.add(domain)
        endings.append(f".{domain}")
    loopback = is_loopback(host)
    if loopback:
        exact.update(_LOOPBACK)
        endings.append(".localhost")
    return OwnHosts(frozenset(exact), tuple(dict.fromkeys(endings)), loopback)


def registrable_domain(host: str) -> str | None:
    """The registrable domain of `host`; None for an address, `localhost` and a public suffix."""
    if "." not in host or is_address(host) or is_loopback(host):
        return None
    return _suffixes().privatesuffix(host)


def parent_domains(host: str) -> Iterable[str]:
    """`host` and each parent down to its registrable domain: the domains that a cookie which reaches the
    host can have been set for."""
    domain = registrable_domain(host)
    while domain is not None and (host == domain or host.endswith(f".{domain}")):
        yield host
        if host == domain:
            return
        host = host.partition(".")[2]


def is_loopback(host: str) -> bool:
    """True for a name or an address of the machine itself (RFC 6761, section 6.3; RFC 1122, 3.2.1.3)."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    return is_address(host) and ipaddress.ip_address(host.strip("[]")).is_loopback


def is_address(host: str) -> bool:
    """True for an IPv4 or (bracketed) IPv6 address."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def is_public_suffix(name: str) -> bool:
    """True for a suffix that a registry gives names below, like `com` and `co.uk`; False for one of a
    company's, like `github.io`, and for what no registry has, like `internal`."""
    return _registries().publicsuffix(name) == name


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@cache
def _registries() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False, only_icann=True)

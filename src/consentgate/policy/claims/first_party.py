"""First and third party: the hosts that are the site itself."""

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
    """The hosts that are first party to one request.

    They are the `exact` names and all that end in one of `endings` (".example.org"). With `loopback`, every
    name and address of the visitor's own machine is one as well.
    """

    exact: frozenset[str]
    endings: tuple[str, ...]
    loopback: bool = False

    def __contains__(self, host: str) -> bool:
        return host in self.exact or host.endswith(self.endings) or (self.loopback and is_loopback(host))


def own_hosts(declared: tuple[str, ...], host: str, *, exactly: bool = False) -> OwnHosts:
    """Return the first-party hosts of a request for `host` (lowercase, no port).

    `declared` is the policy's `[site] hosts`. Where it is empty, they are the registrable domain of `host`
    (Public Suffix List, private suffixes included) and what is below it; or `exactly` that host. An address,
    or a name without a registrable domain, is only itself. All names of the visitor's own machine count as
    one, because a development server has several. The request's own host is always one of them.
    """
    exact, endings = {host}, []
    if declared:
        patterns = [UrlPattern.parse(name) for name in declared]
        exact |= {pattern.host for pattern in patterns if not pattern.subdomains}
        endings += [f".{pattern.host}" for pattern in patterns if pattern.subdomains]
    elif not exactly and (domain := registrable_domain(host)) is not None:
        exact.add(domain)
        endings.append(f".{domain}")
    loopback = is_loopback(host)
    if loopback:
        exact.update(_LOOPBACK)
        endings.append(".localhost")
    return OwnHosts(frozenset(exact), tuple(dict.fromkeys(endings)), loopback)


def registrable_domain(host: str) -> str | None:
    """Return the registrable domain of `host`; None for an address, `localhost` and a public suffix."""
    if "." not in host or is_address(host) or is_loopback(host):
        return None
    return _suffixes().privatesuffix(host)


def parent_domains(host: str) -> Iterable[str]:
    """Yield `host` and each of its parents, up to its registrable domain.

    A cookie that reaches the host was set for one of these domains.
    """
    domain = registrable_domain(host)
    while domain is not None and (host == domain or host.endswith(f".{domain}")):
        yield host
        if host == domain:
            return
        host = host.partition(".")[2]


def is_loopback(host: str) -> bool:
    """Say whether `host` is the visitor's own machine (RFC 6761, section 6.3; RFC 1122, section 3.2.1.3)."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    return is_address(host) and ipaddress.ip_address(host.strip("[]")).is_loopback


def is_address(host: str) -> bool:
    """Say whether `host` is an IPv4 address, or an IPv6 address, with brackets or without."""
    text = host.strip("[]")
    if not (":" in text or text[-1:].isdigit()):
        return False  # as nearly always; to raise and catch an error takes longer
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def is_public_suffix(name: str) -> bool:
    """Say whether a registry gives out names below `name`, as below `com` and `co.uk`.

    That is not so for a company's suffix, like `github.io`, nor for what no registry has, like `internal`.
    """
    return _registries().publicsuffix(name) == name


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@cache
def _registries() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False, only_icann=True)

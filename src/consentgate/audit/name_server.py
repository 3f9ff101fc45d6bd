"""Asks a name server for the aliases of a host (CNAME, RFC 1034, section 3.6.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from consentgate.policy.messages import missing_extra

MOST_ALIASES = 8
"""The most names that are followed from one to the next. Name servers follow no more, either."""

_PATIENCE = 5.0
"""Seconds for all answers about one host."""

Resolver: TypeAlias = Callable[[str], tuple[str, ...]]
"""Returns the names that a host leads to, one after the other; none where it has an address of its own."""


class NoResolver(Exception):
    """Names cannot be looked up; the message says what to do about it."""


def resolver(server: str = "") -> Resolver:
    """Return what asks the name server at `server` (address, or address and port), "" for the system's own.

    Raises NoResolver where dnspython is missing, or nothing says which server to ask.
    """
    try:
        import dns.exception
        import dns.resolver
    except ImportError:
        raise NoResolver(missing_extra("scan", "dnspython")) from None
    try:
        asked = dns.resolver.Resolver(configure=not server)
    except dns.exception.DNSException as error:
        raise NoResolver(f"this system names no server to ask for names: {error}") from None
    if server:
        address, _, port = server.rpartition(":") if server.count(":") == 1 else (server, "", "")
        try:
            asked.nameservers = [address or server]
            asked.port = int(port or 53)
        except ValueError:
            raise NoResolver(f"{server!r} is not the address of a name server") from None

    def aliases(host: str) -> tuple[str, ...]:
        found: list[str] = []
        name = host
        while len(found) < MOST_ALIASES:
            try:
                answer = asked.resolve(name, "CNAME", search=False, lifetime=_PATIENCE)
            except dns.exception.DNSException:
                break
            name = str(answer[0].target).rstrip(".").lower()
            found.append(name)
        return tuple(found)

    return aliases


def aliases_of(hosts: Iterable[str], resolve: Resolver) -> dict[str, tuple[str, ...]]:
    """Return the names that each of the hosts leads to, for those that lead to any."""
    found = ((host, resolve(host)) for host in hosts)
    return {host: names for host, names in found if names}

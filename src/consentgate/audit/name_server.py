"""Asks a name server for the aliases of a host (CNAME, RFC 1034, section 3.6.2)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import NamedTuple, TypeAlias

from consentgate.policy.messages import missing_extra

MOST_ALIASES = 8
"""The most names that are followed from one to the next. Name servers follow no more, either."""

_PATIENCE = 5.0
"""Seconds for all answers about one host."""
_AT_ONCE = 8
"""The most hosts that are asked about at one time: name servers slow down whoever asks for more."""

Resolver: TypeAlias = Callable[[str], tuple[str, ...]]
"""Returns the names that a host leads to, one after the other; none where it has an address of its own.
Raises NoAnswer where the name server does not say."""


class Aliases(NamedTuple):
    """The `names` that hosts lead to, for those that lead to any, and the hosts that are `unanswered`."""

    names: dict[str, tuple[str, ...]]
    unanswered: tuple[str, ...] = ()


class NoResolver(Exception):
    """Names cannot be looked up; the message says what to do about it."""


class NoAnswer(Exception):
    """The name server does not say what a host leads to."""


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
        name, end = host, time.monotonic() + _PATIENCE
        while len(found) < MOST_ALIASES:
            try:
                left = max(0.0, end - time.monotonic())
                answer = asked.resolve(name, "CNAME", search=False, lifetime=left)
            except (dns.exception.Timeout, dns.resolver.NoNameservers):
                if not found:
                    raise NoAnswer(host) from None
                break
            except dns.exception.DNSException:
                break
            name = str(answer[0].target).rstrip(".").lower()
            found.append(name)
        return tuple(found)

    return aliases


def aliases_of(hosts: Iterable[str], resolve: Resolver, *, patience: float = 30.0) -> Aliases:
    """Look up the names that each of the hosts leads to, several at a time. What is not known after
    `patience` seconds counts as unanswered."""
    pool = ThreadPoolExecutor(_AT_ONCE)
    asked = {host: pool.submit(resolve, host) for host in dict.fromkeys(hosts)}
    wait(asked.values(), patience)
    # Those that are being asked end by themselves, within the patience for one host.
    pool.shutdown(wait=False, cancel_futures=True)
    names, unanswered = {}, []
    for host, answer in asked.items():
        if answer.cancelled() or not answer.done() or isinstance(answer.exception(), NoAnswer):
            unanswered.append(host)
        elif found := answer.result():
            names[host] = found
    return Aliases(names, tuple(unanswered))

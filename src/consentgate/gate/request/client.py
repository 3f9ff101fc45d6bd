"""Finds the network that a request comes from. It serves to count what one client sends, and is not kept."""

from __future__ import annotations

import ipaddress

from consentgate.gate.message import Request

_IPV6_PREFIX = 64
"""The bits of an IPv6 address that name a household or server, which can choose the others itself."""
_FORWARDED = ("x-forwarded-for", "forwarded")


def client_of(request: Request, trusted_proxies: int) -> str:
    """Return the network of the client that sent a request; "" where that is not known.

    With proxies in front, the outermost trusted one has written the address that is `trusted_proxies` from
    the end of `X-Forwarded-For`, as in werkzeug's ProxyFix. Behind a proxy that `trusted_proxies` does not
    count, the network is not known: all visitors come from the proxy's address.
    """
    if trusted_proxies:
        addresses = ",".join(request.values("x-forwarded-for")).split(",")
        return _network(addresses[-trusted_proxies]) if len(addresses) >= trusted_proxies else ""
    if any(request.values(name) for name in _FORWARDED):
        return ""
    return _network(request.client, only_public=True)


def _network(text: str, *, only_public: bool = False) -> str:
    try:
        address = ipaddress.ip_address(text.strip().removeprefix("[").removesuffix("]"))
    except ValueError:
        return ""
    if only_public and not address.is_global:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((int(address), _IPV6_PREFIX), strict=False))
    return str(address)

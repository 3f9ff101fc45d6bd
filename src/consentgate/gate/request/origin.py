"""Finds the host that was asked, and says whether a decision came from a page on that host."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit, urlunsplit

from consentgate.gate.message import Request
from consentgate.web.host import parse_host

_PORT = re.compile(r":([0-9]*)\Z")
_DEFAULT_PORTS = ("", "80", "443")
# A name or an address that may stand in a link. Any other Host header names no host.
_NAMES_A_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\]")


def authority_of(request: Request, trusted_proxies: int) -> str:
    """Return the host and port that the visitor's browser asked for, as written.

    With proxies in front, each appends the host that it was asked for to `X-Forwarded-Host`. The outermost
    trusted one wrote the value that is `trusted_proxies` from the end, as in werkzeug's ProxyFix.
    """
    if trusted_proxies:
        forwarded = ",".join(request.values("x-forwarded-host")).rsplit(",", trusted_proxies)
        by_trusted = forwarded[-trusted_proxies:]
        if len(by_trusted) == trusted_proxies and by_trusted[0].strip():
            return by_trusted[0].strip()
    hosts = request.values("host")
    return hosts[0].strip() if hosts else request.server


_LONGEST_REMEMBERED = 300
"""The longest authority that is cached. Longer ones are made up."""


def host_of(authority: str) -> str:
    """Return the host in `authority`, in lowercase and without the port."""
    read = _known_host if len(authority) <= _LONGEST_REMEMBERED else _known_host.__wrapped__
    return read(authority)


# The cache spares a microsecond of about 20 that a JSON answer takes. A process may serve thousands of hosts.
@lru_cache(maxsize=4096)
def _known_host(authority: str) -> str:
    return parse_host(_PORT.sub("", authority))


def link_to(authority: str) -> str:
    """Return the beginning of links to `authority` from pages of any host: "//host:port"; "" where
    `authority` names no host."""
    host, port = _host_and_port(authority)
    if not _NAMES_A_HOST.fullmatch(host):
        return ""
    return f"//{host}:{port}" if port else f"//{host}"


PARTIAL = ("HX-Request", "HX-Boosted", "HX-Current-URL", "Turbo-Frame", "Accept", "Referer")
"""The request headers that tell a partial, and the page that shows it."""


def asks_for_partial(request: Request) -> bool:
    """Say whether a script of the page asks for a partial, a part of the page: htmx, unless it is boosted and
    shows a whole page, or Turbo, for a frame or a stream."""
    if request.values("hx-request"):
        return not request.values("hx-boosted")
    return bool(request.values("turbo-frame")) or any(
        "text/vnd.turbo-stream.html" in accept for accept in request.values("accept")
    )


def page_around(request: Request, host: str) -> str:
    """Return the path and query of the page of `host` that shows a partial; "" where no header names it."""
    return _page_named(request.values("hx-current-url"), host) or page_before(request, host)


def page_before(request: Request, host: str) -> str:
    """Return the path and query of the page of `host` that a request came from, by its Referer; "" where that
    names none."""
    return _page_named(request.values("referer"), host)


def _page_named(named: tuple[str, ...], host: str) -> str:
    """Return the path and query of the page of `host` that a header names; "" where it names none."""
    try:
        url = urlsplit(named[0] if len(named) == 1 else "")
    except ValueError:
        return ""
    if url.scheme not in ("http", "https") or host_of(url.netloc) != host:
        return ""
    return urlunsplit(("", "", url.path or "/", url.query, ""))


def is_same_origin(request: Request, authority: str) -> bool:
    """Say whether a POST comes from a page of the host and port that it goes to.

    Sec-Fetch-Site decides where browsers send it, unless Origin names another host. Otherwise Origin decides,
    port included. Where it is missing or "null", the answer is no. Schemes are not compared: what arrives as
    http may have been https in front of a proxy.
    """
    site = request.values("sec-fetch-site")
    origin = request.values("origin")
    if any(value != "same-origin" for value in site) or len(origin) > 1:
        return False
    here = _host_and_port(authority)
    if site:
        # A proxy may have hidden the port from us; the browser has compared it.
        return not origin or origin == ("null",) or _named_by(origin[0])[0] == here[0]
    return bool(origin) and _named_by(origin[0]) == here and bool(_NAMES_A_HOST.fullmatch(here[0]))


def keeps_back_cookies(request: Request, authority: str) -> bool:
    """Say whether the browser may have kept back cookies that are SameSite=Lax, as the consent cookie is.

    On requests from other sites it sends them only where the visitor follows a link (RFC 6265bis, section
    5.6.7.1). Where browsers do not send Sec-Fetch-Site, Origin tells other sites.
    """
    site = request.values("sec-fetch-site")
    is_unsafe = request.method not in ("GET", "HEAD")
    if not site:
        return (is_unsafe or bool(request.values("origin"))) and not is_same_origin(request, authority)
    is_navigation = request.values("sec-fetch-mode") == ("navigate",)
    is_link = is_navigation and request.values("sec-fetch-dest") == ("document",) and not is_unsafe
    return "cross-site" in site and not is_link


def _named_by(origin: str) -> tuple[str, str]:
    scheme, separator, rest = origin.partition("://")
    if not separator or scheme not in ("http", "https"):
        return "", ""
    return _host_and_port(rest)


def _host_and_port(authority: str) -> tuple[str, str]:
    match = _PORT.search(authority)
    port = match[1] if match else ""
    return host_of(authority), "" if port in _DEFAULT_PORTS else port

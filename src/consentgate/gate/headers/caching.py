"""Reads and writes the headers that tell caches for whom a response is."""

from __future__ import annotations

from collections.abc import Iterable

from consentgate.gate.message import Header, header_values, without
from consentgate.web.structured_fields import words

VISITOR = ("Cookie", "Sec-GPC")
"""The request headers on which a gated response depends."""

FORGET_COPIES: Header = ("Clear-Site-Data", '"cache", "prefetchCache", "prerenderCache"')
"""Makes a browser forget its copies of the site's pages, which may be `open`, also those for its back and
forward buttons. It leaves cookies alone: without them the session would end, on all hosts of the domain."""

FORGET_WHAT_IS_AHEAD: Header = ("Clear-Site-Data", '"prefetchCache", "prerenderCache"')
"""Makes a browser forget the pages that it prefetched. It is for answers to a page's script, which loads
other copies anew by itself: WebKit (2.50) never ends the request of a script whose answer clears the
cache."""

# Headers for single shared caches, and the ending of such headers' names in RFC 9213.
_SHARED_ONLY = ("surrogate-control", "x-accel-expires", "edge-control")
_TARGETED = "cdn-cache-control"
# The directives of Cache-Control for shared caches only (RFC 9111, section 5.2.2).
_SHARED_DIRECTIVES = frozenset(("public", "s-maxage", "proxy-revalidate", "stale-while-revalidate"))


def vary(headers: list[Header], names: Iterable[str] = VISITOR) -> list[Header]:
    """Return `headers` that say that the response depends on the request's headers called `names`."""
    named = [name.lower() for name in words(header_values(headers, "vary"))]
    if "*" in named:
        return headers
    missing = [name for name in names if name.lower() not in named]
    return [*headers, ("Vary", ", ".join(missing))] if missing else headers


def is_shared(headers: list[Header]) -> bool:
    """Say whether the application states that the response may be stored for everyone."""
    return any(_name(directive) in ("public", "s-maxage") for directive in _directives(headers))


def may_be_shared(headers: list[Header]) -> bool:
    """Say whether the application lets caches that serve many visitors keep the response."""
    directives = {_name(directive): directive for directive in _directives(headers)}
    if not directives.keys().isdisjoint(("private", "no-store")):
        return False
    age = directives.get("max-age", "").partition("=")[2].strip(' "')
    return (
        not directives.keys().isdisjoint(("public", "s-maxage"))
        or age.strip("0") != ""
        or any(n.lower() in (*_SHARED_ONLY, "expires") or n.lower().endswith(_TARGETED) for n, _ in headers)
    )


def private(headers: list[Header]) -> list[Header]:
    """Return `headers` that keep the response out of shared caches, and leave the browser's own as it was."""
    kept = [d for d in _directives(headers) if _name(d) not in (*_SHARED_DIRECTIVES, "private")]
    stricter = any(directive.lower() == "no-store" for directive in kept)
    value = ", ".join(kept if stricter else ("private", *kept))
    rest = [
        (name, value)
        for name, value in without(headers, "cache-control", *_SHARED_ONLY)
        if not name.lower().endswith(_TARGETED)
    ]
    return [*rest, ("Cache-Control", value)]


def _directives(headers: list[Header]) -> list[str]:
    return words(header_values(headers, "cache-control"))


def _name(directive: str) -> str:
    return directive.partition("=")[0].strip().lower()

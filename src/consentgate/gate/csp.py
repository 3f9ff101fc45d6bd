"""The second net: a Content-Security-Policy beside the site's own, for what scripts insert later.

Policies intersect (CSP 3, section 3.1), so one more can only tighten what the application sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from consentgate.catalogue import UrlPattern, catalogue
from consentgate.consent import Judge
from consentgate.policy import NEVER, UNDECLARED, Unit
from consentgate.policy.claims import url_patterns
from consentgate.policy.loading import category_for

_FROM = "'self' data: blob:"
_INLINE = "'unsafe-inline'"
_EVAL = "'unsafe-eval' 'wasm-unsafe-eval'"

# CSP 3, section 6.1 "Fetch Directives", with what each allows beside hosts. Inline code and eval stay as
# the site had them: this policy is about whom the browser talks to.
FETCH_DIRECTIVES = {
    "default-src": f"{_FROM} {_INLINE} {_EVAL}",
    "child-src": _FROM,
    "connect-src": _FROM,
    "font-src": _FROM,
    "frame-src": _FROM,
    "img-src": _FROM,
    "manifest-src": _FROM,
    "media-src": _FROM,
    "object-src": _FROM,
    "script-src": f"{_FROM} {_INLINE} {_EVAL}",
    "script-src-attr": _INLINE,
    "script-src-elem": f"{_FROM} {_INLINE}",
    "style-src": f"{_FROM} {_INLINE}",
    "style-src-attr": _INLINE,
    "style-src-elem": f"{_FROM} {_INLINE}",
    "worker-src": _FROM,
}
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")

LONGEST = 2048
"""A longer policy is given as `default-src` alone, which means the same: the proxies in front of many
sites refuse a response whose headers are over 4 KiB."""


def content_security_policy(judge: Judge) -> str | None:
    """The policy for the page and visitor that `judge` decides for; None where what is undeclared has been
    granted, so that any host may be contacted."""
    undeclared = judge.policy.site.undeclared
    if undeclared != NEVER and judge.consent.grants(Unit(UNDECLARED, undeclared)):
        return None
    hosts = tuple(dict.fromkeys(_hosts(judge)))
    sources = " ".join(f"{host}:*" for host in hosts)
    sockets = " ".join(f"ws://{host}:* wss://{host}:*" for host in hosts)
    directives = []
    for name, allowed in FETCH_DIRECTIVES.items():
        with_hosts = () if name.endswith("-attr") else (sources,)
        with_sockets = (sockets,) if name in ("default-src", "connect-src") else ()
        directives.append(" ".join((name, allowed, *with_hosts, *with_sockets)))
    policy = "; ".join(directives)
    return policy if len(policy) <= LONGEST else directives[0]


def _hosts(judge: Judge) -> Iterator[str]:
    own = (*sorted(judge.own.exact), *(f"*.{parent}" for parent in judge.own.parents))
    yield from (host for host in own if _HOST.fullmatch(host.removeprefix("*.")))
    for service in judge.policy.services:
        if judge.passes(judge.policy.claims.of_service(service.id)):
            yield from _hosts_of(url_patterns(service))
    categories = judge.policy.categories
    granted = {c.id for c in categories if judge.consent.grants(Unit(UNDECLARED, c.id))}
    for known in catalogue().services if granted else ():
        if category_for(known.category, categories) in granted:
            yield from _hosts_of(known.urls)


def _hosts_of(patterns: Iterable[UrlPattern]) -> Iterator[str]:
    for pattern in patterns:
        if _HOST.fullmatch(pattern.host):
            yield f"*.{pattern.host}" if pattern.subdomains else pattern.host

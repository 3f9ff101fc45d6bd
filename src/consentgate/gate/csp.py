"""The second net: a Content-Security-Policy beside the site's own, for what scripts insert later.

Policies intersect (CSP 3, section 3.1), so one more can only tighten what the application sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from consentgate.catalogue import UrlPattern, catalogue
from consentgate.consent import Consent, Judge
from consentgate.policy import UNDECLARED, OwnHosts, Policy, Service, Unit
from consentgate.policy.claims import url_patterns
from consentgate.policy.loading import category_for

# All fetch directives of CSP 3, section 6.1, fall back to this one. Written out they would allow the same,
# and take a kilobyte of each page's head. Inline code and eval stay as the site had them: this policy is
# about whom the browser talks to.
_DEFAULT = "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval'"
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")

LONGEST = 2048
"""A longer policy allows less of what was granted: the proxies in front of many sites refuse a response whose
headers are over 4 KiB."""


def content_security_policy(judge: Judge) -> str | None:
    """The policy for the page and visitor that `judge` decides for; None where what is undeclared has been
    granted, so that any host may be contacted."""
    policy = judge.policy
    # Only what is necessary on some pages depends on the page.
    here = tuple(s.id for s in _limited(policy) if judge.passes(policy.claims.of_service(s.id)))
    return _written(policy, judge.consent.granted, judge.own, here)


@lru_cache(maxsize=1024)
def _written(policy: Policy, granted: frozenset[bytes], own: OwnHosts, here: tuple[str, ...]) -> str | None:
    consent = Consent(policy, None, granted)
    if consent.covers_undeclared:
        return None
    site = tuple(host for host in _own(own) if _HOST.fullmatch(host.removeprefix("*.")))
    declared = tuple(_declared(consent, here))
    known = tuple(_known(consent))
    for hosts in (declared + known, declared):
        written = _spelt(site, _distinct(site, hosts), sockets=True)
        if len(written) <= LONGEST:
            return written
    # What is too long still only allows what was granted.
    return _spelt(site, _distinct(site, declared), sockets=False)


def _spelt(site: tuple[str, ...], hosts: tuple[str, ...], *, sockets: bool) -> str:
    at_any_port = " ".join(f"{host}:*" for host in site + hosts)
    return " ".join(filter(None, (_DEFAULT, at_any_port, _sockets(site, hosts if sockets else ()))))


def _sockets(site: tuple[str, ...], hosts: tuple[str, ...]) -> str:
    # A host without a scheme stands for the page's own, http or https (CSP 3, section 6.7.2.8); and only on
    # the site itself, in development, are sockets not encrypted.
    own = (f"ws://{host}:* wss://{host}:*" for host in site)
    return " ".join((*own, *(f"wss://{host}:*" for host in hosts)))


def _distinct(site: tuple[str, ...], hosts: tuple[str, ...]) -> tuple[str, ...]:
    """The `hosts` that neither the site's nor a wider one of them stands for."""
    wide = {host[1:] for host in (*site, *hosts) if host.startswith("*.")}
    return tuple(
        host
        for host in dict.fromkeys(hosts)
        if host not in site and not any(parent in wide for parent in _parents(host))
    )


def _parents(host: str) -> Iterator[str]:
    labels = host.removeprefix("*.").split(".")
    return (f".{'.'.join(labels[at:])}" for at in range(1, len(labels)))


def _own(own: OwnHosts) -> Iterator[str]:
    yield from sorted(own.exact)
    yield from (f"*{ending}" for ending in own.endings)


@lru_cache(maxsize=64)
def _limited(policy: Policy) -> tuple[Service, ...]:
    return tuple(service for service in policy.services if service.pages)


def _declared(consent: Consent, here: tuple[str, ...]) -> Iterator[str]:
    for service in consent.policy.services:
        claim = consent.policy.claims.of_service(service.id)
        if service.id in here if service.pages else consent.covers(claim, "/"):
            yield from _hosts_of(url_patterns(service))


def _known(consent: Consent) -> Iterator[str]:
    categories = consent.policy.categories
    granted = {c.id for c in categories if consent.grants(Unit(UNDECLARED, c.id))}
    for known in catalogue().services if granted else ():
        if category_for(known.category, categories) in granted:
            yield from _hosts_of(known.urls)


def _hosts_of(patterns: Iterable[UrlPattern]) -> Iterator[str]:
    for pattern in patterns:
        if _HOST.fullmatch(pattern.host):
            yield f"*.{pattern.host}" if pattern.subdomains else pattern.host

"""Hosts: the site's own that are called a third party's, and those that two services share."""

from __future__ import annotations

from collections.abc import Iterator

from consentgate.catalogue import KnownService, UrlPattern, catalogue
from consentgate.policy.claims.service_urls import url_patterns
from consentgate.policy.findings import PolicyFinding, PolicyParts, services_of
from consentgate.policy.messages import shown
from consentgate.policy.model import NECESSARY, NEVER, Service


def own_hosts_declared(policy: PolicyParts) -> Iterator[PolicyFinding]:
    """Yield a finding for each host in `[site]` that a service has as a whole."""
    own = {UrlPattern.parse(host) for host in policy.site.hosts}
    for place, service in services_of(policy):
        if service.category == NECESSARY:
            continue
        until = "for good" if service.category == NEVER else f"until visitors allow {service.name}"
        for pattern in url_patterns(service):
            if pattern in own:
                yield PolicyFinding(
                    "error",
                    place,
                    "hosts" if service.hosts else "urls",
                    f"{shown(str(pattern))} is the site itself, by hosts in [site], and all that your pages "
                    f"load from there is blocked {until}",
                    "Take the host out of one of the two, or name the paths of the service in paths",
                )


def known_hosts_as_own(policy: PolicyParts) -> Iterator[PolicyFinding]:
    """Yield a finding for each host in `[site]` that the catalogue knows as a vendor's."""
    for host in policy.site.hosts:
        known = _vendor_of(UrlPattern.parse(host))
        if known is not None:
            yield PolicyFinding(
                "error",
                "[site]",
                "hosts",
                f"{shown(host)} belongs to {known.name}, and all that pages load from there passes without "
                "consent",
                f"Take it out of hosts, and declare the service: use = {shown(known.id)}",
            )


def _vendor_of(own: UrlPattern) -> KnownService | None:
    found = catalogue().by_url(f"www.{own.host}" if own.subdomains else own.host)
    if found is not None:
        return found
    # Of some hosts only paths are known.
    services = catalogue().services
    return next((one for one in services if any(url.host == own.host for url in one.urls)), None)


def shared_hosts(policy: PolicyParts) -> Iterator[PolicyFinding]:
    """Yield a finding for each service that is found where an earlier one is, unless vendors have it so."""
    first: dict[UrlPattern, Service] = {}
    for place, service in services_of(policy):
        shared: dict[str, tuple[Service, list[str]]] = {}
        for pattern in dict.fromkeys(url_patterns(service)):
            other = first.setdefault(pattern, service)
            if other is not service and not _is_known_to_share(pattern, service, other):
                shared.setdefault(other.id, (other, []))[1].append(str(pattern))
        for other, patterns in shared.values():
            where = f"{shown(patterns[0])}{' and more' if len(patterns) > 1 else ''}"
            yield PolicyFinding(
                "warning",
                place,
                "hosts" if service.hosts else "urls",
                f"{where} is declared by {shown(other.id)} too, so that {_what_opens(service, other)}",
                "Leave it to one of the two, or name the paths of each in paths",
            )


def _is_known_to_share(pattern: UrlPattern, *services: Service) -> bool:
    """Say whether this is a loader that the catalogue knows each of the services to share."""
    known = [catalogue().service(service.use) for service in services]
    return all(one is not None and pattern in (*one.urls, *one.needs) for one in known)


def _what_opens(one: Service, other: Service) -> str:
    if NECESSARY in (one.category, other.category):
        return "it passes without consent"
    return "consent to either opens it"

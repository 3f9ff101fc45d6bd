"""Services: those that have closed, trackers that are called necessary, and what is not told of one."""

from __future__ import annotations

from collections.abc import Iterator

from consentgate.catalogue import KnownService, catalogue
from consentgate.policy.claims.service_urls import url_patterns
from consentgate.policy.findings import Level, PolicyFinding, PolicyParts, services_of
from consentgate.policy.messages import listed, shown
from consentgate.policy.model import CONDITIONS, NECESSARY, NEVER, Service

from .cookies import STATISTICS, TRACKS


def closed_services(policy: PolicyParts) -> Iterator[PolicyFinding]:
    """Yield a finding for each service that has ended."""
    for place, service in services_of(policy):
        if catalogue().has_closed(service.use):
            yield PolicyFinding(
                "error",
                place,
                "use",
                f"{service.name} has closed, and visitors are asked for it all the same",
                "Take this table out, and its markup out of your pages",
            )


def exempt_trackers(policy: PolicyParts) -> Iterator[PolicyFinding]:
    """Yield a finding for each necessary service that the catalogue knows to follow visitors."""
    for place, service in services_of(policy):
        if service.category != NECESSARY:
            continue
        known = _recognised(service)
        if known is None or known.category not in TRACKS:
            continue
        counts = known.category == "performance"
        if counts and service.reason in STATISTICS:
            continue
        unless = (
            f", or one of the reasons {listed(STATISTICS)} where the law's conditions hold" if counts else ""
        )
        yield PolicyFinding(
            "error",
            place,
            "category",
            f"the catalogue knows {known.name} for {shown(known.category)}, for which visitors have to be "
            "asked",
            f"Write another category{unless}",
        )


def _recognised(service: Service) -> KnownService | None:
    """Find out which service of the catalogue this one is: by its own word, its hosts or its cookies."""
    if service.use:
        return catalogue().service(service.use)
    hosts = [pattern for pattern in url_patterns(service) if not pattern.subdomains]
    found = [catalogue().by_url(pattern.host, pattern.path.replace("*", "")) for pattern in hosts]
    found += [catalogue().by_cookie(cookie.name.removesuffix("*")) for cookie in service.cookies]
    return next(filter(None, found), None)


def services_without_facts(policy: PolicyParts) -> Iterator[PolicyFinding]:
    """Yield a finding for each fact about a service that visitors have to be told, and that nobody states."""
    for place, service in services_of(policy):
        if service.category == NEVER or catalogue().has_closed(service.use):
            continue
        # Consent to someone who is not named is none (GDPR, recital 42). Who receives data has to be named in
        # any case (GDPR, Article 13(1)(e)).
        is_own = service.category == NECESSARY and not service.is_elsewhere
        level: Level = "warning" if is_own else "error"
        # Who measures on the site's own host, and names no processor, is the site itself.
        measures = is_own and service.reason in CONDITIONS
        is_the_site = measures and service.measurement is not None and not service.measurement.processor
        if not service.controller and not is_the_site:
            yield PolicyFinding(
                level,
                place,
                "controller",
                f"visitors do not read who answers for {service.name}{_unknown(service)}",
                "Write the company's name, as its privacy policy has it",
            )
        if not service.privacy_url and not is_the_site:
            yield PolicyFinding(
                level,
                place,
                "privacy_url",
                f"visitors cannot read what {service.name} does with their data{_unknown(service)}",
                "Write the address of its privacy policy",
            )
        if not (service.purpose or service.use):
            yield PolicyFinding(
                "warning",
                place,
                "purpose",
                f"visitors read nothing of what {service.name} is for, beyond its category",
                'Write a sentence, like purpose = "Shows where our shops are."',
            )


def _unknown(service: Service) -> str:
    return ", which the catalogue does not know" if service.use else ""

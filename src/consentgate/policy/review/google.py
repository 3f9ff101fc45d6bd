"""Google's tags, which load one another, and its advertising, which asks for more than a banner."""

from __future__ import annotations

from collections.abc import Iterator

from consentgate.catalogue import catalogue
from consentgate.policy.categories import category_for
from consentgate.policy.findings import PolicyFinding, PolicyParts, services_of
from consentgate.policy.messages import listed, shown
from consentgate.policy.model import NEVER, Service

_PUBLISHERS = ("google-adsense", "google-ad-manager")
_TAG, _TAG_MANAGER = "google-tag", "google-tag-manager"
_LOADED_BY_TAG = ("google-analytics", "google-ads")


def certified_platform_needed(policy: PolicyParts) -> Iterator[PolicyFinding]:
    """Yield a finding for each of Google's services for publishers, which ask for a certified platform."""
    for place, service in services_of(policy):
        if service.use in _PUBLISHERS and service.category != NEVER:
            yield PolicyFinding(
                "warning",
                place,
                "use",
                f"in the EEA, the United Kingdom and Switzerland, Google serves {service.name} only with a "
                "consent platform that Google has certified for the IAB's TCF. This gate is none",
                "Expect limited ads there or none, or sell advertising in another way",
            )


def tags_loaded_twice(policy: PolicyParts) -> Iterator[PolicyFinding]:
    """Yield a finding where Google's tag is declared beside what it loads."""
    uses = _uses(policy)
    loaded = [id for id in _LOADED_BY_TAG if id in uses]
    if _TAG in uses and loaded:
        place, _ = uses[_TAG]
        yield PolicyFinding(
            "warning",
            place,
            "use",
            f"{listed(loaded)} loads the same script, so that consent to either opens it",
            f"Unless the tag is for something else as well, take this table out: {listed(loaded)} declares "
            "it",
        )


def tag_managers_with_ads(policy: PolicyParts) -> Iterator[PolicyFinding]:
    """Yield a finding where a tag manager that visitors allow for statistics is there for advertising too."""
    uses = _uses(policy)
    if _TAG_MANAGER not in uses:
        return
    place, manager = uses[_TAG_MANAGER]
    advertises = [
        service.id
        for service in policy.services
        if (known := catalogue().service(service.use)) and known.category == "marketing"
    ]
    fit = category_for("performance", policy.categories)
    if advertises and manager.category == fit:
        better = category_for("marketing", policy.categories) or "marketing"
        yield PolicyFinding(
            "warning",
            place,
            "category",
            f"who allows {shown(manager.category)} alone allows the container too, which may hold the tags "
            f"of {listed(advertises)}",
            f"If it does, write category = {shown(better)}; if its tags go by consent mode, leave it so",
        )


def _uses(policy: PolicyParts) -> dict[str, tuple[str, Service]]:
    return {
        service.use: (place, service)
        for place, service in services_of(policy)
        if service.use and service.category != NEVER
    }

"""Names of the site's own that lead to trackers (CNAME, RFC 1034, section 3.6.2)."""

from __future__ import annotations

from collections.abc import Iterable

from consentgate.audit.absolute_urls import host_of
from consentgate.audit.observations import State
from consentgate.audit.tour import Tour
from consentgate.catalogue import catalogue
from consentgate.policy import Policy
from consentgate.policy.claims.first_party import is_address, is_loopback, registrable_domain

_TRACKING = frozenset(("ad", "analytics", "marketing", "tag-manager"))
"""What the companies do that are hidden behind names of a site's own."""
_ONLY_BEHIND_ALIASES = {
    "at-o.net": "Piano Analytics",
    "dnsdelegation.io": "Criteo",
    "eulerian.net": "Eulerian",
    "storetail.io": "Criteo",
    "tagcommander.com": "Commanders Act",
    "wt-eu02.net": "Mapp",
}
"""Domains that no page names: these companies tell their customers to point a name of their own at them."""


def hosts_with_aliases(tour: Tour, policy: Policy) -> tuple[str, ...]:
    """Return the site's own hosts whose aliases are worth a look: those that its pages contact without
    consent, except hosts of the pages themselves."""
    own = policy.claims.first_party(host_of(tour.url)).own
    stages = [stage for stage in tour.stages if stage.state is not State.ACCEPTED]
    visits = [visit for stage in stages for visit in stage.visits]
    found = dict.fromkeys(host_of(request.url) for visit in visits for request in visit.requests)
    pages = {host_of(visit.url) for visit in visits}
    return tuple(
        host
        for host in found
        if host and host in own and host not in pages and not is_address(host) and not is_loopback(host)
    )


def tracker_among(aliases: Iterable[str]) -> tuple[str, str] | None:
    """Return the first of these names that is a tracker's, and what people call that; None where none is."""
    for alias in aliases:
        name = alias.lower().rstrip(".")
        known = catalogue().by_url(name)
        if known is not None:
            return name, known.name
        entity = catalogue().entity(name)
        if entity is not None and entity.category in _TRACKING:
            return name, entity.name
        hidden = _ONLY_BEHIND_ALIASES.get(registrable_domain(name) or "")
        if hidden is not None:
            return name, hidden
    return None

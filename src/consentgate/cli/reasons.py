"""Why the gate blocks what it blocks, and what would open it, in a sentence."""

from __future__ import annotations

from consentgate.catalogue import catalogue
from consentgate.html import Blocked
from consentgate.policy import Policy
from consentgate.policy.messages import listed


def is_unreadable(blocked: Blocked) -> bool:
    """Say whether something is blocked since nobody knows for certain what browsers would make of it."""
    return blocked.kind in ("ambiguous", "base")


def why_blocked(blocked: Blocked, policy: Policy) -> str:
    """Say why something was blocked, and what opens it."""
    if is_unreadable(blocked):
        return "browsers differ in how they read this, so that nobody knows what it would load"
    if catalogue().has_closed(blocked.service):
        return f"{blocked.service} has closed: take its markup out of the page"
    if blocked.service is None:
        whose = "nobody declares it"
    elif policy.claims.has_service(blocked.service):
        whose = f"it belongs to {blocked.service}, which the policy declares"
    else:
        whose = f"it belongs to {blocked.service}, which the policy does not declare"
    return f"{whose}; {_what_opens(blocked, policy)}"


def _what_opens(blocked: Blocked, policy: Policy) -> str:
    if blocked.category is not None:
        return f'consent to "{blocked.category}" opens it'
    pages = next((service.pages for service in policy.services if service.id == blocked.service), ())
    return f"it is necessary on other pages only: pages = [{listed(pages)}]" if pages else "nothing opens it"

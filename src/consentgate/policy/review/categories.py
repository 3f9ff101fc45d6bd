"""Categories that nobody can be asked for."""

from __future__ import annotations

from collections.abc import Iterator

from consentgate.policy.categories import DEFAULT_CATEGORIES
from consentgate.policy.findings import PolicyFinding, PolicyParts
from consentgate.policy.messages import place_of
from consentgate.policy.model import NECESSARY


def empty_categories(policy: PolicyParts) -> Iterator[PolicyFinding]:
    """Yield a finding for each category of the site's own that has neither a service nor a cookie in it."""
    used = {cookie.category for cookie in policy.cookies}
    used |= {service.category for service in policy.services}
    if policy.categories == DEFAULT_CATEGORIES:
        return
    for number, category in enumerate(policy.categories, 1):
        if category.id not in (*used, NECESSARY, policy.site.undeclared):
            yield PolicyFinding(
                "warning",
                place_of("[[category]]", number, category.id),
                "",
                "nothing is in it, so that visitors are not asked for it, and nobody can allow it",
                "File a service or a cookie under it, or take the table out",
            )

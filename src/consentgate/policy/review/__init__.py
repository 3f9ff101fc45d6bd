"""Reviews a policy that loads: what is wrong or incomplete in it, and what to do. A module a topic.

A topic is a function that takes a policy and yields what it finds. It asks nothing but the policy and the
catalogue.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TypeAlias

from consentgate.policy.checks.consent_mode import tags_always_denied
from consentgate.policy.errors import Found
from consentgate.policy.findings import PolicyFinding, PolicyParts
from consentgate.policy.reading.filing import covers_undescribed

from .categories import empty_categories
from .cookies import cookies_without_terms, exempt_cookies, misfiled_cookies, repeated_cookies
from .google import certified_platform_needed, tag_managers_with_ads, tags_loaded_twice
from .hosts import known_hosts_as_own, own_hosts_declared, shared_hosts
from .languages import languages_without_texts
from .services import closed_services, exempt_trackers, services_without_facts
from .site import asks_too_soon, contact_without_address, dates, regime_without_corner, switches

Topic: TypeAlias = Callable[[PolicyParts], Iterator[PolicyFinding]]

_BEFORE_FILING: tuple[Topic, ...] = (
    languages_without_texts,
    lambda policy: covers_undescribed(policy.categories),
)
_AFTER_FILING: tuple[Topic, ...] = (misfiled_cookies, tags_always_denied, certified_platform_needed)
_ON_DEMAND: tuple[Topic, ...] = (
    contact_without_address,
    switches,
    regime_without_corner,
    asks_too_soon,
    empty_categories,
    exempt_cookies,
    repeated_cookies,
    cookies_without_terms,
    closed_services,
    exempt_trackers,
    services_without_facts,
    known_hosts_as_own,
    own_hosts_declared,
    shared_hosts,
    tags_loaded_twice,
    tag_managers_with_ads,
)
_TABLES = (
    "[site]",
    "[banner]",
    "[theme",
    "[[category]]",
    "[[cookie]]",
    "[[service]]",
    "[texts",
    "[consent_mode",
    "[declaration",
)
_NUMBER = re.compile(r"\]\] ([0-9]+)")


def review_at_start(policy: PolicyParts, filed: Iterable[PolicyFinding] = ()) -> Iterator[PolicyFinding]:
    """Yield what the log says of a policy when it is loaded: what a site has to know at once.

    `filed` was found when the services of the catalogue were filed under its categories.
    """
    for topic in _BEFORE_FILING:
        yield from topic(policy)
    yield from filed
    for topic in _AFTER_FILING:
        yield from topic(policy)


def review(
    policy: PolicyParts,
    today: datetime.date,
    filed: Iterable[PolicyFinding] = (),
    missing: Iterable[Found] = (),
) -> list[PolicyFinding]:
    """Return everything that is found in a policy on the day `today`, in the order of its tables.

    `filed` is as for `review_at_start`, all of which is included, and `missing` is what the declaration
    lacks by law.
    """
    topics: tuple[Topic, ...] = (partial(dates, today=today), *_ON_DEMAND)
    found = [*review_at_start(policy, filed), *(one for topic in topics for one in topic(policy))]
    said = {(finding.table, finding.key) for finding in found}
    # What has closed is to be taken out, not to be completed.
    leaving = {finding.table for finding in closed_services(policy)}
    found += (_undeclared(*one) for one in missing if one[:2] not in said and one[0] not in leaving)
    return sorted(dict.fromkeys(found), key=_order)


def _undeclared(table: str, key: str, expected: str) -> PolicyFinding:
    to_do = f"Write {expected.removeprefix('expected ')}"
    return PolicyFinding("error", table, key, "the declaration has to say it", to_do)


def _order(finding: PolicyFinding) -> tuple[int, int]:
    kind = next((n for n, table in enumerate(_TABLES) if finding.table.startswith(table)), len(_TABLES))
    number = _NUMBER.search(finding.table)
    return kind, int(number[1]) if number else 0

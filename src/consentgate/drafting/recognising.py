"""Recognises what other consent managers mean: categories, services, reasons."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from consentgate.catalogue import KnownService, catalogue
from consentgate.policy import NECESSARY
from consentgate.policy.categories import DEFAULT_CATEGORIES
from consentgate.policy.well_known_cookies import certain_reason, likely_reason, reason_in_front

from .foreign.model import ForeignCategory, ForeignService

DEFAULT_IDS = tuple(category.id for category in DEFAULT_CATEGORIES)
THIRD_PARTY = "third-party"

OF_FRAMEWORKS = frozenset(
    ("csrftoken", "django_language", "messages", "remember_token", "session", "sessionid")
)
"""Cookies that integrations exempt. A table for one would cut its lifetime to what the table says."""

_NECESSARY = "necessary essential essentials required mandatory technical strictly"
_MARKETING = "marketing ad ads advertising advertisement advertisements targeting remarketing"
_PERFORMANCE = "performance analytics analytic statistics statistic stats measurement audience"
_CONTENT = (
    "media social video videos maps embeds external third chat livechat functional functionality functions "
    "preferences fonts styling support security other"
)
_WORDS: Mapping[str, frozenset[str]] = {
    NECESSARY: frozenset(_NECESSARY.split()),
    "marketing": frozenset(_MARKETING.split()),
    "performance": frozenset(_PERFORMANCE.split()),
    THIRD_PARTY: frozenset(_CONTENT.split()),
}
"""The words in other managers' ids of categories that say which of our default ones is meant."""


def default_for(category: ForeignCategory) -> str | None:
    """Return the default category that is meant by another manager's, or None."""
    if category.required:
        return NECESSARY
    words = set(re.findall(r"[a-z]+", category.id.lower()))
    return next((id for id, known in _WORDS.items() if words & known), None)


def known_service(service: ForeignService) -> KnownService | None:
    """Return the catalogue's service that another manager's is, by its id, its name or all of its cookies."""
    for name in (service.known, service.id, *service.names.values()):
        plain = re.sub(r"[^a-z0-9]+", "", name.lower())
        id = _ids_by_letters().get(plain)
        if id is not None:
            return catalogue().service(id)
    setters = [setter_of(cookie.name) for cookie in service.cookies]
    return setters[0] if setters and all(setter is setters[0] for setter in setters) else None


@cache
def _ids_by_letters() -> dict[str, str]:
    """Return the catalogue's ids by the letters in them and in their aliases, as in "googletagmanager"."""
    services = catalogue().services
    aliases = {alias.replace("-", ""): service.id for service in services for alias in service.aliases}
    return aliases | {service.id.replace("-", ""): service.id for service in services}


def setter_of(name: str) -> KnownService | None:
    """Return the one service that is known to set cookies of a `name`, which may end in a star, or None."""
    if not name.endswith("*"):
        return catalogue().by_cookie(name)
    stem = name[:-1]
    found = [s for s in catalogue().services if any(c.name.startswith(stem) for c in s.cookies)]
    return found[0] if stem and len(found) == 1 else catalogue().by_cookie(stem)


def covers(known: KnownService, name: str) -> bool:
    """Say whether the `known` service is known to set all cookies of a `name`."""
    return any(
        name == cookie.name or (cookie.name.endswith("*") and name.startswith(cookie.name[:-1]))
        for cookie in known.cookies
    )


def likely_reason_of(name: str) -> str | None:
    """Return why the cookie `name` most likely needs no consent, or None where nothing tells."""
    return certain_reason(name) or reason_in_front(name) or likely_reason(name)


def is_certainly_necessary(name: str) -> bool:
    """Say whether a cookie of this name needs no consent wherever it is set."""
    return (certain_reason(name) or reason_in_front(name)) is not None


def plain_id(text: str) -> str:
    """Return an id as policies have it, made of `text`."""
    return re.sub(r"[^a-z0-9_-]+", "-", text.lower()).strip("-_")[:60] or "unnamed"

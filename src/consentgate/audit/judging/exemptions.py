"""What is known of cookies, keys and hosts where no policy says what they are for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from consentgate.audit.observations import State
from consentgate.catalogue import Glob, KnownCookie, catalogue
from consentgate.catalogue.hosting import is_rented
from consentgate.policy.well_known_cookies import certain_reason, likely_reason, reason_in_front

from .findings import Level

_EXEMPT = frozenset(("choice", "login", "security", "load-balancing"))
"""What cookies of known services may be for without consent, in the catalogue's words."""
_CHOICE = re.compile(
    r"(?i)consent|gdpr|cc_cookie|cookie[-_]?(policy|notice|banner|law|choice|pref|accept)|opt-?out"
)
"""What consent managers call the cookie that keeps the answer."""
_TOOLS = frozenset(("consent-provider",))


def level_of_name(name: str, state: State) -> Level | None:
    """Return how bad it is to store something called `name` without consent in this state; None where it
    needs none."""
    known = tuple(_known(name))
    if any(cookie.purpose in _EXEMPT for cookie in known) or certain_reason(name) or reason_in_front(name):
        return None
    if _CHOICE.search(name):
        return "note" if state is State.UNDECIDED else None
    if known:
        return "error"
    return "note" if likely_reason(name) else "warning"


def _known(name: str) -> Iterator[KnownCookie]:
    service = catalogue().by_cookie(name)
    for cookie in service.cookies if service is not None else ():
        if Glob(cookie.name).matches(name):
            yield cookie


def level_of_host(host: str, path: str) -> Level:
    """Return how bad it is to contact a third party's `host` without consent."""
    known, entity = catalogue().by_url(host, path), catalogue().entity(host)
    if (known is not None and known.category == "necessary") or (
        entity is not None and entity.category in _TOOLS
    ):
        return "note"
    # What a provider rents out may be this site's alone.
    return "warning" if known is None and is_rented(host) else "error"

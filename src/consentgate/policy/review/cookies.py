"""Cookies: those of logins that visitors can refuse, exempt ones that do more, and what nobody is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from consentgate.catalogue import KnownService, catalogue
from consentgate.policy.findings import PolicyFinding, PolicyParts, cookies_of, services_of
from consentgate.policy.lifetime import THIRTEEN_MONTHS, lifetime_seconds
from consentgate.policy.messages import place_of, shown
from consentgate.policy.model import AUDIENCE, NECESSARY, NEVER, Cookie, Service
from consentgate.policy.well_known_cookies import certain_reason

TRACKS = ("performance", "marketing", "all")
"""The catalogue's categories of what follows visitors."""

STATISTICS = ("audience", "uk-statistics")
"""The reasons for which a visit may be counted without consent, under conditions."""

_FITS: Mapping[str, tuple[str, ...]] = {
    "authentication": (
        "authentication",
        "security",
        "basket",
        "payment",
        "requested-service",
        "transmission",
    ),
    "security": ("security", "authentication", "payment"),
}
"""The reasons that the cookies of logins, and those of forms, may have."""


def misfiled_cookies(policy: PolicyParts) -> Iterator[PolicyFinding]:
    """Yield a finding for each cookie that visitors can refuse and whose name logins or forms need."""
    for place, cookie in cookies_of(policy):
        reason = certain_reason(cookie.name)
        if reason is not None and cookie.category not in (NECESSARY, NEVER):
            yield PolicyFinding(
                "error",
                place,
                "category",
                "frameworks use this name for logins and forms, which fail where visitors can refuse the "
                "cookie",
                f"If that is what it is for, write category = {shown(NECESSARY)} and reason = "
                f"{shown(reason)}, not {shown(cookie.category)}",
            )


def exempt_cookies(policy: PolicyParts) -> Iterator[PolicyFinding]:
    """Yield a finding for each cookie that is declared necessary and may not be, as it is declared."""
    for place, cookie in cookies_of(policy):
        if cookie.category == NECESSARY:
            yield from _of_a_tracker(place, cookie)
            yield from _odd_reason(place, cookie)
            yield from _for_too_long(place, cookie)


def repeated_cookies(policy: PolicyParts) -> Iterator[PolicyFinding]:
    """Yield a finding for each table that is about the same cookie as an earlier one."""
    first: dict[str, Cookie] = {}
    for place, cookie in cookies_of(policy):
        earlier = first.setdefault(cookie.name, cookie)
        if earlier is not cookie:
            differs = earlier.lifetime != cookie.lifetime
            yield PolicyFinding(
                "warning",
                place,
                "name",
                "an earlier table is about this cookie"
                + (", and the shorter of the two lifetimes counts" if differs else ""),
                "Keep one of the two",
            )


def _of_a_tracker(place: str, cookie: Cookie) -> Iterator[PolicyFinding]:
    known = catalogue().by_cookie(cookie.name.removesuffix("*"))
    if known is None or known.category not in TRACKS or _may_count(known, cookie.reason):
        return
    yield PolicyFinding(
        "error",
        place,
        "category",
        f"{known.name} sets a cookie of this name, for which visitors have to be asked",
        f"Write a [[service]] with use = {shown(known.id)} instead of this table. If your own code sets it "
        "for something else, give it another name",
    )


def _may_count(known: KnownService, reason: str | None) -> bool:
    return known.category == "performance" and reason in STATISTICS


def _odd_reason(place: str, cookie: Cookie) -> Iterator[PolicyFinding]:
    usual = certain_reason(cookie.name)
    if usual is not None and cookie.reason not in _FITS[usual]:
        yield PolicyFinding(
            "warning",
            place,
            "reason",
            f"frameworks use this name for {_USES[usual]}, and visitors read {shown(cookie.reason)}",
            f"If that is what it is for, write reason = {shown(usual)}",
        )


_USES = {"authentication": "logins", "security": "the protection of forms"}


def _for_too_long(place: str, cookie: Cookie) -> Iterator[PolicyFinding]:
    if cookie.lifetime is None:
        yield _ended_by_the_gate(place)


def _ended_by_the_gate(place: str) -> PolicyFinding:
    """Return the finding for a necessary cookie without a lifetime, whoever declares it. Nobody consents to
    it, and the gate ends it."""
    return PolicyFinding(
        "warning",
        place,
        "lifetime",
        f"without it visitors read {THIRTEEN_MONTHS}, the longest that is usual, and it may live so long",
        'Write how long it lives, like lifetime = "session" or "14 days"',
    )


def cookies_without_terms(policy: PolicyParts) -> Iterator[PolicyFinding]:
    """Yield a finding where visitors who are asked for a cookie are not told how long it lives, or what it is
    for; or are told less than the catalogue knows."""
    for place, cookie in cookies_of(policy):
        if cookie.category in (NECESSARY, NEVER):
            continue
        if cookie.lifetime is None:
            yield _without_lifetime(place, "lifetime")
        if not cookie.purpose:
            yield PolicyFinding(
                "warning",
                place,
                "purpose",
                "visitors do not read what this cookie of your own is for",
                'Write a sentence, like purpose = "Remembers which version of a page you saw."',
            )
    for place, service in services_of(policy):
        if service.category != NEVER:
            yield from _of_service(place, service)


def _of_service(place: str, service: Service) -> Iterator[PolicyFinding]:
    known = catalogue().service(service.use)
    lifetimes = {cookie.name: cookie.lifetime for cookie in known.cookies} if known else {}
    for number, cookie in enumerate(service.cookies, 1):
        inside = place_of(f"{place}, cookies", number, cookie.name)
        usual = lifetimes.get(cookie.name)
        if cookie.lifetime is None and service.category == NECESSARY:
            yield _ended_by_the_gate(inside)
        elif cookie.lifetime is None:
            yield _without_lifetime(inside, "lifetime", usual)
        # The gate ends what counts visits without consent by itself.
        elif (
            usual
            and service.reason != AUDIENCE
            and lifetime_seconds(cookie.lifetime) < lifetime_seconds(usual)
        ):
            yield PolicyFinding(
                "warning",
                inside,
                "lifetime",
                f"visitors read {shown(cookie.lifetime)}, and the vendor's own setting is {shown(usual)}",
                f"Unless you have set it so with the vendor, write lifetime = {shown(usual)}",
            )


def _without_lifetime(place: str, key: str, usual: str | None = None) -> PolicyFinding:
    example = shown(usual) if usual else f"{shown('session')} or {shown('14 days')}"
    return PolicyFinding(
        "error",
        place,
        key,
        "visitors have to be told how long a cookie lives before they consent, and read that no time is "
        "stated",
        f"Write lifetime = {example}",
    )

"""Checks what a policy states of what counts visits without consent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from consentgate.policy.claims.first_party import own_hosts
from consentgate.policy.errors import Found
from consentgate.policy.lifetime import LONGEST, LONGEST_DATA, THIRTEEN_MONTHS, lifetime_seconds
from consentgate.policy.messages import but_not, listed, place_of, shown
from consentgate.policy.model import (
    AUDIENCE,
    CONDITIONS,
    NECESSARY,
    OBJECTABLE,
    Cookie,
    Measurement,
    Service,
    ServiceCookie,
    Site,
)

_KEPT = f"expected how long what it collects is kept, at most {shown(LONGEST_DATA)}"
_OTHERWISE = "Where one does not hold, visitors have to be asked: write another category"


def check_measurement(place: str, item: Cookie | Service, site: Site) -> Iterator[Found]:
    """Check that what counts visits without consent on a `site` states all that the law asks for.

    Every condition has to hold, or it needs consent as anything else does (CNIL 2020-091, section 5; CNIL,
    audience measurement, 4 July 2025; PECR Schedule A1, paragraph 5).
    """
    if item.reason in OBJECTABLE and site.regime != "uk":
        # It has to have another reason.
        return
    conditions = CONDITIONS.get(item.reason or "") if item.category == NECESSARY else None
    if conditions is None:
        if item.measurement is not None:
            yield place, "measurement", f"expected only where reason is one of {listed(CONDITIONS)}"
        return
    if item.measurement is None:
        kept = f", data_kept = {shown(LONGEST_DATA)}" if item.reason == AUDIENCE else ""
        table = f"{{ conditions = [{listed(conditions)}]{kept} }}"
        expected = (
            f"missing: expected measurement = {table}, which says {_meanings(conditions)}. {_OTHERWISE}"
        )
        yield place, "measurement", expected
    else:
        yield from _check_conditions(f"{place}, measurement", item.measurement, conditions)
    if item.reason == AUDIENCE:
        yield from _check_times(place, item)
    if isinstance(item, Service) and not (item.measurement and item.measurement.processor.strip()):
        yield from _check_hosts(place, item, site.hosts)


def _check_conditions(place: str, measurement: Measurement, conditions: Mapping[str, str]) -> Iterator[Found]:
    missing = {word: means for word, means in conditions.items() if word not in measurement.conditions}
    if missing:
        yield place, "conditions", f"missing: expected {_meanings(missing)}. {_OTHERWISE}"
    strange = next((word for word in measurement.conditions if word not in conditions), None)
    if strange is not None:
        yield place, "conditions", f"expected only {listed(conditions)}{but_not(strange)}"


def _meanings(conditions: Mapping[str, str]) -> str:
    return ", ".join(f"{shown(word)} ({means})" for word, means in conditions.items())


def _check_times(place: str, item: Cookie | Service) -> Iterator[Found]:
    """Check how long data are kept and cookies live."""
    if item.measurement is not None:
        kept = item.measurement.data_kept
        if kept is None:
            yield f"{place}, measurement", "data_kept", f"missing: {_KEPT}"
        elif not 0 < _seconds(kept) <= lifetime_seconds(LONGEST_DATA):
            yield f"{place}, measurement", "data_kept", f"{_KEPT}{but_not(kept)}"
    cookies: tuple[Cookie | ServiceCookie, ...] = (item,) if isinstance(item, Cookie) else item.cookies
    for number, cookie in enumerate(cookies, 1):
        if cookie.lifetime is not None and _seconds(cookie.lifetime) > LONGEST:
            inside = place if cookie is item else place_of(f"{place}, cookies", number, cookie.name)
            why = "it counts visits without consent"
            expected = f"expected at most {shown(THIRTEEN_MONTHS)}{but_not(cookie.lifetime)}: {why}"
            yield inside, "lifetime", expected


def _seconds(lifetime: str) -> int:
    """Return the seconds of a `lifetime`; 0 for one that cannot be read."""
    try:
        return lifetime_seconds(lifetime)
    except ValueError:
        return 0


def _check_hosts(place: str, service: Service, own: tuple[str, ...]) -> Iterator[Found]:
    """Check that the hosts of a `service` for which no processor is named are the site's own."""
    try:
        site = own_hosts(own, "") if own else None
    except ValueError:
        # One of them cannot be read, which is another mistake.
        return
    hosts = (*service.hosts, *(url.partition("/")[0] for url in service.urls))
    for host in hosts:
        if site is None or host.replace("*", "any") not in site:
            expected = (
                f"missing: expected who measures on the site's behalf, since {shown(host)} is none of the "
                "hosts in [site]"
            )
            yield f"{place}, measurement", "processor", expected
            return

"""Checks that the parts of a policy fit together, once each of them is well formed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from consentgate.catalogue import UrlPattern, catalogue
from consentgate.policy.errors import Found
from consentgate.policy.lifetime import lifetime_seconds
from consentgate.policy.messages import but_not, did_you_mean, listed, place_of, shown, suggestion
from consentgate.policy.model import (
    AUDIENCE,
    CONSENT_COOKIE,
    DOMAIN_COOKIE,
    INSECURE_CONSENT_COOKIE,
    INSECURE_DOMAIN_COOKIE,
    NECESSARY,
    NEVER,
    OBJECTABLE,
    REASONS,
    UK_STATISTICS,
    Banner,
    Category,
    ConsentMode,
    Cookie,
    Declaration,
    Regime,
    Service,
    ServiceCookie,
    Site,
    Theme,
    reasons_under,
)
from consentgate.policy.reading.hints import (
    address_hint,
    category_hint,
    id_hint,
    lifetime_hint,
)

from .check_places import WEB_ADDRESS, check_host, check_path
from .check_site import check_banner, check_declaration, check_site
from .consent_mode import check_consent_mode
from .measurement import check_measurement
from .texts import check_texts
from .theme import check_theme

MOST_CATEGORIES = 50
"""The most categories: visitors have to read them all, and the consent cookie holds a digest of each."""

_OWN_COOKIES = (
    CONSENT_COOKIE.lower(),
    INSECURE_CONSENT_COOKIE,
    DOMAIN_COOKIE.lower(),
    INSECURE_DOMAIN_COOKIE,
)
ID = r"[a-z0-9][a-z0-9_-]{0,63}"
"""The pattern of ids of categories and services."""
_COOKIE_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z\[\]/:@(){}]+")


def check(
    site: Site,
    categories: Sequence[Category],
    cookies: Sequence[Cookie],
    services: Sequence[Service],
    banner: Banner,
    texts: Mapping[str, Any],
    theme: Theme,
    consent_mode: ConsentMode,
    declaration: Declaration,
) -> list[Found]:
    """Return every mistake in the parts taken together, table by table."""
    ids = list(dict.fromkeys((NECESSARY, *(category.id for category in categories))))
    found = [
        *check_site(site, ids),
        *check_banner(banner),
        *check_theme(theme),
        *_check_categories(categories),
        *_check_cookies(cookies, ids, site),
        *_check_services(services, ids, site),
        *_check_sole_purpose(cookies, services, (*ids, NEVER)),
        *check_texts(texts, site.languages, categories),
        *check_consent_mode(consent_mode, ids, services),
        *check_declaration(declaration),
    ]
    # A list may hold the same wrong value twice.
    return list(dict.fromkeys(found))


def _check_categories(categories: Sequence[Category]) -> Iterator[Found]:
    yield from _check_ids("[[category]]", [category.id for category in categories])
    known = sorted({service.category for service in catalogue().services})
    covered: dict[str, str] = {}
    for number, category in enumerate(categories, 1):
        place = place_of("[[category]]", number, category.id)
        if category.id == NECESSARY and category.covers:
            expected = "expected none: what is necessary has to be declared one by one, each with a reason"
            yield place, "covers", expected
            continue
        for raw in category.covers:
            if raw not in known:
                hint = did_you_mean(raw, known)
                yield place, "covers", f"expected some of {listed(known)}{but_not(raw)}{hint}"
            elif covered.setdefault(raw, category.id) != category.id:
                yield place, "covers", f"{shown(raw)} is covered by {shown(covered[raw])} already"
    if len(categories) > MOST_CATEGORIES:
        expected = (
            f"expected at most {MOST_CATEGORIES} of them, not {len(categories)}: visitors read them all"
        )
        yield "[[category]]", "", expected


def _check_cookies(cookies: Sequence[Cookie], ids: Sequence[str], site: Site) -> Iterator[Found]:
    filed: dict[str, str] = {}
    for number, cookie in enumerate(cookies, 1):
        place = place_of("[[cookie]]", number, cookie.name)
        yield from _check_cookie(place, cookie)
        yield from _check_category(place, cookie, ids, site.regime)
        yield from check_measurement(place, cookie, site)
        if cookie.category not in (*ids, NEVER):
            continue
        first = filed.setdefault(cookie.name, cookie.category)
        # A cookie that is both necessary and something else: see _check_sole_purpose.
        if first != cookie.category and NECESSARY not in (first, cookie.category):
            expected = f"expected {shown(first)}, as an earlier table has for this cookie"
            yield place, "category", f"{expected}{but_not(cookie.category)}"


def _check_services(services: Sequence[Service], ids: Sequence[str], site: Site) -> Iterator[Found]:
    yield from _check_ids("[[service]]", [service.id for service in services], taken=ids)
    for number, service in enumerate(services, 1):
        place = place_of("[[service]]", number, service.id)
        yield from _check_category(place, service, ids, site.regime)
        yield from _check_places(place, service)
        yield from check_measurement(place, service, site)
        if service.pages and service.category in ids and service.category != NECESSARY:
            yield place, "pages", 'expected only where category = "necessary"'
        if not service.name.strip():
            yield place, "name", "expected a text that is not empty: visitors read it"
        if service.privacy_url and not WEB_ADDRESS.fullmatch(service.privacy_url):
            expected = 'expected an address on the web, like "https://vendor.example/privacy"'
            hint = address_hint(service.privacy_url, local=False)
            yield place, "privacy_url", f"{expected}{but_not(service.privacy_url)}{hint}"
        for nth, cookie in enumerate(service.cookies, 1):
            yield from _check_cookie(place_of(f"{place}, cookies", nth, cookie.name), cookie)


def _check_places(place: str, service: Service) -> Iterator[Found]:
    """Check where a service is found: its hosts, paths, URLs and cookies."""
    for host in service.hosts:
        yield from check_host(place, "hosts", host)
    for key in ("paths", "pages"):
        for path in getattr(service, key):
            yield from check_path(place, key, path)
    for url in service.urls:
        try:
            UrlPattern.parse(url)
        except ValueError as error:
            yield place, "urls", f"{error}{but_not(url)}{_pattern_hint(url)}"
    known = catalogue().service(service.use)
    # Some are only ever on hosts of the site's own, and known by the elements that load their scripts.
    by_scripts = known is not None and known.scripts
    if not (service.hosts or service.paths or service.urls or service.cookies or by_scripts):
        yield place, "", 'expected at least one of hosts, paths, cookies, or use = "..." for a known service'


def _pattern_hint(url: str) -> str:
    meant = re.sub(r"^(?:[a-zA-Z]+:)?//", "", url)
    try:
        UrlPattern.parse(meant)
    except ValueError:
        return ""
    return suggestion([meant])


def _check_ids(kind: str, ids: Iterable[str], taken: Collection[str] = ()) -> Iterator[Found]:
    seen = set(taken)
    for number, id in enumerate(ids, 1):
        place = place_of(kind, number, id)
        if not re.fullmatch(ID, id):
            expected = "expected at most 64 lowercase letters, digits, - and _"
            yield place, "id", f"{expected}{but_not(id)}{id_hint(id)}"
        elif id == NEVER:
            yield place, "id", 'expected another word: "never" means that nothing opens it'
        elif id in seen:
            yield place, "id", f"expected an id that no other category or service has{but_not(id)}"
        seen.add(id)


def _check_category(
    place: str, item: Cookie | Service, ids: Sequence[str], regime: Regime
) -> Iterator[Found]:
    """Check the category of `item`, and its reason where it is necessary."""
    if item.category not in (*ids, NEVER):
        hint = category_hint(item.category, (*ids, NEVER))
        yield place, "category", f"expected one of {listed((*ids, NEVER))}{but_not(item.category)}{hint}"
    elif item.category != NECESSARY and item.reason is not None:
        yield place, "reason", 'expected only where category = "necessary"'
    elif item.category == NECESSARY and item.reason not in REASONS:
        expected = f"expected why it needs no consent, one of {listed(reasons_under(regime))}"
        yield place, "reason", f"missing: {expected}" if item.reason is None else expected
    elif item.reason in OBJECTABLE and regime != "uk":
        other = (
            f"{shown(AUDIENCE)} on its own conditions" if item.reason == UK_STATISTICS else "another reason"
        )
        expected = f'expected {other}, or regime = "uk" under [site] if the site keeps to UK law alone'
        yield place, "reason", f"{expected}: elsewhere this needs consent, under another category"


def _check_sole_purpose(
    cookies: Sequence[Cookie], services: Sequence[Service], ids: Collection[str]
) -> Iterator[Found]:
    """Check that a necessary cookie is filed under nothing else.

    A cookie needs no consent only if each of its purposes needs none (Article 29 Working Party, WP 194).
    """
    filed: dict[str, tuple[str, str]] = {}
    for place, key, name, category in _cookie_categories(cookies, services):
        if category not in ids:
            continue
        first_place, first = filed.setdefault(name, (place, category))
        if first != category and NECESSARY in (first, category):
            yield (
                place,
                key,
                f"{shown(name)} is filed under {shown(category)} here and {shown(first)} in {first_place}: "
                "a cookie is necessary only if all that it is used for is",
            )


def _cookie_categories(
    cookies: Sequence[Cookie], services: Sequence[Service]
) -> Iterator[tuple[str, str, str, str]]:
    """Yield the place, key, name and category of every cookie."""
    for number, cookie in enumerate(cookies, 1):
        yield place_of("[[cookie]]", number, cookie.name), "category", cookie.name, cookie.category
    for number, service in enumerate(services, 1):
        for service_cookie in service.cookies:
            place = place_of("[[service]]", number, service.id)
            yield place, "cookies", service_cookie.name, service.category


def _check_cookie(place: str, cookie: Cookie | ServiceCookie) -> Iterator[Found]:
    stem = cookie.name.removesuffix("*")
    if not _COOKIE_NAME.fullmatch(stem) or "*" in stem:
        expected = "expected the name of a cookie, with at most one * at its end"
        yield place, "name", f"{expected}{but_not(cookie.name)}"
    if cookie.name.lower() in _OWN_COOKIES:
        expected = "expected another name: the gate's own cookie, which keeps the choice, has this one"
        yield place, "name", f"{expected}{but_not(cookie.name)}"
    if cookie.lifetime is not None:
        try:
            lifetime_seconds(cookie.lifetime)
        except ValueError as error:
            yield place, "lifetime", f"{error}{but_not(cookie.lifetime)}{lifetime_hint(cookie.lifetime)}"

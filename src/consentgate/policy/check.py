"""Checks that the parts of a policy fit together, once each of them is well formed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from consentgate.catalogue import UrlPattern, catalogue
from consentgate.web.host import parse_host
from consentgate.web.paths import local_path

from .consent_mode import check_consent_mode
from .errors import Found
from .first_party import is_public_suffix, registrable_domain
from .hints import (
    address_hint,
    category_hint,
    host_hint,
    id_hint,
    language_hint,
    lifetime_hint,
    path_hint,
)
from .host_files import is_host
from .languages import is_unknown_language
from .lifetime import A_YEAR, EXPECTED_KEPT, HALF_A_YEAR, THIRTEEN_MONTHS, lifetime_seconds
from .measurement import check_measurement
from .messages import but_not, did_you_mean, listed, place_of, shown, suggestion
from .model import (
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
PREFIX = r"/[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*/"
"""The pattern of where the own pages of the gate are."""
_PRIVACY_URL = re.compile(
    r"(?i:https?)://(?:[^\s/?#\\@:.<>\"\x00-\x1f]+\.)+[^\s/?#\\@:.<>\"\x00-\x1f]+\.?(?::[0-9]{1,5})?"
    r"(?:[/?#][^\s<>\"\x00-\x1f]*)?"
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
# The path of a URL is normalised before it is compared: the segments "." and ".." go, and so do the escapes
# of letters, digits and "-._~". A pattern with one of them would never match.
_NEVER_IN_PATHS = re.compile(r"%(?:2[dDeE]|[46][1-9a-fA-F]|[57][0-9aA]|3[0-9]|5[fF]|7[eE])|/\.\.?(?:/|\Z)")


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
        *_check_site(site, ids),
        *_check_banner(banner),
        *check_theme(theme),
        *_check_categories(categories),
        *_check_cookies(cookies, ids, site),
        *_check_services(services, ids, site),
        *_check_sole_purpose(cookies, services, (*ids, NEVER)),
        *check_texts(texts, site.languages, categories),
        *check_consent_mode(consent_mode, ids, services),
        *_check_declaration(declaration),
    ]
    # A list may hold the same wrong value twice.
    return list(dict.fromkeys(found))


def _check_site(site: Site, ids: Sequence[str]) -> Iterator[Found]:
    for key in ("name", "controller", "contact"):
        if not getattr(site, key).strip():
            yield "[site]", key, "expected a text that is not empty"
    askable = [id for id in ids if id != NECESSARY]
    if site.undeclared not in (NEVER, *askable):
        hint = category_hint(site.undeclared, (NEVER, *askable))
        yield (
            "[site]",
            "undeclared",
            f"expected one of {listed((NEVER, *askable))}{but_not(site.undeclared)}{hint}",
        )
    for host in site.hosts:
        yield from _check_host("[site]", "hosts", host)
    for language in site.languages:
        if not _LANGUAGE.fullmatch(language):
            expected = f'expected languages like "en" or "pt-BR"{but_not(language)}'
            yield "[site]", "languages", f"{expected}{language_hint(language)}"
        elif is_unknown_language(language):
            expected = "expected a language by its code (ISO 639-1)"
            expected += f', like "en", "de" or "fr"{but_not(language)}'
            yield "[site]", "languages", f"{expected}{language_hint(language)}"
    if not site.languages:
        yield "[site]", "languages", 'expected at least one language, like ["en"]'
    if not re.fullmatch(PREFIX, site.prefix):
        expected = f'expected a path between slashes, like "/_privacy/"{but_not(site.prefix)}'
        meant = f"/{site.prefix.strip('/')}/"
        yield "[site]", "prefix", expected + suggestion([meant] if re.fullmatch(PREFIX, meant) else [])
    for key, url in (("privacy_url", site.privacy_url), ("imprint_url", site.imprint_url)):
        yield from _check_link("[site]", key, url)
    yield from _check_consent_domain(site.consent_domain)
    yield from _check_kept(site)


def _check_link(place: str, key: str, url: str) -> Iterator[Found]:
    if url and local_path(url) == "/" != url and not _PRIVACY_URL.fullmatch(url):
        expected = 'expected a path on the site or an address on the web, like "/privacy"'
        yield place, key, f"{expected}{but_not(url)}{address_hint(url, local=True)}"


def _check_declaration(declaration: Declaration) -> Iterator[Found]:
    url = declaration.authority_url
    if url and not _PRIVACY_URL.fullmatch(url):
        expected = 'expected an address on the web, like "https://authority.example/complaints"'
        yield "[declaration]", "authority_url", f"{expected}{but_not(url)}"
    for number, earlier in enumerate(declaration.earlier, 1):
        place = place_of("[declaration], earlier", number, earlier.version)
        if not earlier.version.strip():
            yield place, "version", "expected a text that is not empty"
        yield from _check_link(place, "url", earlier.url)


def _check_consent_domain(domain: str) -> Iterator[Found]:
    """Check that browsers take a cookie for `domain`, as they never do for a public suffix."""
    if domain and not (is_host(domain) and parse_host(domain) == domain and registrable_domain(domain)):
        expected = 'expected a domain of your own, below which all hosts are yours, like "example.org"'
        yield "[site]", "consent_domain", f"{expected}{but_not(domain)}{_domain_hint(domain)}"


def _domain_hint(text: str) -> str:
    host = re.sub(r"^(?:[a-zA-Z]+:)?/*", "", text).partition("/")[0].removeprefix("*").strip(".").lower()
    domain = registrable_domain(host) if is_host(host) else None
    return suggestion([domain] if domain and domain != text else [])


def _check_kept(site: Site) -> Iterator[Found]:
    """Check how long choices are kept.

    Who has answered is left in peace for six months at least, and for as long after a refusal as after a
    grant (CNIL 2020-092, section 39). The most is 13 months, since browsers drop a cookie after 400 days
    whatever it says (RFC 6265bis, section 5.5). In the United States nobody who opted out is asked again for
    12 months (California Civil Code 1798.135(c)(4)).
    """
    keys = [key for key in ("keep_grants", "keep_refusals") if getattr(site, key) is not None]
    wrong = [key for key in keys if not _may_be_kept(getattr(site, key))]
    for key in wrong:
        yield "[site]", key, f"{EXPECTED_KEPT}{but_not(getattr(site, key))}"
    if not wrong and lifetime_seconds(site.refusals_kept) < lifetime_seconds(site.grants_kept):
        expected = f"expected at least {shown(site.grants_kept)}, for which grants are kept"
        why = "who refused is not asked again sooner than who consented"
        yield "[site]", "keep_refusals", f"{expected}{but_not(site.keep_refusals)}: {why}"
    elif (
        not wrong and site.regime == "us" and lifetime_seconds(site.refusals_kept) < lifetime_seconds(A_YEAR)
    ):
        expected = f"expected at least {shown(A_YEAR)}{but_not(site.keep_refusals)}"
        yield "[site]", "keep_refusals", f"{expected}: for so long nobody who opted out is asked again"


def _may_be_kept(lifetime: str) -> bool:
    try:
        seconds = lifetime_seconds(lifetime)
    except ValueError:
        return False
    return lifetime_seconds(HALF_A_YEAR) <= seconds <= lifetime_seconds(THIRTEEN_MONTHS)


def _check_banner(banner: Banner) -> Iterator[Found]:
    for path in banner.not_on or ():
        yield from _check_path("[banner]", "not_on", path)


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
        if service.privacy_url and not _PRIVACY_URL.fullmatch(service.privacy_url):
            expected = 'expected an address on the web, like "https://vendor.example/privacy"'
            hint = address_hint(service.privacy_url, local=False)
            yield place, "privacy_url", f"{expected}{but_not(service.privacy_url)}{hint}"
        for nth, cookie in enumerate(service.cookies, 1):
            yield from _check_cookie(place_of(f"{place}, cookies", nth, cookie.name), cookie)


def _check_places(place: str, service: Service) -> Iterator[Found]:
    """Check where a service is found: its hosts, paths, URLs and cookies."""
    for host in service.hosts:
        yield from _check_host(place, "hosts", host)
    for key in ("paths", "pages"):
        for path in getattr(service, key):
            yield from _check_path(place, key, path)
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


def _check_host(place: str, key: str, host: str) -> Iterator[Found]:
    try:
        pattern = UrlPattern.parse(host)
    except ValueError as error:
        shape = 'expected a host like "example.com" or "*.example.com", without scheme, port and path'
        yield place, key, f"{shape if host.isascii() else error}{but_not(host)}{host_hint(host)}"
        return
    if "/" in host:
        yield place, key, f"expected a host without a path{but_not(host)}{host_hint(host)}"
    elif pattern.subdomains and is_public_suffix(pattern.host):
        yield (
            place,
            key,
            f"expected the hosts of one site, not all below {shown(pattern.host)}",
        )


def _check_path(place: str, key: str, path: str) -> Iterator[Found]:
    if not path.startswith(("/", "*")):
        expected = f'expected a path that begins with a slash, like "/collect/*"{but_not(path)}'
        yield place, key, f"{expected}{path_hint(path)}"
        return
    try:
        UrlPattern.parse(f"host.example/{path}")
    except ValueError as error:
        yield place, key, f"{error}{but_not(path)}"
        return
    if _NEVER_IN_PATHS.search(path):
        expected = 'expected a path in its plain form, without "..", "." or escaped letters'
        yield place, key, f"{expected}{but_not(path)}"

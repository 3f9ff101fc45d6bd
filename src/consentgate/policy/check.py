"""What the parts of a policy must agree on, once each of them is well formed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from consentgate.catalogue import UrlPattern

from .lifetime import lifetime_seconds
from .model import NECESSARY, NEVER, Category, Cookie, Service, Site

Found = tuple[str, str, str]
"""A mistake's table, key and what was expected there."""

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_COOKIE_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z\[\]/:@(){}]+")
_PREFIX = re.compile(r"/[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*/")


def check(
    site: Site,
    categories: tuple[Category, ...],
    cookies: tuple[Cookie, ...],
    services: tuple[Service, ...],
) -> list[Found]:
    """Every mistake in the parts taken together, in the order of the file."""
    ids = [category.id for category in categories]
    return [
        *_check_site(site, ids),
        *_check_ids("category", ids),
        *_check_cookies(cookies, ids),
        *_check_ids("service", [service.id for service in services], taken=ids),
        *(
            found
            for number, service in enumerate(services, 1)
            for found in _check_service(number, service, ids)
        ),
    ]


def _check_site(site: Site, ids: list[str]) -> Iterator[Found]:
    for key in ("name", "controller", "contact"):
        if not getattr(site, key).strip():
            yield "[site]", key, "expected a text that is not empty"
    if site.undeclared not in (NEVER, *(i for i in ids if i != NECESSARY)):
        choices = ", ".join(repr(i) for i in ids if i != NECESSARY)
        yield (
            "[site]",
            "undeclared",
            f"expected 'never' or the id of a category that is asked for ({choices})",
        )
    for host in site.hosts:
        yield from _check_host("[site]", "hosts", host)
    if not _PREFIX.fullmatch(site.prefix):
        yield "[site]", "prefix", 'expected a path between slashes, like "/_privacy/"'
    if not site.languages:
        yield "[site]", "languages", 'expected at least one language, like ["en"]'


def _check_ids(kind: str, ids: list[str], taken: Iterable[str] = ()) -> Iterator[Found]:
    seen = set(taken)
    for number, name in enumerate(ids, 1):
        table = f'[[{kind}]] {number} "{name}"'
        if not _ID.fullmatch(name):
            yield table, "id", "expected small letters, digits, - and _, at most 64 of them"
        elif name == NEVER:
            yield table, "id", "expected another word: 'never' means that nothing opens it"
        elif name in seen:
            yield table, "id", "expected an id that no other category or service has"
        seen.add(name)


def _check_cookies(cookies: tuple[Cookie, ...], ids: list[str]) -> Iterator[Found]:
    filed: dict[str, str] = {}
    for number, cookie in enumerate(cookies, 1):
        table = f'[[cookie]] {number} "{cookie.name}"'
        yield from _check_category(table, cookie.category, ids)
        yield from _check_reason(table, cookie)
        yield from _check_cookie(table, cookie.name, cookie.lifetime)
        if filed.setdefault(cookie.name, cookie.category) != cookie.category:
            yield table, "category", f"expected {filed[cookie.name]!r}, as the other table with this name has"


def _check_service(number: int, service: Service, ids: list[str]) -> Iterator[Found]:
    table = f'[[service]] {number} "{service.id}"'
    yield from _check_category(table, service.category, ids)
    yield from _check_reason(table, service)
    if service.pages and service.category != NECESSARY:
        yield table, "pages", "expected only where category is 'necessary'"
    for host in service.hosts:
        yield from _check_host(table, "hosts", host)
    for key in ("paths", "pages"):
        for path in getattr(service, key):
            if not path.startswith("/"):
                yield table, key, f'expected a path that begins with a slash, like "/collect/*", not {path!r}'
    for url in service.urls:
        try:
            UrlPattern.parse(url)
        except ValueError as error:
            yield table, "urls", str(error)
    for cookie in service.cookies:
        yield from _check_cookie(table, cookie.name, cookie.lifetime)
    if not (service.hosts or service.paths or service.urls or service.cookies):
        yield (
            table,
            "",
            "expected at least one of hosts, paths, cookies, or use = the id of a catalogue service",
        )


def _check_category(table: str, category: str, ids: list[str]) -> Iterator[Found]:
    if category not in (*ids, NEVER):
        yield table, "category", f"expected one of {', '.join(map(repr, ids))}, not {category!r}"


def _check_reason(table: str, item: Cookie | Service) -> Iterator[Found]:
    if item.category == NECESSARY and item.reason is None:
        yield table, "reason", "missing: what is necessary carries the reason why it needs no consent"
    elif item.category != NECESSARY and item.reason is not None:
        yield table, "reason", "expected only where category is 'necessary'"


def _check_cookie(table: str, name: str, lifetime: str | None) -> Iterator[Found]:
    stem = name.removesuffix("*")
    if not stem or not _COOKIE_NAME.fullmatch(stem) or "*" in stem:
        yield table, "name", f"expected a cookie's name, with at most one * at its end, not {name!r}"
    if lifetime is not None:
        try:
            lifetime_seconds(lifetime)
        except ValueError as error:
            yield table, "lifetime", f"{error}, not {lifetime!r}"


def _check_host(table: str, key: str, host: str) -> Iterator[Found]:
    try:
        pattern = UrlPattern.parse(host)
    except ValueError as error:
        yield table, key, str(error)
    else:
        if pattern.path not in ("", "/*"):
            yield table, key, f'expected a host without a path, not {host!r} (paths go into "paths")'

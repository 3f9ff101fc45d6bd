"""Writes what a site uses for people: a block for each service, a line for each thing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from consentgate.audit.absolute_urls import resolved
from consentgate.audit.inventory import FoundCookie, FoundHost, FoundItem, FoundService, Inventory, Where
from consentgate.audit.observations import State
from consentgate.policy.lifetime import lifetime_text
from consentgate.policy.messages import printable

_WIDEST = 44
_MOST_PAGES = 3
_LONGEST = 200


def table(inventory: Inventory, *, has_policy: bool) -> Iterator[str]:
    """Yield the lines of the table."""
    for service in inventory.services:
        yield from _block(_title(service, has_policy=has_policy), service, has_policy=has_policy)
    own = inventory.own
    if own.cookies or own.items:
        yield from _block("The site itself", own, has_policy=has_policy)
    if not (inventory.services or own.cookies or own.items):
        yield "Nothing was found that stores something, or leads to another host."
        yield ""
    for what, names in (
        ("services", inventory.unseen_services),
        ("cookies", inventory.unseen_cookies),
    ):
        if names:
            yield f"Declared {what} that were not seen: {', '.join(names)}"


def _title(service: FoundService, *, has_policy: bool) -> str:
    if not service.id:
        return f"{service.name}: the catalogue does not know it"
    declared = f", {service.category}" if service.declared else ", not declared" if has_policy else ""
    return f"{service.name} ({service.id}{declared})"


def _block(title: str, service: FoundService, *, has_policy: bool) -> Iterator[str]:
    rows = [*_rows(service, has_policy=has_policy)]
    yield _plain(title)
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    for row in rows:
        cells = (cell.ljust(min(width, _WIDEST)) for cell, width in zip(row, widths, strict=False))
        yield f"  {'  '.join((*cells, row[3]))}".rstrip()
    yield ""


def _rows(service: FoundService, *, has_policy: bool) -> Iterator[Sequence[str]]:
    """Yield the cells of each line: what it is, its name, what is known of it, where it was seen."""
    for host in service.hosts:
        yield "host", _plain(host.host), _kinds(host), _seen(host.where)
    if service.markup and not service.hosts:
        yield "markup", ", ".join(service.markup), "", _seen(service.where)
    for cookie in service.cookies:
        known = (_lasts(cookie), "HttpOnly" if cookie.http_only else "", _lacks(cookie) if has_policy else "")
        yield "cookie", _plain(cookie.name), ", ".join(filter(None, known)), _seen(cookie.where)
    for item in service.items:
        yield item.kind, _plain(item.key), _lacks(item) if has_policy else "", _seen(item.where)


def _kinds(host: FoundHost) -> str:
    return ", ".join(host.kinds[:3])


def _lasts(cookie: FoundCookie) -> str:
    return "session" if cookie.lifetime is None else lifetime_text(cookie.lifetime)


def _lacks(one: FoundCookie | FoundItem) -> str:
    return "" if one.declared or not one.is_own else "not declared"


def _seen(where: Where) -> str:
    """Say on which pages, in which states and by whom."""
    paths = [*dict.fromkeys(_plain(resolved(page).path) for page in where.pages)]
    more = len(where.pages) - _MOST_PAGES
    pages = " ".join(paths[:_MOST_PAGES]) + (f" and {more} more" if more > 0 else "")
    states = "" if where.states == (State.UNDECIDED,) else f" ({', '.join(where.states)})"
    by = f", by {_plain(where.by[0].partition('?')[0])}" if where.by else ""
    return f"{pages}{states}{by}"


def _plain(text: str) -> str:
    return printable(text[:_LONGEST])


def listed(names: Iterable[str], most: int = 5) -> str:
    """List a few `names`, and how many more there are."""
    first = [*names]
    more = len(first) - most
    return ", ".join(map(_plain, first[:most])) + (f" and {more} more" if more > 0 else "")

"""Measures how completely a scan sees: `python -m tests.audit.scan_recall [PAGES]`.

The examples in all states, the shop with planted faults, and real pages, served on this machine, are scanned
twice: over HTTP alone, and with a browser. What is listed, and what gets into a policy, is compared with what
others saw: the recorder, which speaks TLS for every host, and a second browser that is asked what it keeps.
"""

from __future__ import annotations

import html
import logging
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Error, Page, sync_playwright

from consentgate import Policy
from consentgate.audit.browser import Watching, take_tour
from consentgate.audit.crawl.crawler import Crawler
from consentgate.audit.crawl.fetching import Fetcher
from consentgate.audit.crawl.frontier import Bounds
from consentgate.audit.crawl.pace import Pace
from consentgate.audit.gaps import updated
from consentgate.audit.inventory import Inventory, inventory_of
from consentgate.audit.observations import State, Visit
from consentgate.audit.responses.address import Address, address
from consentgate.audit.responses.reading import Reading, ResponseReader
from consentgate.audit.responses.response import Response
from consentgate.audit.visits import visits_of
from consentgate.policy.model import CONSENT_COOKIES
from tests.browser.certificate import make_certificate
from tests.browser.chromium import Chromium
from tests.browser.recorder import UNNAMED, Mark, Recorder
from tests.browser.servers import LOOPBACK
from tests.browser.visit import Visitor, visitor_with_new_profile

from .measured_sites import MeasuredSite, examples, open_examples, planted, real_pages

BEGUN = '[site]\nname = "Site"\ncontroller = "Site Ltd"\ncontact = "privacy@{}"\n'
KINDS = {
    "localStorage": "local storage",
    "sessionStorage": "session storage",
    "indexedDB": "IndexedDB",
    "caches": "cache storage",
}


class Things(NamedTuple):
    """Hosts, cookies with their domains, and entries of storages with their kinds."""

    hosts: frozenset[str] = frozenset()
    cookies: frozenset[tuple[str, str]] = frozenset()
    items: frozenset[tuple[str, str]] = frozenset()

    def joined(self, other: Things) -> Things:
        return Things(*(one | two for one, two in zip(self, other, strict=True)))


class Row(NamedTuple):
    """What one scan of a site listed, beside what was there: with the hosts that its
    files name, the services that nothing but markup tells of, and what its policy lacks."""

    name: str
    way: str
    listed: Things
    there: Things
    named: frozenset[str]
    by_markup: frozenset[str]
    not_in_policy: frozenset[str]


def main() -> None:
    logging.disable(logging.WARNING)
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    rows = []
    with tempfile.TemporaryDirectory() as folder, Recorder(make_certificate(Path(folder))) as recorder:
        for site in (*examples(), *open_examples(Path(folder)), planted(), *real_pages(count)):
            for row in _measured(site, recorder):
                rows.append(row)
                _print(row)
    for way in ("scan behind a gate", "scan", "scan --browser"):
        _print_totals(way, [row for row in rows if row.way == way])


def _measured(site: MeasuredSite, recorder: Recorder) -> Iterator[Row]:
    with site.served(recorder):
        there = _there(site, recorder)
    with site.served(recorder) as port:
        pages = _Pages(site, port)
        visits = [*visits_of(_crawled(site, pages))]
        named = frozenset(pages.named())
        yield _row(site, "scan behind a gate" if site.is_gated else "scan", visits, there, named)
        mark = recorder.mark()
        watching = Watching(insecure=True, upstream=(LOOPBACK, recorder.port))
        others = [site.url.rstrip("/") + page for page in site.pages[1:]]
        tour = take_tour(site.url, others, states=site.states, watching=watching)
        recorded = _contacted(site, recorder, mark)
        yield _row(site, "scan --browser", [*visits, *tour.visits()], there.joined(recorded), named)


def _row(site: MeasuredSite, way: str, visits: list[Visit], there: Things, named: frozenset[str]) -> Row:
    inventory = inventory_of(visits, Policy(), site.host)
    by_markup = frozenset(one.id for one in inventory.services if not (one.hosts or one.cookies or one.items))
    listed = _listed(inventory, site.host)
    text = updated(BEGUN.format(site.host), "consentgate.toml", visits, site.host).text
    missing = frozenset(_missing(text, visits, there, site.host))
    return Row(site.name, way, listed, there, named, by_markup, missing)


def _listed(inventory: Inventory, host: str) -> Things:
    every, own = [*inventory.services, inventory.own], Policy().claims.first_party(host).own
    return Things(
        frozenset(found.host for one in every for found in one.hosts if found.host not in own),
        frozenset((found.name, _plain(found.domain)) for one in every for found in one.cookies),
        frozenset(
            (found.kind, found.key) for one in every for found in one.items if found.kind in KINDS.values()
        ),
    )


def _missing(text: str, visits: Iterable[Visit], there: Things, host: str) -> Iterator[str]:
    """Yield what was there, and the policy neither declares nor asks about."""
    policy = Policy.parse(text)
    claims = policy.claims
    paths = {
        (address_.site.host, address_.path)
        for visit in visits
        for one in visit.requests
        if (address_ := address(one.url)) is not None
    }
    for name in there.hosts:
        found = [path for at, path in paths if at == name] or ["/"]
        groups = [group for path in found for group in claims.by_url(name, path, own=False)]
        every = [claim for group in groups for claim in group]
        is_declared = any(claim.declared for claim in every)
        # Of a service that has closed, a comment says that its markup can go.
        has_closed = any(f"{claim.name} has closed" in text for claim in every)
        if not is_declared and not has_closed and f'"{name}"' not in text:
            yield name
    own = {name for name, domain in there.cookies if f".{host}".endswith(f".{domain}")}
    keys = {key for kind, key in there.items if kind.endswith("storage") and kind != "cache storage"}
    for name in own | keys:
        if not claims.cookie_is_declared(name) and f'"{name}"' not in text:
            yield name


@dataclass(slots=True)
class _Pages:
    """Asks the site that listens on a port, and calls it by its host's name. Remembers what came."""

    site: MeasuredSite
    port: int
    bodies: list[str] = field(default_factory=list)

    def fetch(self, target: Address) -> Response:
        """Return the response at `target`."""
        asked = address(f"http://{LOOPBACK}:{self.port}{target.path}")
        assert asked is not None
        headers = {"Host": self.site.host, "X-Forwarded-Proto": "https"}
        with Fetcher("consentgate/measuring", headers=headers) as fetcher:
            came = replace(fetcher.fetch(asked), address=target)
        self.bodies.append(html.unescape(came.body.decode("latin-1")).lower())
        self.bodies.extend(value.lower() for _, value in came.headers)
        return came

    def named(self) -> Iterator[str]:
        """Yield the hosts that stand in what came, and anything else that looks like one."""
        for body in self.bodies:
            yield from re.findall(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", body)


def _crawled(site: MeasuredSite, pages: _Pages) -> list[Reading]:
    start = address(site.url)
    assert start is not None
    bounds = Bounds(len(site.pages), 1 if len(site.pages) > 1 else 0, 25)
    crawler = Crawler(start, [start.site], pages, ResponseReader(()), bounds, Pace(0.001))
    for _ in crawler.run():
        pass
    return crawler.readings


def _there(site: MeasuredSite, recorder: Recorder) -> Things:
    """Visit the site as a person does, in each state with another browser, and return what came of it."""
    found = Things()
    with sync_playwright() as playwright:
        engine = Chromium(playwright)
        for ways in _ways(site):
            with visitor_with_new_profile(engine, recorder, settle=1.5) as visitor:
                mark = recorder.mark()
                for page in site.pages:
                    found = found.joined(
                        _done(visitor, lambda tab, page=page: tab.goto(site.url.rstrip("/") + page))
                    )
                    found = found.joined(
                        _done(visitor, lambda tab: tab.evaluate("scrollTo(0, document.body.scrollHeight)"))
                    )
                for state in ways:
                    for button in site.ways[state]:
                        found = found.joined(_done(visitor, lambda tab, button=button: _press(tab, button)))
                    found = found.joined(_done(visitor, lambda tab: tab.goto(site.url)))
                found = found.joined(_done(visitor, lambda tab: tab.goto("about:blank")))
                found = found.joined(_contacted(site, recorder, mark))
    return found


def _contacted(site: MeasuredSite, recorder: Recorder, mark: Mark) -> Things:
    """Return the hosts that were contacted since `mark`, and are not the site's own."""
    own = Policy().claims.first_party(site.host).own
    return Things(frozenset(host for host in recorder.hosts_since(mark) - {UNNAMED} if host not in own))


def _ways(site: MeasuredSite) -> Iterator[tuple[State, ...]]:
    yield ()
    if site.ways:
        yield (State.REFUSED,)
        yield (State.ACCEPTED, State.WITHDRAWN)


def _done(visitor: Visitor, act: Callable[[Page], object]) -> Things:
    try:
        visit = visitor.does(act)
    except Error as error:
        print(f"  (reference: {error.message.splitlines()[0]})", flush=True)
        return Things()
    cookies = ((one["name"], _plain(one["domain"])) for one in visit.cookies)
    items = ((KINDS[one.kind], one.name) for one in visit.storage)
    return Things(
        frozenset(),
        frozenset(one for one in cookies if one[0] not in CONSENT_COOKIES),
        frozenset(items),
    )


def _press(tab: Page, button: str) -> None:
    """Press what can be seen, in the page or in a frame of it, such as that of our settings."""
    for _ in range(100):
        for frame in tab.frames:
            for found in frame.locator(button).filter(visible=True).all():
                found.click(timeout=10_000)
                return
        tab.wait_for_timeout(100)
    raise Error(f"there is nothing to press: {button}")


def _plain(domain: str) -> str:
    return domain.removeprefix(".")


def _print(row: Row) -> None:
    parts = [
        f"{what}: missed {sorted(there - listed)}, beyond {sorted(listed - there - {*row.named})}"
        for what, listed, there in zip(Things._fields, row.listed, row.there, strict=True)
        if listed or there
    ]
    named = sorted((row.listed.hosts - row.there.hosts) & row.named)
    print(
        f"{row.name}: {row.way}: {'; '.join(parts)}; only named {named}; "
        f"by markup alone {sorted(row.by_markup)}; not in policy {sorted(row.not_in_policy)}",
        flush=True,
    )


def _print_totals(way: str, rows: list[Row]) -> None:
    print(f"{way}: {len(rows)} sites")
    for at, what in enumerate(Things._fields):
        there = sum(len(row.there[at]) for row in rows)
        found = sum(len(row.there[at] & row.listed[at]) for row in rows)
        listed = sum(len(row.listed[at]) for row in rows)
        print(f"  {what}: recall {_share(found, there)}, precision {_share(found, listed)}")
    named = sum(len((row.listed.hosts - row.there.hosts) & row.named) for row in rows)
    beyond = sum(len(row.listed.hosts - row.there.hosts - row.named) for row in rows)
    print(f"  hosts that no browser contacted: {named} named in pages, {beyond} not")
    print(f"  services by markup alone: {sum(len(row.by_markup) for row in rows)}")
    there = sum(sum(map(len, row.there)) for row in rows)
    print(f"  not in the policy: {sum(len(row.not_in_policy) for row in rows)} of {there}")


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole}" + (f" ({100 * part / whole:.2f} %)" if whole else "")


if __name__ == "__main__":
    main()

"""Walks through a site: asks, reads, goes on where it may."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from consentgate.audit.responses.address import Address, Site, address
from consentgate.audit.responses.reading import Reading, ResponseReader
from consentgate.audit.responses.response import Response

from .frontier import Bounds, Frontier, Target
from .journal import Journal
from .pace import Pace
from .robots import Robots

_MOST_ATTEMPTS = 3
_MOST_REDIRECTS = 5
"""How many redirects lead to a robots.txt at most (RFC 9309, section 2.3.1.2)."""


class Fetches(Protocol):
    """Whatever asks for an address: `Fetcher`, in earnest."""

    def fetch(self, target: Address) -> Response:
        """Return the response at `target`."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The clocks that a crawl goes by, and how it waits."""

    now: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


@dataclass(slots=True)
class Crawler:
    """Crawls the `sites` from `start`, and keeps within `bounds`.

    With a `journal` it begins with what that holds, and adds to it. `readings` is all that was read,
    `disallowed` what robots.txt kept it from, and `unreachable` the sites whose robots.txt nobody could read,
    with the reason.
    """

    start: Address
    sites: Sequence[Site]
    fetches: Fetches
    reader: ResponseReader
    bounds: Bounds = field(default_factory=Bounds)
    pace: Pace = field(default_factory=lambda: Pace(0.5))
    clock: Clock = field(default_factory=Clock)
    journal: Journal | None = None
    readings: list[Reading] = field(default_factory=list)
    disallowed: list[str] = field(default_factory=list)
    unreachable: dict[Site, str] = field(default_factory=dict)
    frontier: Frontier = field(init=False)
    _secure: set[Site] = field(default_factory=set)
    _robots: dict[Site, Robots] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.frontier = Frontier(self.sites, self.bounds)

    def run(self) -> Iterator[Reading]:
        """Crawl, and yield each reading once it is in the journal.

        Raises TooBusy where the site asks to be left alone, NotThatCrawl for a wrong journal, and OSError
        where the journal cannot be written.
        """
        before = {(one.kind, one.url): one for one in self.journal.read()} if self.journal else {}
        self.frontier.add(Target(self.start, "page"))
        for site in self.sites:
            self._begin(site)
        while (target := self.frontier.next()) is not None:
            known = before.get((target.kind, str(target.address)))
            if known is not None:
                self._take(target, known)
                continue
            if not self._robots_of(target.address.site).allow(target.address):
                self.disallowed.append(str(target.address))
                continue
            reading = self.reader.read(self._ask(target.address), target.kind, self.clock.wall())
            if self.journal is not None and not _is_passing(reading.status):
                self.journal.add(reading)
            self._take(target, reading)
            yield reading

    def stays_on(self, url: str) -> bool:
        """Say whether a URL is on one of the sites."""
        found = address(url)
        return found is not None and found.site in self.sites

    def _take(self, target: Target, reading: Reading) -> None:
        self.readings.append(reading)
        is_redirect = 300 <= reading.status < 400
        if target.address.scheme == "https" and reading.status:
            self._secure.add(target.address.site)
        for linked in reading.linked:
            found = address(linked.url)
            if found is None:
                continue
            if found.site in self._secure and not is_redirect:
                # What links still say of a site that has moved to TLS leads there by a redirect each.
                found = found._replace(scheme="https")
            self.frontier.add(Target(found, linked.kind, target.depth + (not is_redirect)))

    def _begin(self, site: Site) -> None:
        """Read what the `site` says to crawlers."""
        robots = self._robots_of(site)
        if robots.is_unreachable:
            self.unreachable[site] = robots.why_unreachable
            return
        usual = Address(self.start.scheme, site, "/sitemap.xml")
        for sitemap in robots.sitemaps or [usual]:
            self.frontier.add(Target(sitemap, "sitemap"))

    def _robots_of(self, site: Site) -> Robots:
        if site not in self._robots:
            target = Address(self.start.scheme, site, "/robots.txt")
            response = self._ask(target)
            for _ in range(_MOST_REDIRECTS):
                location = response.location
                if location is None or location.site not in self.sites:
                    break
                response = self._ask(location)
            self._robots[site] = Robots(response)
            self.pace.slow_down(self._robots[site].delay)
        return self._robots[site]

    def _ask(self, target: Address) -> Response:
        """Ask for `target`, and again where the site is busy."""
        for _ in range(_MOST_ATTEMPTS):
            wait = self.pace.wait(self.clock.now())
            if wait > 0:
                self.clock.sleep(wait)
            response = self.fetches.fetch(target)
            if not self.pace.took(response, self.clock.now(), self.clock.wall()):
                break
        return response


def _is_passing(status: int) -> bool:
    """Say whether another answer may come tomorrow, so that a crawl which goes on asks again."""
    return status == 0 or status == 429 or status >= 500

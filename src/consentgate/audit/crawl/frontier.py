"""Decides what to ask a site for next: every kind of page first, and never without end."""

from __future__ import annotations

import heapq
import re
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass

from consentgate.audit.responses.address import Address, Site
from consentgate.audit.responses.reading import Kind

MOST_SITEMAPS = 20
"""The most sitemaps that are read."""
MOST_FILES = 500
"""The most first-party style sheets and scripts that are read."""
MOST_WAITING = 50_000
"""The most pages that wait: more could not be asked for in a night."""

_LONGEST_ADDRESS = 1000
_MOST_SEGMENTS = 20
_MOST_OF_A_SEGMENT = 3
"""How often one segment may stand in a path: relative links that miss a slash make it longer each time."""
_MOST_QUERIES = 8
"""The most addresses that differ in their query alone: filters can be combined without end."""
_NUMBER = re.compile(r"[0-9]+")
_TOKEN = re.compile(r"[0-9a-f-]{16,}", re.I)
_SLUG = re.compile(r"[^-_]+(?:[-_][^-_]+){2,}")


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most `pages` that are asked for, the most links (`depth`) from the first page to any, and the most
    pages that are `alike`: those whose paths differ in numbers, dates, titles or their last part alone."""

    pages: int = 200
    depth: int = 10
    alike: int = 25


@dataclass(frozen=True, slots=True)
class Target:
    """Something to ask for: its `address`, what to ask for it as, and how many links lead there."""

    address: Address
    kind: Kind
    depth: int = 0


class Frontier:
    """Keeps what is to be asked for on the `sites`, and what was. It does no I/O.

    Of pages that are alike the first comes before the second of any others. So each kind of page is seen,
    even where the bounds leave most pages out.
    """

    def __init__(self, sites: Iterable[Site], bounds: Bounds) -> None:
        self._sites = frozenset(sites)
        self._bounds = bounds
        self._known: set[tuple[object, ...]] = set()
        self._pages: list[tuple[int, int, int, Target]] = []
        self._files: deque[Target] = deque()
        self._sitemaps: deque[Target] = deque()
        self._alike: Counter[tuple[object, ...]] = Counter()
        self._queries: Counter[tuple[object, ...]] = Counter()
        self._taken: Counter[Kind] = Counter()
        self._number = 0
        self.left_out: Counter[str] = Counter()
        """The shapes of pages that were left out, with their numbers."""

    @property
    def asked(self) -> int:
        """How many pages were asked for."""
        return self._taken["page"]

    @property
    def waiting(self) -> int:
        """How many pages wait, as far as the bounds allow."""
        return min(len(self._pages), self._bounds.pages - self.asked)

    @property
    def beyond(self) -> int:
        """How many pages wait that the bounds do not allow."""
        return len(self._pages) - self.waiting

    def add(self, target: Target) -> bool:
        """Add a `target`; say whether it is new, on one of the sites, and within the bounds."""
        if target.address.site not in self._sites:
            return False
        key = target.kind, target.address.scheme, *target.address.key
        if key in self._known:
            return False
        if target.kind == "page":
            return self._add_page(target, key)
        queue, most = (
            (self._sitemaps, MOST_SITEMAPS) if target.kind == "sitemap" else (self._files, MOST_FILES)
        )
        if self._taken[target.kind] + len(queue) >= most:
            return False
        self._known.add(key)
        queue.append(target)
        return True

    def _add_page(self, target: Target, key: tuple[object, ...]) -> bool:
        place = target.address.site, target.address.path
        shape = shape_of(target.address)
        if (
            target.depth > self._bounds.depth
            or len(self._pages) >= MOST_WAITING
            or _may_be_endless(target.address)
            or self._alike[shape] >= self._bounds.alike
            or (target.address.query and self._queries[place] >= _MOST_QUERIES)
        ):
            self.left_out[f"{shape[1]}{'?...' if target.address.query else ''}"] += 1
            return False
        self._known.add(key)
        self._alike[shape] += 1
        self._queries[place] += bool(target.address.query)
        self._number += 1
        heapq.heappush(self._pages, (self._alike[shape], target.depth, self._number, target))
        return True

    def next(self) -> Target | None:
        """Take what is to be asked for next; None once there is nothing, or enough was."""
        if self._sitemaps:
            target = self._sitemaps.popleft()
        elif self._files:
            target = self._files.popleft()
        elif self._pages and self.asked < self._bounds.pages:
            target = heapq.heappop(self._pages)[3]
        else:
            return None
        self._taken[target.kind] += 1
        return target


def shape_of(address: Address) -> tuple[Site, str]:
    """Return what the paths of pages that are alike have in common."""
    segments = address.path.split("/")[1:]
    parts = [_NUMBER.sub("#", _TOKEN.sub("#", segment)) for segment in segments]
    parts = ["*" if _SLUG.fullmatch(part) else part for part in parts]
    if len(parts) > 1 and parts[-1]:
        parts[-1] = "*"
    return address.site, "/" + "/".join(parts)


def _may_be_endless(address: Address) -> bool:
    segments = [segment for segment in address.path.split("/") if segment]
    return (
        len(str(address)) > _LONGEST_ADDRESS
        or len(segments) > _MOST_SEGMENTS
        or any(count > _MOST_OF_A_SEGMENT for count in Counter(segments).values())
    )

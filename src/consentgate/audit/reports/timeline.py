"""The requests of a page as bars on a line of time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from consentgate.audit.absolute_urls import host_of
from consentgate.audit.judging.contacts import HINTS
from consentgate.audit.observations import Visit
from consentgate.policy import OwnHosts

MOST_BARS = 200
"""The most requests of a page that are drawn. More is read by nobody."""

_NARROWEST = 0.6


class Bar(NamedTuple):
    """A request: where its bar begins and how long it is, in percent of the line, and whose it is: "own",
    "other" or "hint"."""

    left: float
    width: float
    at: float
    whose: str
    host: str
    kind: str
    url: str
    by: str


def bars(visit: Visit, own: OwnHosts) -> Iterator[Bar]:
    """Yield the requests of a visit in their order, then what browsers are asked for, which has no time.
    The `own` hosts are the site itself."""
    end = max((request.at + request.took for request in visit.requests), default=0.0) or 1.0
    for request in sorted(visit.requests, key=lambda one: (one.kind in HINTS, one.at))[:MOST_BARS]:
        host = host_of(request.url)
        whose = "own" if host in own else "hint" if request.kind in HINTS else "other"
        left = min(100 * request.at / end, 100 - _NARROWEST)
        width = min(max(100 * request.took / end, _NARROWEST), 100 - left)
        yield Bar(
            round(left, 2),
            round(width, 2),
            request.at,
            whose,
            host,
            request.kind,
            request.url,
            request.by,
        )

"""What was seen of a site from outside: the requests, cookies and storage of each page."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

StorageKind = Literal["local storage", "session storage", "IndexedDB", "cache storage", "service worker"]


class State(StrEnum):
    """What the visitor had decided when a page was seen."""

    UNDECIDED = "undecided"
    REFUSED = "refused"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """A request that the page at `page` led to, or that its markup asks browsers for.

    `kind` is the browser's word for what was loaded ("script", "image", "websocket", ...), or the markup's
    ("preconnect", "dns-prefetch", ...). `by` is the URL of what started it, "" where that is not known. `at`
    and `took` are seconds, from when the page was asked for; two requests are equal whatever these are.
    """

    url: str
    kind: str
    page: str
    by: str = ""
    at: float = field(default=0.0, compare=False)
    took: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True)
class SeenCookie:
    """A cookie that was set while the page at `page` was open.

    `domain` begins with a dot where the cookie is sent to subdomains, too. `lifetime` is in seconds, None
    until the browser closes. `by` is the URL of the response or the script that set it, "" where that is not
    known.
    """

    name: str
    domain: str
    path: str
    lifetime: int | None
    http_only: bool
    page: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class SeenItem:
    """An entry in the browser's storage for `origin`, which was not there before the page at `page`.

    `key` is the entry's key, a database's or cache's name, or a worker's scope. `by` is the URL of the script
    that wrote it, "" where that is not known.
    """

    kind: StorageKind
    origin: str
    key: str
    page: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class SeenService:
    """A service of the catalogue whose code is in the page at `page`, whether a URL says so or not.

    `kind` is the markup that gives it away: "inline script", "widget", "script". `by` is the URL of the
    first-party script that has the code in it, "" where that is in the page itself.
    """

    service: str
    kind: str
    page: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """One page that was visited in one `state`. `status` is the response's, 0 where none came; `problem` says
    what went wrong in that case, in a sentence's end."""

    url: str
    state: State
    status: int
    requests: tuple[SeenRequest, ...] = ()
    cookies: tuple[SeenCookie, ...] = ()
    items: tuple[SeenItem, ...] = ()
    problem: str = ""
    services: tuple[SeenService, ...] = ()

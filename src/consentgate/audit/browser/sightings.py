"""Makes observations of what the browser and the page tell. Pages can tell anything."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from consentgate.audit.observations import SeenCookie, SeenItem, SeenRequest
from consentgate.audit.responses.address import address
from consentgate.audit.responses.links import may_be_followed

from .recording import Record, Recorded, Written

_NO_PAGE_FOR_STRANGERS = re.compile(r"(?i)log-?in|sign-?(in|up)|/_privacy/")
_MOST_ROWS = 5000
"""The most rows of one page's answer: pages can make up any number."""


def requests_of(
    page: str, since: float, record: Record, hints: Iterable[tuple[str, str]]
) -> Iterator[SeenRequest]:
    """Yield the requests of a page, then what it asks browsers for and was not seen to be asked."""
    told = set()
    for request in record.all_requests():
        told.add(request.url)
        yield seen_request(request, page, since)
    for kind, url in dict.fromkeys(hints):
        if url not in told or kind in ("preconnect", "dns-prefetch"):
            yield SeenRequest(url, kind, page, page)
    for written in dict.fromkeys(w for w in record.written if w.kind == "webrtc"):
        # RFC 7064: stun:host, stun:host:port.
        host = written.name.partition(":")[2].partition("?")[0]
        yield SeenRequest(f"https://{host}/", "webrtc", page, written.by)


def seen_request(request: Recorded, page: str, since: float) -> SeenRequest:
    """Return a request of the page that was asked for at `since`."""
    return SeenRequest(
        request.url, request.kind, page, request.by, max(0.0, request.time - since), request.took
    )


def seen_cookie(cookie: Any) -> tuple[SeenCookie, object]:
    """Return a cookie as Playwright has it, and what is another once it is set again."""
    expires = cookie.get("expires", -1)
    lifetime = max(0, round(expires - time.time())) if expires > 0 else None
    seen = SeenCookie(cookie["name"], cookie["domain"], cookie["path"], lifetime, cookie["httpOnly"], "")
    return seen, (cookie["value"], expires)


def setter_of(cookie: SeenCookie, record: Record) -> str:
    """Return the URL of the response or the script that set a cookie last, "" where nobody was seen to."""
    domain = cookie.domain.removeprefix(".")
    for name, url in reversed(record.set_by_response):
        host = socket_host(url)
        if name == cookie.name and (host == domain or host.endswith(f".{domain}")):
            return url
    return next((w.by for w in reversed(record.written) if (w.kind, w.name) == ("cookie", cookie.name)), "")


def writer_of(item: SeenItem, written: Sequence[Written]) -> str:
    """Return the URL of the script that stored something first, "" where none was seen to."""
    wanted = (item.kind, item.key, item.origin)
    return next((one.by for one in written if (one.kind, one.name, one.origin) == wanted), "")


def pages_to_visit(links: Iterable[str], known: Iterable[str], most: int) -> list[str]:
    """Choose pages that the first of the `known` ones links to. They are of its origin, and none of them acts
    when it is asked for."""
    known = [*known]
    wanted = dict.fromkeys(link.partition("#")[0] for link in links)
    fit = (page for page in wanted if page not in known and _is_harmless(page, origin_of(known[0])))
    return [*islice(fit, most)]


def _is_harmless(page: str, origin: str) -> bool:
    target = address(page) if origin_of(page) == origin else None
    if target is None or target.query or _NO_PAGE_FOR_STRANGERS.search(target.path):
        return False
    return may_be_followed(target)


def origin_of(url: str) -> str:
    """Return the scheme, host and port of a URL, "" where they cannot be read."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc}"
    except ValueError:
        return ""


def rows_in(answer: Any, width: int) -> list[list[Any]]:
    """Return the rows of a page's answer, which may be anything."""
    rows = answer if isinstance(answer, list) else []
    return [row for row in rows[:_MOST_ROWS] if isinstance(row, list) and len(row) == width]


def pairs_in(answer: Any) -> list[tuple[str, str]]:
    """Return the rows of two texts of a page's answer, which may be anything."""
    return [(row[0], row[1]) for row in rows_in(answer, 2) if all(map(is_text, row))]


def is_text(value: object) -> bool:
    """Say whether a value is a text."""
    return isinstance(value, str)


def in_words(message: str) -> str:
    """Return what Playwright says of a page that did not come, without its log."""
    first = message.splitlines()[0] if message else ""
    return first.removeprefix("Page.goto: ").partition(" at http")[0] or "no page came"


def socket_host(url: str) -> str:
    """Return the host of a URL as sockets are given it, an IPv6 address without its brackets; "" where it has
    none that can be read."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""

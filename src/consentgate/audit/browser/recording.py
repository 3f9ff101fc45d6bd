"""Writes down what the browser tells of a page: each request with what started it, each cookie's setter."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .readable import readable

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Request

BINDING = "__consentgateTell"
"""The name under which `probe.js` finds whom to tell."""

MOST_REQUESTS = 10_000
"""The most requests of a page that are written down. One that asks for more never ends."""

_ON_THE_WEB = re.compile(r"(?:https?|wss?)://", re.IGNORECASE)
_REPORTED = re.compile(r"https?://[^\s\"'<>;,]+")
_REPORT_URI = re.compile(r"report-uri\s+([^;]+)", re.IGNORECASE)
_LINK = re.compile(r"<([^>]*)>([^<]*)")
_RELATION = re.compile(r";\s*rel\s*=\s*\"?([\w\s-]+)", re.IGNORECASE)
_NEVER_SENT = ("csp", "mixed-content", "subresource-filter")
"""The protocol's words for why a browser does not send a request."""
_HINTS = ("preconnect", "dns-prefetch", "prefetch", "preload", "modulepreload")


@dataclass(slots=True)
class Recorded:
    """A request as the browser tells of it. `time` is since the epoch."""

    url: str
    kind: str
    by: str
    time: float
    took: float = 0.0
    _began: float = 0.0


@dataclass(frozen=True, slots=True)
class Written:
    """Something that the script at `by` stored. `kind` is "cookie", "webrtc" or a kind of storage."""

    kind: str
    name: str
    origin: str
    by: str


@dataclass(slots=True)
class Record:
    """All that was told since the last `clear`, of all pages of a browser."""

    requests: list[Recorded] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)
    set_by_response: list[tuple[str, str]] = field(default_factory=list)
    hinted: list[tuple[str, str]] = field(default_factory=list)
    changed: float = 0.0
    _others: list[Recorded] = field(default_factory=list)
    _blocked: set[str] = field(default_factory=set)

    def clear(self) -> None:
        """Forget all that was told."""
        for told in (self.requests, self.written, self.set_by_response, self.hinted, self._others):
            told.clear()
        self._blocked.clear()

    def block(self, request: Recorded) -> None:
        """Take a request out that the browser did not send."""
        self.requests = [one for one in self.requests if one is not request]
        self._blocked.add(request.url)

    def all_requests(self) -> Iterator[Recorded]:
        """Yield the requests: those of pages and frames, then those of workers, which are told elsewhere."""
        yield from self.requests
        known = {request.url for request in self.requests} | self._blocked
        for request in self._others:
            if request.url not in known:
                known.add(request.url)
                yield request


def record(context: BrowserContext) -> Record:
    """Write down what happens in all pages of a browser from now on."""
    found = Record()

    def add_page(page: Page) -> None:
        _PageListener(context, page, found)

    def add_request(request: Request) -> None:
        if _is_on_the_web(request.url) and len(found._others) < MOST_REQUESTS:
            worker = request.service_worker
            by = worker.url if worker is not None else ""
            found._others.append(Recorded(request.url, request.resource_type, by, time.time()))
            found.changed = time.monotonic()

    def add_written(_source: object, told: Any) -> None:
        # The page can call it, too, with anything.
        if isinstance(told, dict) and len(found.written) < MOST_REQUESTS:
            parts = (told.get(key) for key in ("kind", "name", "origin", "by"))
            found.written.append(Written(*(readable(str(part)[:2000]) for part in parts)))

    context.expose_binding(BINDING, add_written)
    context.on("page", add_page)
    context.on("request", add_request)
    for page in context.pages:
        add_page(page)
    return found


class _PageListener:
    """Listens to one page and the frames in it (Chrome DevTools Protocol, Network domain)."""

    def __init__(self, context: BrowserContext, page: Page, record: Record) -> None:
        self._record = record
        self._chains: dict[str, list[Recorded]] = defaultdict(list)
        self._answered: dict[str, int] = defaultdict(int)
        self._navigations: set[str] = set()
        session = context.new_cdp_session(page)
        for event, listen in (
            ("Network.requestWillBeSent", self._asked),
            ("Network.responseReceived", self._received),
            ("Network.responseReceivedExtraInfo", self._received_headers),
            ("Network.loadingFinished", self._finished),
            ("Network.loadingFailed", self._failed),
            ("Network.webSocketCreated", self._opened_socket),
            ("Network.webTransportCreated", self._opened_transport),
        ):
            session.on(event, listen)
        session.send("Network.enable")
        tree = session.send("Page.getFrameTree")
        self._main_frame = tree["frameTree"]["frame"]["id"]

    def _add(self, request: Recorded) -> bool:
        self._record.changed = time.monotonic()
        if len(self._record.requests) >= MOST_REQUESTS:
            return False
        self._record.requests.append(request)
        return True

    def _asked(self, event: Mapping[str, Any]) -> None:
        url = event["request"]["url"]
        if not _is_on_the_web(url):
            return
        id, redirect = event["requestId"], event.get("redirectResponse")
        kind = event.get("type", "other").lower()
        if kind == "document" and event.get("frameId") == self._main_frame:
            # What the visitor asks for, and where the site's answer leads.
            if redirect is None and event["initiator"]["type"] == "other":
                self._navigations.add(id)
            if id in self._navigations:
                kind = "navigation"
        by = redirect["url"] if redirect is not None else _starter(event["initiator"], event["documentURL"])
        request = Recorded(url, kind, by, event["wallTime"], 0.0, event["timestamp"])
        if self._add(request):
            self._chains[id].append(request)
        if redirect is not None:
            self._read_headers(redirect["url"], redirect["headers"])

    def _received(self, event: Mapping[str, Any]) -> None:
        self._record.changed = time.monotonic()
        if event.get("type") == "Document":
            self._read_headers(event["response"]["url"], event["response"]["headers"])

    def _received_headers(self, event: Mapping[str, Any]) -> None:
        id = event["requestId"]
        chain, number = self._chains.get(id, []), self._answered[id]
        self._answered[id] += 1
        lines = next((v for name, v in event["headers"].items() if name.lower() == "set-cookie"), "")
        if not lines or not chain:
            return
        url = chain[min(number, len(chain) - 1)].url
        for line in lines.split("\n"):
            self._record.set_by_response.append((line.partition(";")[0].partition("=")[0].strip(), url))

    def _finished(self, event: Mapping[str, Any]) -> None:
        self._record.changed = time.monotonic()
        for request in self._chains.get(event["requestId"], [])[-1:]:
            request.took = max(0.0, event["timestamp"] - request._began)

    def _failed(self, event: Mapping[str, Any]) -> None:
        self._record.changed = time.monotonic()
        # A Content-Security-Policy and the rules on mixed content stop requests that were told of already.
        # Others stop what has been answered: that was sent.
        chain = self._chains.get(event["requestId"], [])
        was_sent = self._answered[event["requestId"]] >= len(chain)
        if event.get("blockedReason") in _NEVER_SENT and not was_sent:
            self._record.block(chain[-1])

    def _opened_socket(self, event: Mapping[str, Any]) -> None:
        self._add(Recorded(event["url"], "websocket", _starter(event.get("initiator", {})), time.time()))

    def _opened_transport(self, event: Mapping[str, Any]) -> None:
        self._add(Recorded(event["url"], "webtransport", _starter(event.get("initiator", {})), time.time()))

    def _read_headers(self, url: str, headers: Mapping[str, str]) -> None:
        self._record.hinted.extend(hints_in(url, headers))


def hints_in(url: str, headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the kind and the URL of what the response from `url` asks browsers for in its `headers`: to
    connect (RFC 8288), and to report (Reporting API, section 3; CSP Level 3, section 6.5.1)."""
    for name, value in headers.items():
        header = name.lower()
        if header == "link":
            for target, parameters in _LINK.findall(value):
                relations = _RELATION.search(parameters)
                for relation in relations[1].lower().split() if relations else ():
                    if relation in _HINTS and (whole := _absolute(target, url)):
                        yield relation, whole
        elif header in ("reporting-endpoints", "report-to", "nel"):
            yield from (("reporting", found) for found in _REPORTED.findall(value))
        elif header.startswith("content-security-policy"):
            for addresses in _REPORT_URI.findall(value):
                yield from (("reporting", found) for found in _REPORTED.findall(addresses))


def _absolute(target: str, base: str) -> str:
    if target.startswith("//"):
        return f"{base.partition('//')[0]}{target}"
    return target if _is_on_the_web(target) else ""


def _starter(initiator: Mapping[str, Any], otherwise: str = "") -> str:
    """Return the URL of what started a request: the innermost script that has one, else the document."""
    stack = initiator.get("stack")
    while stack:
        for frame in stack.get("callFrames", ()):
            if _is_on_the_web(frame.get("url", "")):
                return str(frame["url"])
        stack = stack.get("parent")
    return str(initiator.get("url") or otherwise)


def _is_on_the_web(url: str) -> bool:
    return _ON_THE_WEB.match(url) is not None

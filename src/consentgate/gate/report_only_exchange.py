"""The exchange that only observes: it blocks nothing, and counts what the gate would block."""

from __future__ import annotations

from collections.abc import Iterable

from .csp.build import net_for
from .csp.csp_headers import REPORTS, joined, reporting, with_connections
from .csp.site_policy import NAME as CSP
from .enforcement import Enforcement
from .exchange import Exchange
from .message import Head, Header, Request
from .response.body import Body
from .response.content_type import Kind
from .response.measured_body import measured
from .response.reading import Reader
from .response.treatment import Action, Refusal, treatment


class ReportOnlyExchange(Exchange):
    """One request and its response, which go on as they came. What would be done with them is only logged.

    The one thing that is added is a Content-Security-Policy that reports what scripts load. `_observed` reads
    the body, None once that has failed.
    """

    drops = False

    def __init__(self, enforcement: Enforcement, request: Request) -> None:
        super().__init__(enforcement, request)
        self._observed: Body | None = None
        self._passes = False

    @property
    def request_changes(self) -> dict[str, tuple[str, ...]]:
        self._cookies.incoming()
        return {}

    def start(self, status: int, headers: Iterable[Header]) -> Head | None:
        self._log.configuration.only_reports()
        given = [*headers]
        treated = treatment(status, given, self._visit)
        self._headers.response(given)
        self._observed = None
        match treated.action:
            case Refusal() as refusal:
                self._tell_blocked(refusal)
                if not refusal.blocked:
                    self._log.limits.unreadable(refusal.reason)
            case Action.READ:
                reader = Reader(self._visit, self._insertions, self._log, only_observes=True)
                body = reader.body(treated, given)
                self._observed = measured(body, self._enforcement.meter, is_open=self.consent.is_open)
        self._passes = self._observed is None
        is_shown = treated.kind not in (Kind.OTHER, Kind.UNKNOWN)
        self._head = Head(status, self._reporting(given) if is_shown else given)
        return self.head

    def _reporting(self, headers: list[Header]) -> list[Header]:
        """Return the headers with the Content-Security-Policy for visitors who consented to nothing, so that
        the page stays the same for everyone."""
        everyone = self._visit.everyone
        site, net = everyone.policy.site, net_for(everyone)
        if net is None:
            return headers
        if site.csp != "off":
            headers = joined(headers, f"{CSP}-report-only", reporting(net.csp, self._visit.endpoint(REPORTS)))
        if site.connection_allowlist != "off":
            headers = with_connections(headers, net, only_reports=True)
        return headers

    @property
    def passes(self) -> bool:
        return self._passes

    def feed(self, data: bytes) -> bytes:
        self._observe(data, final=False)
        return data

    def finish(self) -> bytes:
        self._observe(b"", final=True)
        return b""

    def _observe(self, data: bytes, *, final: bool) -> None:
        if self._observed is None:
            return
        try:
            self._observed.process(data, final=final)
        except Exception as error:
            # A gate that only reports passes everything, whatever goes wrong.
            self._observed = None
            self._log.limits.unreadable(error)

    def handshake(self, headers: Iterable[Header]) -> list[Header]:
        given = [*headers]
        self._headers.handshake(given)
        return given

    def hints(self, headers: Iterable[Header]) -> list[Header]:
        given = [*headers]
        self._headers.hints(given)
        return given

    def pushes(self, path: str) -> bool:
        self._headers.may_be_pushed(path)
        return True

    def trailers(self, headers: Iterable[Header]) -> list[Header]:
        given = [*headers]
        self._headers.trailers(given)
        return given

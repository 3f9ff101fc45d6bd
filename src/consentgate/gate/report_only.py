"""An exchange that blocks nothing: it looks at what passes as a gate would, and counts what it finds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from consentgate.consent import Judge
from consentgate.html import Insertion, Limit
from consentgate.html.tokenizer.encoding import Unreadable

from .csp.build import net_for
from .csp.security_headers import joined, reporting, with_connections
from .csp.site_policy import NAME as CSP
from .endpoints.routes import GPC_PATH
from .exchange import WITHOUT_BODY, Exchange
from .message import Head, Header
from .response import content_type as content
from .response.body import Body
from .response.content_type import Kind
from .response.sendfile import sent_by_front
from .response.treatment import treatment

if TYPE_CHECKING:
    from .log.advice import Notices

_READ = (Kind.HTML, Kind.XML, Kind.UNKNOWN)


class ReportOnlyExchange(Exchange):
    """Whatever is sent, goes on as it came. What the gate would have done with it only the notices hear of.

    The one thing that is added is a Content-Security-Policy that reports what scripts load.
    """

    @property
    def own(self) -> bool:
        # What the site does about the signal is for the application to say: the gate does nothing yet.
        return super().own and self._endpoint != GPC_PATH

    @property
    def request_changes(self) -> dict[str, tuple[str, ...]]:
        self._cookies.incoming()
        return {}

    def start(self, status: int, headers: Iterable[Header]) -> Head | None:
        self._gate.notices.only_reports()
        self._begin()
        given = [*headers]
        astray = self._headers.leads_astray(status, given)
        if astray and self._refuses_redirects:
            self._note_redirects(astray)
        self._headers.response(given)
        kind, _ = treatment(content.kind_of(given), given, self._purpose, self._judge)
        shown = kind not in (Kind.OTHER, Kind.UNKNOWN)
        self.head = Head(status, self._reporting(given) if shown else given)
        readable = kind in _READ and status >= 200 and status not in (206, *WITHOUT_BODY)
        if readable and self._request.method != "HEAD" and sent_by_front(given) is None:
            self._watch(status, given, kind)
        return self.head

    def handshake(self, headers: Iterable[Header]) -> list[Header]:
        given = [*headers]
        self._headers.set_cookies(given)
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

    def _reporting(self, headers: list[Header]) -> list[Header]:
        """The headers with the policy of visitors who consented to nothing: caches then need not know."""
        everyone = Judge(self._gate.undecided, self._host, self._page)
        site, net = everyone.policy.site, net_for(everyone)
        if net is None:
            return headers
        if site.csp != "off":
            headers = joined(headers, f"{CSP}-report-only", reporting(net.csp, self._reports))
        if site.connection_allowlist != "off":
            headers = with_connections(headers, net, only_reports=True)
        return headers

    def _watch(self, status: int, headers: list[Header], kind: Kind) -> None:
        try:
            if kind is Kind.XML:
                self._begin_xml_body(status, headers)
            else:
                self._begin_body(status, headers, sniffed=kind is Kind.UNKNOWN)
        except Unreadable as error:
            self._gate.notices.unread(error)
        if self._body is not None:
            self._body = _Watched(self._body, self._gate.notices)

    def _insertion(self) -> Insertion | None:
        return None

    def _notice_limit(self, limit: Limit, offset: int) -> None:
        self._gate.notices.would_reach(limit)


class _Watched:
    """A body that is read, and sent on as it came."""

    ready = True

    def __init__(self, body: Body, notices: Notices) -> None:
        self._body: Body | None = body
        self._notices = notices

    def feed(self, data: bytes, *, final: bool) -> bytes:
        if self._body is not None:
            try:
                self._body.feed(data, final=final)
            except Exception as error:
                # Here no fault may close anything.
                self._body = None
                self._notices.unread(error)
        return data

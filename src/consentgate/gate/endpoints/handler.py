"""A request for the gate itself, and its answer: the application is not called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from consentgate.consent import Consent, Judge
from consentgate.consent.choice import takes_back
from consentgate.gate.cookies.expiry import Deletions
from consentgate.gate.cookies.filter import CookieFilter
from consentgate.gate.headers.reporting_api import FORGET_REPORTS
from consentgate.gate.message import Answer, Request, without
from consentgate.gate.request.fetch_metadata import is_from_own_window
from consentgate.gate.request.origin import host_of, is_same_origin, page_before
from consentgate.gate.response.variants import FORGET_COPIES, Variant
from consentgate.pages import Pages
from consentgate.web.url import Url, resolve

from .csp_reports import BadReport, blocked_urls
from .routes import LONGEST_FORM, REPORTS, BadForm, problem, read_decision, show

if TYPE_CHECKING:
    from consentgate.gate.gate import Gate


@dataclass(frozen=True, slots=True)
class OwnRequest:
    """A `request` for the endpoint `name`, of a visitor with this `consent` who sends these `signals`.

    `authority` is the host that was asked, and `page` the path in the form in which policies name it.
    """

    gate: Gate
    name: str
    request: Request
    authority: str
    page: str
    pages: Pages
    consent: Consent
    variant: Variant
    signals: frozenset[str]
    cookies: CookieFilter
    deletions: Deletions

    def answer(self, body: bytes) -> Answer:
        """The answer to it, with the request's `body`."""
        method = self.request.method
        if method in ("GET", "HEAD"):
            answer = show(self.name, self.request, self.pages, self.consent, self.variant)
        elif method == "POST" and self.name == "choices":
            answer = self._decide(body)
        elif method == "POST" and self.name == REPORTS and self.gate.takes_reports:
            answer = self._report(body)
        else:
            allowed = "GET, HEAD, POST" if self.name == "choices" else "GET, HEAD"
            answer = problem(405, self.pages)
            answer.headers.append(("Allow", allowed))
        headers = [*answer.headers]
        if answer.status != 204:
            headers.append(("Content-Length", str(len(answer.body))))
        return Answer(answer.status, headers, b"" if method == "HEAD" else answer.body)

    def _report(self, body: bytes) -> Answer:
        """Count what a browser reports. It sends such by itself, from a page of this very host."""
        if any(site != "same-origin" for site in self.request.values("sec-fetch-site")):
            return self._received(403)
        if not self.gate.reports.take():
            return self._received(429)
        if len(body) > LONGEST_FORM:
            return self._received(413)
        host = host_of(self.authority)
        judge = Judge(self.consent, host, self.page)
        try:
            urls = blocked_urls("".join(self.request.values("content-type")), body)
        except BadReport:
            return self._received(400)
        for url in urls:
            target = resolve(url, Url("https", "", "/"))
            if target.host and target.scheme in ("http", "https", "ws", "wss"):
                claim = judge.url(target.host, target.path)
                if claim is not None:
                    self.gate.notices.reported(target.host, claim)
        return self._received(204)

    def _received(self, status: int) -> Answer:
        headers = self.pages.headers("text/plain")
        return Answer(status, without(headers, "content-type") if status == 204 else headers)

    @property
    def _came_from(self) -> str:
        return page_before(self.request, host_of(self.authority)).partition("?")[0]

    def _decide(self, body: bytes) -> Answer:
        origin = ", ".join(self.request.values("origin"))
        if not is_same_origin(self.request, self.authority):
            self.gate.notices.refused_decision(origin, self.authority)
            return problem(403, self.pages)
        if origin.startswith("http://") and not self.gate.insecure:
            self.gate.notices.insecure_decision()
        try:
            choice, onward = read_decision(self.request, body, self.consent, self.signals)
        except BadForm as error:
            self.gate.notices.bad_form(error.reason, error.status)
            return problem(error.status, self.pages)
        if choice.is_grant and not is_from_own_window(self.request, self._came_from):
            self.gate.notices.framed_decision(self.authority)
            headers = self.pages.headers("text/html; charset=utf-8", may_be_framed=True)
            return Answer(403, headers, self.pages.framed_decision(onward))
        host = host_of(self.authority)
        headers = [
            *self.pages.headers("text/html; charset=utf-8"),
            ("Location", onward),
            ("Set-Cookie", self.gate.cookie.set_cookie(choice, host)),
        ]
        if takes_back(self.consent.choice, choice):
            headers += [FORGET_COPIES, *FORGET_REPORTS]
        consent = Consent.of_choice(self.gate.policy, choice, self.signals)
        judge = Judge(consent, host, self.page)
        for names in self.cookies.withdrawn_by(choice, judge):
            # No application sets cookies for the gate's own pages.
            headers += self.deletions.of(names, headers, "/")
        return Answer(303, headers)

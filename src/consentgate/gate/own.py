"""A request for the gate itself, and its answer: the application is not called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from consentgate.consent import Consent, Judge
from consentgate.consent.choice import takes_back
from consentgate.pages import Pages

from .caching import FORGET_COPIES, Variant
from .cookie_filter import CookieFilter
from .deletions import Deletions
from .endpoints import BadForm, problem, read_decision, show
from .message import Answer, Request
from .origin import host_of, is_same_origin

if TYPE_CHECKING:
    from .gate import Gate


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
        else:
            allowed = "GET, HEAD, POST" if self.name == "choices" else "GET, HEAD"
            answer = problem(405, self.pages)
            answer.headers.append(("Allow", allowed))
        headers = [*answer.headers, ("Content-Length", str(len(answer.body)))]
        return Answer(answer.status, headers, b"" if method == "HEAD" else answer.body)

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
            return problem(error.status, self.pages)
        host = host_of(self.authority)
        headers = [
            *self.pages.headers("text/html; charset=utf-8"),
            ("Location", onward),
            ("Set-Cookie", self.gate.cookie.set_cookie(choice, host)),
        ]
        if takes_back(self.consent.choice, choice):
            headers.append(FORGET_COPIES)
        consent = Consent.of_choice(self.gate.policy, choice, self.signals)
        judge = Judge(consent, host, self.page)
        for names in self.cookies.withdrawn_by(choice, judge):
            # No application sets cookies for the gate's own pages.
            headers += self.deletions.of(names, headers, "/")
        return Answer(303, headers)

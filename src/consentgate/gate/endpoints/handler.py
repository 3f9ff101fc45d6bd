"""A request for the gate itself, and its answer: the application is not called."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

from consentgate.gate.cookies.filter import CookieFilter
from consentgate.gate.csp.csp_headers import REPORTS
from consentgate.gate.enforcement import Closed, Enforcement
from consentgate.gate.looking_up import LookUp
from consentgate.gate.message import Answer
from consentgate.gate.recording import Recording
from consentgate.gate.request.visit import Visit
from consentgate.gate.response.variants import Variant
from consentgate.pages import Pages

from .decisions import Decisions
from .embeds import Embeds
from .endpoint import Endpoint
from .own_record import OwnRecordPage
from .reporting import Reporting
from .routes import EMBED, problem, show

E = TypeVar("E", bound=Endpoint)
_FOR_OUR_SCRIPT = ("visitor.css", "state", "refused", "debug")
_SECONDS_TO_RETRY = "5"
Effect = Recording | LookUp
"""What an answer waits for. An adapter carries it out: it may have to wait for a disk or a database."""


@dataclass(frozen=True, slots=True)
class OwnRequest:
    """A request for the endpoint `name`, on a `visit` that gets this `variant`."""

    name: str
    enforcement: Enforcement
    visit: Visit
    variant: Variant
    pages: Pages
    cookies: CookieFilter

    def answer(self, body: bytes) -> Answer | Effect:
        """Return the answer to the request with this `body`, or the effect that it waits for."""
        return _whole(self._answer(body), self.visit.request.method)

    def _answer(self, body: bytes) -> Answer | Effect:
        method = self.visit.request.method
        answer: Answer | Effect
        if self.enforcement.closed is not None and not self._names_nobody:
            answer = self._closed(self.enforcement.closed)
        elif self.name == EMBED and method in ("GET", "HEAD", "POST"):
            answer = self._at(Embeds).open(body) if method == "POST" else self._at(Embeds).placeholder()
        elif self.name == "record" and method in ("GET", "HEAD"):
            answer = OwnRecordPage(self.enforcement, self.visit, self.pages).show()
        elif method in ("GET", "HEAD"):
            answer = show(self.name, self.visit, self.pages, self.variant)
        elif method == "POST" and self.name == "choices":
            answer = self._at(Decisions).decide(body)
        elif method == "POST" and self.name == "record":
            answer = self._at(Decisions).erase(body)
        elif method == "POST" and self.name == REPORTS and self.enforcement.takes_reports:
            answer = self._at(Reporting).count(body)
        elif method == "POST" and self.name == "debug" and self.enforcement.debug:
            answer = self._at(Reporting).explain(body)
        else:
            allowed = "GET, HEAD, POST" if self.name in ("choices", "record", EMBED) else "GET, HEAD"
            refused = problem(405, self.pages)
            refused.headers.append(("Allow", allowed))
            return refused
        return answer

    def _at(self, endpoint: type[E]) -> E:
        return endpoint(self.enforcement, self.visit, self.pages, self.cookies)

    @property
    def _names_nobody(self) -> bool:
        """True for the files of our script and styles, and for what they ask."""
        if self.enforcement.closed is Closed.UNAVAILABLE:
            return False
        return self.name in _FOR_OUR_SCRIPT or self.pages.stylesheets.named(self.name) is not None

    def _closed(self, closed: Closed) -> Answer:
        """Answer where there is no policy to show."""
        if closed is Closed.UNKNOWN_HOST:
            return problem(404, self.pages)
        # The text for 503 speaks of a decision, and this is about any page.
        sorry = problem(500, self.pages)
        return Answer(503, [*sorry.headers, ("Retry-After", _SECONDS_TO_RETRY)], sorry.body)


def _whole(answer: Answer | Effect, method: str) -> Answer | Effect:
    """Return an answer with its length, and without its body where that was not asked for; of an effect the
    answers that it will have."""
    if isinstance(answer, Answer):
        return _completed(answer, method)
    otherwise = answer.otherwise
    if isinstance(answer, LookUp):
        answered = answer.answered
        return LookUp(lambda: _completed(answered(), method), lambda: _completed(otherwise(), method))
    return replace(
        answer,
        answered=_completed(answer.answered, method),
        otherwise=lambda: _completed(otherwise(), method),
    )


def _completed(answer: Answer, method: str) -> Answer:
    headers = [*answer.headers]
    if answer.status not in (204, 304):
        headers.append(("Content-Length", str(len(answer.body))))
    return answer._replace(headers=headers, body=b"" if method == "HEAD" else answer.body)

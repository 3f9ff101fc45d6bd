"""The exchange: one request and its response on their way through the gate.

It does no input or output. An adapter gives it the request, the application's answer and its body, and
sends on what comes back:

    exchange = gate.exchange(request)
    if exchange.is_own:                                 # the application is not called
        answer = exchange.answer(body)                  # or an Effect: answer = answer.carry_out()
    else:                                               # it goes on with exchange.request_changes
        head = exchange.start(status, headers)          # None while the body has to be seen first
        data = exchange.feed(chunk)                     # exchange.head is there once it can be sent
        data = exchange.finish()

Where exchange.passes is True, the adapter forwards the body as it is, and need not feed it. Where
exchange.drops is True, it sends no body.

There are two kinds: one enforces the policy, the other only observes what enforcing it would do.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from functools import cached_property

from consentgate.consent import Consent
from consentgate.pages import Pages
from consentgate.web.url import resolve

from .cookies.filter import CookieFilter
from .cookies.sent import SentCookies
from .endpoints.handler import Effect, OwnRequest
from .endpoints.routes import LONGEST_FORM, own_path, query_of
from .enforcement import Closed, Enforcement
from .headers.caching import private, vary
from .headers.filter import HeaderFilter
from .message import Answer, Head, Header, Request
from .response.page_insertions import PageInsertions
from .response.treatment import Refusal


def _endpoint(path: str, enforcement: Enforcement) -> str | None:
    """Return the gate's own endpoint at a `path`, None where the application answers there."""
    if enforcement.closed is Closed.UNAVAILABLE:
        return path
    return own_path(path, enforcement.policy.site)


class GateClosed(RuntimeError):
    """Says that a response which has begun cannot be read on. The adapter must break it off."""


class Exchange(ABC):
    """One request and its response. `consent` is the visitor's. `longest_form` is the most bytes of a form
    that are read."""

    longest_form = LONGEST_FORM

    def __init__(self, enforcement: Enforcement, request: Request) -> None:
        cookies = SentCookies(request.values("cookie"))
        visit = enforcement.visit(request, cookies)
        self.consent = visit.consent
        self._enforcement = enforcement
        self._log = enforcement.log
        self._visit = visit
        self._variant = enforcement.variant_for(visit)
        self._cookies = CookieFilter(
            visit.judge, cookies, enforcement.cookies.names, enforcement.set_by_application, enforcement.log
        )
        self._headers = HeaderFilter(visit, self._cookies, enforcement.log)
        self._endpoint = _endpoint(visit.path, enforcement)
        self._is_asked = False
        self._head: Head | None = None

    @property
    def application_consent(self) -> Consent:
        """The consent that the application can ask. Once it has, its response depends on the visitor."""
        return self.consent.noted_by(self._note_question)

    def _note_question(self) -> None:
        self._is_asked = True

    @property
    def head(self) -> Head | None:
        """The head to send before the body, None while it is not known. Its Vary says whether the application
        has asked for the consent, so it has to be read as late as possible."""
        head = self._head
        if head is None or not self._is_asked:
            return head
        headers = vary(head.headers)
        return Head(head.status, private(headers) if self.consent.is_open else headers)

    @property
    def is_own(self) -> bool:
        """True when the request is for the gate itself: the application is not called."""
        return self._endpoint is not None

    @property
    def is_unavailable(self) -> bool:
        """True where the policy of the host cannot be found. No request may reach the application."""
        return self._enforcement.closed is Closed.UNAVAILABLE

    def answer(self, body: bytes = b"") -> Answer | Effect:
        """Return the answer of the gate's own endpoint, or the effect that it waits for. `body` is the
        request's: no more than `longest_form` bytes and one of it need to be read."""
        assert self._endpoint is not None
        pages = self._pages_in(query_of(self._visit.request).get("lang", [""])[0])
        own = OwnRequest(self._endpoint, self._enforcement, self._visit, self._variant, pages, self._cookies)
        return own.answer(body)

    @cached_property
    def _pages(self) -> Pages:
        return self._pages_in("")

    def _pages_in(self, lang: str) -> Pages:
        return self._enforcement.pages(self._visit.request.root, lang, self._visit.host)

    @property
    def _insertions(self) -> PageInsertions:
        enforcement = self._enforcement
        return PageInsertions(
            self._visit,
            self._variant,
            self._pages_in,
            enforcement.embeds,
            self._log.headers,
            debug=enforcement.debug,
        )

    def declaration(self, *, lang: str = "", level: int = 2) -> str:
        """Return the declaration as a part of the page that answers this request; "" on a host that has no
        policy. See `Gate.declaration`."""
        if self._enforcement.closed is not None:
            return ""
        return self._pages_in(lang).declaration_part(self._visit.way_back, level=level)

    def _tell_blocked(self, refusal: Refusal) -> None:
        """Log the URLs because of which a response is refused."""
        page, advice = self._visit.page, self._log
        for url, claim in refusal.blocked:
            kind = "redirect" if refusal.is_redirect else "response"
            advice.declarations.url_blocked(url, page, claim, kind)
            if refusal.is_redirect:
                host, asked = resolve(url, page).host, self._visit.purpose.navigation
                advice.headers.redirect_refused(host, claim, page.path, asked=asked)

    # -- the request -----------------------------------------------------------------------------------------

    @property
    @abstractmethod
    def request_changes(self) -> dict[str, tuple[str, ...]]:
        """The request's headers that the application may not see as they are, by lowercase name, each with
        the values that it sees instead. A header without values is removed."""

    # -- the response ----------------------------------------------------------------------------------------

    @abstractmethod
    def start(self, status: int, headers: Iterable[Header]) -> Head | None:
        """Take the application's status and headers. Return what to send, None while that depends on the
        body."""

    @property
    @abstractmethod
    def passes(self) -> bool:
        """True when the body can be forwarded unread."""

    @property
    @abstractmethod
    def drops(self) -> bool:
        """True when no body will be sent, so that the application's need not be read."""

    @abstractmethod
    def feed(self, data: bytes) -> bytes:
        """Take the next bytes of the application's body. Return those that can be sent, after `head`.

        Raises GateClosed where the response has begun and must not go on.
        """

    @abstractmethod
    def finish(self) -> bytes:
        """End the application's body, and return the last bytes. Raises as `feed` does."""

    @abstractmethod
    def handshake(self, headers: Iterable[Header]) -> list[Header]:
        """Return the headers of a WebSocket's handshake that may leave. Browsers read cookies in them."""

    @abstractmethod
    def hints(self, headers: Iterable[Header]) -> list[Header]:
        """Return the headers of an early hint (RFC 8297), or of a response that a server pushes, that may
        leave."""

    @abstractmethod
    def pushes(self, path: str) -> bool:
        """Say whether the server may push what is at `path`."""

    @abstractmethod
    def trailers(self, headers: Iterable[Header]) -> list[Header]:
        """Return the trailer fields (RFC 9110, section 6.5) that may leave."""

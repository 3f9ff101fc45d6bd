"""The exchange: one request and its response on their way through the gate.

It does no input or output. An adapter gives it the request, the application's answer and its body, and
sends on what comes back:

    exchange = gate.exchange(request)
    if exchange.own:                                    # the application is not called
        answer = exchange.answer(body)
    else:                                               # the application gets exchange.request_headers
        head = exchange.start(status, headers)          # None while the body has to be seen first
        data = exchange.feed(chunk)                     # exchange.head is there once it can be sent
        data = exchange.finish()
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from consentgate.consent import Choice, Consent, Judge, signals_in
from consentgate.html import Insertion, Rewriter, Url, resolve
from consentgate.html.encoding import Encoding, Unreadable
from consentgate.html.urls import normal_path
from consentgate.policy import NECESSARY, Claim

from . import content
from .body import Body, DecodedBody, HtmlBody, SniffedBody
from .caching import Variant, private, vary
from .compression import READABLE, codings_of
from .content import Kind
from .cookies import SetCookie, cookie_values, expiries, filter_cookies, pairs
from .csp import content_security_policy
from .endpoints import LONGEST_FORM, BadForm, own_path, problem, read_decision, show
from .links import filter_link
from .message import Answer, Head, Header, Request, header_values, without
from .origin import authority_of, host_of, is_same_origin

if TYPE_CHECKING:
    from .gate import Gate

_log = logging.getLogger("consentgate")

# What no longer holds for a body whose bytes change (RFC 9110, RFC 9530).
_OF_THE_BYTES = (
    *("content-length", "content-encoding", "content-md5", "digest", "content-digest", "repr-digest"),
    *("accept-ranges", "last-modified"),
)


class GateClosed(RuntimeError):
    """A response that had begun cannot be read on. The adapter must break it off."""


class Exchange:
    """One request and its response. `consent` is what the application may ask."""

    longest_form = LONGEST_FORM

    def __init__(self, gate: Gate, request: Request) -> None:
        self._gate = gate
        self._request = request
        self._authority = authority_of(request, gate.trusted_proxies)
        self._host = host_of(self._authority)
        self._signals = signals_in(request.headers, dnt=gate.policy.site.dnt)
        self._cookies = request.values("cookie")
        choice = gate.cookie.read(cookie_values(self._cookies, gate.cookie.name), self._host)
        self.consent = Consent.of_choice(gate.policy, choice, self._signals)
        self._page = normal_path(request.path)
        self._judge = Judge(self.consent, self._host, self._page)
        self._variant = Variant(self.consent, gate.fingerprint)
        self._pages = gate.pages(request.root)
        self._endpoint = own_path(request.path, gate.policy.site.prefix)
        self.head: Head | None = None
        self._body: Body | None = None
        self._html: HtmlBody | None = None
        self._failed = False

    # -- the gate's own endpoints ----------------------------------------------------------------------------

    @property
    def own(self) -> bool:
        """True when the request is for the gate itself: the application is not called."""
        return self._endpoint is not None

    def answer(self, body: bytes = b"") -> Answer:
        """The answer of the gate's own endpoint. `body` is the request's: more than `longest_form` bytes of
        it need not be read."""
        assert self._endpoint is not None
        method = self._request.method
        if method in ("GET", "HEAD"):
            answer = show(self._endpoint, self._request, self._pages, self.consent)
            if method == "HEAD":
                return Answer(answer.status, [*answer.headers, ("Content-Length", str(len(answer.body)))])
        elif method == "POST" and self._endpoint == "choices":
            answer = self._decide(body)
        else:
            answer = problem(405, self._pages)
            answer.headers.append(
                ("Allow", "GET, HEAD, POST" if self._endpoint == "choices" else "GET, HEAD")
            )
        answer.headers.append(("Content-Length", str(len(answer.body))))
        return answer

    def _decide(self, body: bytes) -> Answer:
        if not is_same_origin(self._request, self._authority):
            return problem(403, self._pages)
        try:
            choice, onward = read_decision(self._request, body, self.consent, self._signals)
        except BadForm as error:
            return problem(error.status, self._pages)
        headers = [
            *self._pages.headers("text/html; charset=utf-8"),
            ("Location", onward),
            ("Set-Cookie", self._gate.cookie.set_cookie(choice, self._host)),
            *self._expire(self._withdrawn_by(choice)),
        ]
        return Answer(303, headers)

    def _withdrawn_by(self, choice: Choice) -> list[str]:
        """The cookies to delete with a decision: those that came along and are not covered, and, where it
        takes back a consent, those that the policy declares."""
        judge = Judge(Consent.of_choice(self._gate.policy, choice, self._signals), self._host, self._page)
        names = [name for name, _ in pairs(self._cookies) if self._is_deletable(name, judge)]
        before = self.consent.choice
        if before is not None and before.granted - choice.granted:
            declared = self._gate.policy.claims.exact_cookie_names()
            names += [name for name in declared if self._is_deletable(name, judge)]
        return list(dict.fromkeys(names))

    # -- the request -----------------------------------------------------------------------------------------

    @property
    def request_headers(self) -> list[Header]:
        """The request's headers as the application may see them: its cookies are those that are allowed,
        its validators those of this variant, and it is not offered codings that the gate cannot read."""
        headers = without(self._request.headers, "cookie", "accept-encoding")
        cookie = filter_cookies(self._cookies, self._may_read)
        if cookie:
            headers.append(("Cookie", cookie))
        accepted = [
            coding.strip()
            for value in self._request.values("accept-encoding")
            for coding in value.split(",")
            if coding.partition(";")[0].strip().lower() in (*READABLE, "identity")
        ]
        if accepted:
            headers.append(("Accept-Encoding", ", ".join(accepted)))
        document = any("text/html" in value for value in self._request.values("accept"))
        return self._variant.unmark(headers, document=document)

    def _may_read(self, name: str) -> bool:
        return name == self._gate.cookie.name or self._judge_cookie(name) is None

    def _judge_cookie(self, name: str) -> Claim | None:
        claim = self._judge.cookie(name)
        if claim is not None:
            self._gate.notices.cookie(name, claim)
        return claim

    def _is_deletable(self, name: str, judge: Judge) -> bool:
        return name not in ("", self._gate.cookie.name) and judge.cookie(name) is not None

    # -- the response ----------------------------------------------------------------------------------------

    def start(self, status: int, headers: Iterable[Header]) -> Head | None:
        """The application's status and headers. Gives what to send, or None while that depends on the
        body."""
        self.head, self._body, self._html, self._failed = None, None, None, False
        given = [*headers]
        if self._leads_astray(status, given):
            return self._close(Unreadable("a redirect to a host that is not allowed"), status=403)
        sent = self._filter_links(self.handshake(given))
        kind = content.kind_of(given)
        bodiless = self._request.method == "HEAD" or status in (204, 205, 304) or status < 200
        if bodiless:
            revived = status == 304 and self._variant.is_marked(list(self._request.headers))
            if (kind is Kind.HTML and status != 304) or revived:
                sent = self._as_html(sent)
            elif kind is Kind.DOCUMENT:
                sent = self._with_net(sent)
            self.head = Head(status, sent)
        elif kind is Kind.OTHER:
            self.head = Head(status, sent)
        elif kind is Kind.DOCUMENT:
            self.head = Head(status, self._with_net(sent))
        else:
            self._begin_body(status, sent, kind)
        return self.head

    def _begin_body(self, status: int, headers: list[Header], kind: Kind) -> None:
        codings = codings_of(header_values(headers, "content-encoding"))
        self._html = HtmlBody(self._make_rewriter, content.label_of(headers))
        self._body = self._html if kind is Kind.HTML else SniffedBody(self._html)
        self._pending = Head(status, headers)
        try:
            if kind is Kind.HTML and status == 206:
                raise Unreadable("a part of a page cannot be read as one")
            if codings:
                self._body = DecodedBody(self._body, codings)
        except Unreadable as error:
            self._close(error)

    @property
    def passes(self) -> bool:
        """True when the body is none of the gate's business: it can be sent on as the application gave it."""
        return self.head is not None and self._body is None and not self._failed

    def feed(self, data: bytes) -> bytes:
        """The next bytes of the application's body. Gives those that can be sent, after `head`."""
        return self._feed(data, final=False)

    def finish(self) -> bytes:
        """The application's body is over. Gives the last bytes."""
        return self._feed(b"", final=True)

    def _feed(self, data: bytes, *, final: bool) -> bytes:
        if self._failed:
            # The page that says so goes out at the end, once.
            return self._pages.problem(self.head.status) if final and self.head and self._has_body else b""
        if self._body is None:
            return data
        try:
            output = self._body.feed(data, final=final)
            if self.head is None and self._body.ready:
                self.head = self._ready_head()
            return output
        except Exception as error:
            # Whatever went wrong, the rest must not pass unread.
            if self.head is not None:
                _log.exception("the page %s broke off: the gate could not read it on", self._request.path)
                raise GateClosed(f"the gate could not read on: {error}") from error
            self._close(error)
            return self._feed(data, final=True) if final else b""

    def _ready_head(self) -> Head:
        assert self._html is not None
        status, headers = self._pending.status, self._pending.headers
        if not self._html.ready:
            return Head(
                status, [*without(headers, "x-content-type-options"), ("X-Content-Type-Options", "nosniff")]
            )
        headers = self._as_html(headers)
        if not self._html.encoding.declared:
            headers = content.with_charset(headers, self._html.encoding.name)
        return Head(status, headers)

    def _close(self, error: Exception, status: int = 502) -> Head:
        """Answer with an error page instead of what cannot be judged."""
        _log.error(
            "closed the page %s: %s",
            self._request.path,
            error,
            exc_info=not isinstance(error, Unreadable) and error,
        )
        self._failed, self._body = True, None
        self.head = Head(status, self._pages.headers("text/html; charset=utf-8"))
        return self.head

    @property
    def _has_body(self) -> bool:
        return self._request.method != "HEAD"

    # -- headers ---------------------------------------------------------------------------------------------

    def handshake(self, headers: Iterable[Header]) -> list[Header]:
        """A response's headers with no cookie in them that is not allowed, and with those deleted that a
        visitor who refused still sends: what every response needs, a WebSocket's too."""
        given = [*headers]
        sent: list[Header] = []
        dropped = kept = False
        for name, value in given:
            if name.lower() == "set-cookie":
                line = self._set_cookie(value)
                dropped, kept = dropped or line is None, kept or line is not None
                if line is None:
                    continue
                value = line
            sent.append((name, value))
        expired = self._expire(self._refused_cookies())
        sent += expired
        # A page whose only obstacle to being stored was a cookie must not become everybody's.
        unsaid = dropped and not header_values(given, "cache-control")
        return private(vary(sent)) if kept or expired or unsaid else vary(sent) if dropped else sent

    def _set_cookie(self, value: str) -> str | None:
        cookie = SetCookie.parse(value, time.time())
        if cookie.name.lower() == self._gate.cookie.name.lower():
            return None
        if cookie.deletes:
            return value
        if self._judge_cookie(cookie.name) is not None:
            return None
        claims = self._gate.policy.claims
        if any(claim.category == NECESSARY for claim in claims.by_cookie(cookie.name)):
            return cookie.clamped(claims.cookie_lifetime(cookie.name))
        return value

    def _refused_cookies(self) -> list[str]:
        choice = self.consent.choice
        if choice is None or choice.is_grant:
            return []
        arrived = dict.fromkeys(name for name, _ in pairs(self._cookies))
        return [name for name in arrived if self._is_deletable(name, self._judge)]

    def _expire(self, names: list[str]) -> list[Header]:
        path = self._request.root + self._request.path
        secure = not self._gate.insecure
        lines = expiries(names, self._host, path, time.time(), secure=secure)
        return [("Set-Cookie", line) for line in lines]

    def _filter_links(self, headers: list[Header]) -> list[Header]:
        sent: list[Header] = []
        for name, value in headers:
            if name.lower() == "link":
                value, blocked = filter_link(value, self._base, self._judge)
                for claim, url in blocked:
                    self._notice(claim, url)
                if not value:
                    continue
            sent.append((name, value))
        return sent

    def _leads_astray(self, status: int, headers: list[Header]) -> bool:
        if not self._gate.policy.site.gate_redirects or not 300 <= status < 400:
            return False
        targets = [resolve(value, self._base) for value in header_values(headers, "location")]
        return any(target.host and self._judge.url(target.host, target.path) for target in targets)

    def _as_html(self, headers: list[Header]) -> list[Header]:
        """The headers of a page that is rewritten, in this visitor's variant."""
        headers = [
            (name, self._variant.mark(value) if name.lower() == "etag" else value)
            for name, value in without(headers, *_OF_THE_BYTES)
        ]
        headers = vary(self._with_net(headers))
        return private(headers) if self.consent.is_open else headers

    def _with_net(self, headers: list[Header]) -> list[Header]:
        mode = self._gate.policy.site.csp
        policy = content_security_policy(self._judge) if mode != "off" else None
        if policy is None:
            return headers
        suffix = "-Report-Only" if mode == "report-only" else ""
        return vary([*headers, (f"Content-Security-Policy{suffix}", policy)])

    # -- the page --------------------------------------------------------------------------------------------

    @property
    def _base(self) -> Url:
        return Url("https", self._host, self._request.root + self._page)

    @property
    def _origin(self) -> str:
        """What makes a link lead here in a page whose <base> leads elsewhere."""
        return f"//{self._authority}"

    @property
    def _here(self) -> str:
        query = f"?{self._request.query}" if self._request.query else ""
        return f"{self._request.root}{self._request.path}{query}"

    def _make_rewriter(self, encoding: Encoding) -> Rewriter:
        pages, here = self._pages, self._here
        return Rewriter(
            self._judge,
            self._base,
            charset=encoding.codec if encoding.is_ascii_compatible else "utf-8",
            placeholder=self._placeholder,
            insertion=Insertion(pages.head(), pages.banner(here), pages.banner(here, self._origin)),
            on_blocked=self._notice,
        )

    def _placeholder(self, claim: Claim, in_link: bool, elsewhere: bool) -> bytes:
        origin = self._origin if elsewhere else ""
        return self._pages.placeholder(claim.name, in_link, self._here, origin, never=claim.category is None)

    def _notice(self, claim: Claim, url: str) -> None:
        host = resolve(url, self._base).host if url else ""
        if host:
            self._gate.notices.host(host, claim)
        else:
            self._gate.notices.service(claim)

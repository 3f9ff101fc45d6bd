"""The exchange: one request and its response on their way through the gate.

It does no input or output. An adapter gives it the request, the application's answer and its body, and
sends on what comes back:

    exchange = gate.exchange(request)
    if exchange.own:                                    # the application is not called
        answer = exchange.answer(body)
    else:                                               # it goes on with exchange.request_changes
        head = exchange.start(status, headers)          # None while the body has to be seen first
        data = exchange.feed(chunk)                     # exchange.head is there once it can be sent
        data = exchange.finish()

Where exchange.passes is True the body need not be fed: it goes on as the application gave it, by whatever
fast way it has. Where exchange.drops is True, nothing of it is sent.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import cached_property, partial
from typing import TYPE_CHECKING

from consentgate.consent import Consent, Judge, signals_in
from consentgate.consent.signals import SIGNALS
from consentgate.html import BlockedMarkup, Insertion, Limit, ReachedLimit, Record, Rewriter
from consentgate.html.tokenizer.encoding import Encoding, Unreadable
from consentgate.pages import Pages
from consentgate.policy import Claim
from consentgate.web.paths import normal_path
from consentgate.web.url import Url, resolve
from consentgate.xml.document import XmlDocument

from .codings import codings_of
from .cookies.expiry import Deletions
from .cookies.filter import CookieFilter
from .cookies.parsing import SentCookies
from .csp.build import net_for
from .csp.security_headers import with_net
from .endpoints.handler import OwnRequest
from .endpoints.routes import LONGEST_FORM, REPORTS, own_path
from .headers.filter import HeaderFilter
from .message import Answer, Head, Header, Request, header_values, without
from .request.fetch_metadata import DESTINATION, NAVIGATION, offers_to_application, purpose_of
from .request.origin import authority_of, host_of, link_to, page_before
from .response import content_type as content
from .response.body import Body, HtmlBody, NoBody, RecodedBody, SniffedBody, XmlBody
from .response.content_type import Kind
from .response.page_insertions import dropped_refreshes, insertion
from .response.sendfile import sent_by_front
from .response.treatment import BY_ITSELF, treatment
from .response.variants import VISITOR, Variant, private, vary

if TYPE_CHECKING:
    from .gate import Gate

_log = logging.getLogger("consentgate")

# What no longer holds for a body whose bytes change (RFC 9110, RFC 9530).
_OF_THE_BYTES = (
    *("content-length", "content-md5", "digest", "content-digest", "repr-digest", "accept-ranges"),
)
WITHOUT_BODY = (204, 205, 304)
_SEALED = "a document in parts or in a wrapping (multipart, signed exchange) cannot be read"
_AS_DOWNLOAD = "load it into a page as a picture, or send it as a download (Content-Disposition: attachment)"
_AS_SHEET = "send it with the Content-Type text/xsl or application/xml"


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
        self._purpose = purpose_of(request)
        cookies = SentCookies(request.values("cookie"))
        choice = gate.cookie.read(cookies.called(gate.cookie.name), self._host)
        self.consent = (
            gate.undecided if choice is None else Consent.of_choice(gate.policy, choice, self._signals)
        )
        self._variant = Variant(self.consent, gate.fingerprint) if self.consent.is_open else gate.closed
        path = normal_path(request.path)
        self._endpoint = own_path(path, gate.policy.site.prefix)
        self._page = normal_path(request.root + request.path) if request.root else path
        self._base = Url("https", self._host, self._page)
        self._judge = Judge(self.consent, self._host, self._page)
        self._cookies = CookieFilter(gate, self._judge, cookies)
        self._headers = HeaderFilter(gate, self._judge, self._base, self._cookies)
        self._is_asked = False
        self._begin()

    @property
    def application_consent(self) -> Consent:
        """The consent as the application gets it: what it answers depends on that once it has asked."""
        return self.consent.noted_by(self._note_question)

    def _note_question(self) -> None:
        self._is_asked = True

    @property
    def head(self) -> Head | None:
        """The head to send before the body, None while it is not known. It tells caches whether the
        application has asked for the consent: read it as late as possible."""
        head = self._head
        if head is None or not self._is_asked:
            return head
        headers = vary(head.headers)
        return Head(head.status, private(headers) if self.consent.is_open else headers)

    @head.setter
    def head(self, head: Head | None) -> None:
        self._head = head

    def _begin(self) -> None:
        self.head = None
        self._pending: Head | None = None
        self._body: Body | None = None
        self._html: HtmlBody | None = None
        self._closed = self._broken = False
        self._ways_on: list[str] = []
        self._instead: Callable[[], bytes] = bytes

    @property
    def _signals(self) -> frozenset[str]:
        return signals_in(self._request.named(SIGNALS), dnt=self._gate.policy.site.dnt)

    @property
    def _deletions(self) -> Deletions:
        return Deletions(self._request, self._host, secure=not self._gate.insecure)

    # -- the gate's own endpoints ----------------------------------------------------------------------------

    @property
    def own(self) -> bool:
        """True when the request is for the gate itself: the application is not called."""
        return self._endpoint is not None

    def answer(self, body: bytes = b"") -> Answer:
        """The answer of the gate's own endpoint. `body` is the request's: more than `longest_form` bytes of
        it need not be read."""
        assert self._endpoint is not None
        own = OwnRequest(
            gate=self._gate,
            name=self._endpoint,
            request=self._request,
            authority=self._authority,
            page=self._page,
            pages=self._pages,
            consent=self.consent,
            variant=self._variant,
            signals=self._signals,
            cookies=self._cookies,
            deletions=self._deletions,
        )
        return own.answer(body)

    # -- the request -----------------------------------------------------------------------------------------

    @property
    def request_changes(self) -> dict[str, tuple[str, ...]]:
        """The request's headers that the application may not see as they are, by name (in small letters),
        and the values that it sees instead, none where it must not know of them: its cookies are those that
        are allowed, its validators those of this variant, and HTML is asked for in a form that can be read.
        """
        request = self._request
        seen = {
            "cookie": self._cookies.incoming(),
            "accept-encoding": offers_to_application(request, self._purpose),
            **self._variant.unmarked(request, document=self._purpose.has_own_policy),
        }
        changes = {name: values for name, values in seen.items() if values != request.values(name)}
        changes |= dict.fromkeys(self._headers.kept_from_application(request), ())
        return changes

    # -- the response ----------------------------------------------------------------------------------------

    def start(self, status: int, headers: Iterable[Header]) -> Head | None:
        """The application's status and headers. Gives what to send, or None while that depends on the
        body."""
        self._begin()
        given = [*headers]
        refusal = self._refusal(status, given)
        if refusal is not None:
            return refusal
        sent = self._headers.response(given)
        self._ways_on = dropped_refreshes(given, sent, self._base)
        if self._headers.leads_astray(status, given, everyone=True):
            # Caches must not give it to those for whom it would be refused.
            sent = vary(sent, NAVIGATION)
            sent = private(vary(sent)) if self.consent.is_open else sent
        named, plain = content.content_type(given)
        if plain is not None:
            sent = content.with_type(sent, plain)
        front = sent_by_front(given)
        if front is not None:
            return self._leave_to_front(status, sent, *front)
        if self._purpose.sheet and named is not Kind.XML and not self._judge.passes_everything():
            return self._close(Unreadable(f"a sheet of XSLT is read only as XML; {_AS_SHEET}"))
        self._begin_response(status, sent, named)
        return self.head

    def _refusal(self, status: int, given: list[Header]) -> Head | None:
        """The head of the answer to a redirect or a service worker that is not allowed; None for all else."""
        astray = self._headers.leads_astray(status, given)
        if astray and self._refuses_redirects:
            self._note_redirects(astray)
            return self._refuse(403, self._pages.refused_redirect)
        if self._headers.is_blocked_worker(self._request):
            return self._close(Unreadable("a service worker that is not allowed"), status=404)
        return None

    def _begin_response(self, status: int, sent: list[Header], named: Kind) -> None:
        """Begin a response with the headers that are to be `sent`, whose type names this kind of body."""
        kind, sent = treatment(named, sent, self._purpose, self._judge)
        if status < 200 or status in WITHOUT_BODY:
            self._body = NoBody()
            self.head = self._without_body(status, sent, kind)
        elif kind is Kind.HTML:
            self._begin_page(status, sent, sniffed=False)
        elif kind is Kind.XML:
            self._begin_xml(status, sent)
        elif kind is Kind.SEALED:
            self._close(Unreadable(f"{_SEALED}; {_AS_DOWNLOAD}"))
        elif kind is Kind.UNKNOWN and status == 206:
            # What a part of it looks like says nothing of the whole.
            self.head = self._sealed(status, content.without_sniffing(sent))
        elif kind is Kind.UNKNOWN:
            self._begin_page(status, sent, sniffed=True)
        else:
            self.head = self._sealed(status, self._with_headers_of(kind, sent))

    @property
    def _refuses_redirects(self) -> bool:
        """True where a redirect to a host that is not allowed is refused: always if the site says so, else
        where the visitor has not asked for it."""
        return self._gate.policy.site.gate_redirects or not self._purpose.navigation

    def _note_redirects(self, astray: list[tuple[str, Claim]]) -> None:
        for url, claim in astray:
            self._notice(claim, url)
            host = resolve(url, self._base).host
            asked = self._purpose.navigation
            self._gate.notices.refused_redirect(host, claim, self._page, asked=asked)

    def _with_headers_of(self, kind: Kind, headers: list[Header]) -> list[Header]:
        if kind is Kind.OTHER or kind is Kind.UNKNOWN:
            return headers
        return self._as_media(headers) if kind is Kind.MEDIA else self._as_document(headers)

    def _leave_to_front(self, status: int, headers: list[Header], name: str, kind: Kind) -> Head:
        """The head of a response in whose place the server in front sends a file. It may do so without our
        Content-Security-Policy (nginx does), and then nothing would close what a browser shows."""
        kind, headers = treatment(kind, headers, self._purpose, self._judge)
        if kind is Kind.HTML or kind in BY_ITSELF:
            return self._close(
                Unreadable(
                    f"with {name} the server in front would send HTML or another document that the gate has "
                    "not read; let the application send this file itself"
                )
            )
        if kind is Kind.UNKNOWN:
            headers = content.without_sniffing(headers)
        self.head = self._sealed(status, self._with_headers_of(kind, headers))
        return self.head

    def _without_body(self, status: int, headers: list[Header], kind: Kind) -> Head:
        asked = self._request.values("if-none-match")
        revived = status == 304 and self._variant.is_marked(asked)
        if revived or (kind is Kind.HTML and status != 304):
            headers = self._as_html(headers, weak=self._variant.is_weakly_marked(asked))
        elif kind is not Kind.HTML:
            headers = self._with_headers_of(kind, headers)
        return self._sealed(status, headers)

    def _begin_xml(self, status: int, headers: list[Header]) -> None:
        """A document in XML, which is read and not changed."""
        if status == 206:
            self._close(Unreadable("a part of an XML document (206) cannot be read; send it whole"))
            return
        try:
            self._begin_xml_body(status, headers)
        except Unreadable as error:
            self._close(error)
            return
        if self._request.method == "HEAD":
            self._body = NoBody()
            self.head = self._sealed(status, self._as_document(headers))

    def _begin_xml_body(self, status: int, headers: list[Header]) -> None:
        self._pending = Head(status, headers)
        label = content.label_of(headers)
        document = XmlDocument(self._judge, self._base, label, self._notice)
        self._body = XmlBody(document, codings_of(header_values(headers, "content-encoding")))

    def _begin_page(self, status: int, headers: list[Header], *, sniffed: bool) -> None:
        """What is HTML, or may turn out to be."""
        try:
            if status == 206:
                raise Unreadable("a part of a page (206) cannot be read as one; send HTML whole")
            self._begin_body(status, headers, sniffed=sniffed)
        except Unreadable as error:
            self._close(error)
            return
        if self._request.method == "HEAD":
            self._body = NoBody()
            # Only the body would tell whether what has no type is read, and so its length.
            headers = without(headers, "content-length") if sniffed else self._as_html(headers)
            self.head = self._sealed(status, headers)

    def _begin_body(self, status: int, headers: list[Header], *, sniffed: bool) -> None:
        self._pending = Head(status, headers)
        codings = codings_of(header_values(headers, "content-encoding"))
        html = HtmlBody(self._make_rewriter, content.label_of(headers))
        body: Body = RecodedBody(html, codings) if codings else html
        self._html, self._body = html, SniffedBody(body, codings) if sniffed else body

    @property
    def passes(self) -> bool:
        """True when the body is none of the gate's business: it can be sent on as the application gave it."""
        return self.head is not None and self._body is None and not self._closed

    @property
    def drops(self) -> bool:
        """True when nothing of the body will be sent, so that it need not be read."""
        return self._closed or isinstance(self._body, NoBody)

    def feed(self, data: bytes) -> bytes:
        """The next bytes of the application's body. Gives those that can be sent, after `head`.

        Raises GateClosed where the response has begun and must not go on.
        """
        return self._feed(data, final=False)

    def finish(self) -> bytes:
        """The application's body is over. Gives the last bytes; raises as `feed` does."""
        return self._feed(b"", final=True)

    def _feed(self, data: bytes, *, final: bool) -> bytes:
        if self._broken:
            raise GateClosed("the gate could not read the response on")
        if self._closed:
            # The page that says so goes out at the end, once.
            return self._problem() if final else b""
        if self._body is None:
            return data
        try:
            output = self._body.feed(data, final=final)
            if self.head is None and self._body.ready:
                self.head = self._ready_head()
            return output
        except Exception as error:
            # Whatever went wrong, the rest must not pass unread; nor when the application catches this.
            if self.head is not None:
                self._broken = True
                _log.exception("the page %r broke off: the gate could not read it on", self._request.path)
                raise GateClosed(f"the gate could not read on: {error}") from error
            self._close(error)
            return self._problem() if final else b""
        except BaseException:
            # The process or the task is being stopped: nobody knows how far the reading had come.
            self._broken = True
            raise

    def _ready_head(self) -> Head:
        assert self._pending is not None
        status, headers = self._pending.status, self._pending.headers
        if self._html is None:
            return self._sealed(status, self._as_document(headers))
        if not self._html.ready:
            return self._sealed(status, content.without_sniffing(headers))
        headers = self._as_html(headers)
        if not self._html.encoding.declared:
            headers = content.with_charset(headers, self._html.encoding.name)
        return self._sealed(status, headers)

    def _close(self, error: Exception, status: int = 502) -> Head:
        """Answer with an error page instead of what cannot be judged."""
        cause = None if isinstance(error, Unreadable) else error
        _log.error("closed the page %r: %s", self._request.path, error, exc_info=cause)
        return self._refuse(status, partial(self._pages.problem, status))

    def _refuse(self, status: int, page: Callable[[], bytes]) -> Head:
        """Answer with the `page` instead of what the application sends."""
        self._closed, self._body, self._instead = True, None, page
        self.head = Head(status, self._pages.headers("text/html; charset=utf-8"))
        return self.head

    def _problem(self) -> bytes:
        return b"" if self._request.method == "HEAD" else self._instead()

    # -- headers ---------------------------------------------------------------------------------------------

    def handshake(self, headers: Iterable[Header]) -> list[Header]:
        """The headers of a WebSocket that is accepted, which browsers read for cookies."""
        sent, _, _ = self._headers.set_cookies([*headers])
        return [*sent, *self._deletions.of(self._cookies.refused(), sent)]

    def hints(self, headers: Iterable[Header]) -> list[Header]:
        """The headers that go ahead of the response (103), or with what a server pushes: without what not
        everyone may load, since caches and networks replay them to other visitors."""
        return self._headers.hints([*headers])

    def pushes(self, path: str) -> bool:
        """True when the server may push what is at `path`."""
        return self._headers.may_be_pushed(path)

    def trailers(self, headers: Iterable[Header]) -> list[Header]:
        """The fields after a body. They may say what the headers may, and nothing of bytes that changed."""
        sent = self._headers.trailers([*headers])
        return sent if self.passes else without(sent, *_OF_THE_BYTES)

    def _sealed(self, status: int, headers: list[Header]) -> Head:
        """The head as it goes out: with the deletion of cookies that a visitor who refused still sends."""
        refused = self._cookies.refused()
        expired = self._deletions.of(refused, headers) if refused else ()
        return Head(status, private(vary([*headers, *expired])) if expired else headers)

    def _as_html(self, headers: list[Header], *, weak: bool = False) -> list[Header]:
        """The headers of a page that is rewritten, in this visitor's variant. The bytes of one that is
        encoded again depend on how it came, which a strong ETag must not conceal."""
        recoded = codings_of(header_values(headers, "content-encoding"))
        return self._as_document(without(headers, *_OF_THE_BYTES), weak=weak or bool(recoded))

    def _as_document(self, headers: list[Header], *, weak: bool = False) -> list[Header]:
        """The headers of what a browser shows, in this visitor's variant: a copy of another one, which came
        with another Content-Security-Policy, must not be revived."""
        headers = self._variant.mark(headers, weak=weak)
        headers = vary(self._with_net(headers))
        return private(headers) if self.consent.is_open else headers

    def _with_net(self, headers: list[Header]) -> list[Header]:
        net = net_for(self._judge)
        if net is not None and (net.without_access or net.without_sockets):
            self._gate.notices.net_too_long(net)
        return with_net(headers, self._judge, net, self._reports)

    def _as_media(self, headers: list[Header]) -> list[Header]:
        """The headers of sound and film that a browser shows by itself. They keep their validators, for what
        is fetched in parts."""
        headers = self._with_net(headers)
        headers = vary(headers, (*VISITOR, *DESTINATION))
        return private(headers) if self.consent.is_open else headers

    # -- the page --------------------------------------------------------------------------------------------

    @cached_property
    def _pages(self) -> Pages:
        return self._gate.pages(self._request.root)

    @property
    def _origin(self) -> str:
        """What makes a link lead here in a page whose <base> leads elsewhere."""
        return link_to(self._authority)

    @property
    def _posted(self) -> bool:
        return self._request.method not in ("GET", "HEAD")

    @property
    def _here(self) -> str:
        """The page to return to after a decision. For an answer to a form it is the page with the form, which
        can be loaded again."""
        if self._posted and (form := page_before(self._request, self._host)):
            return form
        query = f"?{self._request.query}" if self._request.query else ""
        return f"{self._request.root}{self._request.path}{query}"

    @property
    def _reports(self) -> str:
        """Where browsers send what a policy that only reports would have blocked."""
        return f"{self._request.root}{self._gate.policy.site.prefix}{REPORTS}"

    def _make_rewriter(self, encoding: Encoding) -> Rewriter:
        return Rewriter(
            self._judge,
            self._base,
            charset=encoding.codec if encoding.is_ascii_compatible else "utf-8",
            placeholder=self._placeholder,
            insertion=self._insertion(),
            observe=self._observe,
        )

    def _insertion(self) -> Insertion | None:
        assert self._pending is not None
        sent = self._pending.headers
        if content.is_download(sent):
            return None
        # A closed page may be shown again at any time, and says nothing of whom it was made for.
        state = self._variant.id if self.consent.is_open else ""
        made = insertion(
            *(self._pages, sent, self._here, self._origin, state, self._gate.notices),
            posted=self._posted,
        )
        for url in self._ways_on:
            made.lead_on(url)
        return made

    def _placeholder(self, claim: Claim, in_link: bool, elsewhere: bool) -> bytes:
        return self._pages.placeholder(claim, in_link, self._here, self._origin if elsewhere else "")

    def _observe(self, records: Iterable[Record]) -> None:
        for record in records:
            if isinstance(record, ReachedLimit):
                self._notice_limit(record.limit, record.offset)
            elif not record.goes_on:
                self._notice_blocked(record)

    def _notice_blocked(self, blocked: BlockedMarkup) -> None:
        claim, url, kind = blocked.violation
        self._notice(claim, url)
        if kind == "inline script":
            self._gate.notices.inline_script(claim, self._page, blocked)

    def _notice_limit(self, limit: Limit, offset: int) -> None:
        self._gate.notices.limit(limit, self._page, offset)

    def _notice(self, claim: Claim, url: str) -> None:
        self._gate.notices.url(url, self._base, claim)

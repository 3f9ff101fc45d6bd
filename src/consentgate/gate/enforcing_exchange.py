"""The exchange that enforces the policy."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import partial

from consentgate.html.tokenizer.encoding import Unreadable
from consentgate.log_fields import fields

from .cookies.expiry import Deletions
from .exchange import Exchange, GateClosed
from .headers.caching import private, vary
from .message import Head, Header, without
from .request.fetch_metadata import offers_to_application
from .response.body import Body
from .response.content_type import with_type
from .response.heads import OF_THE_BYTES, Heads
from .response.measured_body import measured
from .response.page_insertions import dropped_refreshes
from .response.reading import Reader
from .response.treatment import Action, Refusal, Treatment, treatment

_log = logging.getLogger("consentgate")


class EnforcingExchange(Exchange):
    """One request and its response, of which only what the policy allows is forwarded.

    `_body` reads the application's body, where that has to be read, and `_pending` is the head that waits for
    it. With `_drops` the application's body is dropped, and at its end the page that `_instead` makes is
    sent."""

    _pending: Head
    _body: Body | None = None
    _drops = False
    # Until the response has started, as after a fault: no body passes.
    _broken = True
    _instead: Callable[[], bytes] = bytes

    @property
    def request_changes(self) -> dict[str, tuple[str, ...]]:
        """The changes after which the request has only the allowed cookies, validators of this variant, and
        content codings that the gate can read."""
        request, purpose = self._visit.request, self._visit.purpose
        seen = {
            "cookie": self._cookies.incoming(),
            "accept-encoding": offers_to_application(request, purpose),
            **self._variant.unmarked(request, document=purpose.has_own_policy),
            **dict.fromkeys(self._headers.kept_from_application(), ()),
        }
        return {name: values for name, values in seen.items() if values != request.values(name)}

    # -- the head --------------------------------------------------------------------------------------------

    def start(self, status: int, headers: Iterable[Header]) -> Head | None:
        given = [*headers]
        # An application may start again, with an error page.
        self._head, self._body = None, None
        self._drops, self._broken, self._instead = False, False, bytes
        treated = treatment(status, given, self._visit)
        if isinstance(treated.action, Refusal):
            return self._refuse(treated.action)
        sent = self._allowed(given, treated)
        match treated.action:
            case Action.FORWARD:
                self._settle_head(status, self._heads.of(treated.kind, sent))
            case Action.READ:
                self._pending = Head(status, sent)
                refreshes = dropped_refreshes(given, sent, self._visit.page)
                reader = Reader(self._visit, self._insertions, self._log, debug=self._enforcement.debug)
                body = reader.body(treated, sent, refreshes)
                self._body = measured(body, self._enforcement.meter, is_open=self.consent.is_open)
            case Action.HEAD:
                self._drops = True
                self._settle_head(status, self._heads.of_unread(treated.kind, sent))
            case Action.NO_BODY:
                self._drops = True
                self._settle_head(status, self._heads.of(treated.kind, sent))
            case Action.NOT_MODIFIED:
                self._drops = True
                self._settle_head(status, self._heads.not_modified(treated.kind, sent))
        return self.head

    def _allowed(self, given: list[Header], treated: Treatment) -> list[Header]:
        """Return the headers that are allowed, with a plain Content-Type, and with Vary and Cache-Control for
        what the treatment depends on."""
        sent = self._headers.response(given)
        if treated.plain_type is not None:
            sent = with_type(sent, treated.plain_type)
        if treated.varies:
            sent = vary(sent, treated.varies)
        if treated.is_personal and self.consent.is_open:
            sent = private(vary(sent))
        return sent

    @property
    def _heads(self) -> Heads:
        return Heads(self._visit, self._variant, self._log.headers)

    def _settle_head(self, status: int, headers: list[Header]) -> None:
        """Settle the head, with the deletions of cookies that the visitor refused and the browser still
        sends."""
        names = self._cookies.to_delete()
        expired = self._deletions.of(names, headers) if names else ()
        self._head = Head(status, private(vary([*headers, *expired])) if expired else headers)

    @property
    def _deletions(self) -> Deletions:
        secure = not self._enforcement.insecure
        return Deletions(self._visit.request, self._visit.host, secure=secure)

    # -- the body --------------------------------------------------------------------------------------------

    @property
    def passes(self) -> bool:
        return self._head is not None and self._body is None and not self._drops

    @property
    def drops(self) -> bool:
        return self._drops

    def feed(self, data: bytes) -> bytes:
        return self._feed(data, final=False)

    def finish(self) -> bytes:
        return self._feed(b"", final=True)

    def _feed(self, data: bytes, *, final: bool) -> bytes:
        if self._broken:
            raise GateClosed("the gate could not read the response on")
        if self._body is not None:
            data = self._read(self._body, data, final=final)
        if self._drops:
            # The error page goes out at the end, once.
            return self._instead() if final else b""
        return data

    def _read(self, body: Body, data: bytes, *, final: bool) -> bytes:
        try:
            output = body.process(data, final=final)
            if self._head is None and body.ready:
                headers = self._heads.of(body.kind, self._pending.headers, body.charset)
                self._settle_head(self._pending.status, headers)
            return output
        except Exception as error:
            # The rest must not pass unread, even where the application catches the error.
            if self._head is not None:
                self._broken = True
                if self._enforcement.meter is not None:
                    self._enforcement.meter.broke_off()
                _log.exception(
                    "the page %r broke off: the gate could not read it on",
                    self._visit.request.path,
                    extra=fields("broke off"),
                )
                raise GateClosed(f"the gate could not read on: {error}") from error
            self._close(502, str(error), None if isinstance(error, Unreadable) else error)
            return b""
        except BaseException:
            # The process or the task is being stopped: the reader may be in the middle of a step.
            self._broken = True
            raise

    # -- what goes out instead -------------------------------------------------------------------------------

    def _refuse(self, refusal: Refusal) -> Head:
        """Answer with an error page instead of what is refused."""
        self._tell_blocked(refusal)
        if refusal.is_redirect:
            return self._answer_instead(refusal.status, self._pages.refused_redirect)
        return self._close(refusal.status, refusal.reason)

    def _close(self, status: int, reason: str, cause: Exception | None = None) -> Head:
        """Answer with an error page instead of a response that cannot be judged."""
        if self._enforcement.meter is not None:
            self._enforcement.meter.closed(status)
        _log.error(
            "closed the page %r: %s",
            self._visit.request.path,
            reason,
            exc_info=cause,
            extra=fields("closed", status=status),
        )
        return self._answer_instead(status, partial(self._pages.problem, status))

    def _answer_instead(self, status: int, page: Callable[[], bytes]) -> Head:
        self._body, self._drops = None, True
        self._instead = bytes if self._visit.request.method == "HEAD" else page
        self._head = Head(status, self._pages.headers("text/html; charset=utf-8"))
        return self._head

    # -- what goes beside the response -----------------------------------------------------------------------

    def handshake(self, headers: Iterable[Header]) -> list[Header]:
        sent = self._headers.handshake([*headers])
        return [*sent, *self._deletions.of(self._cookies.to_delete(), sent)]

    def hints(self, headers: Iterable[Header]) -> list[Header]:
        """Return the headers without what not everyone may load. Caches and networks replay them to other
        visitors."""
        return self._headers.hints([*headers])

    def pushes(self, path: str) -> bool:
        return self._headers.may_be_pushed(path)

    def trailers(self, headers: Iterable[Header]) -> list[Header]:
        """Return the fields that are allowed, without those that describe bytes which the gate has
        changed."""
        sent = self._headers.trailers([*headers])
        return sent if self.passes else without(sent, *OF_THE_BYTES)

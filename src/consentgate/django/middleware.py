"""The gate in Django's middleware list.

It converts Django's objects for the exchange, and the results back into Django's objects. All rules are in
the exchange. Where the application is wrapped in `consentgate.wsgi` or `consentgate.asgi` as well, the outer
layer does the work, and this one only sets `request.consent`.
"""

from __future__ import annotations

import logging
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from itertools import chain
from typing import Any, NamedTuple, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.apps import apps
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from consentgate import asgi, wsgi
from consentgate.consent import Consent
from consentgate.consent.current import ActingFor
from consentgate.gate import Answer, Effect, Exchange, Header, Request
from consentgate.log_fields import fields
from consentgate.web.paths import quoted_path

from .caching import give_consent
from .middleware_order import misplacements
from .response_headers import CookiesByLine, cookies_of, set_headers
from .settings import gate_from_settings
from .ungated import take_from_outside, ungated

_log = logging.getLogger("consentgate")

GetResponse = Callable[[HttpRequest], Any]


def consent_of(request: HttpRequest) -> Consent:
    """Return the consent of the visitor behind a request: `request.consent`, for type checkers.

    In a request that did not come through the gate nothing is allowed, and the log says so once.
    """
    consent = getattr(request, "consent", None)
    return consent if isinstance(consent, Consent) else ungated.consent_of(request)


class ConsentMiddleware:
    """Enforces the policy on what the other middleware and the views send. It must come first."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.gate = gate_from_settings()
        for mistake in misplacements(ConsentMiddleware):
            # The checks report this too, but servers do not run them.
            _log.error("%s", mistake, extra=fields("setup", about="middleware order"))
        if not apps.is_installed("consentgate.django"):
            _log.warning(
                '"consentgate.django" is not in INSTALLED_APPS: the gate works, but manage.py check does not '
                'look at its settings. Add it: INSTALLED_APPS = [..., "consentgate.django"]',
                extra=fields("setup", about="middleware order"),
            )
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self._is_async:
            return self._acall(request)
        if take_from_outside(request):
            return cast(HttpResponseBase, self.get_response(request))
        exchange = self.gate.exchange(_request_of(request))
        if exchange.is_own:
            answer = _answer(exchange, request)
            return _response_of(answer if isinstance(answer, Answer) else answer.carry_out())
        _show_to_application(request, exchange)
        with ActingFor(consent_of(request)):
            return _gate_response(exchange, self.get_response(request))

    async def _acall(self, request: HttpRequest) -> HttpResponseBase:
        if take_from_outside(request):
            return cast(HttpResponseBase, await self.get_response(request))
        asked = _request_of(request)
        exchange = self.gate.exchange_at_once(asked) or await self.gate.exchange_in_thread(asked)
        if exchange.is_own:
            answer = _answer(exchange, request)
            if not isinstance(answer, Answer):
                answer = await self.gate.carry_out_in_thread(answer)
            return _response_of(answer)
        _show_to_application(request, exchange)
        with ActingFor(consent_of(request)):
            return await _agate_response(exchange, await self.get_response(request))


def _request_of(request: HttpRequest) -> Request:
    meta = request.META
    return Request(
        method=request.method or "GET",
        path=quoted_path(request.path_info) or "/",
        query=meta.get("QUERY_STRING", ""),
        headers=_headers_of(request),
        root=quoted_path(meta.get("SCRIPT_NAME", "")).rstrip("/"),
        server=f"{meta.get('SERVER_NAME', 'localhost')}:{meta.get('SERVER_PORT', '80')}",
        client=meta.get("REMOTE_ADDR") or "",
    )


def _headers_of(request: HttpRequest) -> Mapping[str, Sequence[str]]:
    if isinstance(request, ASGIRequest):
        # In META, Django joins several cookie headers (HTTP/2) with commas, which makes one wrong cookie.
        return asgi.headers_of(request.scope["headers"])
    return wsgi.headers_of(request.META)


def _answer(exchange: Exchange, request: HttpRequest) -> Answer | Effect:
    body = request.read(exchange.longest_form + 1) if request.method == "POST" else b""
    return exchange.answer(body)


class _TellingResponse(HttpResponse):
    """The answer to a decision. Django closes it once it has been sent: then the hook is told."""

    afterwards: Callable[[], None] | None = None

    def close(self) -> None:
        super().close()
        afterwards, self.afterwards = self.afterwards, None
        if afterwards is not None:
            afterwards()


def _response_of(answer: Answer) -> HttpResponse:
    response: HttpResponse
    if answer.afterwards is None:
        response = HttpResponse(answer.body, status=answer.status)
    else:
        response = _TellingResponse(answer.body, status=answer.status)
        response.afterwards = answer.afterwards
    set_headers(response, answer.headers, {})
    return response


def _show_to_application(request: HttpRequest, exchange: Exchange) -> None:
    """Leave in the request only what the application may see."""
    for name, values in exchange.request_changes.items():
        key = f"HTTP_{name.upper().replace('-', '_')}"
        if values:
            request.META[key] = ",".join(values)
        else:
            request.META.pop(key, None)
    # Django makes both from META when they are first asked for, which other code may already have done.
    request.__dict__.pop("COOKIES", None)
    request.__dict__.pop("headers", None)
    consent = exchange.application_consent
    give_consent(request, consent)
    # Where the middleware is listed twice, this tells the second one that the work is done.
    request.META[wsgi.CONSENT] = consent
    request.META[wsgi.DECLARATION] = exchange.declaration


def _gate_response(exchange: Exchange, response: HttpResponseBase) -> HttpResponseBase:
    given = _start(exchange, response)
    if not exchange.passes:
        if isinstance(response, StreamingHttpResponse):
            _gate_stream(exchange, response)
        else:
            _gate_content(exchange, cast(HttpResponse, response))
    return _with_head(exchange, response, given)


async def _agate_response(exchange: Exchange, response: HttpResponseBase) -> HttpResponseBase:
    given = _start(exchange, response)
    if not exchange.passes:
        if not isinstance(response, StreamingHttpResponse):
            _gate_content(exchange, cast(HttpResponse, response))
        elif response.is_async:
            gated = _agated(exchange, cast("AsyncIterator[bytes]", response.streaming_content))
            response.streaming_content = _achain(await anext(gated, b""), gated)
        else:
            # The iterator may block, and the event loop must not.
            await sync_to_async(_gate_stream)(exchange, response)
    return _with_head(exchange, response, given)


class _Given(NamedTuple):
    """The headers and cookies of the application's response."""

    headers: list[Header]
    cookies: CookiesByLine


def _start(exchange: Exchange, response: HttpResponseBase) -> _Given:
    cookies = cookies_of(response)
    headers = [*response.items(), *(("Set-Cookie", line) for line in cookies)]
    exchange.start(response.status_code, headers)
    return _Given(headers, cookies)


def _gate_stream(exchange: Exchange, response: StreamingHttpResponse) -> None:
    # An asynchronous stream in a synchronous server is read by Django, which warns of it.
    chunks = response if response.is_async else response.streaming_content
    gated = _gated(exchange, iter(cast("Iterable[bytes]", chunks)))
    response.streaming_content = chain([next(gated, b"")], gated)


def _gate_content(exchange: Exchange, response: HttpResponse) -> None:
    response.content = exchange.feed(response.content) + exchange.finish()


def _gated(exchange: Exchange, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield what can be sent for each chunk, once the head is known."""
    for chunk in chunks:
        data = exchange.feed(chunk)
        if exchange.head is not None:
            yield data
    yield exchange.finish()


async def _agated(exchange: Exchange, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    async for chunk in chunks:
        data = exchange.feed(chunk)
        if exchange.head is not None:
            yield data
    yield exchange.finish()


async def _achain(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk


def _with_head(exchange: Exchange, response: HttpResponseBase, given: _Given) -> HttpResponseBase:
    assert exchange.head is not None
    response.status_code = exchange.head.status
    if not exchange.passes or exchange.head.headers != given.headers:
        # The code that makes the stream may have changed cookies meanwhile.
        cookies = cookies_of(response) if response.streaming else given.cookies
        set_headers(response, exchange.head.headers, cookies)
    return response

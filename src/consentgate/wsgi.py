"""The gate as WSGI middleware (PEP 3333)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .gate import Exchange, Gate, Head, Header, Request

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

CONSENT = "consentgate.consent"
"""Where the application finds the visitor's consent in its environ."""

# What a server offers for sending things past the middleware.
_PAST_THE_GATE = ("wsgi.early_hints",)
# The characters of a path that are not escaped (RFC 3986, section 3.3).
_IN_PATH = "/:@!$&'()*+,;=~"


class ConsentMiddleware:
    """`app` behind `gate`. Goes outermost, around everything that sets cookies or makes pages."""

    def __init__(self, app: WSGIApplication, gate: Gate) -> None:
        self.app = app
        self.gate = gate

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if CONSENT in environ:
            # Another layer of the same gate is around this one already.
            return self.app(environ, start_response)
        exchange = self.gate.exchange(request_of(environ))
        if exchange.own:
            return _answer(exchange, environ, start_response)
        return _Response(exchange, start_response).of(self.app, _for_application(environ, exchange))


def request_of(environ: WSGIEnvironment) -> Request:
    """The request in a WSGI `environ`."""
    return Request(
        method=environ["REQUEST_METHOD"],
        path=quote(environ.get("PATH_INFO", "").encode("latin-1"), safe=_IN_PATH) or "/",
        query=environ.get("QUERY_STRING", ""),
        headers=tuple(_headers_of(environ)),
        root=quote(environ.get("SCRIPT_NAME", "").encode("latin-1"), safe=_IN_PATH).rstrip("/"),
        server=f"{environ.get('SERVER_NAME', 'localhost')}:{environ.get('SERVER_PORT', '80')}",
    )


def _headers_of(environ: WSGIEnvironment) -> Iterator[Header]:
    for key, value in environ.items():
        if key.startswith("HTTP_"):
            yield key[5:].replace("_", "-").title(), value
        elif key in ("CONTENT_TYPE", "CONTENT_LENGTH") and value:
            yield key.replace("_", "-").title(), value


def _for_application(environ: WSGIEnvironment, exchange: Exchange) -> WSGIEnvironment:
    """A copy of the environ in which the application sees only what it may."""
    copy = {key: value for key, value in environ.items() if key not in _PAST_THE_GATE}
    allowed = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in exchange.request_headers}
    for key in [key for key in copy if key.startswith("HTTP_")]:
        if key in allowed:
            copy[key] = allowed[key]
        else:
            del copy[key]
    copy[CONSENT] = exchange.consent
    return copy


def _answer(exchange: Exchange, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    body = b""
    if environ["REQUEST_METHOD"] == "POST":
        length = environ.get("CONTENT_LENGTH", "")
        # A length that is not one, or none at all, leaves nothing that can safely be read.
        size = int(length) if length.isascii() and length.isdigit() else 0
        body = environ["wsgi.input"].read(min(size, exchange.longest_form + 1))
    answer = exchange.answer(body)
    start_response(_status_line(answer.status), answer.headers)
    return [answer.body]


class _Response:
    """The application's response on its way through one exchange."""

    def __init__(self, exchange: Exchange, start_response: StartResponse) -> None:
        self._exchange = exchange
        self._start_response = start_response
        self._status = ""
        self._error: Any = None
        self._started = False
        self._sent_head: Head | None = None
        self._written: list[bytes] = []

    def of(self, app: WSGIApplication, environ: WSGIEnvironment) -> Iterable[bytes]:
        """The response that `app` makes of `environ`: its own iterable where the gate has no part in it."""
        iterable = app(environ, self._app_started)
        if self._started and self._exchange.passes and not self._written:
            self._send_head()
            return iterable
        return _Gated(self, iterable)

    def _app_started(
        self, status: str, headers: list[Header], error: Any = None, /
    ) -> Callable[[bytes], object]:
        try:
            if error is not None and self._sent_head is not None:
                # Too late for another page: the server knows what to do with the error.
                self._start_response(status, headers, error)
            elif self._started and error is None:
                raise AssertionError("the application called start_response() twice without exc_info")
            self._started, self._status, self._error = True, status, error
            self._written.clear()
            self._exchange.start(int(status[:3]), headers)
        finally:
            error = None
        return self._write

    def _write(self, data: bytes) -> None:
        self._written.append(self._exchange.feed(data))

    def next_chunk(self, data: bytes) -> bytes:
        """What can be sent once the application gave `data`; the head goes out as soon as it is known."""
        if not self._started:
            if data:
                raise AssertionError("the application sent a body before it called start_response()")
            return b""
        return self._released(self._exchange.feed(data))

    def last_chunk(self) -> bytes:
        """What is left when the application's body is over."""
        if not self._started:
            raise AssertionError("the application never called start_response()")
        return self._released(self._exchange.finish())

    def _released(self, data: bytes) -> bytes:
        if self._exchange.head is None:
            self._written.append(data)
            return b""
        if self._sent_head is None:
            self._send_head()
        output = b"".join((*self._written, data))
        self._written.clear()
        return output

    @property
    def head_is_sent(self) -> bool:
        return self._sent_head is not None

    def _send_head(self) -> None:
        head = self._exchange.head
        assert head is not None
        status = self._status if self._status.startswith(str(head.status)) else _status_line(head.status)
        self._sent_head = head
        error, self._error = self._error, None
        if error is None:
            self._start_response(status, head.headers)
        else:
            self._start_response(status, head.headers, error)


class _Gated:
    """The body that is sent: a chunk for each of the application's, without reading ahead."""

    def __init__(self, response: _Response, iterable: Iterable[bytes]) -> None:
        self._response = response
        self._iterable = iterable
        self._chunks = iter(iterable)
        self._over = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._over:
            raise StopIteration
        # A server must know the status before it gets a chunk, even an empty one: until the head is known
        # the application is asked for more.
        for data in self._chunks:
            chunk = self._response.next_chunk(data)
            if self._response.head_is_sent:
                return chunk
        self._over = True
        return self._response.last_chunk()

    def close(self) -> None:
        """Close the application's iterable, as every server does once."""
        close = getattr(self._iterable, "close", None)
        if close is not None:
            close()


def _status_line(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} Unknown"

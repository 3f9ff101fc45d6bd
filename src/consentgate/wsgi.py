"""The gate as WSGI middleware (PEP 3333)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from .consent.current import ActingFor
from .gate import Answer, Exchange, Gate, Header, Request
from .gate.arguments import check_application, not_a_gate
from .web.paths import quoted_path

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

CONSENT = "consentgate.consent"
"""The environ's key for the visitor's consent."""
DECLARATION = "consentgate.declaration"
"""The environ's key for the function that writes the declaration into a page, `Exchange.declaration`."""

# The key of session middleware (Beaker) around the gate.
_OUTER_SESSION = "beaker.session"
# The key of a server's function that sends early hints.
_EARLY_HINTS = "wsgi.early_hints"
# The headers whose keys in the environ do not begin with HTTP_.
_WITHOUT_PREFIX = ("CONTENT_TYPE", "CONTENT_LENGTH")
_READ_AT_ONCE = 64 << 10


class ConsentMiddleware:
    """Puts `app` behind `gate`. It goes outermost, around everything that sets cookies or makes pages.

    Raises TypeError where `gate` is no Gate, or `app` no WSGI application.
    """

    def __init__(self, app: WSGIApplication, gate: Gate) -> None:
        if not isinstance(gate, Gate):
            raise not_a_gate(gate)
        check_application(app, "WSGI")
        self.app = app
        self.gate = gate

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if CONSENT in environ:
            self.gate.setup.second_gate()
            return self.app(environ, start_response)
        if _OUTER_SESSION in environ:
            self.gate.setup.inside_sessions()
        exchange = self.gate.exchange(request_of(environ))
        if exchange.is_own:
            return _answer(exchange, environ, start_response)
        return _Response(exchange, start_response).of(self.app, _for_application(environ, exchange))


def request_of(environ: WSGIEnvironment) -> Request:
    """Return the request in a WSGI `environ`."""
    return Request(
        method=environ.get("REQUEST_METHOD", "GET"),
        # Some servers and test clients give text that is not latin-1, against PEP 3333.
        path=quoted_path(environ.get("PATH_INFO", ""), "latin-1") or "/",
        query=environ.get("QUERY_STRING", ""),
        headers=headers_of(environ),
        root=quoted_path(environ.get("SCRIPT_NAME", ""), "latin-1").rstrip("/"),
        server=f"{environ.get('SERVER_NAME', 'localhost')}:{environ.get('SERVER_PORT', '80')}",
        client=environ.get("REMOTE_ADDR") or "",
    )


def headers_of(environ: WSGIEnvironment) -> dict[str, tuple[str]]:
    """Return the headers of the request in a WSGI `environ`, by their lowercase names."""
    headers = {_header_name(key): (value,) for key, value in environ.items() if key.startswith("HTTP_")}
    for key in _WITHOUT_PREFIX:
        if environ.get(key):
            headers[_header_name(key)] = (environ[key],)
    return headers


# Requests have about 15 headers, always the same: the cache spares 2 microseconds of about 20 for a JSON
# answer.
@lru_cache(maxsize=256)
def _header_name(key: str) -> str:
    return key.removeprefix("HTTP_").replace("_", "-").lower()


def _for_application(environ: WSGIEnvironment, exchange: Exchange) -> WSGIEnvironment:
    """Return a copy of the environ in which the application sees only what it may."""
    copy = dict(environ)
    for name, values in exchange.request_changes.items():
        key = f"HTTP_{name.upper().replace('-', '_')}"
        if values:
            copy[key] = ",".join(values)
        else:
            copy.pop(key, None)
    if _EARLY_HINTS in copy:
        copy[_EARLY_HINTS] = _hinting(copy[_EARLY_HINTS], exchange)
    copy[CONSENT] = exchange.application_consent
    copy[DECLARATION] = exchange.declaration
    return copy


def _hinting(send: Callable[[list[Header]], object], exchange: Exchange) -> Callable[[list[Header]], None]:
    """Return a function that sends the early hints (RFC 8297) that everyone may get."""

    def hint(headers: list[Header]) -> None:
        allowed = exchange.hints(headers)
        if allowed:
            send(allowed)

    return hint


class _ThenMore:
    """A body of the gate's own, after which there is more to do: servers close what they have sent."""

    def __init__(self, body: bytes, afterwards: Callable[[], None]) -> None:
        self._body = body
        self._afterwards: Callable[[], None] | None = afterwards

    def __iter__(self) -> Iterator[bytes]:
        yield self._body

    def close(self) -> None:
        """Do the rest, once."""
        afterwards, self._afterwards = self._afterwards, None
        if afterwards is not None:
            afterwards()


def _answer(exchange: Exchange, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    body = _form(environ, exchange.longest_form + 1) if environ.get("REQUEST_METHOD") == "POST" else b""
    answer = exchange.answer(body)
    if not isinstance(answer, Answer):
        answer = answer.carry_out()
    start_response(_status_line(answer.status), answer.headers)
    return [answer.body] if answer.afterwards is None else _ThenMore(answer.body, answer.afterwards)


def _form(environ: WSGIEnvironment, most: int) -> bytes:
    """Return the request's body, at most `most` bytes of it."""
    length = environ.get("CONTENT_LENGTH") or ""
    if environ.get("wsgi.input_terminated"):
        # The server marks the end itself, as it does for chunked bodies, which name no length.
        size = most
    elif length.isascii() and length.isdigit():
        size = most if len(length) > len(str(most)) else min(int(length), most)
    else:
        # Without a valid length nothing can be read safely: the server would wait for more.
        size = 0
    parts: list[bytes] = []
    while size > 0 and (part := environ["wsgi.input"].read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


class _Response:
    """The application's response on its way through one exchange.

    The server's `start_response` is called as late as possible: once the head is known and there is a chunk
    to go with it. `_given_away` says that the server has the application's own iterable, so that the gate
    cannot read what it yields.
    """

    def __init__(self, exchange: Exchange, start_response: StartResponse) -> None:
        self._exchange = exchange
        self._start_response = start_response
        self._status = ""
        self._error: Any = None
        self._started = self._given_away = self._body_begun = False
        self.head_is_sent = False
        self._written: list[bytes] = []

    def of(self, app: WSGIApplication, environ: WSGIEnvironment) -> Iterable[bytes]:
        """Return the response of `app` to `environ`. It is the application's own iterable where the gate need
        not read that."""
        acting = ActingFor(environ[CONSENT])
        with acting:
            iterable = app(environ, self._app_started)
        try:
            if self._started and self._exchange.passes and not self._written:
                self._given_away = True
                self._send_head()
                return iterable
            gated = _Gated(self, iterable, acting)
            gated.begin()
            return gated
        except BaseException:
            # The server did not get the iterable, and so cannot close it.
            _close(iterable)
            raise

    def _app_started(
        self, status: str, headers: list[Header], error: Any = None, /
    ) -> Callable[[bytes], object]:
        try:
            if self._started and error is None:
                raise AssertionError("the application called start_response() twice without exc_info")
            if self._body_begun:
                # Too late for another page (PEP 3333, "Error Handling").
                raise error[1].with_traceback(error[2])
            self._started, self._status, self._error = True, status, error
            self._written.clear()
            self._exchange.start(int(status[:3]), headers)
            if self._given_away:
                self._replace(error)
        finally:
            error = None
        return self._write

    def _replace(self, error: Any) -> None:
        """Replace the head of a response whose iterable the server already has. Only the server knows whether
        any of it has left. A page could not be read any more, so it is an error."""
        if not self._exchange.passes:
            raise error[1].with_traceback(error[2])
        self._send_head()

    def _write(self, data: bytes) -> None:
        if self._given_away:
            raise AssertionError("the application called write() within its iterable")
        self._written.append(self._exchange.feed(data))

    def next_chunk(self, data: bytes) -> bytes:
        """Take `data` from the application, and return the bytes that can be sent. The head is sent as soon
        as it is known."""
        if not self._started:
            if data:
                raise AssertionError("the application sent a body before it called start_response()")
            return b""
        return self._released(self._exchange.feed(data))

    def last_chunk(self) -> bytes:
        """End the application's body, and return the last bytes."""
        if not self._started:
            raise AssertionError("the application never called start_response()")
        return self._released(self._exchange.finish())

    def _released(self, data: bytes) -> bytes:
        self._written.append(data)
        if self._exchange.head is None:
            return b""
        if not self.head_is_sent or self._error is not None:
            self._send_head()
        output = b"".join(self._written)
        self._written.clear()
        self._body_begun = self._body_begun or bool(output)
        return output

    def _send_head(self) -> None:
        head = self._exchange.head
        assert head is not None
        status = self._status if int(self._status[:3]) == head.status else _status_line(head.status)
        self.head_is_sent = True
        error, self._error = self._error, None
        try:
            # Servers and callers exist that only take two arguments.
            if error is None:
                self._start_response(status, head.headers)
            else:
                self._start_response(status, head.headers, error)
        finally:
            error = None


class _Gated:
    """The body that is sent: a chunk for each of the application's, without reading ahead.

    The application's code runs `acting` for the visitor.
    """

    def __init__(self, response: _Response, iterable: Iterable[bytes], acting: ActingFor) -> None:
        self._response = response
        self._acting = acting
        self._iterable: Iterable[bytes] | None = iterable
        self._chunks = _chunks_of(iterable)
        self._first: bytes | None = None
        self._over = False

    def begin(self) -> None:
        """Read on until the head is known and the server has it. Some servers look for the head as soon as
        the application returns (granian, against PEP 3333), and would send a 200 without any headers."""
        self._first = next(self)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._first is not None:
            first, self._first = self._first, None
            return first
        if self._over:
            raise StopIteration
        # A server must have the head before it gets a chunk, even an empty one. So the application is asked
        # for more until the head is known.
        with self._acting:
            for data in self._chunks:
                chunk = self._response.next_chunk(data)
                if self._response.head_is_sent:
                    return chunk
        # After a GateClosed this raises again at each call, so that the body never seems to end well.
        chunk = self._response.last_chunk()
        self._over = True
        return chunk

    def close(self) -> None:
        """Close the application's iterable, once."""
        iterable, self._iterable = self._iterable, None
        if iterable is not None:
            with self._acting:
                _close(iterable)


def _chunks_of(iterable: Any) -> Iterator[bytes]:
    # Some servers' wsgi.file_wrapper returns an object that can only be read.
    if hasattr(iterable, "__iter__") or hasattr(iterable, "__getitem__"):
        return iter(iterable)
    return iter(lambda: iterable.read(_READ_AT_ONCE), b"")


def _close(iterable: Iterable[bytes]) -> None:
    close = getattr(iterable, "close", None)
    if close is not None:
        close()


def _status_line(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} Unknown"

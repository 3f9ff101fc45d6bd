"""The gate as ASGI middleware (ASGI 3, HTTP and WebSocket)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, MutableMapping
from contextlib import aclosing
from functools import lru_cache
from typing import Any

from .consent.current import ActingFor
from .gate import Answer, Exchange, Gate, Header, Request
from .gate.arguments import check_application, not_a_gate
from .gate.threads import in_thread
from .web.paths import quoted_path

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

CONSENT = "consentgate.consent"
"""The scope's key for the visitor's consent, which is also in `scope["state"]["consent"]`. The state cannot
tell whether a gate is around the application: some servers give all requests the same state."""
DECLARATION = "consentgate.declaration"
"""The scope's key for the function that writes the declaration into a page, `Exchange.declaration`."""

# The key of session middleware around the gate (Starlette's, and others like it).
_OUTER_SESSION = "session"
_FILES = ("http.response.pathsend", "http.response.zerocopysend")
_TRY_AGAIN_LATER = 1013
"""The close code of a WebSocket that may be opened again later (IANA, WebSocket Close Code Number
Registry)."""
_READ_AT_ONCE = 64 << 10


class ConsentMiddleware:
    """Puts `app` behind `gate`. It goes outermost, around everything that sets cookies or makes pages.

    Raises TypeError where `gate` is no Gate, or `app` no ASGI application.
    """

    def __init__(self, app: App, gate: Gate) -> None:
        if not isinstance(gate, Gate):
            raise not_a_gate(gate)
        check_application(app, "ASGI")
        self.app = app
        self.gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or CONSENT in scope:
            # The gate has no part in it, or another gate is around this one.
            if CONSENT in scope:
                self.gate.setup.second_gate()
            await self.app(scope, receive, send)
            return
        if _OUTER_SESSION in scope:
            self.gate.setup.inside_sessions()
        scope = {**scope, "headers": [*(scope.get("headers") or ())]}
        request = request_of(scope)
        exchange = self.gate.exchange_at_once(request) or await self.gate.exchange_in_thread(request)
        if exchange.is_own and scope["type"] == "http":
            await _answer(self.gate, exchange, scope["method"], receive, send)
            return
        if exchange.is_unavailable:
            await _refuse_handshake(receive, send)
            return
        _show_to_application(scope, exchange)
        with ActingFor(scope[CONSENT]):
            await self.app(scope, receive, _Response(exchange, send))


def request_of(scope: Scope) -> Request:
    """Return the request in an ASGI `scope`."""
    root = quoted_path(scope.get("root_path") or "").rstrip("/")
    raw = scope.get("raw_path")
    path = raw.partition(b"?")[0].decode("latin-1") if raw else quoted_path(scope["path"])
    if root and (path == root or path.startswith(f"{root}/")):
        path = path.removeprefix(root)
    host, port = scope.get("server") or ("localhost", None)
    return Request(
        method=scope.get("method", "GET"),
        path=path or "/",
        query=(scope.get("query_string") or b"").decode("latin-1"),
        headers=headers_of(scope["headers"]),
        root=root,
        server=f"{host}:{port}" if port else str(host),
        client=str((scope.get("client") or ("",))[0]),
    )


def headers_of(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, list[str]]:
    """Return the headers of the request in a scope, by their lowercase names."""
    headers: dict[str, list[str]] = {}
    for name, value in raw:
        headers.setdefault(_header_name(name), []).append(value.decode("latin-1"))
    return headers


# As in `wsgi`, names come again with every request.
@lru_cache(maxsize=256)
def _header_name(raw: bytes) -> str:
    return raw.decode("latin-1").lower()


def _text(headers: Iterable[Iterable[bytes]]) -> list[Header]:
    return [(str(name, "latin-1"), str(value, "latin-1")) for name, value in headers]


def _bytes(headers: Iterable[Header]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]


def _show_to_application(scope: Scope, exchange: Exchange) -> None:
    """Leave in the scope, which is a copy, only what the application may see."""
    changes = exchange.request_changes
    if changes:
        names = {name.encode("latin-1") for name in changes}
        kept = [header for header in scope["headers"] if header[0].lower() not in names]
        seen = _bytes((name, value) for name, values in changes.items() for value in values)
        scope["headers"] = kept + seen
    scope[CONSENT] = consent = exchange.application_consent
    scope[DECLARATION] = exchange.declaration
    scope["state"] = state = {} if scope.get("state") is None else scope["state"]
    state["consent"] = consent
    if scope.get("extensions"):
        scope["extensions"] = {**scope["extensions"]}


async def _answer(gate: Gate, exchange: Exchange, method: str, receive: Receive, send: Send) -> None:
    body = b""
    while method == "POST" and len(body) <= exchange.longest_form:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body += message.get("body", b"")
        if not message.get("more_body", False):
            break
    answer = exchange.answer(body)
    if not isinstance(answer, Answer):
        answer = await gate.carry_out_in_thread(answer)
    try:
        start = {"type": "http.response.start", "status": answer.status, "headers": _bytes(answer.headers)}
        await send(start)
        await send({"type": "http.response.body", "body": answer.body})
    finally:
        # A decision stands although its visitor is gone.
        if answer.afterwards is not None:
            await gate.tell_in_thread(answer.afterwards)


async def _refuse_handshake(receive: Receive, send: Send) -> None:
    """Refuse the handshake of a WebSocket, so that its client tries again later."""
    await receive()
    await send({"type": "websocket.close", "code": _TRY_AGAIN_LATER})


class _Response:
    """The `send` that the application gets: its response on its way through one exchange.

    `_start` is the message that begins the response, until it has been sent. `_held` are other messages that
    must not overtake it, and `_data` bytes of the body that wait for it.
    """

    __slots__ = ("_data", "_exchange", "_held", "_over", "_passing", "_send", "_start", "_started")

    def __init__(self, exchange: Exchange, send: Send) -> None:
        self._exchange = exchange
        self._send = send
        self._started = self._over = self._passing = False
        self._start: Message | None = None
        self._held: list[Message] = []
        self._data = b""

    async def __call__(self, message: Message) -> None:
        if self._passing and message["type"] == "http.response.body":
            # The fast path for downloads, which have many parts.
            if not message.get("more_body", False):
                self._end()
            await self._send(message)
            return
        kind = message["type"].removeprefix("websocket.")
        if kind == "http.response.start":
            await self._begin(message)
        elif kind == "http.response.body":
            await self._body(message)
        elif kind == "accept":
            headers = self._exchange.handshake(_text(message.get("headers") or ()))
            await self._send({**message, "headers": _bytes(headers)})
        elif kind == "http.response.trailers":
            headers = self._exchange.trailers(_text(message.get("headers") or ()))
            await self._pass({**message, "headers": _bytes(headers)})
        elif kind in _FILES:
            await self._file(message)
        elif kind == "http.response.early_hint":
            await self._hint(message)
        elif kind == "http.response.push":
            await self._push(message)
        else:
            await self._pass(message)

    async def _begin(self, message: Message) -> None:
        if self._started:
            raise RuntimeError("the application started its response twice")
        self._started, self._start = True, message
        self._exchange.start(message["status"], _text(message.get("headers") or ()))
        self._passing = self._exchange.passes
        await self._release()

    async def _hint(self, message: Message) -> None:
        links = [("link", bytes(link).decode("latin-1")) for link in message.get("links") or ()]
        allowed = [value.encode("latin-1") for _, value in self._exchange.hints(links)]
        if allowed:
            # A hint does not wait for the head: it is sent ahead of the response.
            await self._send({**message, "links": allowed})

    async def _push(self, message: Message) -> None:
        if self._exchange.pushes(message["path"]):
            await self._pass(message)

    async def _body(self, message: Message) -> None:
        more = self._goes_on(message)
        await self._feed(message, bytes(message.get("body", b"")), more=more)

    async def _file(self, message: Message) -> None:
        """Pass on a message that names a file for the server to send. Read the file here where it is a
        page."""
        more = self._goes_on(message)
        if self._exchange.passes:
            await self._send(message)
            return
        body = {"type": f"{message['type'].rpartition('.')[0]}.body"}
        if not self._exchange.drops:
            async with aclosing(_contents(message)) as chunks:
                async for data in chunks:
                    await self._feed(body, data, more=True)
        await self._feed(body, b"", more=more)

    def _goes_on(self, message: Message) -> bool:
        """Say whether more of the body comes after this part of it."""
        if not self._started or self._over:
            raise RuntimeError("the application sent a body before its response started, or after it ended")
        more = bool(message.get("more_body", False))
        if not more:
            self._end()
        return more

    def _end(self) -> None:
        """Note that the body is over."""
        self._over, self._passing = True, False

    async def _feed(self, message: Message, data: bytes, *, more: bool) -> None:
        self._data += self._exchange.feed(data)
        if not more:
            self._data += self._exchange.finish()
        over, self._over = self._over, True
        await self._release()
        if self._start is None:
            data, self._data = self._data, b""
            await self._send({**message, "body": data, "more_body": more})
        # Only now: after a failed send the body stays over, and no later part is read as if this one had
        # arrived.
        self._over = over

    async def _pass(self, message: Message) -> None:
        if self._start is None:
            await self._send(message)
        else:
            self._held.append(message)

    async def _release(self) -> None:
        """Send the head, once it is known, and the messages that wait for it."""
        head = self._exchange.head
        if self._start is None or head is None:
            return
        start, self._start = self._start, None
        await self._send({**start, "status": head.status, "headers": _bytes(head.headers)})
        held, self._held = self._held, []
        for message in held:
            await self._send(message)


async def _contents(message: Message) -> AsyncGenerator[bytes, None]:
    """Yield the part to be sent of the file in a message, which has the file's path or the open file."""
    path, left = message.get("path"), message.get("count")
    file = message["file"] if path is None else await in_thread(open, path, "rb")
    try:
        if message.get("offset") is not None:
            await in_thread(file.seek, message["offset"])
        while data := await in_thread(file.read, _READ_AT_ONCE if left is None else min(left, _READ_AT_ONCE)):
            left = None if left is None else left - len(data)
            yield data
    finally:
        if path is not None:
            file.close()

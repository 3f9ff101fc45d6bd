"""The gate as ASGI middleware (ASGI 3, HTTP and WebSocket)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import quote

from .consent import Consent
from .gate import Exchange, Gate, Header, Request

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# What a server offers for sending things past the middleware: files that nobody reads, and links that are
# sent before the answer and that caches replay to others.
_PAST_THE_GATE = (
    "http.response.pathsend",
    "http.response.zerocopysend",
    "http.response.push",
    "http.response.early_hint",
)


class ConsentMiddleware:
    """`app` behind `gate`. Goes outermost, around everything that sets cookies or makes pages."""

    def __init__(self, app: App, gate: Gate) -> None:
        self.app = app
        self.gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or isinstance(_state(scope).get("consent"), Consent):
            # Not ours to judge, or another layer of the same gate is around this one already.
            await self.app(scope, receive, send)
            return
        exchange = self.gate.exchange(request_of(scope))
        if exchange.own and scope["type"] == "http":
            await _answer(exchange, scope["method"], receive, send)
            return
        await self.app(_for_application(scope, exchange), receive, _Response(exchange, send))


def request_of(scope: Scope) -> Request:
    """The request in an ASGI `scope`."""
    root = quote(scope.get("root_path", ""), safe="/%").rstrip("/")
    raw = scope.get("raw_path")
    path = raw.partition(b"?")[0].decode("latin-1") if raw else quote(scope["path"], safe="/:@!$&'()*+,;=~")
    if root and (path == root or path.startswith(f"{root}/")):
        path = path.removeprefix(root)
    host, port = scope.get("server") or ("localhost", None)
    return Request(
        method=scope.get("method", "GET"),
        path=path or "/",
        query=scope.get("query_string", b"").decode("latin-1"),
        headers=tuple(_text(scope.get("headers", ()))),
        root=root,
        server=f"{host}:{port}" if port else str(host),
    )


def _text(headers: Iterable[Iterable[bytes]]) -> list[Header]:
    return [(bytes(name).decode("latin-1"), bytes(value).decode("latin-1")) for name, value in headers]


def _bytes(headers: Iterable[Header]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]


def _state(scope: Scope) -> MutableMapping[str, Any]:
    state: MutableMapping[str, Any] = scope.get("state") or {}
    return state


def _for_application(scope: Scope, exchange: Exchange) -> Scope:
    """A copy of the scope in which the application sees only what it may."""
    copy = dict(scope)
    copy["headers"] = _bytes(exchange.request_headers)
    copy["state"] = state = scope.get("state", {})
    state["consent"] = exchange.consent
    if "extensions" in copy:
        offered = copy["extensions"] or {}
        copy["extensions"] = {name: value for name, value in offered.items() if name not in _PAST_THE_GATE}
    return copy


async def _answer(exchange: Exchange, method: str, receive: Receive, send: Send) -> None:
    body = b""
    while method == "POST" and len(body) <= exchange.longest_form:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body += message.get("body", b"")
        if not message.get("more_body", False):
            break
    answer = exchange.answer(body)
    await send({"type": "http.response.start", "status": answer.status, "headers": _bytes(answer.headers)})
    await send({"type": "http.response.body", "body": answer.body})


class _Response:
    """The `send` that the application gets: its response on its way through one exchange."""

    def __init__(self, exchange: Exchange, send: Send) -> None:
        self._exchange = exchange
        self._send = send
        self._start: Message | None = None
        self._waiting = b""

    async def __call__(self, message: Message) -> None:
        kind = message["type"].removeprefix("websocket.")
        if kind == "http.response.start":
            await self._started(message)
        elif kind == "http.response.body" and not self._exchange.passes:
            await self._body(message)
        elif kind == "accept":
            headers = self._exchange.handshake(_text(message.get("headers", ())))
            await self._send({**message, "headers": _bytes(headers)})
        elif kind in _PAST_THE_GATE and not (kind == _PAST_THE_GATE[0] and self._exchange.passes):
            raise RuntimeError(f"the application sent {message['type']!r}, which the gate did not offer it")
        else:
            await self._send(message)

    async def _started(self, message: Message) -> None:
        self._start = message
        self._exchange.start(message["status"], _text(message.get("headers", ())))
        if self._exchange.passes:
            await self._send_start()

    async def _body(self, message: Message) -> None:
        more = message.get("more_body", False)
        data = self._waiting + self._exchange.feed(bytes(message.get("body", b"")))
        if not more:
            data += self._exchange.finish()
        self._waiting = b""
        if self._exchange.head is None:
            self._waiting = data
            return
        await self._send_start()
        await self._send({**message, "body": data, "more_body": more})

    async def _send_start(self) -> None:
        if self._start is None:
            return
        head = self._exchange.head
        assert head is not None
        start, self._start = self._start, None
        await self._send({**start, "status": head.status, "headers": _bytes(head.headers)})

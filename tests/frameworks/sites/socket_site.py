"""A WebSocket that sets cookies as it is accepted, and says which ones came along."""

from __future__ import annotations

from typing import Any

from consentgate.asgi import ConsentMiddleware

from .page import TRACKING, gate


async def shop(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "websocket":
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})
        return
    cookies = [f"{name}={value}".encode() for name, value in (("session", "1"), *TRACKING)]
    await receive()
    await send({"type": "websocket.accept", "headers": [(b"set-cookie", cookie) for cookie in cookies]})
    came = dict(scope["headers"]).get(b"cookie", b"").decode()
    names = sorted(pair.partition("=")[0].strip() for pair in came.split(";"))
    await send({"type": "websocket.send", "text": " ".join(names)})
    await receive()


app = ConsentMiddleware(shop, gate())

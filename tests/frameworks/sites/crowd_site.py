"""A page that is made for one visitor, in two pieces, so that those of many are made at the same time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from consentgate import asgi, wsgi

from .page import gate

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

PAUSE = 0.005
HTML = ("Content-Type", "text/html; charset=utf-8")


def cookies_for(visitor: str) -> list[tuple[str, str]]:
    return [("Set-Cookie", f"{name}={visitor}") for name in ("session", "_own", "undeclared")]


def pieces(visitor: str, cookies: str, counted: bool) -> tuple[bytes, bytes]:
    return (
        f"<!doctype html><html><head><title>{visitor}</title></head><body>"
        f"<p>visitor: {visitor}</p><p>cookies: {cookies}</p>".encode(),
        f'<script src="https://stats.vendor.example/{visitor}.js"></script>'
        f'<iframe src="https://www.youtube.com/embed/{visitor}"></iframe>'
        f"<p>counted: {counted}</p></body></html>".encode(),
    )


def shop(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    visitor = parse_qs(environ["QUERY_STRING"])["visitor"][0]
    made = pieces(visitor, environ.get("HTTP_COOKIE", ""), environ[wsgi.CONSENT].allows("performance"))
    start_response("200 OK", [HTML, *cookies_for(visitor)])

    def body() -> Iterator[bytes]:
        yield made[0]
        time.sleep(PAUSE)
        yield made[1]

    return body()


async def ashop(scope: Any, receive: Any, send: Any) -> None:
    visitor = parse_qs(scope["query_string"].decode())["visitor"][0]
    cookies = dict(scope["headers"]).get(b"cookie", b"").decode()
    made = pieces(visitor, cookies, scope[asgi.CONSENT].allows("performance"))
    headers = [(name.encode(), value.encode()) for name, value in (HTML, *cookies_for(visitor))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": made[0], "more_body": True})
    await asyncio.sleep(PAUSE)
    await send({"type": "http.response.body", "body": made[1]})


wsgi_app = wsgi.ConsentMiddleware(shop, gate())
asgi_app = asgi.ConsentMiddleware(ashop, gate())

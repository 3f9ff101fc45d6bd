"""An application that gives the answers of which the cost is measured, for WSGI and for ASGI, with the gate
and without. Servers import it: `uvicorn benchmarks.answers:asgi_gated`."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from consentgate import Gate, Policy
from consentgate.asgi import ConsentMiddleware as AsgiGate
from consentgate.asgi import Receive, Scope, Send
from consentgate.consent.choice import decide
from consentgate.wsgi import ConsentMiddleware as WsgiGate

from .contenders import CHUNK, SECRET
from .memory import resident
from .pages import generated

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

POLICY = Path(__file__).parents[1] / "examples" / "flask_app" / "consentgate.toml"
HOST = "127.0.0.1"
PAUSE = 0.2
"""The seconds after which a slow stream goes on after its first part."""

FIREFOX = (
    ("Host", HOST),
    ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
    ("Accept", "*/*"),
    ("Accept-Language", "en-GB,en;q=0.5"),
    ("Accept-Encoding", "gzip, deflate, br, zstd"),
    ("Referer", f"https://{HOST}/"),
    ("Connection", "keep-alive"),
    ("Sec-Fetch-Dest", "empty"),
    ("Sec-Fetch-Mode", "cors"),
    ("Sec-Fetch-Site", "same-origin"),
)
"""What a browser sends along when a page's script asks for something."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the application answers with."""

    content_type: str
    parts: tuple[bytes, ...]

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [("Content-Type", self.content_type), ("Content-Length", str(sum(map(len, self.parts))))]


JSON = Answer(
    "application/json",
    (json.dumps([{"id": number, "name": f"name {number:04}"} for number in range(33)]).encode(),),
)
PAGE = Answer("text/html; charset=utf-8", (generated("100 KB", 195).html,))
DOWNLOAD = Answer("application/zip", (bytes(range(256)) * (CHUNK // 256),) * 160)
ANSWERS = {"/json": JSON, "/page": PAGE, "/download": DOWNLOAD}
# What a stream begins with, so that a browser could show something.
_FIRST = b"<!doctype html><html><head><title>Stream</title></head><body><p>The first part, and then </p>"
_LAST = b"<p>the last one.</p></body></html>"


@cache
def gate() -> Gate:
    """The gate of the examples' site."""
    # Each undeclared cookie and host would be logged once, with advice.
    logging.disable()
    return Gate(Policy.load(POLICY), secret_key=SECRET, insecure=True)


def accepting(gate: Gate) -> str:
    """The cookie of a visitor who has accepted everything that `gate` asks about."""
    return gate.cookie.set_cookie(decide(gate.policy, "accept"), HOST).partition(";")[0]


def _figures() -> bytes:
    """What serving has taken of this process, asked for at /figures."""
    return json.dumps({"seconds": time.process_time(), "resident": resident()}).encode()


def _answer_at(path: str) -> Answer:
    return Answer("application/json", (_figures(),)) if path == "/figures" else ANSWERS[path]


def wsgi(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The application for WSGI."""
    if environ["PATH_INFO"] == "/slow":
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return _slowly()
    answer = _answer_at(environ["PATH_INFO"])
    start_response("200 OK", answer.headers)
    return answer.parts


def _slowly() -> Iterator[bytes]:
    yield _FIRST
    time.sleep(PAUSE)
    yield _LAST


async def asgi(scope: Scope, receive: Receive, send: Send) -> None:
    """The application for ASGI. What is at /idle is never over until the visitor goes away."""
    path = scope["path"]
    if path in ("/slow", "/idle"):
        head = [(b"content-type", b"text/html; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": _FIRST, "more_body": True})
        if path == "/slow":
            await asyncio.sleep(PAUSE)
        else:
            while (await receive())["type"] != "http.disconnect":
                pass
        await send({"type": "http.response.body", "body": _LAST})
        return
    answer = _answer_at(path)
    headers = [(name.lower().encode(), value.encode()) for name, value in answer.headers]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    *others, last = answer.parts
    for part in others:
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": last})


wsgi_gated = WsgiGate(wsgi, gate())
asgi_gated = AsgiGate(asgi, gate())

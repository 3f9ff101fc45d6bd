"""consentgate.starlette, in Starlette."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

from consentgate import Gate, UnknownId
from consentgate.starlette import ConsentMiddleware, consent_of, require_consent

from .shop import DECISION, PAGE, POLICY, SECRET_KEY, STATS


def gate() -> Gate:
    return Gate(POLICY, secret_key=SECRET_KEY, insecure=True)


async def shop(request: Request) -> Response:
    return HTMLResponse(PAGE)


async def counted(request: Request) -> Response:
    assert consent_of(request) is request.state.consent
    return PlainTextResponse(str(request.state.consent.allows("performance")))


async def only(request: Request) -> Response:
    consent = await require_consent("performance", "stats")(request)
    return JSONResponse(consent.allows("stats"))


async def chat(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text(str(consent_of(websocket).allows("performance")))
    await websocket.close()


ROUTES = [Route("/", shop), Route("/counted", counted), Route("/only", only), WebSocketRoute("/chat", chat)]


def accept(client: TestClient) -> None:
    answer = client.post(
        "/_privacy/choices", data={"decision": "accept"}, headers=DECISION, follow_redirects=False
    )
    assert answer.status_code == 303


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("listed", [False, True])
def test_the_consent_is_in_the_state(backend: Any, listed: bool) -> None:
    app = (
        Starlette(routes=ROUTES, middleware=[Middleware(ConsentMiddleware, gate=gate())])
        if listed
        else ConsentMiddleware(Starlette(routes=ROUTES), gate())
    )
    with TestClient(app, backend=backend) as client:
        assert STATS not in client.get("/").text
        assert client.get("/counted").text == "False"
        accept(client)
        assert STATS in client.get("/").text
        assert client.get("/counted").text == "True"
        with client.websocket_connect("/chat") as socket:
            assert socket.receive_text() == "True"


def test_without_the_gate_there_is_no_consent() -> None:
    with pytest.raises(LookupError, match="ConsentMiddleware"):
        TestClient(Starlette(routes=[Route("/only", only)])).get("/only")


def test_a_route_that_needs_consent_is_forbidden_without_it() -> None:
    client = TestClient(ConsentMiddleware(Starlette(routes=ROUTES), gate()))
    refused = client.get("/only")
    assert (refused.status_code, refused.headers["cache-control"]) == (403, "no-store")
    assert refused.text == "This needs your consent to: performance, stats"
    accept(client)
    assert client.get("/only").json() is True


def test_an_unknown_id_is_an_error() -> None:
    async def odd(request: Request) -> Response:
        await require_consent("performence")(request)
        return Response()

    with pytest.raises(UnknownId, match="performance"):
        TestClient(ConsentMiddleware(Starlette(routes=[Route("/", odd)]), gate())).get("/")

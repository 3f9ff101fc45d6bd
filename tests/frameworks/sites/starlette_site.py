"""The shop in Starlette."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from consentgate import Gate, Policy
from consentgate.starlette import ConsentMiddleware, consent_of

from .page import LIVE, POLICY, SECRET_KEY, TRACKING, page

gone_on = asyncio.Event()


def tracked(response: Response) -> Response:
    for name, value in TRACKING:
        response.set_cookie(name, value)
    return response


async def shop(request: Request) -> Response:
    request.session["pages"] = request.session.get("pages", 0) + 1
    counted = consent_of(request).allows("performance")
    return tracked(HTMLResponse(page(request.session["pages"], request.cookies, counted)))


async def template(request: Request) -> Response:
    return tracked(PlainTextResponse(f"counted: {request.state.consent.allows('performance')}"))


async def api(request: Request) -> Response:
    return tracked(JSONResponse({"cookies": sorted(request.cookies)}))


async def live(request: Request) -> Response:
    async def pieces() -> AsyncIterator[str]:
        yield LIVE[0]
        await asyncio.wait_for(gone_on.wait(), 20)
        yield LIVE[1]

    gone_on.clear()
    return tracked(StreamingResponse(pieces(), media_type="text/html"))


async def go(request: Request) -> Response:
    gone_on.set()
    return PlainTextResponse("gone on")


async def broken(request: Request) -> Response:
    raise RuntimeError("a page that breaks")


async def missing(request: Request, error: Exception) -> Response:
    return tracked(HTMLResponse(page(0, request.cookies, False), 404))


async def failed(request: Request, error: Exception) -> Response:
    return tracked(HTMLResponse(page(0, request.cookies, False), 500))


inner = Starlette(
    routes=[
        Route("/", shop),
        Route("/template", template),
        Route("/api", api),
        Route("/live", live),
        Route("/go", go),
        Route("/broken", broken),
    ],
    middleware=[Middleware(SessionMiddleware, secret_key=SECRET_KEY, session_cookie="session")],
    exception_handlers={404: missing, Exception: failed},
)
app = ConsentMiddleware(
    inner, Gate(Policy.load(POLICY), secret_key=SECRET_KEY, insecure=True, trusted_proxies=1)
)

"""The shop in Starlette."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

from consentgate import Gate, Policy
from consentgate.starlette import ConsentMiddleware, consent_of

from .page import LARGE, POLICY, SECRET_KEY, TRACKING, alive, gone_on, page


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
    return tracked(StreamingResponse(alive(), media_type="text/html"))


async def go(request: Request) -> Response:
    gone_on.set()
    return PlainTextResponse("gone on")


async def large(request: Request) -> Response:
    return tracked(HTMLResponse(LARGE))


async def nothing(request: Request) -> Response:
    return tracked(Response(status_code=204))


async def moved(request: Request) -> Response:
    return tracked(RedirectResponse("/", 302))


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
        Route("/large", large),
        Route("/nothing", nothing),
        Route("/moved", moved),
        Route("/broken", broken),
    ],
    middleware=[Middleware(SessionMiddleware, secret_key=SECRET_KEY, session_cookie="session")],
    exception_handlers={404: missing, Exception: failed},
)
app = ConsentMiddleware(
    inner, Gate(Policy.load(POLICY), secret_key=SECRET_KEY, insecure=True, trusted_proxies=1)
)

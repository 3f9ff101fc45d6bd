"""The shop in FastAPI."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from fastapi.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    StreamingResponse,
)
from starlette.middleware.sessions import SessionMiddleware

from consentgate import Gate, Policy
from consentgate.starlette import ConsentMiddleware, consent_of

from .page import LARGE, POLICY, SECRET_KEY, TRACKING, alive, gone_on, page

inner = FastAPI()
inner.add_middleware(SessionMiddleware, secret_key=SECRET_KEY, session_cookie="session")


def tracked(response: Response) -> Response:
    for name, value in TRACKING:
        response.set_cookie(name, value)
    return response


@inner.head("/")
@inner.get("/")
async def shop(request: Request) -> Response:
    request.session["pages"] = request.session.get("pages", 0) + 1
    counted = consent_of(request).allows("performance")
    return tracked(HTMLResponse(page(request.session["pages"], request.cookies, counted)))


@inner.get("/template")
async def template(request: Request) -> Response:
    return tracked(PlainTextResponse(f"counted: {request.state.consent.allows('performance')}"))


@inner.get("/api")
def api(request: Request) -> Response:
    return tracked(JSONResponse({"cookies": sorted(request.cookies)}))


@inner.get("/live")
async def live() -> Response:
    return tracked(StreamingResponse(alive(), media_type="text/html"))


@inner.get("/go")
async def go() -> Response:
    gone_on.set()
    return PlainTextResponse("gone on")


@inner.head("/large")
@inner.get("/large")
async def large() -> Response:
    return tracked(HTMLResponse(LARGE))


@inner.get("/nothing")
async def nothing() -> Response:
    return tracked(Response(status_code=204))


@inner.get("/moved")
async def moved() -> Response:
    return tracked(RedirectResponse("/", 302))


@inner.get("/broken")
async def broken() -> Response:
    raise RuntimeError("a page that breaks")


@inner.exception_handler(404)
async def missing(request: Request, error: Exception) -> Response:
    return tracked(HTMLResponse(page(0, request.cookies, False), 404))


@inner.exception_handler(Exception)
async def failed(request: Request, error: Exception) -> Response:
    return tracked(HTMLResponse(page(0, request.cookies, False), 500))


app = ConsentMiddleware(
    inner, Gate(Policy.load(POLICY), secret_key=SECRET_KEY, insecure=True, trusted_proxies=1)
)

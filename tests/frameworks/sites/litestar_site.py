"""The shop in Litestar, wrapped."""

from __future__ import annotations

from litestar import Litestar, MediaType, Request, Response, get, route
from litestar.exceptions import NotFoundException
from litestar.middleware.session.server_side import ServerSideSessionConfig
from litestar.response import Redirect, Stream

from consentgate.asgi import ConsentMiddleware

from .page import LARGE, TRACKING, alive, gate, gone_on, page


def tracked(response: Response) -> Response:
    for name, value in TRACKING:
        response.set_cookie(name, value)
    return response


def html(text: str, status: int = 200) -> Response:
    return tracked(Response(text, media_type=MediaType.HTML, status_code=status))


@get("/")
async def shop(request: Request) -> Response:
    request.session["pages"] = request.session.get("pages", 0) + 1
    counted = request.state.consent.allows("performance")
    return html(page(request.session["pages"], request.cookies, counted))


@get("/template", media_type=MediaType.TEXT)
async def template(request: Request) -> Response:
    return tracked(Response(f"counted: {request.state.consent.allows('performance')}"))


@get("/api")
async def api(request: Request) -> Response:
    return tracked(Response({"cookies": sorted(request.cookies)}))


@get("/live")
async def live() -> Response:
    return tracked(Stream(alive(), media_type=MediaType.HTML))


@get("/go", media_type=MediaType.TEXT)
async def go() -> str:
    gone_on.set()
    return "gone on"


@route("/large", http_method=["GET", "HEAD"])
async def large() -> Response:
    return html(LARGE)


@get("/nothing", status_code=204)
async def nothing() -> Response[None]:
    return tracked(Response(None, status_code=204))


@get("/moved", status_code=302)
async def moved() -> Response:
    return tracked(Redirect("/"))


@get("/broken")
async def broken() -> None:
    raise RuntimeError("a page that breaks")


def missing(request: Request, error: Exception) -> Response:
    return html(page(0, request.cookies, False), 404)


def failed(request: Request, error: Exception) -> Response:
    return html(page(0, request.cookies, False), 500)


inner = Litestar(
    [shop, template, api, live, go, large, nothing, moved, broken],
    middleware=[ServerSideSessionConfig(key="session").middleware],
    exception_handlers={NotFoundException: missing, Exception: failed},
    openapi_config=None,
)
app = ConsentMiddleware(inner, gate())

"""The shop in Quart, wrapped."""

from __future__ import annotations

from quart import Quart, Response, jsonify, redirect, request, session

from consentgate.asgi import ConsentMiddleware

from .page import LARGE, SECRET_KEY, TRACKING, alive, gate, gone_on, page

app = Quart(__name__)
app.secret_key = SECRET_KEY
app.asgi_app = ConsentMiddleware(app.asgi_app, gate())


def counted() -> bool:
    return request.scope["state"]["consent"].allows("performance")


@app.after_request
async def track(response: Response) -> Response:
    for name, value in TRACKING:
        response.set_cookie(name, value)
    return response


@app.get("/")
async def shop() -> str:
    session["pages"] = session.get("pages", 0) + 1
    return page(session["pages"], request.cookies, counted())


@app.get("/template")
async def template() -> str:
    return f"counted: {counted()}"


@app.get("/api")
async def api() -> Response:
    return jsonify(cookies=sorted(request.cookies))


@app.get("/live")
async def show_live() -> Response:
    return Response((piece.encode() async for piece in alive()), mimetype="text/html")


@app.get("/go")
async def go() -> Response:
    gone_on.set()
    return Response("gone on", mimetype="text/plain")


@app.get("/large")
async def large() -> str:
    return LARGE


@app.get("/nothing")
async def nothing() -> tuple[str, int]:
    return "", 204


@app.get("/moved")
async def moved() -> object:
    return redirect("/")


@app.get("/broken")
async def broken() -> str:
    raise RuntimeError("a page that breaks")


@app.errorhandler(404)
@app.errorhandler(500)
async def problem(error: Exception) -> tuple[str, int]:
    return page(0, request.cookies, False), getattr(error, "code", 500)

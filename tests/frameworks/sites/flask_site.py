"""The shop in Flask."""

from __future__ import annotations

from flask import Flask, Response, jsonify, redirect, request, session

from consentgate.flask import ConsentGate, consent

from .page import LARGE, POLICY, SECRET_KEY, TRACKING, gone_on, live, page

app = Flask(__name__)
app.config.update(
    SECRET_KEY=SECRET_KEY,
    CONSENTGATE_POLICY=POLICY,
    CONSENTGATE_INSECURE=True,
    CONSENTGATE_TRUSTED_PROXIES=1,
)
ConsentGate(app)


@app.after_request
def track(response: Response) -> Response:
    for name, value in TRACKING:
        response.set_cookie(name, value)
    return response


@app.get("/")
def shop() -> str:
    session["pages"] = session.get("pages", 0) + 1
    return page(session["pages"], request.cookies, consent.allows("performance"))


@app.get("/template")
def template() -> str:
    return app.jinja_env.from_string("counted: {{ consent.allows('performance') }}").render()


@app.get("/api")
def api() -> Response:
    return jsonify(cookies=sorted(request.cookies))


@app.get("/live")
def show_live() -> Response:
    return Response(live())


@app.get("/go")
def go() -> Response:
    gone_on.set()
    return Response("gone on", mimetype="text/plain")


@app.get("/large")
def large() -> str:
    return LARGE


@app.get("/nothing")
def nothing() -> tuple[str, int]:
    return "", 204


@app.get("/moved")
def moved() -> object:
    return redirect("/")


@app.get("/broken")
def broken() -> str:
    raise RuntimeError("a page that breaks")


@app.errorhandler(404)
@app.errorhandler(500)
def problem(error: Exception) -> tuple[str, int]:
    return page(0, request.cookies, False), getattr(error, "code", 500)

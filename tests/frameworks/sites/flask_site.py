"""The shop in Flask."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from flask import Flask, Response, jsonify, request, session

from consentgate.flask import ConsentGate, consent

from .page import LIVE, POLICY, SECRET_KEY, TRACKING, page

app = Flask(__name__)
app.config.update(
    SECRET_KEY=SECRET_KEY,
    CONSENTGATE_POLICY=POLICY,
    CONSENTGATE_INSECURE=True,
    CONSENTGATE_TRUSTED_PROXIES=1,
)
ConsentGate(app)
gone_on = threading.Event()


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
def live() -> Response:
    def pieces() -> Iterator[str]:
        yield LIVE[0]
        gone_on.wait(20)
        yield LIVE[1]

    gone_on.clear()
    return Response(pieces())


@app.get("/go")
def go() -> str:
    gone_on.set()
    return "gone on"


@app.get("/broken")
def broken() -> str:
    raise RuntimeError("a page that breaks")


@app.errorhandler(404)
@app.errorhandler(500)
def problem(error: Exception) -> tuple[str, int]:
    return page(0, request.cookies, False), getattr(error, "code", 500)

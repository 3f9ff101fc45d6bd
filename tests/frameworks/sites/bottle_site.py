"""The shop in Bottle, wrapped."""

from __future__ import annotations

import json
from collections.abc import Iterator

from bottle import Bottle, redirect, request, response

from consentgate.wsgi import CONSENT, ConsentMiddleware

from .page import LARGE, TRACKING, gate, gone_on, live, page

shop = Bottle()


def counted() -> bool:
    return request.environ[CONSENT].allows("performance")


@shop.hook("before_request")
def track() -> None:
    for name, value in TRACKING:
        response.set_cookie(name, value)


@shop.get("/")
def front() -> str:
    pages = int(request.get_cookie("session", "0")) + 1
    response.set_cookie("session", str(pages))
    return page(pages, request.cookies, counted())


@shop.get("/template")
def template() -> str:
    return f"counted: {counted()}"


@shop.get("/api")
def api() -> str:
    response.content_type = "application/json"
    return json.dumps({"cookies": sorted(request.cookies)})


@shop.get("/live")
def show_live() -> Iterator[str]:
    return live()


@shop.get("/go")
def go() -> str:
    gone_on.set()
    response.content_type = "text/plain"
    return "gone on"


@shop.get("/large")
def large() -> str:
    return LARGE


@shop.get("/nothing")
def nothing() -> None:
    response.status = 204


@shop.get("/moved")
def moved() -> None:
    redirect("/", 302)


@shop.get("/broken")
def broken() -> str:
    raise RuntimeError("a page that breaks")


@shop.error(404)
@shop.error(500)
def problem(error: Exception) -> str:
    track()
    return page(0, request.cookies, False)


app = ConsentMiddleware(shop, gate())

"""The shop in Pyramid, wrapped."""

from __future__ import annotations

from pyramid.config import Configurator
from pyramid.events import NewResponse
from pyramid.httpexceptions import HTTPFound, HTTPNoContent
from pyramid.request import Request
from pyramid.response import Response
from pyramid.session import SignedCookieSessionFactory

from consentgate.wsgi import CONSENT, ConsentMiddleware

from .page import LARGE, SECRET_KEY, TRACKING, gate, gone_on, live, page


def counted(request: Request) -> bool:
    return request.environ[CONSENT].allows("performance")


def shop(request: Request) -> Response:
    request.session["pages"] = request.session.get("pages", 0) + 1
    return Response(page(request.session["pages"], request.cookies, counted(request)))


def template(request: Request) -> Response:
    return Response(f"counted: {counted(request)}", content_type="text/plain")


def api(request: Request) -> Response:
    return Response(json={"cookies": sorted(request.cookies)})


def show_live(request: Request) -> Response:
    return Response(app_iter=(piece.encode() for piece in live()))


def go(request: Request) -> Response:
    gone_on.set()
    return Response("gone on", content_type="text/plain")


def large(request: Request) -> Response:
    return Response(LARGE)


def nothing(request: Request) -> Response:
    return HTTPNoContent()


def moved(request: Request) -> Response:
    return HTTPFound("/")


def broken(request: Request) -> Response:
    raise RuntimeError("a page that breaks")


def missing(request: Request) -> Response:
    return Response(page(0, request.cookies, False), status=404)


def failed(error: Exception, request: Request) -> Response:
    return Response(page(0, request.cookies, False), status=500)


def track(event: NewResponse) -> None:
    for name, value in TRACKING:
        event.response.set_cookie(name, value)


with Configurator(session_factory=SignedCookieSessionFactory(SECRET_KEY, cookie_name="session")) as config:
    config.add_subscriber(track, NewResponse)
    for view in (shop, template, api, show_live, go, large, nothing, moved, broken):
        path = {"shop": "/", "show_live": "/live"}.get(view.__name__, f"/{view.__name__}")
        config.add_route(view.__name__, path)
        config.add_view(view, route_name=view.__name__)
    config.add_notfound_view(missing)
    config.add_exception_view(failed, context=Exception)

app = ConsentMiddleware(config.make_wsgi_app(), gate())

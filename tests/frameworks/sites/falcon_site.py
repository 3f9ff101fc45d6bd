"""The shop in Falcon, wrapped."""

from __future__ import annotations

import falcon
from falcon import Request, Response

from consentgate.wsgi import CONSENT, ConsentMiddleware

from .page import LARGE, TRACKING, gate, gone_on, live, page


def counted(request: Request) -> bool:
    return request.env[CONSENT].allows("performance")


class Tracking:
    def process_response(self, request: Request, response: Response, resource: object, well: bool) -> None:
        for name, value in TRACKING:
            response.set_cookie(name, value, secure=False)


class Shop:
    def on_get(self, request: Request, response: Response) -> None:
        pages = int(request.cookies.get("session", "0")) + 1
        response.set_cookie("session", str(pages), secure=False)
        response.content_type = falcon.MEDIA_HTML
        response.text = page(pages, request.cookies, counted(request))

    on_head = on_get


class Plain:
    def on_get_template(self, request: Request, response: Response) -> None:
        response.content_type = falcon.MEDIA_TEXT
        response.text = f"counted: {counted(request)}"

    def on_get_go(self, request: Request, response: Response) -> None:
        gone_on.set()
        response.content_type = falcon.MEDIA_TEXT
        response.text = "gone on"

    def on_get_api(self, request: Request, response: Response) -> None:
        response.media = {"cookies": sorted(request.cookies)}

    def on_get_live(self, request: Request, response: Response) -> None:
        response.content_type = falcon.MEDIA_HTML
        response.stream = (piece.encode() for piece in live())

    def on_get_large(self, request: Request, response: Response) -> None:
        response.content_type = falcon.MEDIA_HTML
        response.text = LARGE

    on_head_large = on_get_large

    def on_get_nothing(self, request: Request, response: Response) -> None:
        response.status = falcon.HTTP_204

    def on_get_moved(self, request: Request, response: Response) -> None:
        raise falcon.HTTPFound("/")

    def on_get_broken(self, request: Request, response: Response) -> None:
        raise RuntimeError("a page that breaks")


def problem(request: Request, response: Response, error: Exception, params: object) -> None:
    response.status = getattr(error, "status", falcon.HTTP_500)
    response.content_type = falcon.MEDIA_HTML
    response.text = page(0, request.cookies, False)


shop = falcon.App(middleware=[Tracking()])
shop.add_route("/", Shop())
for name in ("template", "go", "api", "live", "large", "nothing", "moved", "broken"):
    shop.add_route(f"/{name}", Plain(), suffix=name)
shop.add_error_handler(Exception, problem)
shop.add_error_handler(falcon.HTTPNotFound, problem)

app = ConsentMiddleware(shop, gate())

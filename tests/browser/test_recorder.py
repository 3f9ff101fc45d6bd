"""The harness sees what it must see: without that, no other browser test means anything."""

from collections.abc import Awaitable, Callable, Iterable
from http.client import HTTPConnection
from typing import Any

import pytest

from .recorder import UNNAMED, Answer, Mark, Recorder
from .servers import Site
from .visit import Visitor

pytestmark = pytest.mark.browser

VECTORS = {
    "script": '<script src="https://v1.example/a.js"></script>',
    "iframe": '<iframe src="https://v2.example/"></iframe>',
    "image": '<img src="https://v3.example/a.gif" alt="">',
    "srcset": '<img srcset="https://v4.example/a.gif 1x" alt="">',
    "stylesheet": '<link rel="stylesheet" href="https://v5.example/a.css">',
    "preconnect": '<link rel="preconnect" href="https://v6.example">',
    "font": "<style>@font-face { font-family: f; src: url(https://v7.example/f.woff2) }</style>"
    '<p style="font-family: f">text</p>',
    "fetch": "<script>fetch('https://v8.example/', {credentials: 'include'}).catch(() => {})</script>",
    "beacon": "<script>navigator.sendBeacon('https://v9.example/', 'seen')</script>",
    "video": '<video src="https://v10.example/a.mp4" preload="auto"></video>',
    "object": '<object data="https://v11.example/"></object>',
    "websocket": "<script>new WebSocket('wss://v12.example/')</script>",
    "plain http": '<img src="http://v13.example/a.gif" alt="">',
    "address": '<img src="https://203.0.113.9/a.gif" alt="">',
}


def page(*parts: str, headers: Iterable[tuple[str, str]] = ()) -> Callable[..., list[bytes]]:
    """A WSGI application without any gate that shows one page at `/`."""
    html = "<!doctype html><title>t</title><body>" + "".join(parts)

    def app(environ: dict[str, str], start_response: Callable[..., object]) -> list[bytes]:
        if environ["PATH_INFO"] != "/":
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b""]
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), *headers])
        return [html.encode()]

    return app


def test_every_way_to_a_third_party_is_seen(visitor: Visitor, serve: Callable[..., Site]) -> None:
    visit = visitor.opens(serve(page(*VECTORS.values())).url)

    assert visit.hosts == {f"v{n}.example" for n in range(1, 14)} | {"203.0.113.9"}
    destinations = {request.host: request.destination for request in visit.requests}
    assert destinations["v1.example"] == "script"
    assert destinations["v2.example"] == "iframe"
    assert destinations["v12.example"] == "websocket"
    assert visit.preconnects == {"v6.example"}


def test_a_page_without_third_parties_contacts_nobody(visitor: Visitor, serve: Callable[..., Site]) -> None:
    visit = visitor.opens(serve(page("<img src=/own.gif alt=''>", "<script src=/own.js></script>")).url)

    assert visit.hosts == set()
    assert visit.requests == []
    assert visit.cookies == []
    assert visit.storage == set()


def test_a_preconnect_over_plain_http_has_no_name_but_is_seen(
    visitor: Visitor, serve: Callable[..., Site]
) -> None:
    visit = visitor.opens(serve(page('<link rel="preconnect" href="http://v1.example">')).url)

    assert visit.hosts == {UNNAMED}


def test_a_preconnect_in_a_header_is_seen(visitor: Visitor, serve: Callable[..., Site]) -> None:
    site = serve(page("text", headers=[("Link", "<https://v1.example>; rel=preconnect")]))

    # Browsers make it when they have nothing better to do.
    assert visitor.opens(site.url, reaching={"v1.example"}).preconnects == {"v1.example"}


def test_what_a_third_party_script_loads_is_seen_too(
    visitor: Visitor, recorder: Recorder, serve: Callable[..., Site]
) -> None:
    recorder.answers["v1.example"] = Answer("text/javascript", b"new Image().src = 'https://v2.example/'")

    assert visitor.opens(serve(page(VECTORS["script"])).url).hosts == {"v1.example", "v2.example"}


def test_third_party_cookies_are_kept_and_sent_back(
    visitor: Visitor, recorder: Recorder, serve: Callable[..., Site]
) -> None:
    cookie = ("Set-Cookie", "id=1; Secure; SameSite=None")
    recorder.answers["v3.example"] = Answer("image/gif", headers=(cookie,))
    visitor.opens(serve(page(VECTORS["image"])).url)
    visit = visitor.reloads()

    assert visit.cookie_names == {"id"}
    assert [request.cookies for request in visit.requests] == [{"id": "1"}]


def test_each_visit_tells_only_of_itself(visitor: Visitor, serve: Callable[..., Site]) -> None:
    leaking, clean = serve(page(VECTORS["script"])), serve(page("text"))

    assert visitor.opens(leaking.url).hosts == {"v1.example"}
    assert visitor.opens(clean.url).hosts == set()
    assert visitor.opens(leaking.url).hosts == {"v1.example"}


def test_a_made_up_origin_takes_host_cookies_and_is_first_party(
    visitor: Visitor, serve: Callable[..., Site]
) -> None:
    cookie = ("Set-Cookie", "__Host-id=1; Secure; Path=/")
    shop = serve(page(VECTORS["image"], headers=[cookie]), host="shop.example")
    visit = visitor.opens(shop.url)

    assert visit.hosts == {"v3.example"}
    assert visit.requests[0].headers["sec-fetch-site"] == "cross-site"
    assert visit.cookie_names == {"__Host-id"}


def test_a_form_is_posted_through_a_made_up_origin(visitor: Visitor, serve: Callable[..., Site]) -> None:
    got: list[tuple[str, bytes, str]] = []

    def app(environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        got.append((environ["REQUEST_METHOD"], body, environ["HTTP_X_FORWARDED_PROTO"]))
        if environ["REQUEST_METHOD"] == "POST":
            cookies = [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]
            start_response("303 See Other", [("Location", "/"), *cookies])
            return [b""]
        start_response("200 OK", [("Content-Type", "text/html")])
        return [b"<form method=post><button name=decision value=accept>Accept</button></form>"]

    visitor.opens(serve(app, host="shop.example").url)
    visit = visitor.presses("Accept")

    assert ("POST", b"decision=accept", "https") in got
    assert visit.cookie_names == {"a", "b"}
    assert visit.shows("Accept")
    assert not visit.shows("Refuse")


def test_the_browsers_own_requests_are_kept_apart(recorder: Recorder) -> None:
    for host, site in [("update.googleapis.com", "none"), ("clients2.google.com", "cross-site")]:
        connection = HTTPConnection("127.0.0.1", recorder.port)
        connection.request("GET", "/", headers={"Host": host, "Sec-Fetch-Site": site})
        connection.getresponse().read()
        connection.close()

    assert [request.host for request in recorder.noise] == ["update.googleapis.com"]
    assert recorder.hosts_since(Mark()) == {"clients2.google.com"}


def test_an_asgi_application_is_served_too(visitor: Visitor, serve_async: Callable[..., Site]) -> None:
    async def app(scope: dict[str, Any], receive: object, send: Callable[..., Awaitable[None]]) -> None:
        if scope["type"] == "http":
            headers = [(b"content-type", b"text/html")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": VECTORS["script"].encode()})

    assert visitor.opens(serve_async(app).url).hosts == {"v1.example"}
    assert visitor.opens(serve_async(app, host="shop.example").url).hosts == {"v1.example"}


def test_what_a_page_stores_and_complains_about_is_told(visitor: Visitor, serve: Callable[..., Site]) -> None:
    script = "localStorage.a = 1; sessionStorage.b = 1; console.error('oh'); throw new Error('no')"
    visit = visitor.opens(serve(page(f"<script>{script}</script>")).url)

    stored = {(kind, name) for _, kind, name in visit.storage}
    assert stored == {("localStorage", "a"), ("sessionStorage", "b")}
    assert "oh" in visit.console_errors
    assert any("no" in error for error in visit.console_errors)


def test_without_javascript_only_the_markup_loads(
    new_visitor: Callable[..., Visitor], serve: Callable[..., Site]
) -> None:
    site = serve(page(VECTORS["beacon"], VECTORS["image"], f"<noscript>{VECTORS['iframe']}</noscript>"))

    assert new_visitor(javascript=False).opens(site.url).hosts == {"v2.example", "v3.example"}


def test_a_privacy_signal_reaches_the_page_and_the_server(
    new_visitor: Callable[..., Visitor], serve: Callable[..., Site]
) -> None:
    visit = new_visitor(headers={"Sec-GPC": "1"}).opens(serve(page(VECTORS["image"])).url)

    assert visit.requests[0].headers["sec-gpc"] == "1"
    assert visit.page.evaluate("navigator.globalPrivacyControl") is True

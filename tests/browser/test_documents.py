"""Responses that are no plain HTML, shown by browsers: behind the gate they contact nobody else.

Each case names a third party of its own. Behind the gate no browser contacts any of them; without it most
cases contact theirs in one browser at least, which keeps the test honest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import xslt_vectors

from consentgate import Gate, Policy
from consentgate.wsgi import ConsentMiddleware

from .engine import Engine, in_firefox_too
from .recorder import Mark, Recorder
from .servers import serve_wsgi
from .test_policies import POLICY
from .visit import wait_until_quiet

pytestmark = [pytest.mark.browser, pytest.mark.engines, in_firefox_too]

OWN = "www.own.example"
THIRD = "HOST.third.example"
Headers = list[tuple[str, str]]

HTML = f"<!doctype html><title>t</title><link rel=preconnect href=//{THIRD}><img src=//{THIRD}/a.gif>"
XHTML = (
    '<html xmlns="http://www.w3.org/1999/xhtml"><head>%s</head>'
    f'<body><img src="https://{THIRD}/a.gif" alt=""/></body></html>'
)
SVG = f'<svg xmlns="http://www.w3.org/2000/svg"><image href="//{THIRD}/a.gif" width="9" height="9"/></svg>'
PLAYLIST = (
    f"#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nhttps://{THIRD}/a.ts\n#EXT-X-ENDLIST\n"
)
PARTS = f"--b\r\nContent-Type: text/html\r\n\r\n{HTML}\r\n--b--\r\n"
PRECONNECT = f'<link rel="preconnect" href="https://{THIRD}/"/>'


def typed(*kinds: str) -> list[Headers]:
    return [[("Content-Type", kind)] for kind in kinds]


def unsniffed(*options: str) -> list[Headers]:
    return [[("X-Content-Type-Options", option)] for option in options]


CASES: list[tuple[Headers, str]] = [
    *(
        (headers, SVG)
        for headers in typed("image/svg+xml", "image/svg+xml foo", "image/svg+xml(x)", "IMAGE/SVG+XML")
    ),
    *(
        (headers, SVG)
        for headers in typed("image/svg+xml, foo", "image/png, image/svg+xml", "image/svg+xml;")
    ),
    *(
        (headers, XHTML % PRECONNECT)
        for headers in typed(
            *("application/xhtml+xml", "application/xhtml+xml (x)", "application/xhtml+xml foo", "text/xsl"),
            *("text/xml", "text/xml foo", "application/xml", "xml", "application/rdf+xml"),
            *("application/mathml+xml", "application/vnd.wap.xhtml+xml", "application/rss+xml"),
        )
    ),
    *(
        (headers, HTML)
        for headers in typed(
            *(
                "application/x-unknown-content-type",
                "unknown/unknown",
                "application/unknown",
                "*/*",
                "html",
                "x",
            ),
            *(
                "text/html foo",
                "text/html(x)",
                "text /html",
                "text/html,",
                "text/plain, text/html",
                "*",
                "text",
            ),
            *("; charset=utf-8", "text/html, text/plain", "\x0btext/html", "text/x-html", "text/plain"),
        )
    ),
    *(
        (headers, HTML)
        for headers in unsniffed('"nosniff"', "nosniff x", "nosniff;", "x,nosniff", ",nosniff", "nosniff, x")
    ),
    *(
        (headers, PLAYLIST)
        for headers in typed(
            *("application/vnd.apple.mpegurl", "application/x-mpegurl", "audio/mpegurl", "audio/x-mpegurl"),
            *("video/mp4", "audio/mpeg", "text/plain"),
        )
    ),
    *(
        (headers, PARTS)
        for headers in typed("multipart/x-mixed-replace; boundary=b", "multipart/mixed; boundary=b")
    ),
    *(
        (headers, document)
        for headers in typed("application/xhtml+xml")
        for document in (
            XHTML % f'<meta http-equiv="refresh" content="0;url=https://{THIRD}/"/>',
            f'<?xml-stylesheet href="https://{THIRD}/a.css"?>' + XHTML % "",
            f'<?xml-stylesheet type="text/xsl" href="https://{THIRD}/a.xsl"?><a/>',
            XHTML.replace("<body>", "<body><x:x xmlns:x='x'>").replace("</body>", "</x:x></body>") % "",
            f'<!DOCTYPE a [<!ENTITY h "https://{THIRD}/">]>' + XHTML % '<link rel="preconnect" href="&h;"/>',
            f'<a xmlns:h="http://www.w3.org/1999/xhtml"><h:link rel="preconnect" href="https://{THIRD}/"/></a>',
            XHTML % f'<link rel="preconnect" href="&#104;ttps&colon;//{THIRD}/"/>',
            XHTML % f'<link rel="preconnect" href="https://{THIRD}/"/><p>',
            f'<?xml version="1.0" encoding="iso-8859-1"?>{XHTML % PRECONNECT}',
        )
    ),
]


# Own documents with an own sheet, by the number of the case.
SHEETED = '<?xml-stylesheet type="text/xsl" href="/%d/sheet"?><x/>'
SHEETS: dict[int, tuple[Headers, str]] = {}
for _kind, _sheet in (
    *(("text/xsl", sheet) for sheet in xslt_vectors.LOADING),
    *((kind, xslt_vectors.LOADING[0]) for kind in ("application/json", "text/plain", "image/png", "x/y")),
):
    SHEETS[len(CASES)] = ([("Content-Type", _kind)], _sheet.decode().replace("nobody.example", THIRD))
    CASES.append(([("Content-Type", "application/xml")], SHEETED % len(CASES)))


def site(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    found = re.fullmatch(r"/(\d+)(/sheet)?", environ["PATH_INFO"])
    if found is None:
        start_response("404 Not Found", [("Content-Type", "text/html")])
        return [b"<!DOCTYPE html><title>It opens the others</title>"]
    headers, body = (SHEETS if found[2] else CASES)[int(found[1])]
    start_response("200 OK", headers)
    return [body.replace("HOST", f"v{found[1]}").encode()]


@contextmanager
def visited(engine: Engine, recorder: Recorder, app: Any) -> Iterator[set[int]]:
    """The numbers of the cases that contact a third party, each shown in a tab."""
    with serve_wsgi(app) as served:
        recorder.forwards[OWN] = served.port
        with engine.opens(recorder) as context:
            page = context.pages[0]
            page.goto(f"https://{OWN}/")
            for number in range(len(CASES)):
                page.evaluate("path => { open(path) }", f"/{number}")
                while not any(request.path == f"/{number}" for request in recorder.requests):
                    page.wait_for_timeout(50)
            page.bring_to_front()  # what is behind others has slow timers
            wait_until_quiet(page, lambda: recorder.changed, 2)
            hosts = recorder.hosts_since(Mark())
            yield {int(found[1]) for host in hosts if (found := re.match(r"v(\d+)\.", host))}


def test_no_document_of_any_kind_contacts_a_third_party(engine: Engine, recorder: Recorder) -> None:
    gate = Gate(Policy.parse(POLICY), secret_key="a key for tests")
    with visited(engine, recorder, ConsentMiddleware(site, gate)) as leaks:
        assert leaks == set(), [CASES[number] for number in leaks]


def test_nor_does_one_that_a_service_worker_passes_on(engine: Engine, recorder: Recorder) -> None:
    files = {
        "/": ("text/html", "<!DOCTYPE html><script>navigator.serviceWorker.register('/worker.js')</script>"),
        "/worker.js": (
            "text/javascript",
            "self.addEventListener('install', () => skipWaiting());"
            "self.addEventListener('activate', event => event.waitUntil(clients.claim()));"
            "self.addEventListener('fetch', event => event.respondWith(fetch(event.request)))",
        ),
        "/document": ("application/xhtml+xml", XHTML % PRECONNECT),
    }
    asked: list[tuple[str, str]] = []

    def shop(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        asked.append((environ["PATH_INFO"], environ.get("HTTP_SEC_FETCH_DEST", "")))
        kind, body = files.get(environ["PATH_INFO"], ("text/plain", ""))
        start_response("200 OK", [("Content-Type", kind)])
        return [body.encode()]

    gate = Gate(Policy.parse(POLICY), secret_key="a key for tests")
    with serve_wsgi(ConsentMiddleware(shop, gate)) as served:
        recorder.forwards[OWN] = served.port
        with engine.opens(recorder) as context:
            page = context.pages[0]
            page.goto(f"https://{OWN}/")
            page.evaluate(
                "() => new Promise(done => navigator.serviceWorker.controller ? done() :"
                " navigator.serviceWorker.addEventListener('controllerchange', done))"
            )
            mark = recorder.mark()
            page.goto(f"https://{OWN}/document")
            page.wait_for_timeout(500)
            assert recorder.hosts_since(mark) == set()
    assert ("/document", "empty") in asked


def test_without_the_gate_most_do(engine: Engine, recorder: Recorder) -> None:
    with visited(engine, recorder, site) as found:
        assert len(found) > len(CASES) / 2

"""A page that nobody has prepared for consent: behind the gate, and with managers that run in the page.

`python -m tests.browser.comparison FOLDER` visits it with each in Chromium and prints the table of
docs/comparison.md; `make comparison` does that. FOLDER keeps their packages, which npm fetches. The page
contacts third parties in eleven ways and stores something in four, none of it marked: as vendors tell sites
to write it. A test holds the gate's row.
"""

from __future__ import annotations

import logging
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from consentgate import Gate, Policy
from consentgate.wsgi import ConsentMiddleware

from .certificate import make_certificate
from .chromium import Chromium
from .consent_managers import Contender, contenders, fetch
from .engine import Engine
from .recorder import Recorder
from .servers import Site, serve_wsgi
from .visit import Visit, Visitor, visitor_with_new_profile

HOST = "shop.example"
THIRD = "third.example"
POLICY = """
[site]
name = "Shop"
controller = "Shop Ltd"
contact = "privacy@shop.example"

[[service]]
id = "ads"
name = "Ads"
category = "marketing"
hosts = ["*.third.example"]
"""

VECTORS = {
    "script": "<script src='{url}'></script>",
    "created-script": "<script>add('script', '{url}')</script>",
    "frame": "<iframe src='{url}'></iframe>",
    "created-frame": "<script>add('iframe', '{url}')</script>",
    "pixel": "<img src='{url}' width=1 height=1 alt=''>",
    "created-pixel": "<script>new Image().src = '{url}'</script>",
    "style-sheet": "<link rel=stylesheet href='{url}'>",
    "style-url": "<div style='width:9px;height:9px;background:url({url})'></div>",
    "beacon": "<script>navigator.sendBeacon('{url}', 'x')</script>",
    "fetch": "<script>fetch('{url}', {{mode: 'no-cors'}}).catch(() => 0)</script>",
    "xhr": "<script>{{ const x = new XMLHttpRequest(); x.open('GET', '{url}'); x.send() }}</script>",
}
"""How the page contacts third parties: each a host of its own below `THIRD`."""

WITHOUT_SCRIPTS = ("frame", "pixel", "style-sheet", "style-url")
"""The vectors that work where JavaScript is off."""

STORED = ("_http_only", "_server", "_script", "_entry")
"""What the page stores: two cookies of the server, one of a script, and an entry of localStorage."""

OWN = {
    "an inline script runs": "inline === 1",
    "a script file runs": "file === 1",
    "a script that only names a tracker's host runs": "names.tracker === 'www.google-analytics.com'",
    "a style sheet applies": "getComputedStyle(document.querySelector('h1')).color === 'rgb(1, 2, 3)'",
    "a picture shows": "document.querySelector('#picture').naturalWidth === 1",
    "JSON is whole": "JSON.parse(document.querySelector('#json').textContent).url.endsWith('/embed/x')",
    "text that shows markup is whole": "document.querySelector('textarea').value.startsWith('<script src=')",
    "the canonical link is there": "document.querySelector('link[rel=canonical]') !== null",
}
"""The page's own parts, each with an expression that is true where it works."""

_HEAD = """<meta charset=utf-8><title>Shop</title><link rel=canonical href='https://shop.example/'>
<link rel=stylesheet href='/own.css'><script>
var inline = 1, names = {tracker: 'www.google-analytics.com'};
function add(name, url) { document.head.append(Object.assign(document.createElement(name), {src: url})) }
</script><script src='/own.js'></script>"""
_BODY = """<h1>Shop</h1><img id=picture src='/own.gif' alt=''>
<script id=json type='application/ld+json'>{"url": "https://www.youtube.com/embed/x"}</script>
<textarea><script src='https://www.google-analytics.com/analytics.js'></script></textarea>
<script>document.cookie = '_script=1; Path=/'; localStorage._entry = '1'</script>"""
_GIF = b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\4\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"
_FILES = {
    "/own.css": ("text/css", b"h1{color:rgb(1,2,3)}"),
    "/own.js": ("text/javascript", b"var file = 1"),
    "/own.gif": ("image/gif", _GIF),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the page did all the same: the vectors that reached a third party, and what is stored, before a
    choice and after a refusal and a reload; the vectors that work without JavaScript; and the own parts that
    do not work. None: nobody could refuse."""

    contacted: frozenset[str]
    stored: frozenset[str]
    contacted_refused: frozenset[str] | None
    stored_refused: frozenset[str] | None
    without_scripts: frozenset[str]
    damaged: frozenset[str]


def outcome(contender: Contender, gate: Gate | None, engine: Engine, recorder: Recorder) -> Outcome:
    """Visit the page in new profiles: with the contender in it, and behind the gate if there is one."""
    with _serving(contender, gate, recorder) as site:
        with visitor_with_new_profile(engine, recorder) as visitor:
            first = visitor.opens(site.url)
            broken = damaged(visitor.page)
            refused = _refuses(visitor, contender, site)
        with visitor_with_new_profile(engine, recorder, javascript=False) as visitor:
            without_scripts = _contacted(visitor.opens(site.url))
    return Outcome(
        _contacted(first),
        _stored(first),
        _contacted(refused) if refused else None,
        _stored(refused) if refused else None,
        without_scripts,
        broken,
    )


def _refuses(visitor: Visitor, contender: Contender, site: Site) -> Visit | None:
    if contender.refuse is None:
        return None
    visitor.does(contender.refuse)
    return visitor.opens(site.url)


def damaged(page: Page) -> frozenset[str]:
    """Return the page's own parts that do not work."""
    works = "() => {{ try {{ return {} }} catch {{ return false }} }}"
    return frozenset(part for part, expression in OWN.items() if not page.evaluate(works.format(expression)))


def _contacted(visit: Visit) -> frozenset[str]:
    return frozenset(host.removesuffix(f".{THIRD}") for host in visit.hosts if host.endswith(THIRD))


def _stored(visit: Visit) -> frozenset[str]:
    names = visit.cookie_names | {entry.name for entry in visit.storage}
    return frozenset(names.intersection(STORED))


@contextmanager
def _serving(contender: Contender, gate: Gate | None, recorder: Recorder) -> Iterator[Site]:
    recorder.starts_anew()
    app = _application(contender)
    with serve_wsgi(ConsentMiddleware(app, gate) if gate else app) as site:
        recorder.forwards[HOST] = site.port
        yield Site(f"https://{HOST}/", site.port)


def page(head: str = "") -> bytes:
    """Return the page, with `head` as the first of its head."""
    vectors = "\n".join(
        markup.format(url=f"https://{name}.{THIRD}/{name}") for name, markup in VECTORS.items()
    )
    return f"<!doctype html><html lang=en><head>{head}{_HEAD}</head><body>{_BODY}\n{vectors}</body>".encode()


def _application(contender: Contender) -> Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]:
    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/":
            headers = [("Set-Cookie", "_http_only=1; Path=/; HttpOnly"), ("Set-Cookie", "_server=1; Path=/")]
            start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), *headers])
            return [page(contender.head)]
        of_type, body = _FILES.get(path, ("", b""))
        if path in contender.files:
            of_type = "text/css" if path.endswith(".css") else "text/javascript"
            body = contender.files[path].read_bytes()
        start_response("200 OK" if of_type else "404 Not Found", [("Content-Type", of_type or "text/plain")])
        return [body]

    return app


# -- the gate ------------------------------------------------------------------------------------------------


def gate() -> Gate:
    """Return a gate whose policy knows the third parties, so that there is something to refuse."""
    return Gate(Policy.parse(POLICY), secret_key="a key for the comparison")


OURS = Contender(
    "consentgate", refuse=lambda page: page.get_by_role("button", name="Refuse", exact=True).click()
)
NOBODY = Contender("no consent manager")


# -- the tables ----------------------------------------------------------------------------------------------


def rows(outcomes: Mapping[str, Outcome]) -> Iterator[str]:
    """Yield the table of the documentation, a line each."""
    yield (
        f"| | contacted, of {len(VECTORS)} | after a refusal | stored, of {len(STORED)} | after a refusal |"
        f" contacted without JavaScript, of {len(WITHOUT_SCRIPTS)} | own parts damaged, of {len(OWN)} |"
    )
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for name, found in outcomes.items():
        figures = (
            *(found.contacted, found.contacted_refused, found.stored, found.stored_refused),
            *(found.without_scripts, found.damaged),
        )
        cells = ("cannot refuse" if names is None else str(len(names)) for names in figures)
        yield f"| {name} | {' | '.join(cells)} |"


def main(folder: Path) -> None:
    """Visit the page with each contender, and print the table and what got through."""
    logging.disable()
    fetch(folder)
    found: dict[str, Outcome] = {}
    with (
        tempfile.TemporaryDirectory() as certificates,
        Recorder(make_certificate(Path(certificates))) as recorder,
        sync_playwright() as playwright,
    ):
        engine = Chromium(playwright)
        for contender in (NOBODY, OURS, *contenders(folder, THIRD)):
            found[contender.name] = outcome(
                contender, gate() if contender is OURS else None, engine, recorder
            )
        engine.close()
    print("\n".join(rows(found)))
    for name, one in found.items():
        print(f"\n{name}: {one}", file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

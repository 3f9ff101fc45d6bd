"""Weighs what the banner adds to a page: bytes, compressed with brotli."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import brotli

from consentgate.wsgi import ConsentMiddleware

from .answers import gate
from .django_site import ENVIRON

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

OTHERS: Mapping[str, int] = {
    "Silktide, minified by hand": 6191,
    "Osano Cookie Consent 3.1.1": 6962,
    "Orejime 3.2.1": 13038,
    "vanilla-cookieconsent 3.1.0": 14113,
    "tarteaucitron 1.34.0": 51172,
    "c15t, React banner": 52596,
    "Klaro 0.7.22": 59197,
}
"""The bytes of other consent managers: script, styles and English texts, compressed with brotli, without a
configuration. Measured once, on their packages of npm in these versions."""

_PAGE = (
    b"<!doctype html><html lang=en><head><meta charset=utf-8><title>The lighthouse</title></head>"
    b"<body><h1>The lighthouse is lit again</h1><p>After eleven years in the dark the lighthouse on the "
    b"north mole came back to life last night.</p></body></html>"
)
_FILE = re.compile(rb'(?:href|src)="([^"]+\.(css|js))"')


@dataclass(frozen=True, slots=True)
class Weight:
    """The bytes of what is in the page itself, banner and texts in one language, and of the files that it
    loads, which browsers keep for good."""

    markup: int
    styles: int
    script: int

    @property
    def of_banner(self) -> int:
        """The bytes that the banner is made of. They are enough where there are no scripts."""
        return self.markup + self.styles

    @property
    def at_first_paint(self) -> int:
        """The bytes that have to be there for the page to show. It waits for the script, which guards it."""
        return self.of_banner + self.script


def weight() -> Weight:
    """Weigh what the gate of the examples' Flask site adds to a short page."""
    asking = _get("/")
    files = {kind: path for path, kind in _FILE.findall(asking)}
    styles, script = (_packed(_get(files[kind].decode())) for kind in (b"css", b"js"))
    return Weight(_packed(asking) - _packed(_PAGE), styles, script)


def _get(path: str) -> bytes:
    environ = {**ENVIRON, "PATH_INFO": path, "HTTP_SEC_FETCH_DEST": "document"}
    return b"".join(ConsentMiddleware(_app, gate())(environ, lambda *_: lambda _: None))


def _app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [_PAGE]


def _packed(data: bytes) -> int:
    return len(brotli.compress(data, quality=11))

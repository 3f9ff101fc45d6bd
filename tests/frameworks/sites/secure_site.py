"""A shop behind one proxy that speaks TLS."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from consentgate import Gate, Policy
from consentgate.wsgi import ConsentMiddleware

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

PAGE = b'<!doctype html><title>Shop</title><img src="https://third.example/a.png"><a href="/">home</a>'


def shop(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [PAGE]


app = ConsentMiddleware(shop, Gate(Policy(), secret_key="a secret for tests", trusted_proxies=1))

"""A request that the browser does not send is no contact, though it tells of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from browser.recorder import Recorder
from browser.servers import LOOPBACK, serve_wsgi

from consentgate.audit.browser import CannotLook, Watching, take_tour
from consentgate.audit.observations import State

pytestmark = pytest.mark.browser

HOST = "plain.example"
PAGE = b"""<!doctype html><title>t</title><link rel=icon href=data:,>
<img src=https://stopped.example/a.gif alt=""><script src=http://mixed.example/a.js></script>
<script src=https://allowed.example/a.js></script>
<iframe src=https://framed.example/></iframe>
<script>fetch("https://fetched.example/").catch(() => {})</script>"""
POLICY = "img-src 'self'; connect-src 'self'"


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Security-Policy", POLICY)])
    return [PAGE]


def test_what_the_browser_stops_is_not_told(recorder: Recorder, chromium: str) -> None:
    with serve_wsgi(app) as site:
        recorder.forwards[HOST] = site.port
        watching = Watching(chromium, insecure=True, settle=0.6, upstream=(LOOPBACK, recorder.port))
        tour = take_tour(f"https://{HOST}/", states=(State.UNDECIDED,), watching=watching)
    told = {request.url.split("/")[2] for visit in tour.visits() for request in visit.requests}
    assert told == {HOST, "allowed.example", "framed.example"}
    assert {request.host for request in recorder.requests} == told


def test_where_an_event_loop_runs_it_looks_all_the_same() -> None:
    async def look() -> None:
        with pytest.raises(CannotLook, match="no/such/browser"):
            take_tour(f"https://{HOST}/", watching=Watching("/no/such/browser"))

    asyncio.run(look())

"""Measures how long the gate's script keeps a page's main thread busy, beside an empty script in its place.

Chromium's trace says how much of the processor's time each event took. Every load is in a new profile, as a
visitor's first page is: nothing is cached, and the script is compiled anew.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from socketserver import ThreadingMixIn
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from playwright.sync_api import Browser, sync_playwright

from consentgate.wsgi import ConsentMiddleware

from .answers import HOST, gate
from .pages import generated

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

SPEEDS = {"as fast as this machine": 1, "a quarter as fast": 4}
"""How many times slower than this machine each processor is. The second is more like a phone's."""

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_PAGE = generated("a page with a script of the gate's", 40).html
_SCRIPT = "/_privacy/snippet-"
_TASK = "ThreadControllerImpl::RunTask"


@dataclass(frozen=True, slots=True)
class Start:
    """The milliseconds of the main thread that the script takes at the start of a page, beyond an empty one:
    `evaluated` before the page goes on, and `called` in its listeners until the page has loaded. `share` is
    both together, of all that the page takes with the empty script."""

    label: str
    evaluated: float
    called: float
    share: float


class _Load(NamedTuple):
    """The milliseconds that loading the page once took."""

    evaluated: float
    called: float
    whole: float


def starts(rounds: int) -> list[Start]:
    """Load a page in turns with the gate's script and an empty one; nothing where there is no Chromium."""
    chosen = os.environ.get("CONSENTGATE_CHROMIUM")
    chromium = next(filter(None, map(shutil.which, [chosen] if chosen else _PROGRAMS)), None)
    if chromium is None:
        return []
    with ExitStack() as stack:
        ours, empty = (stack.enter_context(_serving(app)) for app in (_gated, _with_empty_script))
        playwright = stack.enter_context(sync_playwright())
        browser = stack.enter_context(playwright.chromium.launch(executable_path=chromium))
        return [_start(label, browser, ours, empty, slower, rounds) for label, slower in SPEEDS.items()]


def _start(label: str, browser: Browser, ours: int, empty: int, slower: int, rounds: int) -> Start:
    # The first visit pays for what a browser does once.
    pairs = [(_load(browser, ours, slower), _load(browser, empty, slower)) for _ in range(rounds + 1)][1:]
    evaluated = median(mine.evaluated - none.evaluated for mine, none in pairs)
    called = median(mine.called - none.called for mine, none in pairs)
    return Start(label, evaluated, called, (evaluated + called) / median(none.whole for _, none in pairs))


def _load(browser: Browser, port: int, slower: int) -> _Load:
    """Open the page as somebody who has never been there."""
    with browser.new_context() as context:
        page = context.new_page()
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
        browser.start_tracing(page=page, categories=["devtools.timeline", "toplevel"])
        page.goto(f"http://{HOST}:{port}/")
        page.evaluate("() => new Promise(done => requestIdleCallback(done))")
        return _times(json.loads(browser.stop_tracing())["traceEvents"])


def _times(events: list[dict[str, Any]]) -> _Load:
    """Sum up a trace: "tdur" is the time that a thread had the processor, in microseconds."""
    whole = [event for event in events if event["ph"] == "X" and "tdur" in event]
    mine = [event for event in whole if _SCRIPT in event["args"].get("data", {}).get("url", "")]
    of_page = [event for event in whole if (event["pid"], event["tid"]) == (mine[0]["pid"], mine[0]["tid"])]
    return _Load(_sum(mine, "EvaluateScript"), _sum(mine, "FunctionCall"), _sum(of_page, _TASK))


def _sum(events: list[dict[str, Any]], name: str) -> float:
    microseconds = sum(int(event["tdur"]) for event in events if event["name"] == name)
    return microseconds / 1000


def _app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    found = environ["PATH_INFO"] == "/"
    start_response("200 OK" if found else "404 Not Found", [("Content-Type", "text/html; charset=utf-8")])
    return [_PAGE if found else b""]


_gated = ConsentMiddleware(_app, gate())


def _with_empty_script(environ: WSGIEnvironment, start_response: StartResponse) -> Any:
    if not environ["PATH_INFO"].startswith(_SCRIPT):
        return _gated(environ, start_response)
    start_response("200 OK", [("Content-Type", "text/javascript")])
    return [b""]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def _serving(app: WSGIApplication) -> Iterator[int]:
    """The port at which a thread of this process serves `app`."""
    with _Server((HOST, 0), _Quiet) as server:
        server.set_app(app)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()

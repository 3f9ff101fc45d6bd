"""Sites on loopback, as small as a dictionary."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import pytest


class Sent(NamedTuple):
    """What a loopback site answers."""

    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/html"),)


Answers = dict[str, Sent | bytes | Callable[["Asked"], Sent]]


class Asked(NamedTuple):
    """One request: its target, and its headers by their lowercase names."""

    target: str
    headers: dict[str, str]


class LoopbackSite:
    """A site that answers from a dictionary of paths, and remembers what it was asked."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.asked: list[Asked] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = Asked(self.path, {k.lower(): v for k, v in self.headers.items()})
                site.asked.append(asked)
                found = site.answers.get(self.path) or site.answers.get(self.path.partition("?")[0])
                found = found or site.answers.get("*") or Sent(b"missing", 404)
                if callable(found) and not isinstance(found, Sent):
                    found = found(asked)
                sent = found if isinstance(found, Sent) else Sent(found)
                self.send_response(sent.status)
                for name, value in sent.headers:
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(sent.body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_port}"
        self.url = f"http://{self.host}"

    @property
    def targets(self) -> list[str]:
        """What it was asked for, in order."""
        return [asked.target for asked in self.asked]


@contextmanager
def _served(answers: Answers) -> Iterator[LoopbackSite]:
    site = LoopbackSite(answers)
    thread = threading.Thread(target=site.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield site
    finally:
        site.server.shutdown()
        thread.join()
        site.server.server_close()


@pytest.fixture
def serve() -> Iterator[Callable[[Answers], LoopbackSite]]:
    """Return a function that serves answers until the test is over."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        yield lambda answers: stack.enter_context(_served(answers))


@pytest.fixture
def sent() -> type[Sent]:
    """Return the class of answers."""
    return Sent

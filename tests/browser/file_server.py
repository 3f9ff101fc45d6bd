"""Serves a folder as any server of static files does: Python's own, which knows nothing of consent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path

from .servers import LOOPBACK, LoopbackServer, Site


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def served_files(folder: Path) -> Iterator[Site]:
    with LoopbackServer(partial(_Handler, directory=str(folder))) as server:
        yield Site(f"http://{LOOPBACK}:{server.port}/", server.port)

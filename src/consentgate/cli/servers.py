"""The server of `consentgate serve`: waitress where it is installed, else the one that Python has."""

from __future__ import annotations

import importlib
import socket
from collections.abc import Callable
from dataclasses import dataclass
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication


@dataclass(frozen=True)
class Server:
    """A server that listens on a `port`. `run` serves until it is interrupted, or `close` is called.

    `for_development` says that it is not meant for visitors.
    """

    name: str
    port: int
    run: Callable[[], None]
    close: Callable[[], None]
    for_development: bool


def listen(app: WSGIApplication, host: str, port: int) -> Server:
    """Listen for requests to `app` on a `host` and `port`; 0 is any. Raises OSError where that is taken."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listening = socket.create_server(address[:2], family=family)
    try:
        waitress: Any = importlib.import_module("waitress")
    except ImportError:
        return _of_python(app, listening)
    server = waitress.create_server(app, sockets=[listening], ident=None)
    port = listening.getsockname()[1]
    return Server("waitress", port, server.run, server.close, for_development=False)


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


def _of_python(app: WSGIApplication, listening: socket.socket) -> Server:
    host, port = listening.getsockname()[:2]
    server = _Server((host, port), WSGIRequestHandler, bind_and_activate=False)
    server.socket.close()
    server.socket = listening
    # What binding would have set; it would also have asked a name server what the machine is called.
    server.server_name, server.server_port = host, port
    server.setup_environ()
    server.set_app(app)

    def close() -> None:
        server.shutdown()
        server.server_close()

    return Server("wsgiref", port, server.serve_forever, close, for_development=True)

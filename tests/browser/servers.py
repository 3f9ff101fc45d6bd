"""Servers on loopback that live in a thread and leave nothing behind."""

import contextlib
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from socketserver import TCPServer, ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

LOOPBACK = "127.0.0.1"
PATIENCE = 300
"""Seconds after which something hangs. Nothing is expected to have happened sooner: a machine may be busy."""
WSGIApp = Callable[..., Any]
ASGIApp = Callable[..., Any]


@dataclass(frozen=True)
class Site:
    """An application that is being served; `url` is what a visitor types."""

    url: str
    port: int

    def at(self, path: str) -> str:
        return self.url.rstrip("/") + path


class LoopbackServer(ThreadingMixIn, TCPServer):
    """A thread per connection; leaving the context ends every connection and joins every thread.

    The threads are daemons as well, so that a test that is killed cannot hang the interpreter.
    """

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, handler: type[Any]) -> None:
        self.live: set[socket.socket] = set()
        self._workers: list[threading.Thread] = []
        self._taking_connections = threading.Lock()
        super().__init__((LOOPBACK, 0), handler)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def __enter__(self) -> "LoopbackServer":
        self._loop = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self._loop.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.shutdown()
        self._loop.join()
        self.server_close()
        self.hang_up()

    def hang_up(self) -> None:
        """End every connection that was taken until now, and join its thread."""
        with self._taking_connections:
            connections, workers = self.live.copy(), self._workers
            self._workers = []
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)  # wakes the thread that reads from it
        for worker in workers:
            worker.join(PATIENCE)

    def process_request(self, request: Any, client_address: Any) -> None:
        worker = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), daemon=True
        )
        with self._taking_connections:  # a thread that has not started cannot be joined
            self.live.add(request)
            worker.start()
            self._workers.append(worker)

    def shutdown_request(self, request: Any) -> None:
        self.live.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser hangs up whenever it likes; anything else is a fault worth seeing."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _AppServer(LoopbackServer, WSGIServer):
    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # not HTTPServer's: it looks the host's name up
        self.server_name, self.server_port = LOOPBACK, self.port
        self.setup_environ()


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@contextlib.contextmanager
def serve_wsgi(app: WSGIApp) -> Iterator[Site]:
    """Serve `app` with the standard library's server, which is strict about what WSGI allows."""
    server = _AppServer(_QuietHandler)
    server.set_app(app)
    with server:
        yield Site(f"http://{LOOPBACK}:{server.port}/", server.port)


@contextlib.contextmanager
def serve_asgi(app: ASGIApp) -> Iterator[Site]:
    """Serve `app` with uvicorn."""
    import uvicorn

    listener = socket.create_server((LOOPBACK, 0))
    port = int(listener.getsockname()[1])
    # Without proxy_headers=False uvicorn believes X-Forwarded-Proto, which is the gate's matter here.
    config = uvicorn.Config(
        app, log_level="error", proxy_headers=False, timeout_graceful_shutdown=2, timeout_keep_alive=600
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        _wait_until(lambda: server.started or not thread.is_alive())
        if not server.started:
            raise RuntimeError("uvicorn did not start; its error is in the captured output")
        yield Site(f"http://{LOOPBACK}:{port}/", port)
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        listener.close()


def _wait_until(condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)

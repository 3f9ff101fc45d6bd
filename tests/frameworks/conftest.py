"""Real servers, each with the same shop behind the gate in another framework's manner."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from .client import Browser

ROOT = Path(__file__).resolve().parents[2]
GUNICORN = (sys.executable, "-m", "gunicorn", "--threads", "4", "--log-level", "warning")
UVICORN = (sys.executable, "-m", "uvicorn", "--log-level", "warning")

SITES = {
    "flask on gunicorn": (*GUNICORN, "tests.frameworks.sites.flask_site:app"),
    "django on gunicorn": (*GUNICORN, "tests.frameworks.sites.django_site:wsgi"),
    "django wrapped, on gunicorn": (*GUNICORN, "tests.frameworks.sites.django_site:wrapped_wsgi"),
    "django on uvicorn": (*UVICORN, "tests.frameworks.sites.django_site:asgi"),
    "django wrapped, on uvicorn": (*UVICORN, "tests.frameworks.sites.django_site:wrapped_asgi"),
    "starlette on uvicorn": (*UVICORN, "tests.frameworks.sites.starlette_site:app"),
}
"""How each is started; a row is a framework on a server."""


@dataclass(frozen=True)
class Server:
    """A server that listens on 127.0.0.1 at `port`."""

    name: str
    port: int


@pytest.fixture(scope="module", params=SITES)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("server") / "log"
    port = free_port()
    command = SITES[request.param]
    listen = ("--bind", f"127.0.0.1:{port}") if "gunicorn" in command else ("--port", str(port))
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, *listen],
            cwd=ROOT,
            stdout=output,
            stderr=output,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        try:
            wait_for(port, process, log)
            yield Server(request.param, port)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


@pytest.fixture
def browser(server: Server) -> Iterator[Browser]:
    """A new visitor."""
    with Browser("127.0.0.1", server.port) as visitor:
        yield visitor


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once somebody listens on `port`; fail with the server's log if it ends or takes a minute."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"the server did not start:\n{log.read_text(errors='replace')}")

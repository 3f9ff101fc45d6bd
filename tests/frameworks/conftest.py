"""Real servers, each with the same shop behind the gate in another framework's manner."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from .client import PATIENCE, Browser
from .matrix import CELLS, Running, cell_name, known

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Server:
    """A server that listens on 127.0.0.1 at `port`, and what it serves."""

    running: Running
    port: int


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whatever asks for a `server` and a `protocol` visits the whole matrix; cells off the diagonal only
    where that is asked for."""
    if not {"server", "protocol"} <= set(metafunc.fixturenames):
        return
    cells = [
        pytest.param(
            running,
            protocol,
            id=f"{running.name}, {protocol}",
            marks=() if running.on_diagonal else pytest.mark.matrix,
        )
        for running, protocol in CELLS
    ]
    metafunc.parametrize(("server", "protocol"), cells, indirect=["server"], scope="module")


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running: Running = request.param
    port = free_port()
    with serving(running.command(port), port, tmp_path_factory.mktemp("server") / "log"):
        yield Server(running, port)


@pytest.fixture
def browser(server: Server, protocol: str) -> Iterator[Browser]:
    """A new visitor."""
    with Browser("127.0.0.1", server.port, protocol=protocol) as visitor:
        yield visitor


@pytest.fixture(autouse=True)
def cell(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> None:
    """Says in which cell of the matrix a test ran, and what is known of it there."""
    callspec = getattr(request.node, "callspec", None)
    if callspec is None or "protocol" not in callspec.params:
        return
    running, protocol = callspec.params["server"], callspec.params["protocol"]
    record_property("cell", cell_name(running.site, running.server.name, protocol))
    fact = known(request.node.originalname, running, protocol)
    if fact is not None:
        # Strict, so that a fact goes as soon as the server behaves: each has its reason in `matrix.KNOWN`.
        request.applymarker(pytest.mark.xfail(reason=fact.reason, strict=True))


@contextlib.contextmanager
def serving(command: Sequence[str], port: int, log: Path) -> Iterator[None]:
    """A server that was started with `command` and listens on `port`, until the block is left."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", "")))}
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output, env=environment)
        try:
            wait_for(port, process, log)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once somebody listens on `port`; fail with the server's log if it ends or hangs."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"the server did not start:\n{log.read_text(errors='replace')}")

"""What visitors notice of the gate behind real servers: the same application with it and without, in turns.

Everything stays on this machine, and each server has one process. How many requests it answers in a second
depends on what else the machine does; the processor's time that it takes for them hardly does.
"""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median

from .answers import HOST
from .client import HEADERS, ROOT, first_byte, get, rate
from .requests import CLOSED, DOWNLOAD, JSON
from .timing import MEGA, ratio

_SECONDS = 1
_TURNS = 8
"""How often in a round the processor's time is measured. Much of it is the system's, which varies more."""
_PATIENCE = 20
"""The seconds that a server has to start or stop."""

SERVERS = {"gunicorn": "WSGI", "uvicorn": "ASGI"}
"""The servers, with the interface that each speaks."""

# What is asked for; by how many connections, and how often one after the other.
_LOADS = {
    JSON.label: ("/json", 8, 200),
    CLOSED.label: ("/page", 8, 10),
    DOWNLOAD.label: ("/download", 2, 5),
}


@dataclass(frozen=True, slots=True)
class Throughput:
    """Requests a second with the gate and `without`; the `microseconds` of the processor that a request takes
    without it, and their `share` of those that one takes with it."""

    label: str
    without: float
    gated: float
    microseconds: float
    share: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """Milliseconds until the first byte of a slow stream, with the gate and `without`."""

    label: str
    without: float
    gated: float


@dataclass(frozen=True, slots=True)
class Idle:
    """The memory in KiB that each of several open `streams` takes, with the gate and `without`."""

    streams: int
    without: float
    gated: float


@dataclass(frozen=True, slots=True)
class Behind:
    """How the gate does behind real servers."""

    throughput: list[Throughput]
    waiting: list[Waiting]
    idle: Idle


def behind_servers(rounds: int, streams: int) -> Behind:
    """Start each server twice, with the gate and without, and visit both in turns."""
    throughput: list[Throughput] = []
    waiting: list[Waiting] = []
    for name in SERVERS:
        with _serving(name, gated=False) as without, _serving(name, gated=True) as gated:
            for label, (path, connections, count) in _LOADS.items():
                ports = {False: without, True: gated}
                throughput.append(_throughput(f"{name}: {label}", ports, path, connections, count, rounds))
            waiting.append(_waiting(name, without, gated, rounds))
    with _serving("uvicorn", gated=False) as without, _serving("uvicorn", gated=True) as gated:
        idle = Idle(streams, _grown_by_each(without, streams), _grown_by_each(gated, streams))
    return Behind(throughput, waiting, idle)


def _throughput(
    label: str, ports: Mapping[bool, int], path: str, connections: int, count: int, rounds: int
) -> Throughput:
    rates: dict[bool, list[float]] = {gated: [] for gated in ports}
    taken: dict[bool, list[float]] = {gated: [] for gated in ports}
    for _ in range(rounds):
        for gated, port in ports.items():
            rates[gated].append(rate(port, path, _SECONDS, connections))
        for _ in range(_TURNS):
            for gated, port in ports.items():
                taken[gated].append(_taken(port, path, count))
    microseconds = median(taken[False]) * MEGA / count
    share = ratio(taken[True], taken[False])
    return Throughput(label, median(rates[False]), median(rates[True]), microseconds, share)


def _taken(port: int, path: str, count: int) -> float:
    """Return the processor's time that the server takes for several requests, one after the other."""
    before = _figures(port)["seconds"]
    get(port, path, count)
    return _figures(port)["seconds"] - before


def _waiting(name: str, without: int, gated: int, rounds: int) -> Waiting:
    times = [(first_byte(without, "/slow"), first_byte(gated, "/slow")) for _ in range(rounds + 1)]
    # The first visit pays for what a process does once.
    return Waiting(f"{name}: a slow stream", *(median(each) for each in zip(*times[1:], strict=True)))


def _grown_by_each(port: int, streams: int) -> float:
    """The KiB by which the server grows with each stream that stays open, once a few are."""
    with contextlib.ExitStack() as stack:
        for _ in range(max(streams // 4, 1)):
            stack.enter_context(_stream(port))
        before = _figures(port)["resident"]
        for _ in range(streams):
            stack.enter_context(_stream(port))
        return (_figures(port)["resident"] - before) / streams


def _stream(port: int) -> socket.socket:
    """A connection on which a stream has begun."""
    connection = socket.create_connection((HOST, port), _PATIENCE)
    lines = ["GET /idle HTTP/1.1", *(f"{name}: {value}" for name, value in HEADERS.items()), "", ""]
    connection.sendall("\r\n".join(lines).encode())
    received = b""
    while b"<p>" not in received and (data := connection.recv(1 << 16)):
        received += data
    if not received.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"the stream was answered with {received[:80]!r}")
    return connection


def _figures(port: int) -> dict[str, float]:
    return dict(json.loads(get(port, "/figures")))


@contextlib.contextmanager
def _serving(name: str, *, gated: bool) -> Iterator[int]:
    """The port of a new server that answers."""
    port = _free_port()
    server = subprocess.Popen(_command(name, port, gated=gated), cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        _wait_for(server, port)
        yield port
    finally:
        server.terminate()
        try:
            server.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _command(name: str, port: int, *, gated: bool) -> list[str]:
    python = [sys.executable, "-m"]
    suffix = "_gated" if gated else ""
    if name == "gunicorn":
        options = ["--worker-class", "gthread", "--workers", "1", "--threads", "8", "--log-level", "critical"]
        return [*python, "gunicorn", *options, "--bind", f"{HOST}:{port}", f"benchmarks.answers:wsgi{suffix}"]
    options = ["--lifespan", "off", "--no-access-log", "--log-level", "critical"]
    return [*python, "uvicorn", *options, "--port", str(port), f"benchmarks.answers:asgi{suffix}"]


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as listening:
        return int(listening.getsockname()[1])


def _wait_for(server: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and server.poll() is None:
        with contextlib.suppress(OSError):
            get(port, "/figures")
            return
        time.sleep(0.05)
    raise RuntimeError("the server did not start")

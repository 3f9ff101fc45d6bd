"""Visitors of a server on this machine: many at once, and one who waits for the first byte.

`python -m benchmarks.client PORT PATH SECONDS CONNECTIONS` stands in where there is no wrk: it prints
how many requests were answered in a second. It is slow itself; as a process of its own it slows both sides
alike.
"""

from __future__ import annotations

import http.client
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

from .answers import FIREFOX, HOST

ROOT = Path(__file__).parents[1]
HEADERS = {**dict(FIREFOX), "Cookie": "session=somebody"}
_LONGEST = 30
"""The seconds after which a request has failed. None takes as long."""


def load_generator() -> str:
    """The name of what makes the requests here."""
    return "wrk" if shutil.which("wrk") else "a Python client (there is no wrk: `make servers` installs it)"


def rate(port: int, path: str, seconds: int, connections: int) -> float:
    """How many requests the server at `port` answers in a second."""
    wrk = shutil.which("wrk")
    if wrk is None:
        command = [sys.executable, "-m", "benchmarks.client", str(port), path, str(seconds), str(connections)]
        return float(_output_of(command))
    command = [wrk, "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", f"{_LONGEST}s"]
    for name, value in HEADERS.items():
        command += ["-H", f"{name}: {value}"]
    output = _output_of([*command, f"http://{HOST}:{port}{path}"])
    found = re.search(r"Requests/sec:\s*([\d.]+)", output)
    if found is None or "Non-2xx" in output or "Socket errors" in output:
        raise RuntimeError(f"requests failed:\n{output}")
    return float(found[1])


def get(port: int, path: str, count: int = 1) -> bytes:
    """Return the body of the last of several answers, asked for on one connection."""
    connection, body = http.client.HTTPConnection(HOST, port, timeout=_LONGEST), b""
    try:
        for _ in range(count):
            body = _ask(connection, path).read()
    finally:
        connection.close()
    return body


def first_byte(port: int, path: str) -> float:
    """After how many milliseconds a stream's first byte is here."""
    connection = http.client.HTTPConnection(HOST, port, timeout=_LONGEST)
    try:
        connection.connect()
        start = time.perf_counter()
        response = _ask(connection, path)
        response.read(1)
        took = time.perf_counter() - start
        response.read()
        return took * 1000
    finally:
        connection.close()


def _ask(connection: http.client.HTTPConnection, path: str) -> http.client.HTTPResponse:
    connection.request("GET", path, headers=HEADERS)
    response = connection.getresponse()
    if response.status != 200:
        raise RuntimeError(f"{path} was answered with {response.status}")
    return response


def _output_of(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT, timeout=120).stdout


def _measure(port: int, path: str, seconds: float, connections: int) -> float:
    answered: list[int] = []
    start = time.perf_counter()

    def visit() -> None:
        connection, count = http.client.HTTPConnection(HOST, port, timeout=_LONGEST), 0
        while time.perf_counter() - start < seconds:
            _ask(connection, path).read()
            count += 1
        connection.close()
        answered.append(count)

    visitors = [threading.Thread(target=visit) for _ in range(connections)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    if len(answered) < connections:
        raise RuntimeError("requests failed")
    return sum(answered) / (time.perf_counter() - start)


if __name__ == "__main__":
    print(_measure(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]), int(sys.argv[4])))

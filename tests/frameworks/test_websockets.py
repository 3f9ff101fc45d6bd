"""A WebSocket's handshake is gated as any answer is."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator

import pytest

from .client import PATIENCE, Browser
from .conftest import free_port, serving
from .matrix import ASGI, DROP_COOKIES_OF_WEBSOCKETS, SERVERS

NAMES = [server.name for server in SERVERS if ASGI in server.commands]


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=() if name == "uvicorn" else pytest.mark.matrix) for name in NAMES],
)
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    (server,) = (server for server in SERVERS if server.name == request.param)
    port = free_port()
    command = server.command(ASGI, "socket_site:app", port)
    with (
        serving(command, port, tmp_path_factory.mktemp("socket") / "log"),
        Browser("127.0.0.1", port) as browser,
    ):
        yield browser


def shake_hands(browser: Browser) -> tuple[set[str], str]:
    """The cookies that an accepted WebSocket sets, and the first thing that it says."""
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    request = (
        f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{browser.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        f"Cookie: {cookies}\r\n\r\n"
    )
    with (
        socket.create_connection((browser.host, browser.port), timeout=PATIENCE) as connection,
        connection.makefile("rb") as stream,
    ):
        connection.sendall(request.encode())
        status, head = stream.readline(), b""
        while (line := stream.readline()).strip():
            head += line
        assert b" 101 " in status
        kind, length = stream.read(2)
        assert (kind, length < 126) == (0x81, True)
        said = stream.read(length).decode()
    return {name.decode() for name in re.findall(rb"(?im)^set-cookie:\s*([^=]+)=", head)}, said


def test_a_handshake_sets_and_sees_only_what_is_allowed(
    served: Browser, request: pytest.FixtureRequest
) -> None:
    dropped = request.node.callspec.params["served"] in DROP_COOKIES_OF_WEBSOCKETS
    served.cookies = {"session": "1", "_own": "1", "undeclared": "3"}
    stored, said = shake_hands(served)
    assert stored == (set() if dropped else {"session"})
    assert said == "session"
    served.decides("save", category="performance")
    served.cookies |= {"_own": "1", "undeclared": "3"}
    stored, said = shake_hands(served)
    assert stored == (set() if dropped else {"session", "_own", "_st1"})
    assert said == "_own consent session"

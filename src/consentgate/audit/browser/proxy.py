"""The proxy through which the browser goes: it notes each host, at the socket.

A preconnect is a connection without a request, and a beacon of a page that is being left is told to nobody
who watches pages. Both pass here. What is said on an encrypted connection stays unknown.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import urlsplit

_LOOPBACK = "127.0.0.1"
_LONGEST_HEAD = 64 << 10
"""The longest head of a request, in bytes. Browsers send less than half of it."""
_CHUNK = 64 << 10
_ENDINGS = (OSError, EOFError, ValueError, asyncio.LimitOverrunError, asyncio.CancelledError)
_PATIENCE = 20
"""Seconds until a host that does not answer counts as unreachable."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A connection that the browser opened to a `host` (lowercase), at a `time` since the epoch."""

    host: str
    port: int
    time: float


class RecordingProxy:
    """A proxy on a free port of this machine's loopback, in a thread of its own: `with RecordingProxy() as
    proxy`.

    It passes on to `upstream` (host and port), where that is given, else connects by itself. After
    `most_bytes` it passes nothing on, so that no page can fill the network for good. Where it does not reach
    `inside`, it passes nothing to this machine and the network that it is in: a page on the web may ask for
    their addresses, as for any.
    """

    def __init__(
        self, *, upstream: tuple[str, int] | None = None, most_bytes: int = 1 << 30, inside: bool = True
    ) -> None:
        self._upstream = upstream
        self._inside = inside
        self._left = most_bytes
        self._contacts: list[Contact] = []
        self._unreachable: set[str] = set()
        self._open: dict[asyncio.StreamWriter, str] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.port = 0
        self.changed = 0.0
        """When a host was contacted last, by `time.monotonic()`."""

    def __enter__(self) -> RecordingProxy:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def address(self) -> str:
        """The URL that a browser is given for its proxy."""
        return f"http://{_LOOPBACK}:{self.port}"

    @property
    def is_exhausted(self) -> bool:
        """True where as many bytes have passed as may."""
        return self._left <= 0

    def is_unreachable(self, host: str) -> bool:
        """Say whether a connection to this `host` (lowercase) was tried in vain."""
        return host in self._unreachable

    def mark(self) -> int:
        """Return a point in the record, for `since`."""
        return len(self._contacts)

    def since(self, mark: int) -> tuple[Contact, ...]:
        """Return the contacts after a point in the record."""
        return tuple(self._contacts[mark:])

    def hang_up(self, which: Callable[[str], bool]) -> None:
        """End the connections to hosts that `which` is true for, so that the browser has to open new ones,
        which are noted again."""
        asyncio.run_coroutine_threadsafe(self._hang_up(which), self._loop).result()

    async def _hang_up(self, which: Callable[[str], bool]) -> None:
        for writer, host in [*self._open.items()]:
            if which(host):
                writer.close()

    async def _listen(self) -> asyncio.Server:
        server = await asyncio.start_server(self._serve, _LOOPBACK, 0, limit=_LONGEST_HEAD)
        self.port = int(server.sockets[0].getsockname()[1])
        return server

    async def _close(self) -> None:
        self._server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A browser and a host hang up whenever they like. What is open at the end is cancelled, which in
        # Python 3.11 may not reach the server's own callback.
        with contextlib.suppress(*_ENDINGS):
            await self._pass_on(reader, writer)
        self._open.pop(writer, None)
        await _closed(writer)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, version = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
        is_tunnel = method == "CONNECT"
        url = urlsplit(f"//{target}" if is_tunnel else target)
        host, port = (url.hostname or "").lower(), url.port or (443 if is_tunnel else 80)
        if not host:
            return
        self._note(host, port)
        self._open[writer] = host
        to_host = self._upstream or (host, port)
        try:
            async with asyncio.timeout(_PATIENCE):
                far_reader, far_writer = await asyncio.open_connection(*to_host)
            await self._check_outside(far_writer)
        except (OSError, TimeoutError):
            self._unreachable.add(host)
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
            return
        try:
            if self._upstream:
                far_writer.write(head)
            elif is_tunnel:
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                far_writer.write(_to_origin(head, method, url.path or "/", url.query, version))
            await self._join(reader, writer, far_reader, far_writer)
        finally:
            await _closed(far_writer)

    async def _check_outside(self, far_writer: asyncio.StreamWriter) -> None:
        """Raise OSError for a connection to where it must not reach, before anything is said on it."""
        if self._inside or self._upstream:
            return
        peer = far_writer.get_extra_info("peername")
        # It has none where it has gone already.
        if peer is None or _is_inside(peer[0]):
            await _closed(far_writer)
            raise OSError("inside")

    async def _join(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        far_reader: asyncio.StreamReader,
        far_writer: asyncio.StreamWriter,
    ) -> None:
        ways = (self._copy(reader, far_writer), self._copy(far_reader, writer))
        tasks = [asyncio.ensure_future(way) for way in ways]
        try:
            # Neither browsers nor hosts close one half of a connection alone.
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (data := await reader.read(_CHUNK)) and self._left > 0:
            self._left -= len(data)
            writer.write(data)
            await writer.drain()

    def _note(self, host: str, port: int) -> None:
        self._contacts.append(Contact(host, port, time.time()))
        self.changed = time.monotonic()


def is_inside(host: str) -> bool:
    """Say whether a host is this machine, or in its network. One that cannot be found is not."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return any(_is_inside(str(address[0])) for *_, address in found)


def _is_inside(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return not ip.is_global


async def _closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(*_ENDINGS):
        await writer.wait_closed()


def _to_origin(head: bytes, method: str, path: str, query: str, version: str) -> bytes:
    """Return the head of a request as its origin expects it (RFC 9112, section 3.2.1).

    A connection takes one request: the next one may be for another host, and has to pass here.
    """
    target = f"{path}?{query}" if query else path
    lines = head.split(b"\r\n")[1:-2]
    kept = [line for line in lines if line.split(b":", 1)[0].lower() not in _OF_CONNECTION]
    first = f"{method} {target} {version}".encode("latin-1")
    is_upgrade = any(line.lower().startswith(b"upgrade:") for line in lines)
    connection = b"Connection: Upgrade" if is_upgrade else b"Connection: close"
    return b"\r\n".join((first, *kept, connection, b"", b""))


_OF_CONNECTION = frozenset((b"connection", b"proxy-connection", b"proxy-authorization", b"keep-alive"))

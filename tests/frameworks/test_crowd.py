"""A thousand visitors at once, each in a state of their own, on one process."""

from __future__ import annotations

import asyncio
import re
import resource
from collections.abc import Iterator
from typing import Self

import pytest

from .conftest import free_port, serving
from .matrix import SERVERS

VISITORS = 1000
DECISIONS = {
    "undecided": (),
    "refused": ("decision=refuse",),
    "accepted": ("decision=accept",),
    "saved": ("decision=save&category=performance",),
    "withdrew": ("decision=accept", "decision=withdraw"),
}
"""What a visitor in each state has sent to the gate."""


@pytest.fixture(scope="module", params=[("gunicorn", "WSGI", "wsgi_app"), ("uvicorn", "ASGI", "asgi_app")])
def port(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    name, gateway, app = request.param
    (server,) = (server for server in SERVERS if server.name == name)
    where = free_port()
    command = server.command(gateway, f"crowd_site:{app}", where)
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Each visitor holds a connection; the server inherits the limit.
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(limits[1], max(limits[0], 4 * VISITORS)), limits[1]))
    try:
        with serving(command, where, tmp_path_factory.mktemp("crowd") / "log"):
            yield where
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


class Visitor:
    """One connection and its cookies."""

    def __init__(self, port: int, number: int) -> None:
        self.port = port
        self.name = f"visitor-{number}-"
        self.state = [*DECISIONS][number % len(DECISIONS)]
        self.cookies: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port)
        return self

    async def __aexit__(self, *error: object) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def asks(self, method: str, target: str, form: str = "") -> tuple[int, str, str]:
        """The status, the headers and the body of an answer."""
        lines = [f"{method} {target} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", "Accept: text/html"]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        if form:
            lines.append("Content-Type: application/x-www-form-urlencoded")
            lines.append(f"Sec-Fetch-Site: same-origin\r\nContent-Length: {len(form)}")
        self._writer.write("\r\n".join((*lines, "", form)).encode())
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        for name, value, rest in re.findall(r"(?im)^set-cookie: ([^=\r\n]+)=([^;\r\n]*)(.*)$", head):
            if "max-age=0" in rest.lower():
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return int(head.split()[1]), head, (await self._body(head)).decode()

    async def _body(self, head: str) -> bytes:
        length = re.search(r"(?im)^content-length: (\d+)", head)
        if length:
            return await self._reader.readexactly(int(length[1]))
        parts = []
        while size := int(await self._reader.readuntil(b"\r\n"), 16):
            parts.append(await self._reader.readexactly(size))
            await self._reader.readexactly(2)
        await self._reader.readexactly(2)
        return b"".join(parts)

    async def visits(self) -> None:
        """Look at a page, decide, and look again: every page is this visitor's own, and as decided."""
        await self._looks("undecided")
        for form in DECISIONS[self.state]:
            status, _, _ = await self.asks("POST", "/_privacy/choices", form)
            assert status == 303
        for _ in range(2):
            await self._looks(self.state)

    async def _looks(self, state: str) -> None:
        status, head, body = await self.asks("GET", f"/?visitor={self.name}")
        assert status == 200
        assert f"visitor: {self.name}<" in body
        assert set(re.findall(r"visitor-\d+-", head + body)) == {self.name}
        counted, accepted = state in ("accepted", "saved"), state == "accepted"
        assert ("stats.vendor.example" in body, f"counted: {counted}" in body) == (counted, True)
        assert ('src="https://www.youtube.com' in body) == accepted
        assert ("_own" in self.cookies) == counted
        assert "undeclared" not in self.cookies
        own = self.cookies.get("consent")
        shown = re.search(r"cookies: [^<]*\bconsent=([^;<]*)", body)
        assert (shown[1] if shown else None) == own


def test_no_visitor_sees_anothers_page_or_cookies(port: int) -> None:
    async def crowd() -> None:
        ready = asyncio.Barrier(VISITORS)

        async def one(number: int) -> None:
            async with Visitor(port, number) as visitor:
                await ready.wait()
                await visitor.visits()

        async with asyncio.TaskGroup() as group:
            for number in range(VISITORS):
                group.create_task(one(number))

    asyncio.run(crowd())

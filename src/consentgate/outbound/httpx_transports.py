"""Holds back what a client of httpx sends."""

from __future__ import annotations

import httpx

from .contact import HELD_BACK, HoldsBack


class HoldingTransport(httpx.BaseTransport):
    """A `transport` that sends only what `holds_back` lets pass. Each redirect is judged anew."""

    def __init__(self, transport: httpx.BaseTransport, holds_back: HoldsBack) -> None:
        self._transport = transport
        self._holds_back = holds_back

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self._holds_back(str(request.url)):
            return _held_back(request)
        return self._transport.handle_request(request)

    def close(self) -> None:
        self._transport.close()


class AsyncHoldingTransport(httpx.AsyncBaseTransport):
    """A `transport` for asynchronous clients that sends only what `holds_back` lets pass."""

    def __init__(self, transport: httpx.AsyncBaseTransport, holds_back: HoldsBack) -> None:
        self._transport = transport
        self._holds_back = holds_back

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._holds_back(str(request.url)):
            return _held_back(request)
        return await self._transport.handle_async_request(request)

    async def aclose(self) -> None:
        await self._transport.aclose()


def _held_back(request: httpx.Request) -> httpx.Response:
    return httpx.Response(HELD_BACK, request=request)

"""Holds back what a session of requests sends."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter

from .contact import HELD_BACK, HoldsBack


class HoldingAdapter(BaseAdapter):
    """An `adapter` that sends only what `holds_back` lets pass. Each redirect is judged anew."""

    def __init__(self, adapter: BaseAdapter, holds_back: HoldsBack) -> None:
        super().__init__()
        self._adapter = adapter
        self._holds_back = holds_back

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> Response:
        if self._holds_back(request.url or ""):
            return _held_back(request)
        return self._adapter.send(request, stream, timeout, verify, cert, proxies)

    def close(self) -> None:
        self._adapter.close()


def _held_back(request: PreparedRequest) -> Response:
    response = Response()
    response.status_code = HELD_BACK
    response.reason = "Held back: no consent"
    response.url = request.url or ""
    response.request = request
    response.raw = BytesIO()
    return response

"""Measures how long pages take to read, where anybody wants to know."""

from __future__ import annotations

import logging
import time

from consentgate.gate.meter import Meter, VariantName
from consentgate.log_fields import fields

from .body import Body
from .content_type import Kind

_log = logging.getLogger("consentgate.pages")


def measured(body: Body, meter: Meter | None, *, is_open: bool) -> Body:
    """Return a `body` that is measured; as it is where there is no `meter` and nobody reads the log."""
    if meter is None and not _log.isEnabledFor(logging.DEBUG):
        return body
    return _MeasuredBody(body, meter, "open" if is_open else "closed")


class _MeasuredBody:
    """A body whose reading is measured, without the time in which the application makes it."""

    def __init__(self, body: Body, meter: Meter | None, variant: VariantName) -> None:
        self._body = body
        self._meter = meter
        self._variant = variant
        self._seconds = 0.0
        self._size = 0

    @property
    def ready(self) -> bool:
        return self._body.ready

    @property
    def kind(self) -> Kind:
        return self._body.kind

    @property
    def charset(self) -> str | None:
        return self._body.charset

    def process(self, data: bytes, *, final: bool) -> bytes:
        begun = time.perf_counter()
        output = self._body.process(data, final=final)
        self._seconds += time.perf_counter() - begun
        self._size += len(data)
        if final and self.kind in (Kind.HTML, Kind.XML):
            self._tell()
        return output

    def _tell(self) -> None:
        if self._meter is not None:
            self._meter.page_read(self._variant, self._seconds, self._size)
        # Not which variant: beside an access log that would say who has consented.
        _log.debug(
            "read a page of %d bytes in %.2f ms",
            self._size,
            1000 * self._seconds,
            extra=fields("page read", size=self._size, seconds=round(self._seconds, 6)),
        )

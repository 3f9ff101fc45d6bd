"""What a request is for, by what browsers say of it (Fetch Metadata, section 2.1)."""

from __future__ import annotations

from functools import lru_cache

from .codings import READABLE
from .message import Request

_SHOWN = frozenset(("document", "iframe", "frame", "embed", "object"))
_WORKERS = frozenset(("serviceworker", "sharedworker", "worker"))
# What a page loads, of which HTML is no kind.
_PARTS = frozenset(
    (
        *("audio", "audioworklet", "font", "image", "manifest", "paintworklet", "script"),
        *("serviceworker", "sharedworker", "style", "track", "video", "worker"),
    )
)


def wants_document(request: Request) -> bool:
    """True for a request whose answer the browser would show as a document."""
    if _destinations(request) & _SHOWN:
        return True
    return "text/html" in ",".join(request.values("accept")).lower()


def wants_worker(request: Request) -> bool:
    """True for a request for a worker's script, which has the Content-Security-Policy that it comes with, and
    not its page's."""
    return bool(_destinations(request) & _WORKERS) or "script" in request.values("service-worker")


def offers_to_application(request: Request, *, document: bool) -> list[str]:
    """The request's `Accept-Encoding` headers for the application, which compresses what the gate has to read
    only for it to be unpacked again.

    A `document` is asked for plain, parts of pages in whatever coding the browser takes. Of what may be
    either the application is not offered codings that the gate cannot read.
    """
    offered = request.values("accept-encoding")
    destinations = _destinations(request)
    if not offered or (destinations and destinations <= _PARTS):
        return offered
    # Without this header any coding would do (RFC 9110, section 12.5.3).
    return ["identity" if document else _readable(tuple(offered)) or "identity"]


@lru_cache(maxsize=64)
def _readable(offered: tuple[str, ...]) -> str:
    """Those of the codings in `Accept-Encoding` headers that the gate can read."""
    codings = [coding.strip() for value in offered for coding in value.split(",")]
    return ", ".join(c for c in codings if c.partition(";")[0].strip().lower() in (*READABLE, "identity"))


def _destinations(request: Request) -> frozenset[str]:
    return _named(tuple(request.values("sec-fetch-dest")))


@lru_cache(maxsize=64)
def _named(values: tuple[str, ...]) -> frozenset[str]:
    return frozenset(value.strip().lower() for value in values)

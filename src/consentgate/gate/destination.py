"""What a request is for, by what browsers say of it (Fetch Metadata, section 2.1)."""

from __future__ import annotations

from .codings import READABLE
from .message import Header, Request

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
    return any("text/html" in value.lower() for value in request.values("accept"))


def wants_worker(request: Request) -> bool:
    """True for a request for a worker's script, which has the Content-Security-Policy that it comes with, and
    not its page's."""
    return bool(_destinations(request) & _WORKERS) or "script" in request.values("service-worker")


def offers_to_application(request: Request, *, document: bool) -> list[Header]:
    """The request's `Accept-Encoding` for the application, which compresses what the gate has to read only
    for it to be unpacked again.

    A `document` is asked for plain, parts of pages in whatever coding the browser takes. Of what may be
    either the application is not offered codings that the gate cannot read.
    """
    headers = [header for header in request.headers if header[0].lower() == "accept-encoding"]
    if not headers:
        return headers
    destinations = _destinations(request)
    if destinations and destinations <= _PARTS:
        return headers
    readable: list[str] = []
    if not document:
        offered = [coding.strip() for _, value in headers for coding in value.split(",")]
        readable = [c for c in offered if c.partition(";")[0].strip().lower() in (*READABLE, "identity")]
    # Without this header any coding would do (RFC 9110, section 12.5.3).
    return [("Accept-Encoding", ", ".join(readable) or "identity")]


def _destinations(request: Request) -> set[str]:
    return {value.strip().lower() for value in request.values("sec-fetch-dest")}

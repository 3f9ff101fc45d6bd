"""Asks for one address over HTTP, within bounds of time and size."""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType

import httpx

from consentgate.audit.responses.address import Address
from consentgate.audit.responses.response import Response
from consentgate.gate.codings import READABLE, codings_of, unpacker, unreadable_coding
from consentgate.gate.message import Header
from consentgate.html.tokenizer.encoding import Unreadable

LARGEST = 4 << 20
"""The most bytes of a decoded body that are read: far more than any page's markup."""
PATIENCE = 30.0
"""The most seconds that a response may take, and each step of it a third of that."""

_READ = ("text/html", "application/xhtml+xml", "text/css", "javascript", "ecmascript", "xml", "text/plain")
_ACCEPT = "text/html,application/xhtml+xml,*/*;q=0.5"


class Fetcher:
    """Asks for addresses, each with a GET request. Redirects are not followed.

    Cookies are not kept, unless `keeps_cookies`: each page is asked for as by a visitor who comes for the
    first time.
    """

    def __init__(
        self, user_agent: str, *, keeps_cookies: bool = False, headers: Mapping[str, str] | None = None
    ) -> None:
        jar = CookieJar() if keeps_cookies else CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        codings = ", ".join(sorted(READABLE - {"x-gzip"}))
        self._client = httpx.Client(
            headers={
                "User-Agent": user_agent,
                "Accept": _ACCEPT,
                "Accept-Encoding": codings,
                **(headers or {}),
            },
            cookies=jar,
            follow_redirects=False,
            timeout=PATIENCE / 3,
        )

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def fetch(self, target: Address) -> Response:
        """Return the response at `target`. One without a status says what went wrong."""
        headers: tuple[Header, ...] = ()
        status = 0
        try:
            with self._client.stream("GET", str(target)) as response:
                status = response.status_code
                # Header values are bytes to HTTP: latin-1 keeps each.
                headers = tuple((k.decode("latin-1"), v.decode("latin-1")) for k, v in response.headers.raw)
                body, is_cut = _body(response, headers)
                return Response(target, status, headers, body, is_cut)
        except (httpx.HTTPError, httpx.InvalidURL, Unreadable) as error:
            return Response(target, status, headers, problem=_said(error))


def _body(response: httpx.Response, headers: tuple[Header, ...]) -> tuple[bytes, bool]:
    """Return the decoded body as far as it is read, and whether there is more. What is no text is not."""
    types = ",".join(value for name, value in headers if name.lower() == "content-type").lower()
    if types and not any(one in types for one in _READ) and "gzip" not in types:
        return b"", False
    codings = codings_of(headers)
    if problem := unreadable_coding(codings):
        raise Unreadable(problem)
    decoder, body = unpacker(codings), bytearray()
    end = time.monotonic() + PATIENCE
    for raw in response.iter_raw():
        for piece in decoder.unpack(raw):
            body += piece
            if len(body) > LARGEST:
                return bytes(body[:LARGEST]), True
        if time.monotonic() > end:
            return bytes(body), True
    return bytes(body), False


def _said(error: Exception) -> str:
    """Say in a sentence's end what went wrong."""
    match error:
        case httpx.ConnectTimeout():
            return "nobody answers: it took too long"
        case httpx.TimeoutException():
            return "it took too long"
        case httpx.ConnectError() if isinstance(_cause(error), ssl.SSLError):
            return f"no secure connection: {error}"
        case httpx.ConnectError():
            return f"nobody answers: {error}"
        case Unreadable():
            return f"its body cannot be decoded: {error}"
    return str(error) or type(error).__name__


def _cause(error: BaseException) -> BaseException:
    """Return what an error came from, behind those that were made of it on the way."""
    while (before := error.__cause__ or error.__context__) is not None:
        error = before
    return error

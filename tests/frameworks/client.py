"""A visitor's browser, as far as a server can tell: a connection and a jar of cookies."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

import httpx2

HTTP_1, HTTP_2 = "HTTP/1.1", "HTTP/2"
PATIENCE = 300
"""Seconds after which something hangs. Nothing is expected to have happened sooner: a machine may be busy."""


@dataclass(frozen=True)
class Reply:
    """A response: its status, its header lines and its body."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name]

    @property
    def cookie_names(self) -> set[str]:
        """The cookies that the response stores."""
        lines = self.values("set-cookie")
        return {line.partition("=")[0].strip() for line in lines if "max-age=0" not in line.lower()}

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def loading(self) -> str:
        """The text without the links in placeholders, which lead to what was blocked."""
        return re.sub(r"<a href='[^']*' target='_blank' [^>]*>", "", self.text)


@dataclass
class Browser:
    """Keeps cookies by name. Good enough for a host that uses each name once.

    It speaks one `protocol`, over TLS where there is a context for it; HTTP/2 without TLS is by prior
    knowledge (RFC 9113, section 3.3). There each cookie travels in a header field of its own, as browsers
    may send them (section 8.2.3).
    """

    host: str
    port: int
    tls: ssl.SSLContext | None = None
    protocol: str = HTTP_1
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._transport = httpx2.HTTPTransport(
            verify=self.tls or False,
            trust_env=False,
            http1=self.protocol == HTTP_1,
            http2=self.protocol == HTTP_2,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._transport.close()

    def sends(
        self, path: str, method: str = "GET", body: str | None = None, **headers: str
    ) -> httpx2.Response:
        """Send a request and return the response, its body unread. It must be closed."""
        given = {"Accept": "text/html", "Host": f"{self.host}:{self.port}"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        request = httpx2.Request(
            method,
            f"{'http' if self.tls is None else 'https'}://{self.host}:{self.port}{path}",
            headers=[*given.items(), *self._cookie_fields()],
            content=body,
            extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), PATIENCE)},
        )
        response = self._transport.handle_request(request)
        if response.extensions["http_version"].decode() != self.protocol:
            raise AssertionError(f"the server answered in {response.extensions['http_version']!r}")
        for line in response.headers.get_list("set-cookie"):
            self._keep(line)
        return response

    def gets(self, path: str, method: str = "GET", body: str | None = None, **headers: str) -> Reply:
        """Ask for a page."""
        response = self.sends(path, method, body, **headers)
        try:
            content = b"".join(response.iter_raw())
        finally:
            response.close()
        return Reply(response.status_code, response.headers.multi_items(), content)

    def decides(self, decision: str, next: str = "/", **form: str) -> Reply:
        """Press one of the gate's buttons."""
        return self.gets(
            "/_privacy/choices",
            "POST",
            urlencode({"decision": decision, "next": next, **form}),
            Content_Type="application/x-www-form-urlencoded",
            Sec_Fetch_Site="same-origin",
        )

    def _cookie_fields(self) -> list[tuple[str, str]]:
        crumbs = [f"{name}={value}" for name, value in self.cookies.items()]
        if self.protocol == HTTP_2:
            return [("Cookie", crumb) for crumb in crumbs]
        return [("Cookie", "; ".join(crumbs))] if crumbs else []

    def _keep(self, line: str) -> None:
        pair = line.partition(";")[0]
        # Browsers take space around the name off (RFC 6265, section 5.2); Django's lines begin with one.
        name, _, value = pair.strip().partition("=")
        if "max-age=0" in line.lower() or "01 jan 1970" in line.lower():
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value

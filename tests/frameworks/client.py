"""A visitor's browser, as far as a server can tell: a connection and a jar of cookies."""

from __future__ import annotations

import http.client
import ssl
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import urlencode


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
        return {line.partition("=")[0] for line in lines if "max-age=0" not in line.lower()}

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Browser:
    """Keeps cookies by name. Good enough for a host that uses each name once."""

    host: str
    port: int
    tls: ssl.SSLContext | None = None
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.tls is None:
            self._connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        else:
            self._connection = http.client.HTTPSConnection(self.host, self.port, timeout=30, context=self.tls)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def sends(
        self, path: str, method: str = "GET", body: str | None = None, **headers: str
    ) -> http.client.HTTPResponse:
        """Send a request and return the response, its body unread."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            given["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self._connection.request(method, path, body, {"Accept": "text/html", **given})
        response = self._connection.getresponse()
        for line in response.headers.get_all("Set-Cookie") or ():
            self._keep(line)
        return response

    def gets(self, path: str, method: str = "GET", **headers: str) -> Reply:
        """Ask for a page."""
        response = self.sends(path, method, **headers)
        return Reply(response.status, response.getheaders(), response.read())

    def decides(self, decision: str, next: str = "/", **form: str) -> Reply:
        """Press one of the gate's buttons."""
        body = urlencode({"decision": decision, "next": next, **form})
        response = self.sends(
            "/_privacy/choices",
            "POST",
            body,
            Content_Type="application/x-www-form-urlencoded",
            Sec_Fetch_Site="same-origin",
        )
        return Reply(response.status, response.getheaders(), response.read())

    def _keep(self, line: str) -> None:
        pair = line.partition(";")[0]
        name, _, value = pair.partition("=")
        if "max-age=0" in line.lower() or "01 jan 1970" in line.lower():
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value

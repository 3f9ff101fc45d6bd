"""Stands in for every other host on the web, and writes down who was contacted.

Browsers are started so that whatever host a page names, the connection arrives here, or with this for a
proxy. One port speaks plain HTTP and TLS, told apart by the first byte. Each foreign host is answered with
200 and an empty body of the type that was asked for. Nothing leaves the machine.

It records at the socket, because that is where a contact happens: a preconnect is a TLS hello with a name
and no request, and no browser API reports it. Not visible here: dns-prefetch and STUN (the mapping answers
the look-up inside the browser); `test_names.py` has a name server for those. A preconnect over plain HTTP has
no name; it is recorded as `UNNAMED`.

A browser also opens connections of which it then has no need, and says nothing on them, mostly to the site
itself. On the port that speaks both they cannot be told from such a preconnect; a browser that can be told to
take another port for https takes `secure_port`, where whoever means it says hello.
"""

import contextlib
import re
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPConnection, HTTPException
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .servers import LOOPBACK, PATIENCE, LoopbackServer

UNNAMED = "(plain connection without a request)"

TLS_HANDSHAKE = b"\x16"  # RFC 8446, 5.1: ContentType of the first record; no HTTP method starts with it
GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")

TYPES = {
    "script": "text/javascript",
    "worker": "text/javascript",
    "sharedworker": "text/javascript",
    "serviceworker": "text/javascript",
    "style": "text/css",
    "image": "image/gif",
    "font": "font/woff2",
    "video": "video/mp4",
    "audio": "audio/mpeg",
    "track": "text/vtt",
    "manifest": "application/manifest+json",
    "json": "application/json",
    "document": "text/html",
    "iframe": "text/html",
    "frame": "text/html",
    "object": "text/html",
    "embed": "text/html",
}
TYPES_BY_SUFFIX = {"js": "text/javascript", "css": "text/css", "gif": "image/gif", "json": "application/json"}
BODIES = {"image/gif": GIF, "application/json": b"{}", "application/manifest+json": b"{}"}

# What browsers ask of their own accord, whatever the page does; most of Chromium's is switched off by our
# flags, but not every version and build has the same. Only hosts that no page has a reason to name.
NOISE = {
    "aus5.mozilla.org",
    "content-signature-2.cdn.mozilla.net",
    "detectportal.firefox.com",
    "firefox.settings.services.mozilla.com",
    "firefox-settings-attachments.cdn.mozilla.net",
    "push.services.mozilla.com",
    "shavar.services.mozilla.com",
    "android.clients.google.com",
    "clients2.google.com",
    "content-autofill.googleapis.com",
    "mtalk.google.com",
    "optimizationguide-pa.googleapis.com",
    "redirector.gvt1.com",
    "safebrowsing.googleapis.com",
    "update.googleapis.com",
}

# What concerns one connection only (RFC 9110, 7.6.1) and is decided anew on each side of the recorder.
HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}


@dataclass(frozen=True)
class Request:
    """One request as it came in, to a foreign host or to a forwarded one."""

    host: str
    path: str
    method: str
    scheme: str
    destination: str  # Sec-Fetch-Dest, or "websocket"
    cookies: Mapping[str, str]
    headers: Mapping[str, str]  # names in lower case

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}{self.path}"

    @property
    def is_noise(self) -> bool:
        """A page cannot send `Sec-Fetch-Site: none`, so what it asks of these hosts is still told."""
        return self.host in NOISE and self.headers.get("sec-fetch-site", "none") == "none"


@dataclass
class Connection:
    """One TCP connection. With no requests it was a preconnect, or one that the browser opened to spare."""

    scheme: str | None = "http"  # None on the port for https until the hello has come
    host: str | None = None  # from the TLS hello, else from the first request
    requests: list[Request] = field(default_factory=list)

    @property
    def is_noise(self) -> bool:
        return self.host in NOISE and all(request.is_noise for request in self.requests)

    @property
    def is_abandoned(self) -> bool:
        return self.scheme is None


@dataclass(frozen=True)
class Answer:
    """What a foreign host says instead of nothing."""

    content_type: str
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Mark:
    """A point in the record; what comes after it can be asked for."""

    requests: int = 0
    connections: int = 0


class Recorder:
    """`with Recorder(certificate) as recorder:`, then have an engine open a browser with it.

    `answers[host]` is what a foreign host says; `forwards[host]` is the port of a local application that
    `https://host/` stands for, which makes Secure cookies and first against third party real.
    """

    def __init__(self, certificate: Path) -> None:
        self.answers: dict[str, Answer] = {}
        self.forwards: dict[str, int] = {}
        self.requests: list[Request] = []
        self.noise: list[Request] = []  # the browser's own
        self.connections: list[Connection] = []
        self.changed = time.monotonic()
        self._certificate = certificate
        self._lock = threading.Lock()
        self._server, self._secure_server = _RecorderServer(self, "http"), _RecorderServer(self, None)

    def __enter__(self) -> "Recorder":
        self._server.__enter__()
        self._secure_server.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        self._secure_server.__exit__(*exc)
        self._server.__exit__(*exc)

    @property
    def port(self) -> int:
        """The port for plain HTTP, for TLS, and for clients that take it for a proxy."""
        return self._server.port

    @property
    def secure_port(self) -> int:
        return self._secure_server.port

    def starts_anew(self) -> None:
        """Hang up on everybody, and forget what was recorded and what was to be said."""
        for server in (self._server, self._secure_server):
            server.hang_up()
        with self._lock:
            self.answers, self.forwards = {}, {}
            self.requests, self.noise, self.connections = [], [], []
            self.changed = time.monotonic()

    def mark(self) -> Mark:
        with self._lock:
            return Mark(len(self.requests), len(self.connections))

    def requests_since(self, mark: Mark) -> list[Request]:
        """Requests to foreign hosts after `mark`."""
        with self._lock:
            return [r for r in self.requests[mark.requests :] if r.host not in self.forwards]

    def hosts_since(self, mark: Mark) -> set[str]:
        """Foreign hosts contacted after `mark`, by a request or by a mere connection."""
        with self._lock:
            requested = {r.host for r in self.requests[mark.requests :]}
            opened = self.connections[mark.connections :]
            connected = {c.host or UNNAMED for c in opened if not c.is_noise and not c.is_abandoned}
        return (requested | connected) - set(self.forwards)

    # What the connection threads call.

    def opened(self, scheme: str | None) -> Connection:
        connection = Connection(scheme)
        with self._lock:
            self.connections.append(connection)
            self.changed = time.monotonic()
        return connection

    def named(self, connection: Connection, host: str) -> None:
        with self._lock:
            connection.host = connection.host or host
            self.changed = time.monotonic()

    def requested(self, connection: Connection, request: Request) -> None:
        with self._lock:
            connection.host = connection.host or request.host
            connection.requests.append(request)
            (self.noise if request.is_noise else self.requests).append(request)
            self.changed = time.monotonic()

    def tls(self, connection: Connection) -> ssl.SSLContext:
        """A context of its own for each connection, so that the hello's name is known to be its."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._certificate)
        context.set_alpn_protocols(["http/1.1"])

        def hello(_socket: object, name: str | None, _context: object) -> None:
            if name:
                self.named(connection, name.lower())

        context.sni_callback = hello
        return context


class _RecorderServer(LoopbackServer):
    def __init__(self, recorder: Recorder, scheme: str | None) -> None:
        self.recorder, self.scheme = recorder, scheme
        super().__init__(_Handler)


class _Handler(BaseHTTPRequestHandler):
    """One connection: names it, records its requests, answers or forwards each."""

    protocol_version = "HTTP/1.1"
    timeout = PATIENCE
    server: _RecorderServer

    def setup(self) -> None:
        self.recorder = self.server.recorder
        self.record = self.recorder.opened(self.server.scheme)
        self.request.settimeout(self.timeout)
        self._begin()

    def _begin(self) -> None:
        if self.request.recv(1, socket.MSG_PEEK) == TLS_HANDSHAKE:
            self.record.scheme = "https"
            self._to_tls()
        super().setup()

    def _to_tls(self) -> None:
        plain = self.request
        self.request = self.recorder.tls(self.record).wrap_socket(
            plain, server_side=True, do_handshake_on_connect=False, suppress_ragged_eofs=True
        )
        self.server.live.discard(plain)  # its descriptor has moved to the TLS socket
        self.server.live.add(self.request)
        try:
            self.request.do_handshake()
        except OSError:
            self._close()
            raise

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()
        self._close()

    def _close(self) -> None:
        self.server.live.discard(self.request)
        self.request.close()

    def log_message(self, *args: object) -> None:
        pass

    def handle_one_request(self) -> None:
        """As the base class does, but any method goes the same way."""
        try:
            self.raw_requestline = self.rfile.readline(65537)
        except TimeoutError:
            self.raw_requestline = b""
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        if self.command == "CONNECT":
            self._tunnel()
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = self._request()
        self.recorder.requested(self.record, request)
        port = self.recorder.forwards.get(request.host)
        if port is None:
            self._reply(request)
        else:
            self._forward(request, port, body)

    def _tunnel(self) -> None:
        """To a proxy, a client says whom it wants to talk to; then it talks as it would to them."""
        self.recorder.named(self.record, urlsplit("//" + self.path).hostname or UNNAMED)
        self._send(200, [])
        self.close_connection = False
        self._begin()

    def _request(self) -> Request:
        headers = {name.lower(): value for name, value in self.headers.items()}
        host = urlsplit("//" + headers.get("host", "")).hostname or self.record.host or UNNAMED
        websocket = headers.get("upgrade", "").lower() == "websocket"
        return Request(
            host=host,
            path=re.sub("(?i)^http://[^/?]*", "", self.path),  # the host is there where it goes to a proxy
            method=self.command,
            scheme=self.record.scheme,
            destination="websocket" if websocket else headers.get("sec-fetch-dest", ""),
            cookies=_cookies(headers.get("cookie", "")),
            headers=headers,
        )

    def _reply(self, request: Request) -> None:
        if request.destination == "websocket":
            self._send(404, [("Content-Length", "0")])
            return
        answer = self.recorder.answers.get(request.host) or _empty_answer(request)
        headers = [
            ("Content-Type", answer.content_type),
            ("Content-Length", str(len(answer.body))),
            ("Cache-Control", "no-store"),  # else a second visit would contact nobody
            ("Access-Control-Allow-Origin", request.headers.get("origin", "*")),
            ("Access-Control-Allow-Credentials", "true"),
            ("Access-Control-Allow-Headers", request.headers.get("access-control-request-headers", "*")),
            ("Access-Control-Allow-Methods", "*"),
            ("Cross-Origin-Resource-Policy", "cross-origin"),
            *answer.headers,
        ]
        self._send(200, headers, answer.body)

    def _forward(self, request: Request, port: int, body: bytes) -> None:
        """Pass the request on to the application behind a made-up origin, as a TLS proxy would."""
        upstream = HTTPConnection(LOOPBACK, port, timeout=PATIENCE)
        try:
            upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in _end_to_end(self.headers):
                upstream.putheader(name, value)
            upstream.putheader("X-Forwarded-Proto", request.scheme)
            upstream.putheader("Connection", "close")
            upstream.endheaders(body or None)
            response = upstream.getresponse()
            content = response.read()
        except (OSError, HTTPException) as error:
            message = f"the application on port {port} did not answer: {error!r}".encode()
            self._send(502, [("Content-Length", str(len(message)))], message)
            return
        finally:
            upstream.close()
        headers = [h for h in _end_to_end(response.msg) if h[0].lower() != "content-length"]
        if response.status >= 200 and response.status not in (204, 304):
            length = response.headers["Content-Length"] if self.command == "HEAD" else str(len(content))
            headers += [("Content-Length", length)] if length else []
        self._send(response.status, headers, content)

    def _send(self, status: int, headers: list[tuple[str, str]], body: bytes = b"") -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _empty_answer(request: Request) -> Answer:
    suffix = re.search(r"\.(\w+)(?:\?|$)", request.path)
    by_suffix = TYPES_BY_SUFFIX.get(suffix[1].lower()) if suffix else None
    content_type = TYPES.get(request.destination) or by_suffix or "text/plain"
    return Answer(content_type, BODIES.get(content_type, b""))


def _end_to_end(headers: Message) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in headers.items() if name.lower() not in HOP_BY_HOP]


def _cookies(header: str) -> dict[str, str]:
    jar: Any = SimpleCookie()
    with contextlib.suppress(CookieError):
        jar.load(header)
    return {name: morsel.value for name, morsel in jar.items()}

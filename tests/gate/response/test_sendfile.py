"""Files that a server sends by itself: pages among them are read, or refused (requirements ASGI4, W6)."""

from __future__ import annotations

import asyncio
import io
import threading
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import FileResponse

from consentgate.asgi import ConsentMiddleware
from gate.conftest import MakeSite
from gate.driver import HTML, JSON, PAGE, THIRD_PARTIES, App, Headers, Page, Reply, Site, make_gate, reply_of
from gate.driver import scope_of as driver_scope_of

START, BODY = "http.response.start", "http.response.body"
PATHSEND, ZEROCOPY = "http.response.pathsend", "http.response.zerocopysend"
Message = dict[str, Any]
LONG = PAGE.replace(b"<p>Text</p>", b"<p>Text</p>" + b"<p>more</p><img src=//films.example/x>" * 6_000)


def scope_of(method: str = "GET") -> dict[str, Any]:
    scope = driver_scope_of(Site("asgi", App(), make_gate()), method, "/", [("Host", "www.example.org")])
    return scope | {"extensions": {PATHSEND: {}, ZEROCOPY: {}}}


def raw(headers: Headers) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers]


def start(*headers: tuple[str, str], status: int = 200) -> Message:
    return {"type": START, "status": status, "headers": raw([*headers])}


def result(*messages: Message, method: str = "GET") -> list[Message]:
    sent: list[Message] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert scope["extensions"] == {PATHSEND: {}, ZEROCOPY: {}}
        for message in messages:
            await send(message)

    async def keep(message: Message) -> None:
        sent.append(message)

    asyncio.run(ConsentMiddleware(app, make_gate())(scope_of(method), None, keep))
    return sent


def of_bytes(body: bytes, *headers: tuple[str, str]) -> Reply:
    return reply_of(result(start(*headers), {"type": BODY, "body": body}))


@pytest.fixture
def page(tmp_path: Path) -> str:
    path = tmp_path / "page.html"
    path.write_bytes(LONG)
    return str(path)


TYPES = [[HTML], [("Content-Type", "text/html")], []]


# -- ASGI: pathsend, zerocopysend ------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 206, 404])
@pytest.mark.parametrize(
    "file", [{"type": PATHSEND, "path": "/no/such/file"}, {"type": ZEROCOPY, "file": object(), "count": 5}]
)
def test_a_file_that_is_no_page_is_left_to_the_server_ASGI4(file: Message, status: int) -> None:
    sent = result(start(JSON, ("Content-Length", "5"), status=status), file)
    assert sent[1] is file
    assert sent[0]["headers"] == raw([("content-type", JSON[1]), ("content-length", "5")])


@pytest.mark.parametrize("headers", TYPES)
def test_a_page_in_a_file_is_read_ASGI4(headers: Headers, page: str) -> None:
    sent = reply_of(result(start(*headers, ("Content-Length", "9")), {"type": PATHSEND, "path": page}))
    assert sent == of_bytes(LONG, *headers)
    assert not any(host in sent.loading for host in THIRD_PARTIES)


@pytest.mark.parametrize("headers", TYPES)
@pytest.mark.parametrize(
    "part", [{}, {"offset": 0}, {"offset": 50}, {"count": 70_000}, {"offset": 9, "count": 300}]
)
def test_a_page_in_an_open_file_is_read_from_where_to_where_it_says_ASGI4(
    headers: Headers, part: dict[str, int], page: str
) -> None:
    with open(page, "rb") as file:
        file.seek(20)
        sent = reply_of(result(start(*headers), {"type": ZEROCOPY, "file": file, **part}))
        assert not file.closed
    begin = part.get("offset", 20)
    assert sent == of_bytes(LONG[begin : begin + part.get("count", len(LONG))], *headers)


def test_parts_of_a_page_may_come_from_files_and_bytes_ASGI4(page: str) -> None:
    with open(page, "rb") as file:
        sent = result(
            start(HTML),
            {"type": BODY, "body": LONG[:30], "more_body": True},
            {"type": ZEROCOPY, "file": file, "offset": 30, "count": 100, "more_body": True},
            {"type": BODY, "body": LONG[130:140], "more_body": True},
            {"type": ZEROCOPY, "file": file, "offset": 140},
        )
    assert reply_of(sent).body == of_bytes(LONG, HTML).body


def test_a_file_of_no_type_that_is_no_page_arrives_whole_ASGI4(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"GIF89a" + bytes(200_000))
    sent = reply_of(result(start(("Content-Length", "200006")), {"type": PATHSEND, "path": str(path)}))
    assert sent.body == path.read_bytes()
    assert sent.value("content-length") == "200006"


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 304), ("GET", 204)])
def test_where_no_body_goes_out_no_file_is_opened_ASGI4(method: str, status: int) -> None:
    sent = result(start(HTML, status=status), {"type": PATHSEND, "path": "/no/such/file"}, method=method)
    assert (sent[0]["status"], sent[1:]) == (status, [{"type": BODY, "body": b"", "more_body": False}])


def test_a_file_that_cannot_be_read_as_a_page_closes_ASGI4(page: str) -> None:
    sent = reply_of(result(start(HTML, status=206), {"type": PATHSEND, "path": page}))
    assert sent.status == 502
    assert b"consentgate-page" in sent.body


def test_a_file_that_is_not_there_is_the_applications_error_ASGI4() -> None:
    with pytest.raises(FileNotFoundError):
        result(start(HTML), {"type": PATHSEND, "path": "/no/such/file"})


@pytest.mark.parametrize("file", [{"type": PATHSEND, "path": "/x"}, {"type": ZEROCOPY, "file": io.BytesIO()}])
@pytest.mark.parametrize("headers", [[HTML], [JSON]])
def test_a_file_has_its_place_between_start_and_end_ASGI4(headers: Headers, file: Message) -> None:
    with pytest.raises(RuntimeError, match="before its response started"):
        result(file)
    with pytest.raises(RuntimeError, match="after it ended"):
        result(start(*headers), {"type": BODY}, file)
    with pytest.raises(RuntimeError, match="after it ended"):
        result(start(JSON), file, {"type": BODY})


def test_a_denied_websocket_may_answer_with_a_file_ASGI4_ASGI7(page: str) -> None:
    sent = result(
        {**start(HTML), "type": f"websocket.{START}"}, {"type": f"websocket.{PATHSEND}", "path": page}
    )
    assert {message["type"] for message in sent[1:]} == {f"websocket.{BODY}"}
    assert b"".join(message["body"] for message in sent[1:]) == of_bytes(LONG, HTML).body


class Watched(io.BytesIO):
    """A file that says where it was read, and how often."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.threads: list[int] = []

    def read(self, size: int | None = -1, /) -> bytes:
        self.threads.append(threading.get_ident())
        return super().read(size)


def test_a_file_is_read_aside_and_piece_by_piece_ASGI4_ASGI9() -> None:
    file = Watched(LONG)
    reads_before: list[int] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(start(HTML))
        await send({"type": ZEROCOPY, "file": file})

    async def keep(message: Message) -> None:
        if message.get("body"):
            reads_before.append(len(file.threads))

    asyncio.run(ConsentMiddleware(app, make_gate())(scope_of(), None, keep))
    assert threading.get_ident() not in file.threads
    # A piece leaves before the next is read.
    assert reads_before == sorted(set(reads_before))
    assert len(reads_before) > 3


def test_a_visitor_who_leaves_leaves_no_file_open_ASGI4_ASGI8(page: str) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(start(HTML))
        await send({"type": PATHSEND, "path": page})

    async def gone(message: Message) -> None:
        if message["type"] == BODY:
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        asyncio.run(ConsentMiddleware(app, make_gate())(scope_of(), None, gone))


@pytest.mark.parametrize("name", ["page.html", "film.mp4"])
def test_what_starlette_sends_from_a_file_ASGI4(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(PAGE)
    sent: list[Message] = []

    async def keep(message: Message) -> None:
        sent.append(message)

    asyncio.run(ConsentMiddleware(FileResponse(path), make_gate())(scope_of(), None, keep))
    if name == "film.mp4":
        assert sent[1] == {"type": PATHSEND, "path": str(path)}
        return
    names = {name for name, _ in sent[0]["headers"]}
    assert not {b"content-length", b"accept-ranges", b"last-modified"} & names
    assert b"films.example" not in reply_of(sent).loading
    assert b"consentgate-banner" in reply_of(sent).body


# -- a server in front: X-Sendfile and its kin -----------------------------------------------------------

FRONT = [
    *("X-Sendfile", "X-Accel-Redirect", "X-LIGHTTPD-send-file", "x-sendfile", "X-ACCEL-REDIRECT"),
    *("X-Sendfile2", "X-LiteSpeed-Location", "X-Reproxy-URL"),
]


def asks_front(make_site: MakeSite, *headers: tuple[str, str], status: int = 200, **asks: str) -> Reply:
    return make_site(Page(b"", status, [*headers]), validated=False).gets(**asks)


@pytest.mark.parametrize("name", FRONT)
@pytest.mark.parametrize("status", [200, 404])
def test_a_page_that_the_front_server_would_send_is_refused(
    make_site: MakeSite, name: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    reply = asks_front(make_site, HTML, (name, "/files/1"), ("Set-Cookie", "_ab=1"), status=status)
    assert reply.status == 502
    assert b"consentgate-page" in reply.body
    assert not {name.lower(), "set-cookie"} & {key for key, _ in reply.lowered}
    assert f"with {name} the server in front would send HTML" in caplog.text
    assert "let the application send this file itself" in caplog.text


@pytest.mark.parametrize(
    "path",
    [
        *("/files/page.html", "/PAGE.HTM", "/a/page.html?x=1", "/page%2ehtml", "/page.html.en", "/x.shtml"),
        *("/files/", "/", "/files/?x", "/a%20b/page.html", "0-99 /page.html"),
    ],
)
@pytest.mark.parametrize("types", [[], [("Content-Type", "")], [("X-Content-Type-Options", "nosniff")]])
def test_without_a_type_the_files_name_tells_whether_it_is_a_page(
    make_site: MakeSite, path: str, types: Headers
) -> None:
    assert asks_front(make_site, *types, ("X-Sendfile", path)).status == 502


@pytest.mark.parametrize("name", FRONT)
@pytest.mark.parametrize("path", ["/files/film.mp4", "/page.html", "/files/", "/a.pdf"])
def test_what_has_another_type_is_left_to_the_front_server(make_site: MakeSite, name: str, path: str) -> None:
    headers = [("Content-Type", "application/pdf"), (name, path), ("ETag", '"x"'), ("Content-Length", "9")]
    assert asks_front(make_site, *headers).lowered == [(key.lower(), value) for key, value in headers]


@pytest.mark.parametrize(
    "path", ["/film.mp4", "/html/film.mp4", "/download/17", "/xhtml5", "/page.html5x/y.zip"]
)
def test_what_is_no_page_by_its_name_is_left_to_it_and_not_to_be_guessed(
    make_site: MakeSite, path: str
) -> None:
    reply = asks_front(
        make_site, ("X-Accel-Redirect", path), ("Set-Cookie", "_ab=1"), ("Set-Cookie", "sid=1")
    )
    assert (reply.status, reply.value("x-accel-redirect"), reply.body) == (200, path, b"")
    assert reply.value("x-content-type-options") == "nosniff"
    assert reply.set_names == {"sid"}


@pytest.mark.parametrize(
    "headers",
    [
        [("Content-Type", "image/svg+xml"), ("X-Accel-Redirect", "/x")],
        [("Content-Type", "application/xhtml+xml"), ("X-Accel-Redirect", "/x")],
        [("X-Accel-Redirect", "/logo.svg")],
        [("X-Accel-Redirect", "/page.xhtml")],
        [("X-Accel-Redirect", "/film.m3u8")],
        [("Content-Type", "application/x-mpegurl"), ("X-Accel-Redirect", "/x")],
    ],
)
def test_another_document_is_left_to_it_where_it_is_not_shown_as_one(
    make_site: MakeSite, headers: Headers
) -> None:
    # nginx does not keep our Content-Security-Policy, and nothing else would close it.
    assert asks_front(make_site, *headers, Accept="text/html,*/*").status == 502
    assert asks_front(make_site, *headers, Accept="*/*", Sec_Fetch_Dest="embed").status == 502
    reply = asks_front(make_site, *headers, Accept="image/*", Sec_Fetch_Dest="image")
    assert (reply.status, reply.values("x-accel-redirect")) == (200, [headers[-1][1]])
    assert reply.value("vary") == "Sec-Fetch-Dest, Sec-Fetch-Mode"


def test_an_empty_header_names_no_file(make_site: MakeSite) -> None:
    reply = make_site(Page(headers=[HTML, ("X-Sendfile", " ")]), validated=False).gets()
    assert reply.status == 200
    assert b"consentgate-banner" in reply.body


def test_a_granted_page_is_refused_too(make_site: MakeSite) -> None:
    site = make_site(Page(b"", headers=[HTML, ("X-Accel-Redirect", "/x")]))
    assert site.gets("/", site.chooses("accept")).status == 502

"""The WSGI adapter (PEP 3333; requirements W1 to W15)."""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from wsgiref.util import FileWrapper
from wsgiref.validate import validator

import pytest

from consentgate.gate import GateClosed
from consentgate.gate.enforcing_exchange import EnforcingExchange
from consentgate.html import Rewriter
from consentgate.wsgi import CONSENT, ConsentMiddleware

from .driver import HTML, JSON, PAGE, App, Headers, Page, Site, call_wsgi, environ_of, make_gate

CLOSED = b'src="https://films.example'
Start = Callable[..., Any]
Wsgi = Callable[[dict[str, Any], Start], Iterable[bytes]]
HTML_PLAIN = ("Content-Type", "text/html")
EVENTS = ("Content-Type", "text/event-stream")


def environ(method: str = "GET", headers: Headers | None = None) -> dict[str, Any]:
    site = Site("wsgi", App(), make_gate())
    return environ_of(site, method, "/", [("Host", site.host), *(headers or [])], b"")


class Server:
    """What a server does, step by step: it sends the head with the first bytes and refuses another then."""

    def __init__(self, app: Wsgi, env: dict[str, Any] | None = None, gate: Any = None) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.sent = b""
        self.closed = 0
        self.iterable = ConsentMiddleware(app, gate or make_gate())(env or environ(), self.start_response)

    def start_response(self, *call: Any) -> Callable[[bytes], None]:
        if len(call) == 3 and self.sent:
            raise call[2][1].with_traceback(call[2][2])
        assert len(call) == 3 or not self.calls
        self.calls.append(call)
        return self.write

    def write(self, data: bytes) -> None:
        raise AssertionError("some servers have no write()")

    def run(self) -> bytes:
        try:
            for chunk in self.iterable:
                assert self.calls
                self.sent += chunk
        finally:
            self.close()
        return self.sent

    def close(self) -> None:
        self.closed += 1
        if hasattr(self.iterable, "close"):
            self.iterable.close()

    @property
    def status(self) -> str:
        return str(self.calls[-1][0])

    @property
    def headers(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.calls[-1][1]}


class Body:
    """An iterable that counts."""

    def __init__(self, *chunks: bytes | Exception) -> None:
        self.chunks = [*chunks]
        self.taken = self.closed = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self.chunks:
            self.taken += 1
            if isinstance(chunk, Exception):
                raise chunk
            yield chunk

    def close(self) -> None:
        self.closed += 1


def answers(body: Iterable[bytes], *headers: tuple[str, str], status: str = "200 OK") -> Wsgi:
    def app(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        start_response(status, list(headers or [HTML]))
        return body

    return app


# -- W1: start_response ----------------------------------------------------------------------------------


def failed() -> Any:
    try:
        raise ValueError("the application's")
    except ValueError:
        return sys.exc_info()


def test_a_second_start_without_exc_info_is_the_applications_error_W1() -> None:
    def app(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        start_response("200 OK", [HTML])
        start_response("500 No", [HTML])
        return [b""]

    with pytest.raises(AssertionError, match="twice"):
        Server(app)


@pytest.mark.parametrize("first", [HTML, JSON])
@pytest.mark.parametrize("second", [HTML, JSON])
def test_before_anything_is_sent_an_error_page_takes_the_place_W1(
    first: tuple[str, str], second: tuple[str, str]
) -> None:
    def app(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        write = start_response("200 OK", [first, ("X-First", "1")])
        write(b"<p>not to be seen")
        start_response("500 Oops", [second, ("Set-Cookie", "_ab=1")], failed())
        return [PAGE]

    server = Server(app)
    body = server.run()
    assert b"not to be seen" not in body
    assert (CLOSED in body) is (second == JSON)
    assert server.status == "500 Oops"
    assert not {"x-first", "set-cookie"} & set(server.headers)
    assert [len(call) for call in server.calls] == [3]


@pytest.mark.parametrize("second", [HTML, JSON])
def test_an_error_after_a_lazy_start_is_filtered_too_W1(second: tuple[str, str]) -> None:
    def app(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        start_response("200 OK", [HTML])
        yield b""
        start_response("500 Oops", [second, ("Set-Cookie", "_ab=1")], failed())
        yield PAGE

    server = Server(app)
    body = server.run()
    assert server.status == "500 Oops"
    assert "set-cookie" not in server.headers
    assert (CLOSED in body) is (second == JSON)


def lazily(*chunks: bytes, then: tuple[str, str]) -> Wsgi:
    """JSON whose iterable turns out to fail: the server has it already."""

    def app(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        start_response("200 OK", [JSON])

        def body() -> Iterator[bytes]:
            yield from chunks
            start_response("500 Oops", [then, ("Set-Cookie", "_ab=1")], failed())
            yield PAGE

        return body()

    return app


def test_an_error_in_an_iterable_that_the_server_has_is_filtered_too_W1() -> None:
    server = Server(lazily(b"", then=JSON))
    assert server.run() == PAGE
    assert server.status == "500 Oops"
    assert "set-cookie" not in server.headers


def test_a_page_in_an_iterable_that_the_server_has_cannot_be_read_and_closes_W1() -> None:
    server = Server(lazily(b"", then=HTML))
    with pytest.raises(ValueError, match="the application's"):
        server.run()
    assert server.sent == b""


@pytest.mark.parametrize("first", [HTML, JSON])
@pytest.mark.parametrize("second", [HTML, JSON])
def test_after_bytes_were_sent_the_error_goes_on_to_the_server_W1(
    first: tuple[str, str], second: tuple[str, str]
) -> None:
    def app(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        start_response("200 OK", [first])

        def body() -> Iterator[bytes]:
            yield b"<p>one</p>" * 200
            start_response("500 Oops", [second], failed())
            yield PAGE

        return body()

    server = Server(app)
    with pytest.raises(ValueError, match="the application's"):
        server.run()
    assert CLOSED not in server.sent


@pytest.mark.parametrize("headers", [[HTML], [JSON], [HTML_PLAIN], []])
def test_start_response_gets_two_arguments(headers: Headers) -> None:
    server = Server(answers([PAGE], *headers))
    server.run()
    assert [len(call) for call in server.calls] == [2]
    assert type(server.calls[0][1]) is list


def test_the_applications_header_list_is_left_alone() -> None:
    headers = [HTML, ("Set-Cookie", "_ab=1"), ("Content-Length", str(len(PAGE)))]
    kept = list(headers)

    def app(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        start_response("200 OK", headers)
        return [PAGE]

    for _ in range(2):
        assert CLOSED not in Server(app).run()
    assert headers == kept


@pytest.mark.parametrize("status", ["200 Fine", "299 Odd", "404 Nothing here", "200 "])
def test_the_applications_reason_stays(status: str) -> None:
    server = Server(answers([PAGE], status=status))
    server.run()
    assert server.status == status


# -- W2, W3, W15: how bodies come ------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [HTML, JSON])
def test_a_generator_may_start_late_W2(kind: tuple[str, str]) -> None:
    def app(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        yield b""
        start_response("200 OK", [kind])
        yield b""
        yield PAGE[:100]
        yield PAGE[100:]

    body = Server(app).run()
    assert (body == PAGE) is (kind == JSON)
    assert CLOSED not in body or kind == JSON


def test_a_body_without_a_start_is_an_error_W2() -> None:
    for chunks in ([], [b""], [PAGE]):
        calls: list[Any] = []
        app = ConsentMiddleware(lambda environ, start_response, chunks=chunks: iter(chunks), make_gate())
        with pytest.raises(AssertionError, match="start_response"):
            next(iter(app(environ(), lambda *call, calls=calls: calls.append(call))))
        assert calls == []


@pytest.mark.parametrize("kind", [HTML, JSON])
@pytest.mark.parametrize("at", [1, 3, 30, 200])
def test_what_is_written_goes_first_also_in_the_middle_of_a_tag_W3(kind: tuple[str, str], at: int) -> None:
    def app(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        write = start_response("200 OK", [kind])
        write(PAGE[:at])
        write(PAGE[at : at + 50])
        return [PAGE[at + 50 :]]

    whole = Server(answers([PAGE], kind)).run()
    assert Server(app).run() == whole


def test_all_may_be_written_W3() -> None:
    def app(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        start_response("200 OK", [HTML])(PAGE)
        return []

    assert Server(app).run() == Server(answers([PAGE])).run()


def test_writing_within_the_iterable_is_an_error_rather_than_lost_W3() -> None:
    def app(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        write = start_response("200 OK", [JSON])

        def body() -> Iterator[bytes]:
            write(b"lost")
            yield b""

        return body()

    with pytest.raises(AssertionError, match="write"):
        Server(app).run()


def test_text_for_bytes_opens_nothing_W15() -> None:
    server = Server(answers([PAGE.decode()]))
    assert CLOSED not in server.run()


def test_the_head_is_there_when_the_application_returns_W2() -> None:
    def generator(environ: dict[str, Any], start_response: Start) -> Iterator[bytes]:
        start_response("404 Not Found", [HTML])
        yield PAGE

    for app in (answers([PAGE], HTML), answers([PAGE]), generator):
        # granian takes the head from here, without waiting for the first chunk.
        assert len(Server(app).calls) == 1


def test_what_others_forgive_is_forgiven() -> None:
    def app(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        start_response(b"200 OK", [JSON])
        return [b"{}"]

    env = environ()
    del env["REQUEST_METHOD"]
    server = Server(app, env)
    assert (server.run(), server.calls[0][0]) == (b"{}", b"200 OK")


# -- W4: streaming ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [[HTML], [HTML_PLAIN], [JSON], [EVENTS], []])
@pytest.mark.parametrize(
    "chunks",
    [
        [b"<!doctype html><html><body><p>one</p>", b"<p>two</p>", b"<p>three</p>"],
        [b"<p>one", b"<p>two", b"<p>three"],
    ],
)
def test_a_chunk_leaves_before_the_next_is_made_W4(headers: Headers, chunks: list[bytes]) -> None:
    body = Body(*chunks)
    server = Server(answers(body, *headers))
    stream = iter(server.iterable)
    # The head waits for the first piece; no more is read for it.
    assert body.taken <= 1
    for number, word in enumerate((b"one", b"two", b"three"), 1):
        # The text up to the next tag may still be missing, but not for a chunk more.
        server.sent += next(stream)
        assert body.taken == number
        assert word in server.sent
        assert len(server.calls) == 1


@pytest.mark.parametrize("headers", [[HTML], [JSON]])
def test_every_item_gives_one_and_empty_ones_too_W4(headers: Headers) -> None:
    body = Body(b"<p>", b"", b"", b"<i>x", b"")
    stream = iter(Server(answers(body, *headers)).iterable)
    for number in range(1, 6):
        assert isinstance(next(stream), bytes)
        assert body.taken >= number


def test_before_the_head_is_known_the_next_is_asked_for_and_no_more_W4() -> None:
    body = Body(b"<html><head><title>x", b"</title><meta charset=utf-8>", b"</head><p>x", b"<p>y")
    server = Server(answers(body, HTML_PLAIN))
    stream = iter(server.iterable)
    assert b"<title>x" in next(stream)
    assert body.taken == 2
    assert server.headers["content-type"] == "text/html; charset=utf-8"


# -- W5: close() -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [[HTML], [HTML_PLAIN], [JSON], []])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_close_is_called_once_at_the_end_W5(headers: Headers, method: str) -> None:
    body = Body(PAGE, b"")
    Server(answers(body, *headers), environ(method)).run()
    assert body.closed == 1


@pytest.mark.parametrize("headers", [[HTML], [JSON]])
@pytest.mark.parametrize("taken", [0, 1])
def test_close_is_called_once_where_the_visitor_leaves_W5(headers: Headers, taken: int) -> None:
    body = Body(PAGE, PAGE)
    server = Server(answers(body, *headers))
    for _ in range(taken):
        next(iter(server.iterable))
    server.close()
    server.close() if headers == [HTML] else None
    assert body.closed == 1


@pytest.mark.parametrize("headers", [[HTML], [JSON]])
@pytest.mark.parametrize("chunks", [[ValueError("app")], [b"<p>", ValueError("app")]])
def test_close_is_called_once_where_the_application_fails_W5(headers: Headers, chunks: list[Any]) -> None:
    body = Body(*chunks)
    with pytest.raises(ValueError, match="app"):
        Server(answers(body, *headers)).run()
    assert body.closed == 1


def test_close_is_called_once_where_the_gate_fails_W5(monkeypatch: pytest.MonkeyPatch) -> None:
    body = Body(PAGE[:200], PAGE[200:], b"more")
    server = Server(answers(body))
    stream = iter(server.iterable)
    next(stream)

    def broken(self: Rewriter, data: bytes) -> bytes:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(Rewriter, "feed", broken)
    for _ in range(2):
        with pytest.raises(GateClosed):
            next(stream)
    server.close()
    assert body.closed == 1


@pytest.mark.parametrize("headers", [[HTML], [JSON]])
def test_close_is_called_where_the_server_takes_no_head_W5(headers: Headers) -> None:
    body = Body(b"x")

    def refuses(*call: Any) -> None:
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        for _ in ConsentMiddleware(answers(body, *headers), make_gate())(environ(), refuses):
            raise AssertionError
    assert body.closed == 1


def test_an_application_that_fails_at_once_or_at_closing_is_heard_W5() -> None:
    def fails(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        raise ValueError("at once")

    with pytest.raises(ValueError, match="at once"):
        Server(fails)

    class Closing(Body):
        def close(self) -> None:
            raise ValueError("at closing")

    with pytest.raises(ValueError, match="at closing"):
        Server(answers(Closing(b"<p>"))).run()


# -- W6: files -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["200 OK", "206 Partial Content", "404 Not Found"])
def test_what_is_no_page_is_returned_as_the_very_object_W6(status: str) -> None:
    for body in ([b"x"], (b"x",), FileWrapper(io.BytesIO(b"x")), Body(b"x")):
        server = Server(answers(body, ("Content-Type", "image/png"), status=status))
        assert server.iterable is body


class OnlyReads:
    """What some servers make of a file: there is nothing to iterate over."""

    def __init__(self, data: bytes) -> None:
        self.read = io.BytesIO(data).read
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


class OnlyIndexes:
    """The oldest way to be iterated over."""

    def __getitem__(self, at: int) -> bytes:
        part = PAGE[at * 50 : at * 50 + 50]
        if not part:
            raise IndexError
        return part


@pytest.mark.parametrize("body", [FileWrapper(io.BytesIO(PAGE), 64), OnlyReads(PAGE), OnlyIndexes()])
def test_a_page_in_a_file_is_read_W6(body: Any) -> None:
    whole = Server(answers([PAGE])).run()
    assert Server(answers(body)).run() == whole
    assert getattr(body, "closed", 1) in (1, True)


@pytest.mark.parametrize("kind", [HTML, HTML_PLAIN, ("Content-Type", "image/png")])
def test_a_servers_own_wrapper_is_for_what_is_no_page_W6(kind: tuple[str, str]) -> None:
    # gunicorn sends a file by itself where what it gets is of the class that it offered.
    class Wrapper(FileWrapper):
        pass

    file = io.BytesIO(PAGE)

    def app(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        start_response("200 OK", [kind, ("Content-Length", str(len(PAGE)))])
        wrapped: Iterable[bytes] = environ["wsgi.file_wrapper"](file, 64)
        return wrapped

    server = Server(app, environ() | {"wsgi.file_wrapper": Wrapper})
    is_page = "html" in kind[1]
    assert isinstance(server.iterable, Wrapper) is not is_page
    assert ("content-length" in server.headers) is not is_page if server.calls else is_page
    body = server.run()
    assert (CLOSED in body) is not is_page
    assert ("content-length" in server.headers) is not is_page
    assert file.closed


# -- W11 to W14: the environ -----------------------------------------------------------------------------


def test_the_environ_is_copied_and_holds_the_consent_W12() -> None:
    seen: list[dict[str, Any]] = []

    def app(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        seen.append(environ)
        start_response("200 OK", [JSON])
        return []

    given = environ(headers=[("Cookie", "_ab=1; sid=2")]) | {"wsgi.early_hints": print, "x.own": object()}
    before = dict(given)
    Server(app, given).run()
    assert given == before
    assert type(seen[0]) is dict
    assert seen[0]["HTTP_COOKIE"] == "sid=2"
    assert seen[0]["x.own"] is given["x.own"]
    assert not seen[0][CONSENT].allows("performance")


@pytest.mark.parametrize("decision", ["", "accept"])
def test_early_hints_lead_everyone_to_the_same_places_W13(decision: str) -> None:
    own, foreign = "</x.css>; rel=preload; as=style", "<https://films.example/x>; rel=preload"

    def app(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        hint = environ["wsgi.early_hints"]
        hint([("Link", f"{own}, {foreign}"), ("Set-Cookie", "sid=1"), ("X-Own", "1")])
        hint([("link", foreign)])
        start_response("200 OK", [JSON])
        return []

    gate = make_gate()
    cookie = Site("wsgi", App(), gate).chooses(decision) if decision else ""
    sent: list[Any] = []
    asked = environ(headers=[("Cookie", cookie)] if cookie else [])
    Server(app, asked | {"wsgi.early_hints": sent.append}, gate=gate).run()
    assert sent == [[("Link", own), ("X-Own", "1")]]


def test_a_gate_within_a_gate_only_hands_on() -> None:
    gate = make_gate()
    once = Server(answers([PAGE]), gate=gate).run()
    assert (
        Server(ConsentMiddleware(answers([PAGE]), make_gate("\n".join(POLICY_OF_ANOTHER))), gate=gate).run()
        == once
    )


POLICY_OF_ANOTHER = ['[site]\nname="A"\ncontroller="A"\ncontact="a@example.org"']


@pytest.mark.parametrize("path", ["/caf\xc3\xa9", "/\xff", "", "/\N{SNOWMAN}"])
def test_odd_paths_are_no_error(path: str) -> None:
    server = Server(answers([PAGE]), environ() | {"PATH_INFO": path})
    assert CLOSED not in server.run()


def test_fifty_threads_share_one_gate_W14() -> None:
    site = Site("wsgi", App(Page(headers=[HTML])), make_gate(), validated=False)
    cookies = ["", site.chooses("refuse"), site.chooses("accept"), site.chooses("save", service="films")]
    expected = [site.gets("/", cookie).body for cookie in cookies]
    wrong: list[int] = []

    def visit(number: int) -> None:
        bodies = [site.gets("/", cookies[number % 4]).body for _ in range(5)]
        wrong.extend(number for body in bodies if body != expected[number % 4])

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_fault_in_the_exchange_itself_is_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: EnforcingExchange, status: int, headers: Headers) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(EnforcingExchange, "start", broken)

    def swallows(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        with pytest.raises(RuntimeError, match="a fault of ours"):
            start_response("200 OK", [HTML])
        return [PAGE]

    sent = b""
    with pytest.raises(Exception):  # noqa: B017  # whatever it is, nothing may leave
        sent = Server(swallows).run()
    assert sent == b""


def test_an_application_cannot_swallow_that_the_gate_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    def app(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        write = start_response("200 OK", [HTML])
        write(b"<p>fine</p>")
        monkeypatch.setattr(Rewriter, "feed", None)
        with pytest.raises(GateClosed):
            write(PAGE)
        monkeypatch.undo()
        return [PAGE]

    with pytest.raises(GateClosed):
        Server(app).run()


def test_the_validators_find_nothing_in_an_own_page() -> None:
    site = Site("wsgi", App(), make_gate())
    for path in ("/_privacy/choices", "/_privacy/state", "/.well-known/gpc.json", "/_privacy/x"):
        app = validator(ConsentMiddleware(site.app.wsgi, site.gate))
        assert call_wsgi(app, environ_of(site, "GET", path, [("Host", site.host)], b"")).body

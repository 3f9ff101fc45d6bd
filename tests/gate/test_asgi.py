"""The ASGI adapter (requirements ASGI1 to ASGI11)."""

from __future__ import annotations

import asyncio
import contextvars
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trio
from asgiref.testing import ApplicationCommunicator

from consentgate.asgi import CONSENT, ConsentMiddleware
from consentgate.gate import GateClosed
from consentgate.html import Rewriter

from .driver import PAGE, POLICY, App, Headers, Reply, Site, make_gate, reply_of, scope_of

CLOSED = b'src="https://films.example'
PATIENCE = 300
"""Seconds after which something hangs: a machine may be busy."""
HTML = (b"content-type", b"text/html; charset=utf-8")
HTML_PLAIN = (b"content-type", b"text/html")
JSON = (b"content-type", b"application/json")
Message = dict[str, Any]
Asgi = Callable[[dict[str, Any], Any, Any], Awaitable[None]]
START = "http.response.start"
BODY = "http.response.body"


def scope(method: str = "GET", headers: Headers | None = None, **more: Any) -> dict[str, Any]:
    site = Site("asgi", App(), make_gate())
    return scope_of(site, method, "/", [("Host", site.host), *(headers or [])]) | more


def websocket(headers: Headers | None = None) -> dict[str, Any]:
    given = scope(headers=headers) | {"type": "websocket", "scheme": "wss", "subprotocols": []}
    del given["method"]
    return given


def sends(*messages: Message) -> Asgi:
    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        for message in messages:
            await send(message)

    return app


async def run(app: Asgi, of: dict[str, Any] | None = None, gate: Any = None) -> list[Message]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await ConsentMiddleware(app, gate or make_gate())(of or scope(), receive, send)
    return sent


def result(app: Asgi, of: dict[str, Any] | None = None, gate: Any = None) -> list[Message]:
    return asyncio.run(run(app, of, gate))


def page(*headers: tuple[bytes, bytes], body: Any = PAGE, status: int = 200) -> Asgi:
    return sends(
        {"type": START, "status": status, "headers": [*headers] or [HTML]}, {"type": BODY, "body": body}
    )


def reply(app: Asgi, of: dict[str, Any] | None = None) -> Reply:
    return reply_of(result(app, of))


# -- ASGI1, ASGI2: what frameworks send ------------------------------------------------------------------


def generated() -> Iterator[tuple[bytes, bytes]]:
    yield HTML
    yield b"set-cookie", b"_ab=1"


@pytest.mark.parametrize(
    "make",
    [
        lambda: [HTML, (b"set-cookie", b"_ab=1")],
        generated,
        lambda: (list(HTML), [b"Set-Cookie", b"_ab=1"]),
        lambda: [(b"Content-Type", b"TEXT/HTML; charset=utf-8"), (b"SET-COOKIE", b"_ab=1")],
        lambda: [(bytearray(HTML[0]), memoryview(HTML[1])), (memoryview(b"set-cookie"), bytearray(b"_ab=1"))],
    ],
)
def test_headers_may_come_in_any_shape_ASGI1(make: Callable[[], Any]) -> None:
    sent = reply(sends({"type": START, "status": 200, "headers": make()}, {"type": BODY, "body": PAGE}))
    assert CLOSED not in sent.body
    assert sent.values("set-cookie") == []


@pytest.mark.parametrize("more", [{}, {"headers": None}, {"headers": []}])
def test_headers_may_be_missing_ASGI1(more: Message) -> None:
    sent = reply(sends({"type": START, "status": 200} | more, {"type": BODY, "body": PAGE}))
    assert CLOSED not in sent.body


@pytest.mark.parametrize("shape", [bytes, bytearray, memoryview])
@pytest.mark.parametrize("kind", [HTML, JSON])
def test_bodies_may_be_any_bytes_ASGI1(shape: type, kind: tuple[bytes, bytes]) -> None:
    assert (CLOSED in reply(page(kind, body=shape(PAGE))).body) is (kind == JSON)


def test_a_request_may_lack_what_is_optional_ASGI1() -> None:
    given = scope()
    for key in ("headers", "raw_path", "root_path", "query_string", "server", "extensions", "state"):
        del given[key]
    assert CLOSED not in reply(page(), given).body
    empty = dict.fromkeys(("raw_path", "server", "extensions", "state", "query_string"))
    assert CLOSED not in reply(page(), scope() | empty).body


def test_what_is_not_kept_back_of_a_request_arrives_as_it_came_ASGI1() -> None:
    seen: list[tuple[bytes, bytes]] = []

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        seen.extend(scope["headers"])
        await page()(scope, receive, send)

    given = [(b"x-a", b"1"), (b"cookie", b"sid=1; _ab=2"), (b"accept-encoding", b"gzip"), (b"x-a", b"\xff")]
    result(app, scope() | {"headers": iter([*given, (b"Sec-CH-UA-Model", b'"M"'), (b"Cookie", b"cart=3")])})
    assert seen == [given[0], given[2], given[3], (b"cookie", b"sid=1; cart=3")]


@pytest.mark.parametrize("kind", [HTML, JSON])
def test_a_body_may_be_absent_ASGI2(kind: tuple[bytes, bytes]) -> None:
    sent = reply(sends({"type": START, "status": 200, "headers": [kind]}, {"type": BODY}))
    assert (sent.status, sent.body) == (200, b"")


@pytest.mark.parametrize("kind", [HTML, HTML_PLAIN, JSON])
def test_ten_thousand_chunks_ASGI2(kind: tuple[bytes, bytes]) -> None:
    chunks = [{"type": BODY, "body": b"<p>x", "more_body": True}] * 10_000
    sent = result(sends({"type": START, "status": 200, "headers": [kind]}, *chunks, {"type": BODY}))
    assert [message["type"] for message in sent].count(START) == 1
    assert b"".join(message.get("body", b"") for message in sent[1:]) == b"<p>x" * 10_000


@pytest.mark.parametrize("kind", [HTML, HTML_PLAIN, JSON, (b"x-none", b"")])
def test_a_chunk_leaves_before_the_next_is_made_ASGI2(kind: tuple[bytes, bytes]) -> None:
    async def visit() -> None:
        arrived = [asyncio.Event() for _ in range(3)]
        sent = b""

        async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
            await send({"type": START, "status": 200, "headers": [kind]})
            for number, word in enumerate((b"<p>one", b"<p>two", b"<p>three")):
                await send({"type": BODY, "body": word, "more_body": True})
                # The application goes on only when this part has come out of the gate.
                await arrived[number].wait()
            await send({"type": BODY})

        async def send(message: Message) -> None:
            nonlocal sent
            sent += message.get("body", b"")
            for word, event in zip((b"one", b"two", b"three"), arrived, strict=True):
                if word in sent:
                    event.set()

        await asyncio.wait_for(ConsentMiddleware(app, make_gate())(scope(), None, send), PATIENCE)
        assert sent == b"<p>one<p>two<p>three"

    asyncio.run(visit())


def test_the_parts_of_a_download_pass_as_they_are_until_it_ends() -> None:
    start = {"type": START, "status": 200, "headers": [JSON]}
    parts = [{"type": BODY, "body": bytes([number]), "more_body": True} for number in range(3)]
    last = {"type": BODY, "body": b"!"}
    sent = result(sends(start, *parts, last))
    assert all(got is given for got, given in zip(sent[1:], (*parts, last), strict=True))
    with pytest.raises(RuntimeError, match="after it ended"):
        result(sends(start, *parts, last, parts[0]))


def test_one_start_and_one_end_ASGI2() -> None:
    twice = sends({"type": START, "status": 200, "headers": [HTML]}, {"type": START, "status": 500})
    with pytest.raises(RuntimeError, match="twice"):
        result(twice)
    for kind in (HTML, JSON):
        late = sends(
            {"type": START, "status": 200, "headers": [kind]},
            {"type": BODY, "body": b"x"},
            {"type": BODY, "body": PAGE},
        )
        with pytest.raises(RuntimeError, match="after it ended"):
            result(late)
    with pytest.raises(RuntimeError, match="before its response started"):
        result(sends({"type": BODY, "body": PAGE}))


# -- ASGI3, ASGI4: other messages and keys ---------------------------------------------------------------


@pytest.mark.parametrize("kind", [HTML, HTML_PLAIN, JSON])
def test_unknown_keys_survive_ASGI3(kind: tuple[bytes, bytes]) -> None:
    app = sends(
        {"type": START, "status": 200, "headers": [kind], "trailers": True, "x": 1},
        {"type": BODY, "body": PAGE, "y": 2},
        {"type": "http.response.trailers", "headers": [(b"x", b"1")], "more_trailers": False},
    )
    start, body, trailers = result(app)
    assert (start["trailers"], start["x"], body["y"]) == (True, 1, 2)
    assert trailers == {"type": "http.response.trailers", "headers": [(b"x", b"1")], "more_trailers": False}


@pytest.mark.parametrize("kind", [HTML, HTML_PLAIN, JSON])
def test_unknown_messages_pass_in_order_ASGI4(kind: tuple[bytes, bytes]) -> None:
    debug, odd = {"type": "http.response.debug", "info": {}}, {"type": "http.response.x", "y": 1}
    app = sends(
        debug,
        {"type": START, "status": 200, "headers": [kind]},
        odd,
        {"type": BODY, "body": b"", "more_body": True},
        odd,
        {"type": BODY, "body": PAGE, "more_body": True},
        {"type": BODY},
        odd,
    )
    sent = result(app)
    assert sent[0] == debug
    assert sent[1]["type"] == START
    assert sent.count(odd) == 3
    assert sent[-1] == odd


def test_trailers_say_no_more_than_headers_may_H8() -> None:
    fields = [
        (b"set-cookie", b"_ab=1"),
        (b"content-digest", b"x"),
        (b"link", b"<//films.example>; rel=preload"),
    ]
    trailers = {"type": "http.response.trailers", "headers": [*fields, (b"server-timing", b"x")]}
    sent = result(
        sends({"type": START, "status": 200, "headers": [HTML]}, {"type": BODY, "body": PAGE}, trailers)
    )
    assert sent[-1]["headers"] == [(b"server-timing", b"x")]
    sent = result(
        sends({"type": START, "status": 200, "headers": [JSON]}, {"type": BODY, "body": b"{}"}, trailers)
    )
    assert sent[-1]["headers"] == [(b"content-digest", b"x"), (b"server-timing", b"x")]


@pytest.mark.parametrize("cookie", ["", "accept"])
def test_hints_lead_everyone_to_the_same_places_ASGI4_H9(cookie: str) -> None:
    own, foreign = b"</x.css>; rel=preload; as=style", b"<https://films.example/x>; rel=preload"
    hint, push = "http.response.early_hint", "http.response.push"
    hints = [
        {"type": hint, "links": [own + b", " + foreign, bytearray(own)], "x": 1},
        {"type": hint, "links": [foreign]},
        {"type": hint},
        {"type": push, "path": "/x.css", "headers": []},
        {"type": push, "path": "//films.example/x.js", "headers": []},
        {"type": push, "path": "/stats/s.js", "headers": []},
    ]
    policy = POLICY + '[[service]]\nid = "own"\ncategory = "performance"\npaths = ["/stats/*"]\n'
    gate = make_gate(policy)
    chosen = Site("asgi", App(), gate).chooses(cookie) if cookie else ""
    start = {"type": START, "status": 200, "headers": [JSON]}
    app = sends(*hints, start, *hints, {"type": BODY})
    sent = result(app, scope(headers=[("Cookie", chosen)] if chosen else []), gate=gate)
    kept = [{"type": hint, "links": [own, own], "x": 1}, {"type": push, "path": "/x.css", "headers": []}]
    assert sent == [*kept, start | {"headers": [JSON]}, *kept, {"type": BODY}]


# -- ASGI5, ASGI6: the scope -----------------------------------------------------------------------------


def test_the_scope_is_copied_and_the_state_is_the_same_ASGI5() -> None:
    seen: list[dict[str, Any]] = []

    async def app(given: dict[str, Any], receive: Any, send: Any) -> None:
        seen.append(given)
        await page(JSON)(given, receive, send)

    names = ("pathsend", "zerocopysend", "push", "early_hint", "trailers", "debug", "x")
    extensions: dict[str, Any] = {f"http.response.{name}": {} for name in names} | {"tls": {"a": 1}}
    given = scope(headers=[("Cookie", "_ab=1; sid=2")], extensions=extensions, state={"pool": object()})
    before = dict(given)
    result(app, given)
    assert given == before
    assert len(given["extensions"]) == 8
    assert seen[0]["extensions"] == extensions
    assert seen[0]["extensions"] is not given["extensions"]
    assert seen[0]["state"] is given["state"]
    assert seen[0]["state"]["consent"] is seen[0][CONSENT]
    assert (b"cookie", b"sid=2") in seen[0]["headers"]


def test_a_state_that_a_server_shares_between_requests_opens_nothing() -> None:
    site = Site("asgi", App(), make_gate())
    shared: dict[str, Any] = {}
    opened = reply(page(), scope(headers=[("Cookie", site.chooses("accept"))], state=shared))
    assert CLOSED in opened.body
    assert CLOSED not in reply(page(), scope(state=shared)).body


def test_a_gate_within_a_gate_only_hands_on() -> None:
    inner = ConsentMiddleware(page(), make_gate())
    assert reply(inner).but_for_expiries == reply(page()).but_for_expiries


@pytest.mark.parametrize("kind", ["lifespan", "unheard-of"])
def test_other_scopes_pass_with_the_very_channels_ASGI6(kind: str) -> None:
    seen: list[Any] = []

    async def app(*given: Any) -> None:
        seen.extend(given)

    async def channel(*_: Any) -> None:
        raise AssertionError

    given = {"type": kind, "state": {}}
    asyncio.run(ConsentMiddleware(app, make_gate())(given, channel, channel))
    assert seen[0] is given
    assert seen[1] is seen[2] is channel


@pytest.mark.parametrize("word", ["startup.complete", "startup.failed", "shutdown.complete"])
def test_what_an_application_says_of_its_life_arrives_ASGI6(word: str) -> None:
    said = {"type": f"lifespan.{word}", "message": "no database"}

    async def visit() -> None:
        communicator = ApplicationCommunicator(
            ConsentMiddleware(sends(said), make_gate()), {"type": "lifespan"}
        )
        await communicator.send_input({"type": "lifespan.startup"})
        assert await communicator.receive_output() == said
        await communicator.wait()

    asyncio.run(visit())


def test_an_application_without_lifespan_is_heard_ASGI6() -> None:
    async def app(given: dict[str, Any], receive: Any, send: Any) -> None:
        assert given["type"] == "http"

    with pytest.raises(AssertionError):
        asyncio.run(ConsentMiddleware(app, make_gate())({"type": "lifespan"}, None, None))


# -- ASGI7: WebSockets -----------------------------------------------------------------------------------


def test_a_handshake_carries_only_what_is_allowed_both_ways_ASGI7() -> None:
    seen: list[dict[str, Any]] = []

    async def app(given: dict[str, Any], receive: Any, send: Any) -> None:
        seen.append(given)
        headers = [(b"set-cookie", b"_ab=1"), (b"set-cookie", b"sid=2"), (b"x", b"y")]
        await send({"type": "websocket.accept", "subprotocol": "a", "headers": headers})
        await send({"type": "websocket.send", "text": "https://films.example/"})
        await send({"type": "websocket.close", "code": 1000})

    sent = result(app, websocket([("Cookie", "_ab=1; sid=2; who=3")]))
    assert sent == [
        {
            "type": "websocket.accept",
            "subprotocol": "a",
            "headers": [(b"set-cookie", b"sid=2"), (b"x", b"y")],
        },
        {"type": "websocket.send", "text": "https://films.example/"},
        {"type": "websocket.close", "code": 1000},
    ]
    assert [v for k, v in seen[0]["headers"] if k == b"cookie"] == [b"sid=2"]
    assert not seen[0]["state"]["consent"].allows("performance")


def test_a_handshake_may_bring_several_cookie_headers_ASGI7() -> None:
    accepted = Site("asgi", App(), make_gate()).chooses("accept")
    for cookies, seen in (
        (["sid=1; _ab=2", "_film=3", "cart=4"], b"sid=1; cart=4"),
        (["sid=1; who=2", accepted, "_ab=5"], f"sid=1; {accepted}; _ab=5".encode()),
    ):
        scopes: list[dict[str, Any]] = []

        async def app(given: dict[str, Any], receive: Any, send: Any, scopes: Any = scopes) -> None:
            scopes.append(given)

        result(app, websocket([("Cookie", value) for value in cookies]))
        assert [value for name, value in scopes[0]["headers"] if name == b"cookie"] == [seen]


@pytest.mark.parametrize(
    "kind", ["websocket.accept", "websocket.http.response.start", "http.response.trailers"]
)
def test_cookies_leave_by_no_other_way_ASGI7(kind: str) -> None:
    lines = [
        "_ab=1",
        "sid=\xe9; Partitioned; Secure",
        "=nameless",
        "_AB=2",
        "cart=1",
        f"ui1={'x' * 4096}",
        "__HOST-x=1",
    ]
    headers = [JSON, *((b"Set-Cookie", line.encode("latin-1")) for line in lines)]
    before = [] if kind != "http.response.trailers" else [{"type": START, "status": 200, "headers": [JSON]}]
    sent = result(sends(*before, {"type": kind, "status": 403, "headers": headers}), websocket())
    assert [value.decode("latin-1") for name, value in sent[-1]["headers"] if name == b"set-cookie"] == [
        lines[1],
        lines[4],
        lines[5],
    ]


def test_a_refused_visitor_loses_cookies_with_a_handshake_too_ASGI7() -> None:
    site = Site("asgi", App(), make_gate())
    given = websocket([("Cookie", f"_ab=1; {site.chooses('refuse')}")])
    [accept] = result(sends({"type": "websocket.accept"}), given)
    assert {name for name, _ in accept["headers"]} == {b"set-cookie"}
    assert all(b"_ab=; " in value for _, value in accept["headers"])


def test_a_denial_is_gated_like_a_page_ASGI7() -> None:
    app = sends(
        {
            "type": "websocket.http.response.start",
            "status": 403,
            "headers": [HTML, (b"set-cookie", b"_ab=1"), (b"content-length", b"9")],
        },
        {"type": "websocket.http.response.body", "body": PAGE},
    )
    start, body = result(app, websocket())
    assert (start["type"], start["status"]) == ("websocket.http.response.start", 403)
    assert not {b"set-cookie", b"content-length"} & {name for name, _ in start["headers"]}
    assert body["type"] == "websocket.http.response.body"
    assert CLOSED not in body["body"]


def test_a_websocket_at_an_own_path_is_the_applications() -> None:
    given = websocket() | {"path": "/_privacy/choices", "raw_path": b"/_privacy/choices"}
    assert result(sends({"type": "websocket.close"}), given) == [{"type": "websocket.close"}]


# -- ASGI8, ASGI9: errors and context --------------------------------------------------------------------


def test_receive_is_passed_through_ASGI8() -> None:
    async def visit() -> None:
        async def receive() -> Message:
            return {"type": "http.disconnect"}

        async def app(given: dict[str, Any], got: Any, send: Any) -> None:
            assert got is receive

        async def send(message: Message) -> None:
            raise AssertionError

        await ConsentMiddleware(app, make_gate())(scope(), receive, send)

    asyncio.run(visit())


@pytest.mark.parametrize("kind", [HTML, JSON])
def test_a_visitor_who_has_gone_is_heard_of_ASGI8(kind: tuple[bytes, bytes]) -> None:
    async def visit() -> None:
        async def send(message: Message) -> None:
            raise OSError("gone")

        with pytest.raises(OSError, match="gone"):
            await ConsentMiddleware(page(kind), make_gate())(scope(), None, send)

    asyncio.run(visit())


@pytest.mark.parametrize("error", [OSError, asyncio.CancelledError])
@pytest.mark.parametrize("lost", [0, 1, 2])
def test_after_a_part_was_lost_nothing_of_a_page_follows_ASGI8(error: type[BaseException], lost: int) -> None:
    sent: list[Message] = []
    attempts = iter(range(100))

    async def app(given: dict[str, Any], receive: Any, send: Any) -> None:
        messages = [
            {"type": BODY, "body": part, "more_body": True} for part in (b"<p>one</p>", b"<p>two</p>", PAGE)
        ]
        for message in ({"type": START, "status": 200, "headers": [HTML]}, *messages):
            try:
                await send(message)
            except (error, RuntimeError):
                continue

    async def send(message: Message) -> None:
        if next(attempts) == lost:
            raise error
        sent.append(message)

    asyncio.run(ConsentMiddleware(app, make_gate())(scope(), None, send))
    assert len(sent) == lost


@pytest.mark.parametrize("kind", [HTML, HTML_PLAIN, JSON])
@pytest.mark.parametrize("chunks", [None, [], [b"<p>one</p>"], [PAGE[:150]]])
def test_an_error_of_the_application_flushes_nothing_half_read_ASGI8(
    kind: tuple[bytes, bytes], chunks: list[bytes] | None
) -> None:
    async def visit() -> None:
        async def app(given: dict[str, Any], receive: Any, send: Any) -> None:
            if chunks is not None:
                await send({"type": START, "status": 200, "headers": [kind]})
            for chunk in chunks or ():
                await send({"type": BODY, "body": chunk, "more_body": True})
            raise ValueError("the application's")

        communicator = ApplicationCommunicator(ConsentMiddleware(app, make_gate()), scope())
        await communicator.send_input({"type": "http.request"})
        with pytest.raises(ValueError, match="the application's"):
            await communicator.wait()
        sent = [communicator.output_queue.get_nowait() for _ in range(communicator.output_queue.qsize())]
        assert all(message.get("more_body", True) for message in sent)
        body = b"".join(message.get("body", b"") for message in sent)
        assert kind == JSON or b"vendor.example" not in body

    asyncio.run(visit())


def test_an_application_cannot_swallow_that_the_gate_is_closed_ASGI8(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Message] = []

    async def app(given: dict[str, Any], receive: Any, send: Any) -> None:
        await send({"type": START, "status": 200, "headers": [HTML]})
        await send({"type": BODY, "body": b"<p>fine</p>", "more_body": True})
        monkeypatch.setattr(Rewriter, "feed", None)
        with pytest.raises(GateClosed):
            await send({"type": BODY, "body": PAGE, "more_body": True})
        monkeypatch.undo()
        for more in (True, False):
            with pytest.raises(GateClosed):
                await send({"type": BODY, "body": PAGE, "more_body": more})
            break
        with pytest.raises(RuntimeError):
            await send({"type": START, "status": 500, "headers": [HTML]})

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(ConsentMiddleware(app, make_gate())(scope(), None, send))
    assert b"".join(message.get("body", b"") for message in sent) == b"<p>fine</p>"
    assert all(message.get("more_body", True) for message in sent)


def test_context_goes_in_and_out_and_background_work_holds_nothing_up_ASGI9() -> None:
    seen = contextvars.ContextVar[str]("seen", default="")

    async def visit() -> None:
        done = asyncio.Event()

        async def app(given: dict[str, Any], receive: Any, send: Any) -> None:
            assert seen.get() == "outside"
            seen.set("inside")
            await page()(given, receive, send)
            await done.wait()

        async def send(message: Message) -> None:
            if message["type"] == BODY and not message.get("more_body"):
                done.set()

        seen.set("outside")
        await asyncio.wait_for(ConsentMiddleware(app, make_gate())(scope(), None, send), PATIENCE)

    async def outer() -> None:
        seen.set("outside")

        async def app(given: dict[str, Any], receive: Any, send: Any) -> None:
            assert seen.get() == "outside"
            seen.set("inside")

        await ConsentMiddleware(app, make_gate())(scope(), None, None)
        assert seen.get() == "inside"

    asyncio.run(visit())
    asyncio.run(outer())


# -- ASGI10, ASGI11: streams that last, and many at once -------------------------------------------------


@pytest.mark.parametrize("kind", [b"text/event-stream", b"application/grpc", b"multipart/mixed; boundary=x"])
def test_the_start_of_a_stream_is_not_withheld_ASGI10(kind: bytes) -> None:
    async def visit() -> None:
        started = asyncio.Event()

        async def app(given: dict[str, Any], receive: Any, send: Any) -> None:
            await send({"type": START, "status": 200, "headers": [(b"content-type", kind)]})
            await started.wait()
            await send({"type": BODY, "body": PAGE})

        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)
            started.set()

        await asyncio.wait_for(ConsentMiddleware(app, make_gate())(scope(), None, send), PATIENCE)
        assert sent[1]["body"] is PAGE

    asyncio.run(visit())


def test_it_runs_on_trio_ASGI11(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_bytes(PAGE)
    on_asyncio = reply(page())
    for body in ({"type": BODY, "body": PAGE}, {"type": "http.response.pathsend", "path": str(file)}):
        sent = trio.run(run, sends({"type": START, "status": 200, "headers": [HTML]}, body))
        assert reply_of(sent) == on_asyncio


def test_two_visitors_at_once_see_each_their_own_ASGI11() -> None:
    site = Site("asgi", App(), make_gate())
    accepted = site.chooses("accept")
    turn = asyncio.Barrier(2)

    async def app(given: dict[str, Any], receive: Any, send: Any) -> None:
        await send({"type": START, "status": 200, "headers": [HTML]})
        for at in range(0, len(PAGE), 20):
            await turn.wait()
            await send({"type": BODY, "body": PAGE[at : at + 20], "more_body": True})
        await send({"type": BODY, "body": str(given["state"]["consent"].allows("films")).encode()})

    async def visit() -> tuple[list[Message], list[Message]]:
        gate = site.gate
        return await asyncio.gather(
            run(app, scope(), gate), run(app, scope(headers=[("Cookie", accepted)]), gate)
        )

    closed, opened = (reply_of(sent) for sent in asyncio.run(visit()))
    assert CLOSED not in closed.body
    assert closed.body.endswith(b"False")
    assert CLOSED in opened.body
    assert opened.body.endswith(b"True")


# -- the event loop --------------------------------------------------------------------------------------


def test_the_choices_page_does_not_look_at_files(monkeypatch: pytest.MonkeyPatch) -> None:
    gate, asked = make_gate(), scope() | {"path": "/_privacy/choices", "raw_path": b"/_privacy/choices"}
    first = reply_of(result(page(), asked, gate))

    def look(path: object, **_: object) -> None:
        raise AssertionError(f"the event loop waits for {path}")

    with monkeypatch.context() as patched:
        patched.setattr(os, "stat", look)
        second = reply_of(result(page(), asked, gate))
    assert first.status == second.status == 200
    assert second.body == first.body

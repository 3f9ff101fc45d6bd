"""A fault in the rewriter itself: the response is closed, and nothing passes unread."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Any

import pytest

from consentgate import asgi, wsgi
from consentgate.gate import GateClosed, Request
from consentgate.html.rewriting.walker import Walker
from consentgate.html.tokenizer import lookahead as ahead

from .conftest import MakeSite
from .driver import HTML, PAGE, Page, Reply, environ_of, make_gate, scope_of

FAULTS = [RuntimeError, RecursionError, MemoryError, KeyError, AssertionError, UnicodeDecodeError]
FINE = b"<!doctype html><title>a</title><p>fine</p>"


def fault_of(kind: type[Exception]) -> Exception:
    return kind("utf-8", b"", 0, 1, "ours") if kind is UnicodeDecodeError else kind("ours")


@pytest.fixture
def break_after(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let the walker fail after `good` reads: at the next one if `once`, else at every later one."""
    read = Walker.read

    def break_after(good: int, error: BaseException, *, once: bool = False) -> None:
        times = [0]

        def broken(self: Walker, data: bytes, *, final: bool) -> Any:
            times[0] += 1
            if times[0] == good + 1 or (times[0] > good and not once):
                raise error
            return read(self, data, final=final)

        monkeypatch.setattr(Walker, "read", broken)

    return break_after


@pytest.mark.parametrize("kind", FAULTS)
def test_before_anything_was_sent_it_is_a_502(
    make_site: MakeSite, break_after: Any, caplog: pytest.LogCaptureFixture, kind: type[Exception]
) -> None:
    break_after(0, fault_of(kind))
    reply: Reply = make_site(Page([PAGE, PAGE], headers=[HTML, ("Set-Cookie", "_ab=1")])).gets("/p")
    assert reply.status == 502
    assert b"vendor.example" not in reply.body
    assert b"Text" not in reply.body
    [record] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.exc_info is not None
    assert record.exc_info[0] is kind
    assert "closed the page '/p'" in record.getMessage()


@pytest.mark.parametrize("once", [True, False])
@pytest.mark.parametrize("kind", FAULTS)
def test_in_the_middle_the_stream_breaks_off(
    interface: str, break_after: Any, caplog: pytest.LogCaptureFixture, kind: type[Exception], once: bool
) -> None:
    break_after(1, fault_of(kind), once=once)
    sent, complete = _streamed(interface, [FINE, PAGE, PAGE])
    assert sent.endswith(b"<p>fine</p>")
    assert b"Text" not in sent
    assert not complete
    [record] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.exc_info is not None
    assert record.exc_info[0] is kind


def test_at_the_very_end_the_stream_breaks_off_too(interface: str, break_after: Any) -> None:
    break_after(2, RuntimeError("ours"))
    sent, complete = _streamed(interface, [FINE, b"<p>more</p><img src=//nobody.example/"])
    assert sent.endswith(b"<p>more</p>")
    assert not complete


def _streamed(interface: str, chunks: list[bytes]) -> tuple[bytes, bool]:
    """What of a page of these chunks a server got to send, and whether it was told that this is all. The
    application goes on after an error, as one that catches them all would."""
    return (_over_wsgi if interface == "wsgi" else _over_asgi)(chunks)


def _over_wsgi(chunks: list[bytes]) -> tuple[bytes, bool]:
    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [HTML])
        return iter(chunks)

    sent = b""
    site = _site("wsgi")
    stream = iter(
        wsgi.ConsentMiddleware(app, site.gate)(environ_of(site, "GET", "/", [], b""), lambda *_: None)
    )
    complete, broke = False, 0
    while not complete and broke < 5:
        try:
            sent += next(stream)
        except StopIteration:
            complete = True
        except GateClosed:
            broke += 1
    return sent, complete


def _over_asgi(chunks: list[bytes]) -> tuple[bytes, bool]:
    sent: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]}
        )
        for number, chunk in enumerate([*chunks, b""]):
            more = number < len(chunks)
            with suppress(GateClosed):
                await send({"type": "http.response.body", "body": chunk, "more_body": more})

    async def send(message: Any) -> None:
        sent.append(message)

    site = _site("asgi")
    asyncio.run(asgi.ConsentMiddleware(app, site.gate)(scope_of(site, "GET", "/", []), None, send))
    body = b"".join(message.get("body", b"") for message in sent)
    return body, any(not message.get("more_body", True) for message in sent if "body" in message)


def _site(interface: str) -> Any:
    from .driver import App, Site

    return Site(interface, App(), make_gate())


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit, asyncio.CancelledError])
def test_what_stops_the_process_goes_on_and_leaves_the_response_closed(
    break_after: Any, error: type[BaseException]
) -> None:
    break_after(1, error(), once=True)
    exchange = make_gate().exchange(Request("GET", "/", "", {"host": ["www.example.org"]}))
    exchange.start(200, [HTML])
    assert exchange.feed(FINE).endswith(b"<p>fine</p>")
    with pytest.raises(error):
        exchange.feed(PAGE)
    with pytest.raises(GateClosed):
        exchange.feed(PAGE)
    with pytest.raises(GateClosed):
        exchange.finish()


@pytest.mark.parametrize("kind", FAULTS)
def test_rewriting_one_page_raises(break_after: Any, kind: type[Exception]) -> None:
    for good in (0, 1):
        break_after(good, fault_of(kind))
        with pytest.raises(kind):
            make_gate().rewrite(PAGE, url="https://www.example.org/")


def test_no_depth_of_a_page_exhausts_the_stack(make_site: MakeSite, caplog: pytest.LogCaptureFixture) -> None:
    source = "<img src=//nobody.example/>"
    for _ in range(12):
        source = '<iframe srcdoc="' + source.replace("&", "&amp;").replace('"', "&quot;") + '"></iframe>'
    urls = "<iframe src='" + "data:text/html,<iframe src=%27" * 2_000 + "'>"
    sheets = "<style>" + "@import 'data:text/css," * 2_000 + "</style>"
    deep = "".join(f"<{name}>" * 5_000 for name in ("div", "svg", "math", "template", "select", "noscript"))
    for body in (source, urls, sheets, deep, "<svg><desc>" * 5_000):
        reply = make_site(Page(body.encode())).gets()
        assert reply.status == 200
        assert b"nobody.example" not in reply.body
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


# -- what was cut is logged ------------------------------------------------------------------------------


def test_each_cut_is_logged_once_a_page_with_its_place_and_no_content(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "LONGEST_ELEMENT", 100)
    body = (
        b"<body><object data=//nobody.example/secret>"
        + b"<p>secret" * 50
        + b"<svg></p><title><style></title>"
    )
    site = make_site(Page(body))
    for path in ("/a", "/a?b=c", "/a", "/d"):
        site.gets(path)
    cuts = [r.getMessage() for r in caplog.records if "To do: " in r.getMessage()]
    assert len(cuts) == 4
    assert sum('the page "/a"' in line for line in cuts) == sum('the page "/d"' in line for line in cuts) == 2
    assert all("secret" not in line for line in cuts)
    assert all("at byte " in line for line in cuts)


def test_pages_that_are_made_up_cannot_fill_the_log(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    from consentgate.gate.log.once import MOST
    from consentgate.html import Limit

    limits = make_gate().enforcement_for("www.example.org").log.limits
    for number in range(MOST + 100):
        limits.reached(Limit.AMBIGUOUS, f"/{number}", 1)
    assert len(caplog.records) == MOST


def test_nothing_passes_before_the_response_has_started() -> None:
    exchange = make_gate().exchange(Request("GET", "/", "", {"host": ["example.org"]}))
    assert not exchange.passes
    for send in (lambda: exchange.feed(b"<p>"), exchange.finish):
        with pytest.raises(GateClosed):
            send()

"""What the headers of one request cost: work that grows as they do, and at most 1 MiB. Work is counted in the
lines of Python that run."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from consentgate import Gate
from consentgate.gate import Request

from .driver import HOST, HTML, POLICY, App, Site, make_gate

SIZE = 16 << 10
"""As long as servers let the head of a request be, and twice what most of them do."""

Make = Callable[[int], dict[str, Any]]


def header(name: str, piece: str, begin: str = "") -> Make:
    return lambda size: {name: begin + piece * (size // len(piece))}


def path(piece: str) -> Make:
    return lambda size: {"path": f"/{piece * (size // len(piece))}"}


def cookies(name: str) -> Make:
    return lambda size: {
        "cookie": "; ".join(f"{name}{number}=1" for number in range(size // (len(name) + 7)))
    }


HOSTILE: dict[str, Make] = {
    **{
        f"path {piece!r}": path(piece)
        for piece in ("a/", "/", "./", "a/../", "%2e", "%", "a;", "%c3%a4", '"')
    },
    **{
        f"cookie {piece!r}": header("cookie", piece)
        for piece in (";", "a;", "_ab;", "=", "a=1;", '"', "__Host-x;")
    },
    **{f"cookies {name!r}": cookies(name) for name in ("unknown", "_st", "ui", "__Host-", "_ga_")},
    "cookies and levels": lambda size: cookies("_st")(size // 2) | path("a/")(size // 2),
    "consent cookies": header("cookie", f"__Host-consent={'x' * 60}; "),
    **{
        f"accept-encoding {piece!r}": header("accept-encoding", piece)
        for piece in ("ab,", "gzip;q=1,", ",", ";")
    },
    **{f"accept {piece!r}": header("accept", piece) for piece in ("text/x,", ",")},
    **{
        f"if-none-match {piece!r}": header("if-none-match", piece) for piece in ('"",', 'W/"', '"', " ", "W/")
    },
    "if-none-match of ours": header("if-none-match", '"a--closed-0123456789ab",'),
    **{f"if-match {piece!r}": header("if-match", piece) for piece in ('"",', 'W/"', '"')},
    **{f"x-forwarded-host {piece!r}": header("x-forwarded-host", piece) for piece in ("ab,", ",", " ", "a.")},
    **{f"host {piece!r}": header("host", piece) for piece in ("a.", "%41", "\xe4.", ":", "xn--", "[", "1.")},
    **{
        f"{name} {piece!r}": header(name, piece)
        for name in ("sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site", "origin", "sec-gpc", "dnt")
        for piece in ("iframe,", "https://", ":", "1")
    },
    **{
        f"query {piece!r}": lambda size, piece=piece: {"query": piece * (size // len(piece))}
        for piece in ("a&", "%")
    },
    **{
        f"posted from {piece!r}": header("referer", piece, "https://www.example.org/")
        for piece in ("a/", "[", "%")
    },
}
CHOICES = {
    f"query of the choices {piece!r}": piece
    for piece in ("a=1&", "next=/&", "&", "next=%41", "a;", "next=/a%2f")
}


@pytest.fixture(scope="module")
def gate() -> Gate:
    return make_gate(POLICY, trusted_proxies=1)


@pytest.fixture(scope="module")
def refused(gate: Gate) -> str:
    return Site("wsgi", App(), gate).chooses("refuse")


def request_of(given: dict[str, Any], refused: str) -> Request:
    given = dict(given)
    where, query = given.pop("path", "/"), given.pop("query", "")
    cookie = [refused, given.pop("cookie")] if "cookie" in given else [refused]
    headers = {"host": [HOST], "cookie": cookie, **{name: [value] for name, value in given.items()}}
    return Request("POST" if "referer" in given else "GET", where, query, headers)


def answer(gate: Gate, request: Request) -> None:
    exchange = gate.exchange(request)
    if exchange.is_own:
        exchange.answer(b"decision=refuse")
        return
    _ = exchange.request_changes
    exchange.start(200, [HTML])
    exchange.feed(b"<!doctype html><p>x")
    exchange.finish()


def lines_run(gate: Gate, request: Request) -> int:
    count = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        answer(gate, request)
    finally:
        sys.settrace(before)
    return count


def memory_of(gate: Gate, request: Request) -> int:
    tracemalloc.start()
    try:
        answer(gate, request)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def is_cheap(gate: Gate, small: Request, large: Request) -> None:
    # What is remembered of requests, and logged of each cookie once, is not what a request costs; nor is a
    # pattern that `re` has dropped from its memory.
    answer(gate, small)
    answer(gate, large)
    answer(gate, large)
    base = 6000
    assert lines_run(gate, large) <= 2.2 * lines_run(gate, small) + base
    assert memory_of(gate, large) <= 1 << 20


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_twice_the_headers_are_twice_the_work_and_a_mebibyte_at_most(
    gate: Gate, refused: str, make: Make
) -> None:
    is_cheap(gate, request_of(make(SIZE // 2), refused), request_of(make(SIZE), refused))


@pytest.mark.parametrize("piece", CHOICES.values(), ids=CHOICES)
def test_nor_does_the_query_of_the_choices_cost_more(gate: Gate, refused: str, piece: str) -> None:
    def asked(size: int) -> Request:
        return request_of({"path": "/_privacy/choices", "query": piece * (size // len(piece))}, refused)

    is_cheap(gate, asked(SIZE // 2), asked(SIZE))

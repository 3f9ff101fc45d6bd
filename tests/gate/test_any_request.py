"""Whatever a request or an application says: no error, and nothing opens."""

from __future__ import annotations

import logging

from hypothesis import given, settings
from hypothesis import strategies as st

from consentgate.gate import Request

from .driver import HTML, PAGE, THIRD_PARTIES, make_gate, without_links

GATE = make_gate(trusted_proxies=1)
logging.getLogger("consentgate").addHandler(logging.NullHandler())

values = st.text(st.characters(max_codepoint=0xFF), max_size=60)
paths = st.text(st.sampled_from("/ab.%2eF_~;?\xe9"), max_size=30).map(lambda rest: f"/{rest}")
REQUEST = (
    "Host",
    "Cookie",
    "Origin",
    "Sec-GPC",
    "DNT",
    "If-None-Match",
    "If-Match",
    "Accept-Encoding",
    "Accept",
)
ANSWER = (
    "Set-Cookie",
    "Link",
    "ETag",
    "Vary",
    "Cache-Control",
    "Content-Type",
    "Location",
    "X-Content-Type-Options",
    "Content-Encoding",
    "X-Accel-Redirect",
    "Content-Range",
)
STATUS = st.sampled_from((200, 103, 204, 206, 302, 304, 404, 500))
OWN = "__Host-consent="


def by_name(headers: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in headers:
        found.setdefault(name.lower(), []).append(value)
    return found


def headers_of(names: tuple[str, ...]) -> st.SearchStrategy[list[tuple[str, str]]]:
    name = st.sampled_from((*names, "X-Forwarded-Host", "Sec-Fetch-Site", "Range"))
    return st.lists(st.tuples(name, st.one_of(values, values.map(OWN.__add__))), max_size=6)


@settings(max_examples=300, deadline=None)
@given(paths, headers_of(REQUEST), headers_of(ANSWER), st.integers(0, len(PAGE)), STATUS)
def test_any_request_and_any_headers_close(
    path: str, asked: list[tuple[str, str]], answered: list[tuple[str, str]], at: int, status: int
) -> None:
    exchange = GATE.exchange(Request("GET", path, "a=b", by_name(asked)))
    if exchange.is_own:
        assert exchange.answer().status in (200, 404)
        return
    sent = [value for name, value in asked if name == "Cookie"]
    cookies = exchange.request_changes.get("cookie", sent)
    assert all(
        pair.strip().startswith((OWN, "sid", "cart", "ui"))
        for v in cookies
        for pair in v.split(";")
        if pair.strip()
    )
    exchange.start(status, [HTML, *answered])
    sent = exchange.feed(PAGE[:at]) + exchange.feed(PAGE[at:]) + exchange.finish()
    assert exchange.head is not None
    assert not any(host in without_links(sent) for host in THIRD_PARTIES)
    assert not any(
        name.lower() == "set-cookie" and value.startswith("_") for name, value in exchange.head.headers
    )


@settings(max_examples=200, deadline=None)
@given(headers_of(REQUEST), st.binary(max_size=80), st.sampled_from(["choices", "visitor.css", "", "x"]))
def test_any_form_decides_nothing_from_elsewhere(
    asked: list[tuple[str, str]], body: bytes, name: str
) -> None:
    exchange = GATE.exchange(Request("POST", f"/_privacy/{name}", "", by_name(asked)))
    answer = exchange.answer(b"decision=accept&next=" + body)
    assert answer.status in (303, 400, 403, 405)
    assert answer.status != 303 or any(header[0] in ("Origin", "Sec-Fetch-Site") for header in asked)

"""What headers ask browsers for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentgate.audit.browser.recording import hints_in

PAGE = "https://shop.example/a"


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("Link", "<https://a.example>; rel=preconnect", [("preconnect", "https://a.example")]),
        (
            "link",
            '<//a.example/x>; crossorigin; rel="dns-prefetch"',
            [("dns-prefetch", "https://a.example/x")],
        ),
        (
            "Link",
            "<https://a.example/1>; rel=preload; as=script, <https://b.example/2>; rel=preconnect",
            [("preload", "https://a.example/1"), ("preconnect", "https://b.example/2")],
        ),
        (
            "Link",
            '<https://a.example>; rel="preconnect dns-prefetch"',
            [("preconnect", "https://a.example"), ("dns-prefetch", "https://a.example")],
        ),
        ("Link", "</style.css>; rel=preload", []),
        ("Link", "<https://a.example>; rel=canonical", []),
        ("Reporting-Endpoints", 'r="https://r.example/x", s="/own"', [("reporting", "https://r.example/x")]),
        (
            "Report-To",
            '{"endpoints": [{"url": "https://r.example/x"}]}',
            [("reporting", "https://r.example/x")],
        ),
        (
            "Content-Security-Policy-Report-Only",
            "default-src 'self' https://a.example; report-uri https://r.example/csp",
            [("reporting", "https://r.example/csp")],
        ),
        ("Content-Type", "text/html", []),
    ],
)
def test_hints_of_headers(name: str, value: str, found: list[tuple[str, str]]) -> None:
    assert [*hints_in(PAGE, {name: value})] == found


@given(
    st.sampled_from(["Link", "Reporting-Endpoints", "Report-To", "NEL", "Content-Security-Policy"]),
    st.text(alphabet="<>;,= \"'/:relpconudfs-htxa.", max_size=80),
)
def test_any_header_is_read(name: str, value: str) -> None:
    for kind, url in hints_in(PAGE, {name: value}):
        assert kind
        assert url.startswith(("http", "ws"))

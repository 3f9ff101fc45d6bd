"""What one visitor sends changes nothing that another one gets from a shared cache."""

from __future__ import annotations

import pytest
from gate.conftest import MakeSite
from gate.driver import HTML, PAGE, App, Headers, Page, Reply, Site, make_gate
from hypothesis import given
from hypothesis import strategies as st

SHARED = ("Cache-Control", "public, max-age=600")
UNKEYED = [
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Forwarded-For",
    "X-Forwarded-Prefix",
    "X-Forwarded-Scheme",
    "X-Host",
    "X-Original-URL",
    "X-Rewrite-URL",
    "Forwarded",
    "Accept-Language",
    "User-Agent",
    "Referer",
    "Origin",
    "Range",
    "If-Range",
    "X-HTTP-Method-Override",
    "Sec-CH-UA",
    "Accept-Charset",
]
HOSTILE = "evil.example'\"><script>alert(1)</script>"


@pytest.fixture
def site(make_site: MakeSite) -> Site:
    return make_site(Page(PAGE, headers=[HTML, SHARED, ("ETag", '"one"')]))


def shared(reply: Reply) -> tuple[int, Headers, bytes]:
    return reply.status, sorted(reply.lowered), reply.body


@pytest.mark.parametrize("name", UNKEYED)
def test_a_header_that_no_cache_has_in_its_key_changes_no_shared_page(site: Site, name: str) -> None:
    plain = site.gets("/")
    for value in (HOSTILE, "evil.example", "de", "0-10"):
        poisoned = site.asks("/", headers=[(name, value)])
        assert shared(poisoned) == shared(plain), value
        assert b"evil.example" not in poisoned.body


def test_a_made_up_host_stands_in_no_page_that_another_host_gets(site: Site) -> None:
    """Caches have the host in their key. What is no host stands in no link, whatever a cache does."""
    for host in (
        "evil.example/<script>",
        'evil.example"onload="x',
        "evil.example\\@www.example.org",
        "evil.example:80/x",
    ):
        reply = site.asks("/", headers=[("Host", host)])
        assert b"<script>" not in reply.body.replace(PAGE, b"").partition(b"<body>")[2]
        assert b"//evil.example" not in reply.body


def test_with_a_trusted_proxy_the_forwarded_host_is_the_last_ones(make_site: MakeSite) -> None:
    """What a visitor has written comes before what the proxy adds, and does not count."""
    gate = make_gate(trusted_proxies=1)
    site = make_site(Page(PAGE, headers=[HTML, SHARED]), gate=gate)
    told = ("X-Forwarded-Host", "www.example.org")
    plain = site.asks("/", headers=[told])
    poisoned = site.asks("/", headers=[("X-Forwarded-Host", "evil.example"), told])
    assert shared(poisoned) == shared(plain)


def test_a_cookie_that_was_made_up_gets_no_other_page_and_no_open_one(site: Site) -> None:
    plain = site.gets("/")
    for cookie in (
        "__Host-consent=x",
        "__Host-consent=" + "A" * 63,
        "__Host-consent=; __Host-consent=y",
        "a=b",
    ):
        reply = site.gets("/", cookie)
        assert reply.body == plain.body
        assert not any("private" in value for value in reply.values("cache-control"))


def test_what_an_open_page_was_is_in_no_validator_that_a_closed_one_takes(site: Site) -> None:
    granted = site.chooses("accept")
    opened = site.gets("/", granted)
    assert "private" in opened.value("cache-control")
    assert "cookie" in ",".join(opened.values("vary")).lower()
    closed = site.gets("/", If_None_Match=opened.value("etag"))
    assert closed.status == 200
    assert closed.value("etag") != opened.value("etag")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(UNKEYED), st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)
        ),
        max_size=4,
    )
)
def test_no_combination_of_unkeyed_headers_changes_a_shared_page(headers: Headers) -> None:
    page = Page(PAGE, headers=[HTML, SHARED])
    site = Site("wsgi", App(page), make_gate(), validated=False)
    assert shared(site.asks("/", headers=headers)) == shared(site.gets("/"))

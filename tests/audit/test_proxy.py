"""The proxy that notes whom the browser contacts."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from typing import Any

import pytest
from browser.servers import LOOPBACK, Site, serve_wsgi
from hypothesis import given, settings
from hypothesis import strategies as st

from consentgate.audit.browser.proxy import RecordingProxy, is_inside


def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}?{environ['QUERY_STRING']}".encode()]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serve_wsgi(app) as served:
        yield served


@pytest.fixture
def proxy() -> Iterator[RecordingProxy]:
    with RecordingProxy() as started:
        yield started


def ask(proxy: RecordingProxy, url: str) -> tuple[int, bytes]:
    with closing(HTTPConnection(LOOPBACK, proxy.port)) as connection:
        connection.request("GET", url)
        response = connection.getresponse()
        return response.status, response.read()


def test_a_plain_request_is_passed_on_as_its_origin_expects_it(proxy: RecordingProxy, site: Site) -> None:
    assert ask(proxy, f"{site.url}a/b?c=d") == (200, b"GET /a/b?c=d")
    assert [(contact.host, contact.port) for contact in proxy.since(0)] == [(LOOPBACK, site.port)]


def test_a_tunnel_leads_to_the_host_and_is_noted_before_anything_is_said(
    proxy: RecordingProxy, site: Site
) -> None:
    with closing(HTTPConnection(LOOPBACK, proxy.port)) as connection:
        connection.set_tunnel(LOOPBACK, site.port)
        connection.connect()
        assert [contact.host for contact in proxy.since(0)] == [LOOPBACK]
        connection.request("GET", "/x")
        assert connection.getresponse().read() == b"GET /x?"


def test_a_host_that_is_not_there_is_noted_and_the_browser_told(proxy: RecordingProxy) -> None:
    assert ask(proxy, "http://nobody.invalid/")[0] == 502
    assert [contact.host for contact in proxy.since(0)] == ["nobody.invalid"]


def test_it_goes_through_another_proxy(proxy: RecordingProxy, site: Site) -> None:
    with RecordingProxy(upstream=(LOOPBACK, proxy.port)) as first:
        assert ask(first, f"{site.url}a") == (200, b"GET /a?")
        assert len(first.since(0)) == len(proxy.since(0)) == 1


@pytest.mark.parametrize("host", [LOOPBACK, "localhost"])
def test_what_is_inside_is_noted_and_not_reached_from_outside(site: Site, host: str) -> None:
    with RecordingProxy(inside=False) as proxy:
        assert ask(proxy, f"http://{host}:{site.port}/")[0] == 502
        assert [contact.host for contact in proxy.since(0)] == [host]


@pytest.mark.parametrize(
    ("host", "inside"),
    [
        *(
            (host, True)
            for host in ("localhost", "127.0.0.1", "::1", "10.0.0.1", "169.254.169.254", "fe80::1")
        ),
        *((host, False) for host in ("8.8.8.8", "2001:4860:4860::8888", "nobody.invalid", "", "a" * 64)),
    ],
)
def test_what_is_inside(host: str, inside: bool) -> None:
    assert is_inside(host) is inside


def test_only_what_comes_after_a_mark_is_told(proxy: RecordingProxy, site: Site) -> None:
    ask(proxy, site.url)
    mark = proxy.mark()
    assert proxy.since(mark) == ()
    ask(proxy, site.url)
    assert len(proxy.since(mark)) == 1


def test_hanging_up_ends_the_connections_to_those_that_are_meant(proxy: RecordingProxy, site: Site) -> None:
    with closing(HTTPConnection(LOOPBACK, proxy.port)) as connection:
        connection.set_tunnel(LOOPBACK, site.port)
        connection.connect()
        proxy.hang_up(lambda host: host == "others.example")
        connection.request("GET", "/x")
        assert connection.getresponse().read() == b"GET /x?"
    with closing(HTTPConnection(LOOPBACK, proxy.port)) as connection:
        connection.set_tunnel(LOOPBACK, site.port)
        connection.connect()
        proxy.hang_up(lambda host: host == LOOPBACK)
        assert connection.sock.recv(1) == b""


def test_nothing_is_passed_on_once_enough_has_been(site: Site) -> None:
    with RecordingProxy(most_bytes=1) as proxy:
        ask(proxy, site.url)
        assert proxy.is_exhausted
        with pytest.raises(OSError):
            ask(proxy, site.url)


@settings(max_examples=60)
@given(st.binary(max_size=400))
def test_whatever_is_said_to_it_the_next_one_is_served(said: bytes) -> None:
    with serve_wsgi(app) as site, RecordingProxy() as proxy:
        with closing(socket.create_connection((LOOPBACK, proxy.port))) as connection:
            connection.sendall(said + b"\r\n\r\n")
            connection.shutdown(socket.SHUT_WR)
            connection.recv(1000)
        assert ask(proxy, site.url)[0] == 200

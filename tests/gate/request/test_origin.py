"""Behind proxies: whose word about the host counts."""

from __future__ import annotations

import pytest
from werkzeug.middleware.proxy_fix import ProxyFix

from gate.conftest import MakeSite
from gate.csp.browser import Csp
from gate.driver import Headers


def is_own(make_site: MakeSite, host: str, headers: Headers, proxies: int) -> bool:
    site = make_site(trusted_proxies=proxies)
    reply = site.asks("/", headers=[("Host", "inner.example"), *headers])
    csp = Csp(reply.value("content-security-policy"), "https://nowhere.example/")
    return csp.allows("img-src", f"https://{host}/")


@pytest.mark.parametrize("proxies", [0, 1, 2, 3])
@pytest.mark.parametrize(
    "forwarded",
    [
        [],
        ["a.example"],
        ["a.example, b.example"],
        ["a.example", "b.example"],
        ["a.example,b.example,c.example"],
        [""],
        [" , a.example"],
    ],
)
def test_as_many_forwarded_hosts_count_as_there_are_proxies_like_werkzeugs_proxyfix(
    make_site: MakeSite, proxies: int, forwarded: list[str]
) -> None:
    environ = {"HTTP_HOST": "inner.example"}
    if forwarded:
        environ["HTTP_X_FORWARDED_HOST"] = ",".join(forwarded)
    ProxyFix(lambda environ, start_response: [], x_for=0, x_proto=0, x_host=proxies)(environ, None)
    expected = environ["HTTP_HOST"].strip()
    headers = [("X-Forwarded-Host", value) for value in forwarded]
    for host in ("inner.example", "a.example", "b.example", "c.example"):
        assert is_own(make_site, host, headers, proxies) is (host == expected), host


def test_a_decision_is_compared_with_the_host_that_the_visitor_asked(make_site: MakeSite) -> None:
    site = make_site(trusted_proxies=1, host="127.0.0.1:9000")
    headers = [("X-Forwarded-Host", "www.example.org"), ("Origin", "https://www.example.org")]
    assert site.decides("accept", headers=headers).status == 303
    site = make_site(host="127.0.0.1:9000")
    assert site.decides("accept", headers=headers).status == 403


def test_a_consent_belongs_to_the_host_that_the_visitor_asked(make_site: MakeSite) -> None:
    site = make_site(trusted_proxies=1, host="127.0.0.1:9000")
    forwarded = [("X-Forwarded-Host", "www.example.org")]
    cookie = site.chooses("accept", headers=forwarded)
    for host, is_open in (
        ("www.example.org", True),
        ("WWW.EXAMPLE.ORG.:443", True),
        ("shop.example.org", False),
    ):
        reply = site.asks("/", headers=[("X-Forwarded-Host", host), ("Cookie", cookie)])
        assert (b"films.example" in reply.loading) is is_open


@pytest.mark.parametrize("bad", [-1, -5])
def test_there_cannot_be_fewer_than_no_proxies(make_site: MakeSite, bad: int) -> None:
    with pytest.raises(ValueError, match="trusted_proxies"):
        make_site(trusted_proxies=bad)


BASED = b'<!doctype html><html><head><base href="https://elsewhere.example/"></head><body><p>x</body></html>'


@pytest.mark.parametrize(
    ("host", "link"),
    [
        ("www.example.org", b'action="//www.example.org/_privacy/choices"'),
        ("www.example.org:8443", b'action="//www.example.org:8443/_privacy/choices"'),
        ("[::1]:8000", b'action="//[::1]:8000/_privacy/choices"'),
        ('x"><script>', b'action="/_privacy/choices"'),
        ("user@films.example", b'action="/_privacy/choices"'),
        ("a/b", b'action="/_privacy/choices"'),
    ],
)
def test_links_of_the_banner_name_a_host_only_if_it_is_one(
    make_site: MakeSite, host: str, link: bytes
) -> None:
    site = make_site(host=host)
    site.app.page.body = BASED
    body = site.gets().body
    assert link in body
    assert b"<script>" not in body

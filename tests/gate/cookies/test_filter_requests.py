"""Cookies that browsers send (requirement A2)."""

from __future__ import annotations

import pytest

from gate.conftest import MakeSite
from gate.driver import JSON, Page, Site


@pytest.fixture
def site(make_site: MakeSite) -> Site:
    return make_site(Page(b"{}", headers=[JSON]))


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("_ab=1; _fbp=2; sid=3", "sid=3"),
        ("sid=3", "sid=3"),
        ("sid=1; sid=2; _ab=3; sid=4", "sid=1; sid=2; sid=4"),
        ("_ab=1", ""),
        ("sid", ""),
        ("=sid", ""),
        ("nameless; sid=1", "sid=1"),
        ("=x; sid=1", "sid=1"),
        ("sid=a=b==; _ab=", "sid=a=b=="),
        ("sid=;_ab=1;cart=2", "sid=; cart=2"),
        ('sid="a; _ab=b"; cart=1', 'sid="a; cart=1'),
        ("sid=\xe9\xff\x80; _ab=1", "sid=\xe9\xff\x80"),
        ("sid=1;", "sid=1;"),
        (" sid=1 ;cart=2", " sid=1 ;cart=2"),
        ("SID=1; Sid=2; sid =3", "sid =3"),
        (f"sid={'x' * 8192}; _ab={'y' * 8192}", f"sid={'x' * 8192}"),
        ("\xa0sid=1; sid\xa0=1", ""),
    ],
)
def test_only_exempt_cookies_reach_the_application_in_order_and_bytes_A2_W12(
    site: Site, sent: str, seen: str
) -> None:
    assert site.gets("/", sent).status == 200
    assert site.app.seen[-1].cookie.strip() == seen.strip()


def test_several_cookie_headers_are_one_A2(site: Site) -> None:
    headers = [("Cookie", "sid=1; _ab=2"), ("Cookie", "_film=3"), ("Cookie", "cart=4")]
    site.asks("/", headers=headers)
    assert site.app.seen[-1].values("cookie") == ["sid=1; cart=4"]


def test_consent_counts_in_whichever_header_it_comes(site: Site) -> None:
    cookie = site.chooses("accept")
    site.asks("/", headers=[("Cookie", "sid=1; _ab=2"), ("Cookie", cookie)])
    assert site.app.seen[-1].cookie == f"sid=1; _ab=2; {cookie}"
    assert site.app.seen[-1].consent.allows("performance")


@pytest.mark.parametrize("sent", ["_ab=1; who=2", "", " ", ";"])
def test_no_cookie_header_is_left_where_nothing_passes(site: Site, sent: str) -> None:
    site.asks("/", headers=[("Cookie", sent)])
    assert site.app.seen[-1].values("cookie") == []


def test_the_rest_of_the_request_arrives_as_it_was(site: Site) -> None:
    headers = [("X-Odd_Name", "1"), ("User-Agent", "x"), ("Accept", "*/*"), ("Sec-GPC", "1"), ("X-E", "\xe9")]
    site.asks("/a/b?c=d", headers=headers)
    seen = site.app.seen[-1]
    assert seen.path == "/a/b"
    for name, value in headers:
        assert value in seen.values(name.lower()) + seen.values(name.lower().replace("_", "-"))


def test_more_cookies_than_browsers_keep_are_dropped_unread(site: Site) -> None:
    few = "; ".join(["sid=1", *(f"ui{number}=1" for number in range(999))])
    site.gets("/", few)
    assert site.app.seen[-1].cookie == few
    for more in ("ui=2", "ui=2; ui=3", "; ".join(["ui=2"] * 5000)):
        site.gets("/", f"{few}; {more}")
        assert site.app.seen[-1].cookie == few
    site.asks("/", headers=[("Cookie", few), ("Cookie", "sid=2; sid=3"), ("Cookie", "sid=4")])
    assert site.app.seen[-1].cookie == few

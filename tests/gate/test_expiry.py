"""Cookies that are deleted after a refusal or withdrawal (requirements A3, A4)."""

from __future__ import annotations

import pytest

from .conftest import MakeSite
from .driver import HTML, JSON, PAGE, POLICY, Page, Reply, Site
from .jar import Jar, Key

DEEP = "/shop/caf%C3%A9/shelf/item"


def visits(site: Site, jar: Jar, path: str) -> Reply:
    reply = site.gets(path, jar.sends(path))
    for line in reply.values("set-cookie"):
        jar.receives(line, path)
    return reply


def decides(site: Site, jar: Jar, decision: str) -> Reply:
    path = "/_privacy/choices"
    reply = site.decides(decision, jar.sends(path))
    for line in reply.values("set-cookie"):
        jar.receives(line, path)
    return reply


def fill(jar: Jar, names: list[str], paths: list[str], domains: list[str]) -> None:
    for name in names:
        for path in paths:
            for domain in domains:
                for partitioned in (False, True):
                    jar.cookies[Key(name, domain or jar.host, not domain, path, partitioned)] = "1"


PATHS = ["/", "/shop", "/shop/", "/shop/caf%C3%A9", "/shop/caf%C3%A9/shelf/", DEEP]
DOMAINS = ["", "a.www.example.org", "www.example.org", "example.org"]


def test_every_variant_of_a_cookie_is_reached_within_some_requests_A4(make_site: MakeSite) -> None:
    site = make_site(Page(b"{}", headers=[JSON]), host="a.www.example.org")
    jar = Jar(site.host)
    decides(site, jar, "accept")
    fill(jar, ["_ab", "_st1", "who"], PATHS, DOMAINS)
    fill(jar, ["sid"], ["/"], [""])
    decides(site, jar, "withdraw")
    for _ in range(200):
        if len(jar.cookies) <= 3:
            break
        reply = visits(site, jar, DEEP)
        assert sum(len(f"Set-Cookie: {line}\r\n") for line in reply.deleted) <= 4096
        assert {line.partition("=")[0] for line in reply.deleted} <= {"_ab", "_st1", "who"}
    assert {key.name for key in jar.cookies} == {"sid", "__Host-consent"}
    assert visits(site, jar, DEEP).deleted == []


def test_a_few_cookies_are_gone_with_the_first_page_A3(make_site: MakeSite) -> None:
    site = make_site()
    jar = Jar(site.host)
    decides(site, jar, "accept")
    fill(jar, ["_ab", "_film"], ["/shop"], ["example.org"])
    decides(site, jar, "refuse")
    assert len(jar.cookies) == 5
    visits(site, jar, "/shop")
    assert {key.name for key in jar.cookies} == {"__Host-consent"}


def test_a_name_that_cannot_be_deleted_keeps_no_other_from_it(make_site: MakeSite) -> None:
    site = make_site(Page(b"{}", headers=[JSON]))
    jar = Jar(site.host)
    decides(site, jar, "refuse")
    fill(jar, [f"who{number}" for number in range(15)], ["/"], [""])
    path = "/a/b"
    for _ in range(400):
        cookie = "; ".join((*(f"stuck{number}=1" for number in range(5)), jar.sends(path)))
        for line in site.gets(path, cookie).values("set-cookie"):
            jar.receives(line, path)
        if len(jar.cookies) == 1:
            break
    assert {key.name for key in jar.cookies} == {"__Host-consent"}


def test_withdrawal_deletes_what_is_declared_even_where_it_did_not_arrive_A3(make_site: MakeSite) -> None:
    site = make_site()
    reply = site.decides("withdraw", site.chooses("accept"))
    assert {line.partition("=")[0] for line in reply.deleted} == {"_ab", "_heat", "_film"}
    assert site.decides("refuse").deleted == []


def test_a_withdrawal_makes_the_browser_forget_its_copies_and_nothing_else_A20(make_site: MakeSite) -> None:
    site = make_site()
    accepted, some = site.chooses("accept"), site.chooses("save", category="performance")
    taken_back = [
        *(site.decides(decision, accepted) for decision in ("withdraw", "refuse")),
        site.decides("save", accepted, category="performance"),
        site.decides("save", some, category="third-party"),
    ]
    for reply in taken_back:
        assert reply.values("clear-site-data") == ['"cache", "prefetchCache", "prerenderCache"']
    rest = [
        *(site.decides(decision) for decision in ("accept", "refuse", "withdraw", "junk")),
        *(site.decides("accept", some), site.decides("withdraw", site.chooses("withdraw", accepted))),
        *(site.decides("withdraw", accepted, headers=[]), site.gets("/", site.chooses("refuse"))),
    ]
    for reply in rest:
        assert reply.values("clear-site-data") == []


def test_less_than_before_deletes_what_was_left_out_and_nothing_else_A3(make_site: MakeSite) -> None:
    site = make_site()
    jar = Jar(site.host)
    decides(site, jar, "accept")
    fill(jar, ["_ab", "_film"], ["/", "/shop"], [""])
    reply = site.decides("save", jar.sends("/"), category="performance")
    for line in reply.values("set-cookie"):
        jar.receives(line, "/")
    assert {(key.name, key.path) for key in jar.cookies} == {
        *(("__Host-consent", "/"), ("_ab", "/"), ("_ab", "/shop"), ("_film", "/shop")),
    }
    visits(site, jar, "/shop")
    assert {key.name for key in jar.cookies} == {"__Host-consent", "_ab"}


def test_before_a_decision_cookies_are_kept_from_the_application_and_not_deleted(make_site: MakeSite) -> None:
    site = make_site()
    assert site.gets("/", "_ab=1; who=2").values("set-cookie") == []
    assert site.gets("/", "_ab=1; __Host-consent=junk").values("set-cookie") == []
    assert site.gets("/", f"_ab=1; {site.chooses('accept')}", Sec_GPC="1").values("set-cookie") == []


@pytest.mark.parametrize("status", [200, 204, 302, 304, 404, 500])
def test_a_refused_visitor_loses_them_on_any_answer_A5(make_site: MakeSite, status: int) -> None:
    headers = [] if status in (204, 304) else [HTML]
    site = make_site(Page(b"", status, headers))
    reply = site.gets("/", f"_ab=1; sid=2; {site.chooses('refuse')}")
    assert {line.partition("=")[0] for line in reply.deleted} == {"_ab"}
    assert "private" in reply.value("cache-control")


def test_a_nameless_cookie_is_deleted_too(make_site: MakeSite) -> None:
    site = make_site()
    jar = Jar(site.host)
    decides(site, jar, "refuse")
    jar.receives("tracked; Path=/", "/")
    visits(site, jar, "/")
    assert {key.name for key in jar.cookies} == {"__Host-consent"}


@pytest.mark.parametrize("name", ["a\x01b", "a\x7f", "\x1f"])
def test_a_name_that_no_header_can_carry_is_left_alone(make_site: MakeSite, name: str) -> None:
    site = make_site(validated=False)
    assert site.gets("/", f"{name}=1; {site.chooses('refuse')}").deleted == []


def test_prefixed_names_are_deleted_as_their_prefix_demands(make_site: MakeSite) -> None:
    site = make_site(Page(b"{}", headers=[JSON]))
    reply = site.gets("/a", f"__Host-x=1; {site.chooses('refuse')}")
    assert reply.deleted == [
        "__Host-x=; Path=/; Max-Age=0; Secure",
        "__Host-x=; Path=/; Max-Age=0; Secure; SameSite=None; Partitioned",
    ]


def test_on_an_address_there_are_no_parent_domains_and_without_tls_no_partitions(make_site: MakeSite) -> None:
    site = make_site(host="127.0.0.1:8000", insecure=True)
    reply = site.gets("/x", f"_ab=1; {site.chooses('refuse')}")
    assert reply.deleted == ["_ab=; Path=/; Max-Age=0", "_ab=; Path=/x; Max-Age=0"]


def test_under_a_mount_point_the_paths_are_the_browsers(make_site: MakeSite) -> None:
    site = make_site(Page(b"{}", headers=[JSON]), root="/app", host="localhost", insecure=True)
    reply = site.gets("/x", f"_ab=1; {site.chooses('refuse')}")
    paths = [line.split("; ")[1] for line in reply.deleted]
    assert paths == ["Path=/", "Path=/app", "Path=/app/", "Path=/app/x"]


def test_a_page_with_many_of_them_still_fits_into_a_proxys_buffer(make_site: MakeSite) -> None:
    headers = [HTML, ("Cache-Control", "public, max-age=60"), ("ETag", '"x"'), ("Server", "x" * 200)]
    site = make_site(Page(PAGE, headers=headers))
    cookie = "; ".join((*(f"tracker_{n}=1" for n in range(60)), site.chooses("refuse")))
    reply = site.gets("/a/b/c/d/e/f", cookie)
    assert reply.deleted
    assert reply.size_of_head <= 3700
    answer = site.decides("withdraw", f"{site.chooses('accept')}; {cookie}")
    assert answer.size_of_head <= 3700


def test_a_large_application_head_still_leaves_room_for_some(make_site: MakeSite) -> None:
    site = make_site(Page(b"<p>", headers=[HTML, ("X-Large", "x" * 5000)]), policy=POLICY)
    cookie = "; ".join((*(f"tracker_{n}=1" for n in range(60)), site.chooses("refuse")))
    assert len(site.gets("/", cookie).deleted) >= 4

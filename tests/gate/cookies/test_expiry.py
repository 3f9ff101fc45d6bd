"""Cookies that are deleted after a refusal or withdrawal (requirements A3, A4)."""

from __future__ import annotations

import tracemalloc

import pytest

from consentgate.gate import Request
from consentgate.gate.cookies.expiry import expiries
from gate.conftest import MakeSite
from gate.driver import HTML, JSON, PAGE, POLICY, App, Page, Reply, Site, make_gate

from .jar import Jar, Key

DEEP = "/shop/caf%C3%A9/shelf/item"
DECLARED = POLICY + "".join(
    f'\n[[cookie]]\nname = "{name}"\ncategory = "performance"\n'
    for name in ("who*", "stuck*", "tracker_*", "__Host-x", "__Secure-x", "__Http-x", "__Host-Http-x")
)


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
    site = make_site(Page(b"{}", headers=[JSON]), host="a.www.example.org", policy=DECLARED)
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
    site = make_site(Page(b"{}", headers=[JSON]), policy=DECLARED)
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


def test_a_script_s_withdrawal_leaves_the_cache_to_the_script(make_site: MakeSite) -> None:
    """WebKit never ends a script's request whose answer clears the cache."""
    site = make_site()
    accepted = site.chooses("accept")
    for destination, mode, cleared in (
        ("empty", "cors", '"prefetchCache", "prerenderCache"'),
        ("empty", "same-origin", '"prefetchCache", "prerenderCache"'),
        ("document", "navigate", '"cache", "prefetchCache", "prerenderCache"'),
    ):
        headers = [("Sec-Fetch-Site", "same-origin")]
        headers += [("Sec-Fetch-Dest", destination), ("Sec-Fetch-Mode", mode)]
        assert site.decides("refuse", accepted, headers).values("clear-site-data") == [cleared]


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
    site = make_site(Page(b"{}", headers=[JSON]), policy=DECLARED)
    refused = site.chooses("refuse")
    for name, more in (("__Host-x", ""), ("__Host-Http-x", "; HttpOnly")):
        assert site.gets("/a", f"{name}=1; {refused}").deleted == [
            f"{name}=; Path=/; Max-Age=0; Secure{more}",
            f"{name}=; Path=/; Max-Age=0; Secure; SameSite=None; Partitioned{more}",
        ]
    for name, more in (("__Secure-x", ""), ("__Http-x", "; HttpOnly")):
        deleted = site.gets("/a", f"{name}=1; {refused}").deleted
        assert len(deleted) == 12
        assert all("; Secure" in line and line.endswith(more) for line in deleted)


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
    site = make_site(Page(PAGE, headers=headers), policy=DECLARED)
    cookie = "; ".join((*(f"tracker_{n}=1" for n in range(60)), site.chooses("refuse")))
    reply = site.gets("/a/b/c/d/e/f", cookie)
    assert reply.deleted
    assert reply.size_of_head <= 3700
    answer = site.decides("withdraw", f"{site.chooses('accept')}; {cookie}")
    assert answer.size_of_head <= 3700


def test_a_large_application_head_still_leaves_room_for_some(make_site: MakeSite) -> None:
    site = make_site(Page(b"<p>", headers=[HTML, ("X-Large", "x" * 5000)]), policy=DECLARED)
    cookie = "; ".join((*(f"tracker_{n}=1" for n in range(60)), site.chooses("refuse")))
    assert len(site.gets("/", cookie).deleted) >= 4


# -- whose cookies are deleted -------------------------------------------------------------------------------

IN_FRONT = (
    *("AWSALB", "AWSALBCORS", "SERVERID", "__cf_bm", "cf_clearance", "visid_incap_12", "incap_ses_1_2"),
    *("JSESSIONID", "ak_bmsc", "datadome", "route", "TS01abcdef"),
)


def test_cookies_of_what_stands_in_front_of_the_application_are_kept_from_it_and_stay(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    site = make_site(Page(b"{}", headers=[JSON]))
    sent = "; ".join(f"{name}=1" for name in IN_FRONT)
    for _ in range(2):
        assert site.gets("/", f"{sent}; {site.chooses('refuse')}").deleted == []
        assert not any(name in site.app.seen[-1].cookie for name in IN_FRONT)
    assert site.decides("withdraw", f"{site.chooses('accept')}; {sent}").deleted_names == {
        "_ab",
        "_heat",
        "_film",
    }
    told = [message for message in caplog.messages if message.startswith("did not delete")]
    assert len(told) == len(IN_FRONT)
    for name in IN_FRONT:
        [message] = [message for message in told if f'the cookie "{name}"' in message]
        assert 'category = "necessary"' in message


def test_what_the_application_set_is_deleted_although_nobody_declared_it(make_site: MakeSite) -> None:
    page = Page(b"{}", headers=[JSON, ("Set-Cookie", "who=1")])
    site = make_site(page)
    refused = site.chooses("refuse")
    assert site.gets("/", f"who=1; whose=2; {refused}").deleted_names == {"who"}


def test_what_passed_while_it_was_granted_is_deleted_after_the_withdrawal(make_site: MakeSite) -> None:
    policy = POLICY.replace("[site]", '[site]\nundeclared = "third-party"')
    site = make_site(Page(b"{}", headers=[JSON, ("Set-Cookie", "who=1")]), policy=policy)
    accepted = site.chooses("accept")
    assert site.gets("/", accepted).set_names == {"who"}
    assert "who" in site.decides("withdraw", f"{accepted}; who=1; SERVERID=2").deleted_names
    assert "SERVERID" not in site.decides("withdraw", f"{accepted}; who=1; SERVERID=2").deleted_names


def test_known_trackers_are_deleted(make_site: MakeSite) -> None:
    site = make_site(Page(b"{}", headers=[JSON]))
    assert site.gets("/", f"_ga=1; _fbp=2; {site.chooses('refuse')}").deleted_names == {"_ga", "_fbp"}


def test_what_the_application_set_is_remembered_as_far_as_there_is_room(make_site: MakeSite) -> None:
    site = make_site(Page(b"{}", headers=[JSON]))
    for start in range(0, 3000, 500):
        lines = [
            ("Set-Cookie", f"made-up-{number}{'x' * 300 * (number % 2)}=1")
            for number in range(start, start + 500)
        ]
        site.app.page = Page(b"{}", headers=[JSON, *lines])
        site.gets("/")
    cookie = "; ".join(f"made-up-{number}=1" for number in range(0, 1000, 2))
    names = site.gate.enforcement_for(site.host).set_by_application
    assert sum(f"made-up-{number}" in names for number in range(3000)) == 1000
    assert f"made-up-1{'x' * 300}" not in names
    assert len(site.gets("/", f"{cookie}; {site.chooses('refuse')}").deleted) > 10


# -- what one request costs ----------------------------------------------------------------------------------

HOSTILE_PATHS = {
    "levels": "/a" * 2000,
    "slashes": "/" * 32_000,
    "one": "/" + "a" * 32_000,
    "names": "/" + "b" * 900 + "/a" * 3000,
    "semicolons": "/a;b" * 8000,
}


@pytest.mark.parametrize("path", HOSTILE_PATHS.values(), ids=HOSTILE_PATHS)
@pytest.mark.parametrize("count", [1, 60, 1500])
def test_a_request_costs_little_memory_however_many_places_there_are(path: str, count: int) -> None:
    site = Site("wsgi", App(Page(b"{}", headers=[JSON])), make_gate(DECLARED), host="a.b.c.example.org")
    cookie = "; ".join((site.chooses("refuse"), *(f"tracker_{number}=1" for number in range(count))))
    request = Request("GET", path, "", {"host": [site.host], "cookie": [cookie]})
    site.gate.exchange(request).start(200, [JSON])
    tracemalloc.start()
    try:
        head = site.gate.exchange(request).start(200, [JSON])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert head is not None
    lines = [value for name, value in head.headers if name == "Set-Cookie"]
    assert lines
    assert sum(len(f"Set-Cookie: {line}\r\n") for line in lines) <= 4096
    assert peak <= 1 << 20


def test_every_place_of_a_deep_path_is_reached_in_the_end() -> None:
    reached: set[str] = set()
    path, names = "/a" * 40, [f"n{number}" for number in range(4)]
    places = 4 * 80 * 3 * 2
    for _ in range(4000):
        reached |= {*expiries(names, "www.example.org", path, room=4096, secure=True)}
        if len(reached) == places:
            break
    assert len(reached) == places


def test_a_directory_that_no_path_can_name_is_named_by_leaving_it_out() -> None:
    for path in ("/" + "a" * 1100 + "/page", "/a;b/page"):
        lines = expiries(["x"], "localhost", path, room=4096, secure=False)
        assert "x=; Max-Age=0" in lines
        assert all(len(line) < 1100 and line.count(";") <= 2 for line in lines)
    assert "x=; Max-Age=0" not in expiries(["x"], "localhost", "/a/b", room=4096, secure=False)


def test_lines_that_find_no_room_keep_no_others_out() -> None:
    names = ["x" * 5000, "y" * 5000, "short"]
    found = {line for _ in range(200) for line in expiries(names, "localhost", "/a", room=640, secure=True)}
    assert {line.partition("=")[0] for line in found} == {"short"}
    assert len(found) == 4

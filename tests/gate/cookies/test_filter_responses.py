"""Cookies that the application sets (requirements A1, A5, A18; RFC 6265bis)."""

from __future__ import annotations

import pytest

from gate.conftest import Clock, MakeSite
from gate.driver import HTML, JSON, POLICY, App, Page, Site
from gate.vectors import DELETIONS, NO_DELETIONS

LINES = ["sid=1; Path=/; HttpOnly", "_ab=2; Max-Age=60", "_film=3; Domain=example.org", "who=4", "ui_x=5"]


def page_with(*lines: str, status: int = 200, name: str = "Set-Cookie") -> Page:
    """An answer that sets cookies, of the type that its status allows."""
    typed = [] if status in (204, 304) else [HTML]
    return Page(b"" if status in (204, 304) else b"<p>x", status, [*typed, *((name, line) for line in lines)])


@pytest.mark.parametrize("status", [200, 204, 206, 301, 302, 303, 304, 307, 401, 404, 410, 500, 503])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE"])
def test_only_exempt_cookies_leave_on_any_status_and_method_A1_A5(
    make_site: MakeSite, status: int, method: str
) -> None:
    # A part of a page is closed whole.
    typed = [JSON] if status == 206 else [] if status in (204, 304) else [HTML]
    page = Page(b"", status, [*typed, *(("Set-Cookie", line) for line in LINES)])
    site = make_site(page, validated=method != "HEAD")
    for cookie in ("", site.chooses("refuse")):
        reply = site.asks("/", method, [("Cookie", cookie)] if cookie else [])
        assert reply.status == status
        assert reply.set_names == {"sid", "ui_x"}


@pytest.mark.parametrize("name", ["set-cookie", "SET-COOKIE", "Set-cookie", "sEt-CoOkIe"])
def test_the_case_of_the_header_name_does_not_matter_W11(make_site: MakeSite, name: str) -> None:
    assert make_site(page_with(*LINES, name=name)).gets().set_names == {"sid", "ui_x"}


def test_kept_lines_keep_their_order_their_bytes_and_their_neighbours_W11(make_site: MakeSite) -> None:
    lines = [
        'sid="a b,c"; Path=/x; SameSite=Lax',
        "_ab=1",
        "cart=\xe9\xff",
        "ui1=; path=/",
        "sid=2; Partitioned",
    ]
    headers = [("X-A", "1"), HTML, *(("Set-Cookie", line) for line in lines), ("X-B", "2")]
    reply = make_site(Page(b"<p>", headers=headers)).gets()
    assert reply.values("set-cookie") == [line for line in lines if not line.startswith("_ab")]
    names = [name.lower() for name, _ in reply.headers]
    assert names.index("x-a") < names.index("set-cookie") < names.index("x-b")


@pytest.mark.parametrize("size", [4096 - len("sid"), 8192])
def test_long_values_are_judged_like_others(make_site: MakeSite, size: int) -> None:
    kept = f"sid={'x' * size}; Path=/; Partitioned; Secure; SameSite=None; HttpOnly; Priority=High"
    lines = [f"_ab={'x' * size}; Partitioned; Secure", kept, f"={'x' * size}", f"who=1; Path=/{'x' * size}"]
    assert make_site(page_with(*lines)).gets().values("set-cookie") == [kept]


@pytest.mark.parametrize(
    "line",
    [
        *(
            "_ab",
            "=_ab",
            "=_ab=1",
            "=sid=1",
            "=",
            "",
            ";",
            "=;Path=/",
            "_ab=1; sid=2",
            " _ab =1",
            "\t_ab=1",
            "_AB=1",
        ),
        *("SID=1", "sid_=1", "sid =x_ab\xe9"[4:], "\xe9=1", '"sid"=1', "_ab=1, sid=2", "x sid=1", "Sid=1"),
        *("__Host-sid=1", "__Secure-_ab=1; Secure", "sid\x00=1"[3:], "_st9=a=b", "__host-CONSENT=x"),
    ],
)
def test_what_is_not_exactly_an_exempt_cookie_is_dropped(make_site: MakeSite, line: str) -> None:
    site = make_site(page_with(line, "sid=1"), validated=False)
    assert site.gets().values("set-cookie") == ["sid=1"]


@pytest.mark.parametrize("line", ["sid=1, _ab=2", "sid=a;path=/c,_ab=e", "  sid  = 1", "sid==x", "sid=1;;;"])
def test_a_line_is_one_cookie_and_is_never_split_at_a_comma_W11(make_site: MakeSite, line: str) -> None:
    assert make_site(page_with(line)).gets().values("set-cookie") == [line]


@pytest.mark.parametrize(("line", "sent"), DELETIONS)
def test_a_deletion_leaves_in_our_words_H14(make_site: MakeSite, line: str, sent: str) -> None:
    assert make_site(page_with(line)).gets().values("set-cookie") == [sent]


@pytest.mark.parametrize("line", NO_DELETIONS)
def test_what_a_browser_may_keep_is_no_deletion_H14(make_site: MakeSite, line: str) -> None:
    assert make_site(page_with(line), validated=False).gets().values("set-cookie") == []


@pytest.mark.parametrize(
    ("line", "sent"),
    [
        ("sid=1", "sid=1"),
        ("sid=1; Max-Age=1209600; Path=/", "sid=1; Max-Age=1209600; Path=/"),
        ("sid=1; Max-Age=1209601; Path=/", "sid=1; Path=/; Max-Age=1209600"),
        ("sid=1; max-age=99999999999999999999999; HttpOnly", "sid=1; HttpOnly; Max-Age=1209600"),
        ("sid=1; Expires=Fri, 31 Dec 2100 23:59:59 GMT; Path=/", "sid=1; Path=/; Max-Age=1209600"),
        (
            "sid=1; Max-Age=60; Expires=Fri, 31 Dec 2100 23:59:59 GMT",
            "sid=1; Max-Age=60; Expires=Fri, 31 Dec 2100 23:59:59 GMT",
        ),
        ("sid=1; Max-Age=9999999; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "sid=1; Max-Age=1209600"),
        ("cart=1", "cart=1"),
        ("cart=1; Max-Age=60; Secure", "cart=1; Secure"),
        # What browsers do not all read alike is written anew.
        ("sid=1; Max-Age=60; Max-Age=junk; Path=/", "sid=1; Path=/; Max-Age=60"),
        ("sid=1; Max-Age=junk; Path=/", "sid=1; Path=/"),
        ("sid=1; Max-Age=60; Max-Age=99999999999999999999999", "sid=1; Max-Age=1209600"),
        ("sid=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 PST", "sid=1; Max-Age=60"),
        ("sid=1; Max-Age= 60", "sid=1; Max-Age=60"),
        ("sid=1; Max-Age=0; Max-Age=0", "sid=1; Max-Age=0"),
        ("sid=1; Expires=Wed, 18 Nov 2026 11:16:40 -1200; Secure", "sid=1; Secure; Max-Age=599"),
        ("sid=1; Expires=Fri, 31 Feb 2100 23:59:59 GMT", "sid=1"),
        (f"sid=1; Max-Age=60; x={'x' * 1025}", f"sid=1; x={'x' * 1025}; Max-Age=60"),
        ("cart=1; Max-Age=0; Max-Age=9", "cart=1"),
        ("sid=1; Path=/a; Path=/b; Max-Age=60", "sid=1; Path=/a; Path=/b; Max-Age=60"),
        ("sid=1; Path=/a; Path=/b", "sid=1; Path=/a; Path=/b"),
        ("ui_x=1; Max-Age=34128000", "ui_x=1; Max-Age=34128000"),
        ("ui_x=1; Max-Age=34128001", "ui_x=1; Max-Age=34128000"),
        ("ui_x=1; Expires=Fri, 31 Dec 2100 23:59:59 GMT", "ui_x=1; Max-Age=34128000"),
    ],
)
def test_an_exempt_cookie_lives_no_longer_than_declared_A18(
    make_site: MakeSite, clock: Clock, line: str, sent: str
) -> None:
    site = make_site(page_with(line))
    assert site.gets().values("set-cookie") == [sent]
    assert site.gets("/", site.chooses("accept")).values("set-cookie") == [sent]


def test_a_granted_cookie_keeps_the_lifetime_that_it_was_given(make_site: MakeSite) -> None:
    line = "_film=1; Max-Age=99999999; Path=/"
    site = make_site(page_with(line))
    assert site.gets("/", site.chooses("accept")).values("set-cookie") == [line]


@pytest.mark.parametrize("insecure", [False, True])
def test_the_application_can_neither_set_nor_delete_the_consent_cookie(
    make_site: MakeSite, insecure: bool
) -> None:
    policy = POLICY.replace("[site]", '[site]\nundeclared = "third-party"')
    site = make_site(policy=policy, insecure=insecure)
    name = site.gate.cookie.name
    site.app.page = page_with(
        *(f"{name}=x", f"{name.upper()}=x; Path=/", f"={name}=x", f"{name}=; Max-Age=0", f" {name} =x"),
    )
    for cookie in ("", site.chooses("refuse"), site.chooses("accept")):
        assert site.gets("/", cookie).values("set-cookie") == []


def test_the_consent_cookie_is_secure_http_only_lax_and_valid_for_183_days_B8_H14(
    make_site: MakeSite,
) -> None:
    [line] = make_site().decides("accept").set_cookies
    pair, *attributes = line.split("; ")
    assert pair.startswith("__Host-consent=")
    assert sorted(attributes) == ["HttpOnly", f"Max-Age={183 * 86400}", "Path=/", "SameSite=Lax", "Secure"]
    [line] = make_site(insecure=True).decides("accept").set_cookies
    assert line.startswith("consent=")
    assert "Secure" not in line


def test_two_services_that_share_a_cookie_either_opens_it(make_site: MakeSite) -> None:
    shared = '\n[[service]]\nid="b"\nname="B"\ncategory="third-party"\ncookies=[{name="_heat"}]\n'
    site = make_site(page_with("_heat=1"), policy=POLICY + shared)
    for service in ("heat", "b"):
        assert site.gets("/", site.chooses("save", service=service)).set_names == {"_heat"}
    assert site.gets("/", site.chooses("save", service="films")).set_names == set()


def test_the_application_decides_by_what_it_may_ask(make_site: MakeSite) -> None:
    app = App(decide=lambda seen: page_with("_ab=1" if seen.consent.allows("performance") else "sid=1"))
    site: Site = make_site(app)
    assert site.gets().set_names == {"sid"}
    assert site.gets("/", site.chooses("accept")).set_names == {"_ab"}


def test_a_cookie_without_a_name_never_passes_and_is_logged_once(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    policy = POLICY.replace("[site]", '[site]\nundeclared = "third-party"')
    site = make_site(page_with("who", "=who=1", "who=\x01", "plain=1"), policy=policy, validated=False)
    accepted = site.chooses("accept")
    for _ in range(2):
        assert site.gets("/", accepted).values("set-cookie") == ["plain=1"]
    told = [message for message in caplog.messages if "Set-Cookie header that begins with" in message]
    assert len(told) == 2
    assert all("name=value" in message for message in told)

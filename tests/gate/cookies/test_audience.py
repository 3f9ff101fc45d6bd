"""Cookies that count visits without consent (A9, A10): 13 months, not extended, on the site's own hosts."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy.measurements import AUDIENCE

from consentgate.gate.cookies.set_cookie import SetCookie
from gate.conftest import MakeSite
from gate.driver import HTML, Page

SITE = '[site]\nname = "Example"\ncontroller = "Example Ltd"\ncontact = "privacy@example.org"\n'
COOKIE = f'[[cookie]]\nname = "visits*"\ncategory = "necessary"\nreason = "audience"\n{AUDIENCE}'
POLICY = SITE + COOKIE
OTHER = '[[cookie]]\nname = "sid"\ncategory = "necessary"\nreason = "security"\n'


def page_with(*lines: str) -> Page:
    return Page(
        b"<!doctype html><title>t</title><p>x", headers=[HTML, *(("Set-Cookie", line) for line in lines)]
    )


@pytest.mark.parametrize("age", [396 * 86_400, 2_000_000_000])
def test_it_lives_for_13_months_at_most_A10(make_site: MakeSite, age: int) -> None:
    site = make_site(page_with(f"visits=1; Max-Age={age}; Path=/"), policy=POLICY)
    assert site.gets().values("set-cookie") == [f"visits=1; Path=/; Max-Age={395 * 86_400}"]


def test_later_visits_do_not_extend_it_A10(make_site: MakeSite, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "consentgate")
    site = make_site(page_with("visits1=new; Max-Age=60", "sid=2; Max-Age=60"), policy=POLICY + OTHER)
    assert site.gets().set_names == {"visits1", "sid"}
    assert site.gets(cookie="visits2=old").set_names == {"visits1", "sid"}
    for _ in range(2):
        assert site.gets(cookie="sid=1; visits1=old").set_names == {"sid"}
    assert site.app.seen[-1].cookie == "sid=1; visits1=old"
    assert [record.getMessage() for record in caplog.records if "extend" in record.getMessage()] == [
        'blocked the cookie "visits1" for a browser that has it already: it counts visits without consent, '
        "and later visits must not extend it (CNIL 2020-091, section 5)"
    ]


def test_it_can_be_deleted(make_site: MakeSite) -> None:
    site = make_site(page_with("visits=; Max-Age=0; Path=/"), policy=POLICY)
    assert site.gets(cookie="visits=1").deleted == ["visits=; Path=/; Max-Age=0"]


@pytest.mark.parametrize(
    ("hosts", "line", "passes"),
    [
        ("", "visits=1; Domain=example.org", True),
        ("", "visits=1; domain=.www.example.org", True),
        ("", "visits=1; Domain=org", False),
        ("", "visits=1", True),
        ('hosts = ["www.example.org"]', "visits=1", True),
        ('hosts = ["www.example.org"]', "visits=1; Domain=www.example.org", False),
        ('hosts = ["www.example.org"]', "visits=1; Domain=EXAMPLE.org", False),
        ('hosts = ["*.www.example.org"]', "visits=1; Domain=www.example.org", True),
        ('hosts = ["*.www.example.org"]', "visits=1; Domain=www.example.org; Domain=example.org", False),
        ('hosts = ["*.www.example.org"]', "visits=1; Domain=example.org; Domain=www.example.org", False),
    ],
)
def test_it_reaches_the_sites_own_hosts_alone_A9(
    make_site: MakeSite, hosts: str, line: str, passes: bool, caplog: pytest.LogCaptureFixture
) -> None:
    policy = f"{SITE}{hosts}\n{COOKIE}"
    assert bool(make_site(page_with(line), policy=policy).gets().set_names) == passes
    assert any("more hosts" in record.getMessage() for record in caplog.records) == (not passes)


def test_a_site_with_nothing_else_asks_nobody_A9(make_site: MakeSite) -> None:
    reply = make_site(page_with(), policy=POLICY).gets()
    assert b"consentgate-banner" not in reply.body
    assert b"consentgate-settings" in reply.body


@given(st.text(st.sampled_from("aZ.;= domain=,x\t"), max_size=40))
def test_reading_domains_never_fails_and_finds_what_is_written_plainly(text: str) -> None:
    domains = SetCookie.parse(f"visits=1; {text}", 0.0).domains
    assert all(domain == domain.lower() for domain in domains)
    assert SetCookie.parse(f"visits=1; {text}; Domain=example.org", 0.0).domains[-1] == "example.org"

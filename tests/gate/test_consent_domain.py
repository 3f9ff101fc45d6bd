"""One answer for all hosts of a domain, over both interfaces."""

from __future__ import annotations

from dataclasses import replace as with_

import pytest

from consentgate import Gate, Policies, Policy
from consentgate.testing import consent_cookie

from .conftest import MakeSite
from .driver import HTML, SECRET, Page, Site, make_gate

DOMAIN, ONE, OTHER = "city.example", "a.city.example", "b.city.example"
SITE = '[site]\nname = "City"\ncontroller = "City Council"\ncontact = "b@city.example"\n'
SHARED = f'{SITE}consent_domain = "{DOMAIN}"\n'
SERVICES = """
[[service]]
id = "stats"
category = "performance"
hosts = ["stats.vendor.example"]
cookies = [{ name = "_st" }]

[[service]]
id = "films"
category = "third-party"
hosts = ["films.example"]
"""
MAPS = '[[service]]\nid = "maps"\ncategory = "third-party"\nhosts = ["maps.example"]\n'
PAGE = (
    b'<!doctype html><title>t</title><script src="https://stats.vendor.example/s.js"></script>'
    b'<script src="https://films.example/f.js"></script><script src="https://maps.example/m.js"></script>'
)
STATS, FILMS, MAP = b"stats.vendor.example", b"films.example", b"maps.example"


@pytest.fixture
def site(make_site: MakeSite) -> Site:
    return make_site(Page(PAGE), policy=SHARED + SERVICES, host=ONE)


def at(site: Site, host: str) -> Site:
    return with_(site, host=host)


def pair(line: str) -> str:
    return line.partition(";")[0]


def decided(site: Site, decision: str, cookie: str = "", **form: str) -> str:
    """The cookie that a decision leaves."""
    [line] = site.decides(decision, cookie, **form).set_cookies
    return pair(line)


def before(site: Site, decision: str, **form: str) -> str:
    """The cookie that a decision on this host left, before there was a domain for consent."""
    return decided(with_(site, gate=make_gate(SITE + SERVICES)), decision, **form)


def test_one_answer_counts_on_all_hosts_of_the_domain(site: Site) -> None:
    [line] = site.decides("accept").set_cookies
    assert line.startswith("__Secure-consent=")
    assert line.endswith(f"; Path=/; Domain={DOMAIN}; Max-Age=15811200; Secure; HttpOnly; SameSite=Lax")
    for host in (ONE, OTHER, DOMAIN, f"c.{OTHER}"):
        assert STATS in at(site, host).gets(cookie=pair(line)).body
    for host in ("other.example", f"not{DOMAIN}", "[::1]"):
        assert STATS not in at(site, host).gets(cookie=pair(line)).body


def test_it_counts_on_no_host_that_does_not_say_so(site: Site) -> None:
    shared = decided(site, "accept")
    value = shared.partition("=")[2]
    alone = with_(site, gate=make_gate(SITE + SERVICES))
    for host in (ONE, DOMAIN):
        assert STATS not in at(alone, host).gets(cookie=f"{shared}; __Host-consent={value}").body


def test_the_cookie_of_one_host_is_none_of_the_domain(site: Site) -> None:
    for host in (ONE, DOMAIN):
        value = before(at(site, host), "accept").partition("=")[2]
        assert STATS not in at(site, OTHER).gets(cookie=f"__Secure-consent={value}").body
        assert STATS not in at(site, DOMAIN).gets(cookie=f"__Secure-consent={value}").body


def test_a_withdrawal_counts_everywhere(site: Site) -> None:
    reply = at(site, OTHER).decides("withdraw", decided(site, "accept"))
    [line] = reply.set_cookies
    assert line.startswith("__Secure-consent=")
    assert "_st" in reply.deleted_names
    assert STATS not in site.gets(cookie=pair(line)).body
    assert b"City Council" not in site.gets(cookie=pair(line)).body


def test_a_hosts_own_refusal_stands_until_the_visitor_decides_there(site: Site) -> None:
    refusal, shared = before(site, "refuse"), decided(at(site, OTHER), "accept")
    both = f"{refusal}; {shared}"
    assert STATS not in site.gets(cookie=both).body
    assert STATS in at(site, OTHER).gets(cookie=shared).body
    reply = site.decides("accept", both)
    [kept] = reply.set_cookies
    assert kept.startswith("__Secure-consent=")
    gone = "__Host-consent=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax"
    assert gone in reply.deleted
    assert STATS in site.gets(cookie=pair(kept)).body


def test_of_two_grants_only_what_both_grant_counts(site: Site) -> None:
    own = before(site, "save", service="stats")
    shared = decided(at(site, OTHER), "save", service="films")
    body = site.gets(cookie=f"{own}; {shared}").body
    assert STATS not in body
    assert FILMS not in body
    everything = decided(at(site, OTHER), "accept")
    body = site.gets(cookie=f"{own}; {everything}").body
    assert STATS in body
    assert FILMS not in body
    refused = decided(at(site, OTHER), "refuse")
    assert STATS not in site.gets(cookie=f"{own}; {refused}").body


def test_a_hosts_own_grant_goes_on_until_there_is_an_answer_for_the_domain(site: Site) -> None:
    own = before(site, "accept")
    assert STATS in site.gets(cookie=own).body
    assert STATS not in at(site, OTHER).gets(cookie=own).body


def test_the_old_cookie_is_deleted_only_where_it_is_sent(site: Site) -> None:
    assert "__Host-consent" not in site.decides("refuse").deleted_names


def test_an_application_cannot_set_either_cookie(site: Site) -> None:
    lines = [("Set-Cookie", f"{name}=1; Secure; Path=/") for name in ("__Secure-consent", "__Host-consent")]
    site.app.page = Page(PAGE, headers=[HTML, *lines])
    assert site.gets().set_cookies == []


def test_neither_cookie_is_deleted_after_a_refusal(site: Site) -> None:
    cookie = f"{before(site, 'refuse')}; {decided(site, 'refuse')}"
    assert site.gets(cookie=f"{cookie}; _st=1").deleted_names == {"_st"}


def test_a_host_beyond_the_domain_has_its_own_answer(site: Site) -> None:
    elsewhere = at(site, "shop.example")
    cookie = decided(elsewhere, "accept")
    assert cookie.startswith("__Host-consent=")
    assert STATS in elsewhere.gets(cookie=cookie).body


def test_visitors_read_the_cookies_name(site: Site) -> None:
    assert b"__Secure-consent" in site.gets("/_privacy/choices").body
    elsewhere = at(site, "shop.example").gets("/_privacy/choices").body
    assert b"__Host-consent" in elsewhere
    assert b"__Secure-consent" not in elsewhere


def test_over_plain_http_the_cookie_has_another_name(make_site: MakeSite) -> None:
    site = make_site(Page(PAGE), policy=SHARED + SERVICES, host=ONE, insecure=True)
    [line] = site.decides("accept").set_cookies
    assert line.startswith("domain-consent=")
    assert f"Domain={DOMAIN}" in line
    assert "Secure" not in line
    assert STATS in at(site, OTHER).gets(cookie=pair(line)).body


def test_decisions_of_siblings_are_refused_all_the_same(site: Site) -> None:
    headers = [("Sec-Fetch-Site", "same-site"), ("Origin", f"https://{OTHER}")]
    assert site.decides("accept", headers=headers).status == 403


def test_what_another_hosts_policy_adds_is_asked_there(make_site: MakeSite) -> None:
    table = {ONE: SHARED + SERVICES, OTHER: SHARED + SERVICES + MAPS, f"c.{DOMAIN}": SITE + SERVICES}
    policies = Policies({host: Policy.parse(text) for host, text in table.items()}.get)
    site = make_site(Page(PAGE), gate=Gate(policies, secret_key=SECRET), host=ONE)
    shared = decided(site, "accept")
    reply = at(site, OTHER).gets(cookie=shared)
    assert STATS in reply.body
    assert MAP not in reply.body
    assert b"City Council" in reply.body
    assert b"City Council" not in site.gets(cookie=shared).body
    assert STATS not in at(site, f"c.{DOMAIN}").gets(cookie=shared).body


def test_what_one_controller_was_told_counts_for_no_other(make_site: MakeSite) -> None:
    theatre = SHARED.replace("City Council", "City Theatre")
    table = {ONE: SHARED, f"c.{DOMAIN}": SHARED.replace('name = "City"', 'name = "Library"'), OTHER: theatre}
    policies = Policies({host: Policy.parse(text + SERVICES) for host, text in table.items()}.get)
    site = make_site(Page(PAGE), gate=Gate(policies, secret_key=SECRET), host=ONE)
    shared = decided(site, "accept")
    assert STATS in at(site, f"c.{DOMAIN}").gets(cookie=shared).body
    reply = at(site, OTHER).gets(cookie=shared)
    assert STATS not in reply.body
    assert b"City Theatre" in reply.body
    refused = decided(site, "refuse")
    assert b"City Theatre" in at(site, OTHER).gets(cookie=refused).body


def test_tests_of_applications_get_the_right_cookie(site: Site) -> None:
    name, value = consent_cookie(site.gate, ["stats"], host=OTHER)
    assert name == "__Secure-consent"
    assert STATS in site.gets(cookie=f"{name}={value}").body

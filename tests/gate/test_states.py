"""C0, CR, CW, CX and CA: what a visitor in each state gets, and what the application sees of them."""

from __future__ import annotations

import pytest

from .conftest import Clock, MakeSite
from .driver import HTML, JSON, PAGE, POLICY, THIRD_PARTIES, App, Page, Site, make_gate

DAY = 86_400
COOKIES = [
    *(("Set-Cookie", line) for line in ("sid=1; Path=/", "_ab=2", "_st9=3", "_heat=4", "_film=5", "who=6")),
]
ARRIVING = "sid=1; _ab=2; _st9=3; _heat=4; _film=5; who=6"


@pytest.fixture
def site(make_site: MakeSite) -> Site:
    return make_site(Page(headers=[HTML, *COOKIES]))


def assert_closed(site: Site, cookie: str, **headers: str) -> None:
    reply = site.gets("/", f"{cookie}; {ARRIVING}" if cookie else ARRIVING, **headers)
    assert not any(host in reply.loading for host in THIRD_PARTIES)
    assert reply.set_names == {"sid"}
    seen = site.app.seen[-1]
    assert {pair.partition("=")[0] for pair in seen.cookie.split("; ")} <= {"sid", site.gate.cookie.name}
    assert not seen.consent.allows("performance")
    [policy] = reply.values("content-security-policy")
    assert not any(host.decode() in policy for host in THIRD_PARTIES)


def opened(site: Site, cookie: str) -> tuple[set[bytes], set[str], set[str]]:
    """The third parties, the cookies set, and the cookies that the application sees."""
    reply = site.gets("/", f"{cookie}; {ARRIVING}")
    seen = {pair.partition("=")[0] for pair in site.app.seen[-1].cookie.split("; ")}
    return (
        {host for host in THIRD_PARTIES if host in reply.loading},
        reply.set_names,
        seen - {"__Host-consent"},
    )


def test_c0_nothing_is_stored_read_or_contacted_before_a_choice_A1_A2(site: Site) -> None:
    assert_closed(site, "")


def test_cr_a_refusal_closes_A5(site: Site) -> None:
    assert_closed(site, site.chooses("refuse"))


@pytest.mark.parametrize("decision", ["refuse", "withdraw", "save"])
def test_cw_a_withdrawal_closes_at_once_A3(site: Site, decision: str) -> None:
    granted = site.chooses("accept")
    assert_closed(site, site.chooses(decision, granted))


def test_ca_accept_opens_all_that_is_declared_and_nothing_else(site: Site) -> None:
    hosts, stored, read = opened(site, site.chooses("accept"))
    assert hosts == set(THIRD_PARTIES) - {b"nobody.example"}
    assert stored == read == {"sid", "_ab", "_st9", "_heat", "_film"}


def test_ca_one_category_opens_only_its_own(site: Site) -> None:
    hosts, stored, read = opened(site, site.chooses("save", category="performance"))
    assert hosts == {b"stats.vendor.example", b"heat.example"}
    assert stored == read == {"sid", "_ab", "_st9", "_heat"}


def test_ca_one_service_opens_only_itself(site: Site) -> None:
    hosts, stored, read = opened(site, site.chooses("save", service="stats"))
    assert hosts == {b"stats.vendor.example"}
    assert stored == read == {"sid", "_st9"}


def test_ca_what_was_saved_before_is_asked_no_more_but_less_is_a_withdrawal(site: Site) -> None:
    cookie = site.chooses("accept")
    cookie = site.chooses("save", cookie, service=["stats", "heat"])
    hosts, _, _ = opened(site, cookie)
    assert hosts == {b"stats.vendor.example", b"heat.example"}


def test_ca_a_service_added_since_is_not_covered_B12(site: Site, make_site: MakeSite) -> None:
    cookie = site.chooses("accept")
    added = POLICY + '\n[[service]]\nid="new"\nname="New"\ncategory="performance"\nhosts=["nobody.example"]\n'
    later = make_site(site.app, policy=added)
    hosts, _, _ = opened(later, cookie)
    assert hosts == set(THIRD_PARTIES) - {b"nobody.example"}
    assert b"display:none" not in later.gets("/_privacy/visitor.css", cookie).body
    refused = later.gets("/_privacy/visitor.css", site.chooses("refuse"))
    assert b"display:none" in refused.body


def test_ca_a_service_moved_to_another_category_is_not_covered(site: Site, make_site: MakeSite) -> None:
    cookie = site.chooses("accept")
    moved = POLICY.replace(
        'name = "Heat"\ncategory = "performance"', 'name = "Heat"\ncategory = "third-party"'
    )
    assert moved != POLICY
    hosts, _, _ = opened(make_site(site.app, policy=moved), cookie)
    assert hosts == {b"stats.vendor.example", b"films.example"}


def test_ca_a_policy_of_more_than_96_units_covers_whole_categories(make_site: MakeSite) -> None:
    many = "".join(
        f'[[service]]\nid="s{n}"\nname="S"\ncategory="performance"\nhosts=["s{n}.example"]\n'
        for n in range(150)
    )
    page = Page(
        PAGE + b'<script src="https://s7.example/"></script><script src="https://films.example/x"></script>'
    )
    site = make_site(page, policy=POLICY + many)
    cookie = site.chooses("save", category="performance")
    assert len(cookie) < 512
    reply = site.gets("/", cookie)
    assert b"s7.example" in reply.body
    assert b"films.example" not in reply.loading
    changed = POLICY + many + '[[service]]\nid="z"\nname="Z"\ncategory="performance"\nhosts=["z.example"]\n'
    again = make_site(page, policy=changed)
    assert b"s7.example" not in again.gets("/", cookie).body


@pytest.mark.parametrize("count", [1, 10, 80, 91, 92, 93, 150])
@pytest.mark.parametrize("decision", ["accept", "save"])
def test_the_cookie_stays_under_512_bytes(make_site: MakeSite, count: int, decision: str) -> None:
    many = "".join(
        f'[[service]]\nid="s{n}"\nname="S"\ncategory="performance"\nhosts=["s{n}.example"]\n'
        for n in range(count)
    )
    site = make_site(policy=POLICY + many)
    assert len(site.chooses(decision, category="performance")) < 512


def test_cx_every_changed_character_closes_B15(make_site: MakeSite) -> None:
    site = make_site(Page(headers=[HTML]))
    name, _, value = site.chooses("accept").partition("=")
    closed = site.gets("/").but_for_expiries
    for position, character in enumerate(value):
        other = "A" if character != "A" else "B"
        for changed in (other, character.swapcase() if character.isalpha() else "", ""):
            tampered = value[:position] + changed + value[position + 1 :]
            if tampered != value:
                assert site.gets("/", f"{name}={tampered}").but_for_expiries == closed, position


@pytest.mark.parametrize(
    "value",
    [
        *(
            "",
            "x",
            ".",
            "..",
            "=",
            "AAAA.BBBB",
            '"quoted"',
            "a" * 8000,
            "%00",
            "\xff\xfe",
            "e30.e30",
            "1.2.3",
        ),
        *("\N{LATIN SMALL LETTER E WITH ACUTE}.x", "AQ" * 20 + "." + "C" * 43),
    ],
)
def test_cx_what_is_no_consent_closes_and_is_no_error_B15(site: Site, value: str) -> None:
    assert_closed(site, f"__Host-consent={value}")


def test_cx_a_cookie_of_another_host_closes(site: Site) -> None:
    cookie = site.chooses("accept")
    site.host = "shop.example.org"
    assert_closed(site, cookie)


def test_cx_a_cookie_of_another_key_closes_and_one_of_an_older_key_does_not(
    site: Site, make_site: MakeSite
) -> None:
    cookie = site.chooses("accept")
    assert_closed(make_site(site.app, secret_key="another"), cookie)
    rotated = make_site(site.app, secret_key=["a key for the tests", "the next"])
    assert opened(rotated, cookie) == opened(site, cookie)
    assert_closed(site, rotated.chooses("accept"))


def test_cx_a_grant_ends_after_183_days_by_the_signed_time_B8(site: Site, clock: Clock) -> None:
    cookie = site.chooses("accept")
    granted = clock.now
    clock.now = int(granted) + 183 * DAY - 1
    assert opened(site, cookie)[0]
    clock.now = int(granted) + 183 * DAY
    assert_closed(site, cookie)
    assert b"display:none" not in site.gets("/_privacy/visitor.css", cookie).body


def test_a_refusal_is_remembered_for_at_least_as_long_B8(site: Site, clock: Clock) -> None:
    cookie = site.chooses("refuse")
    refused = clock.now
    clock.now = refused + 183 * DAY - 1
    assert b"display:none" in site.gets("/_privacy/visitor.css", cookie).body
    clock.now = refused + 184 * DAY
    assert b"display:none" not in site.gets("/_privacy/visitor.css", cookie).body


def test_cx_a_cookie_from_the_future_closes(site: Site, clock: Clock) -> None:
    clock.now += 10 * DAY
    cookie = site.chooses("accept")
    clock.now -= 2 * DAY
    assert_closed(site, cookie)


@pytest.mark.parametrize("order", [1, -1])
def test_of_several_consent_cookies_the_most_restrictive_counts(site: Site, order: int) -> None:
    accepted, one = site.chooses("accept"), site.chooses("save", service="stats")
    assert opened(site, "; ".join([accepted, one][::order]))[0] == {b"stats.vendor.example"}
    assert_closed(site, "; ".join([accepted, site.chooses("refuse")][::order]))
    assert opened(site, "; ".join([accepted, "__Host-consent=junk"][::order]))[0]


def test_two_visitors_who_refuse_on_one_day_get_the_same_cookie(site: Site, clock: Clock) -> None:
    clock.now = clock.now // DAY * DAY + 10
    first = site.decides("refuse").set_cookies
    granted = site.chooses("accept")
    clock.now += 3 * 3600
    assert [line.partition(";")[0] for line in site.decides("refuse").set_cookies] == [
        line.partition(";")[0] for line in first
    ]
    assert site.chooses("withdraw", granted) == first[0].partition(";")[0]
    assert site.chooses("accept") != granted


@pytest.mark.parametrize("signal", ["Sec-GPC", "DNT"])
def test_a_signal_denies_what_was_granted_before_it(site: Site, signal: str) -> None:
    cookie = site.chooses("accept")
    assert_closed(site, cookie, **{signal: "1"})
    assert opened(site, cookie)[0]


@pytest.mark.parametrize("signal", ["Sec-GPC", "DNT"])
def test_a_grant_given_under_a_signal_holds_with_and_without_it(site: Site, signal: str) -> None:
    cookie = site.chooses("accept", headers=[(signal, "1")])
    for headers in ({}, {signal: "1"}):
        assert b"films.example" in site.gets("/", cookie, **headers).loading
    other = "DNT" if signal == "Sec-GPC" else "Sec-GPC"
    assert_closed(site, cookie, **{other: "1"})


@pytest.mark.parametrize("value", ["0", "true", "1;x", "11", "", "yes"])
def test_only_the_exact_value_1_is_a_signal_S1(site: Site, value: str) -> None:
    cookie = site.chooses("accept")
    assert b"films.example" in site.gets("/", cookie, Sec_GPC=value).loading


def test_of_several_signals_one_exact_1_suffices_S1(site: Site) -> None:
    cookie = site.chooses("accept")
    headers = [("Sec-GPC", "0"), ("Sec-GPC", "1"), ("Cookie", cookie)]
    assert b"films.example" not in site.asks("/", headers=headers).loading


def test_undeclared_things_open_with_the_category_that_the_site_names(make_site: MakeSite) -> None:
    policy = POLICY.replace("[site]", '[site]\nundeclared = "third-party"')
    site = make_site(Page(headers=[HTML, *COOKIES]), policy=policy)
    hosts, stored, read = opened(site, site.chooses("accept"))
    assert hosts == set(THIRD_PARTIES)
    assert "who" in stored & read
    hosts, stored, read = opened(site, site.chooses("save", category="performance"))
    assert b"nobody.example" not in hosts
    assert "who" not in stored | read


def test_what_is_declared_never_stays_closed_for_good(make_site: MakeSite) -> None:
    policy = POLICY + '\n[[service]]\nid="no"\nname="No"\ncategory="never"\nhosts=["nobody.example"]\n'
    site = make_site(Page(headers=[HTML]), policy=policy)
    assert b"nobody.example" not in site.gets("/", site.chooses("accept")).body


def test_what_is_necessary_on_some_pages_is_closed_on_the_others(make_site: MakeSite) -> None:
    site = make_site(Page(PAGE + b'<script src="https://pay.example/p.js"></script>'))
    for path, passes in (
        ("/checkout/1", True),
        ("/", False),
        ("/checkout/../", False),
        ("/x/../checkout/1", True),
    ):
        reply = site.gets(path)
        assert (b"https://pay.example/p.js" in reply.body) is passes, path
        assert ("pay.example" in reply.value("content-security-policy")) is passes, path


def test_json_and_feeds_pass_as_they_are_in_every_state(make_site: MakeSite) -> None:
    feed = b'<?xml version="1.0"?><rss><channel><link>https://stats.vendor.example/</link></channel></rss>'
    pages = {
        "/json": Page(b'{"html": "<img src=https://stats.vendor.example/x>"}', headers=[JSON]),
        "/rss": Page(feed, headers=[("Content-Type", "application/rss+xml")]),
        "/text": Page(b"<script src=//stats.vendor.example>", headers=[("Content-Type", "text/plain")]),
    }
    site = make_site(App(pages=pages))
    states = ["", site.chooses("refuse"), "__Host-consent=junk", site.chooses("accept")]
    for path, page in pages.items():
        for state in states:
            assert site.gets(path, state).body == page.body


def test_two_gates_agree(make_site: MakeSite) -> None:
    # Another process, of the same policy and key.
    first, second = make_site(gate=make_gate()), make_site(gate=make_gate())
    cookie = first.chooses("accept")
    assert second.gets("/", cookie).but_for_expiries == first.gets("/", cookie).but_for_expiries

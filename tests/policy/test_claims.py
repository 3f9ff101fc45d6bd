"""Whose a URL, a cookie, a script or a widget is, and what would open it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentgate import Policy
from consentgate.catalogue import catalogue
from consentgate.policy import LONGEST, OWN, UNDECLARED, Unit, lifetime_seconds, own_hosts

SITE = '[site]\nname = "Example"\ncontroller = "Example Ltd"\ncontact = "privacy@example.org"\n'
DAY = 86_400


def claims(text: str, site: str = ""):
    return Policy.parse(SITE + site + "\n" + text).claims


def service(id: str, rest: str, category: str = "performance") -> str:
    return f'[[service]]\nid = "{id}"\ncategory = "{category}"\n{rest}\n'


def declared(found, host: str, path: str = "/", *, own: bool = False) -> list[list[str]]:
    """The ids of the services that a URL is declared for, group by group."""
    return [[claim.service for claim in group] for group in found.declared(host, path, own=own)]


# -- hosts and paths -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("stats.example", [["a"]]),
        ("www.stats.example", []),
        ("stats.example.evil.example", []),
        ("evilstats.example", []),
        ("vendor.example", []),
        ("www.vendor.example", [["a"]]),
        ("a.b.vendor.example", [["a"]]),
        ("evilvendor.example", []),
        ("", []),
    ],
)
def test_hosts_are_exact_and_stars_are_subdomains_only(host, expected):
    found = claims(service("a", 'hosts = ["Stats.Example", "*.vendor.example"]'))
    assert declared(found, host) == expected


@pytest.mark.parametrize(
    ("host", "path", "expected"),
    [
        ("stats.example", "/collect/x", [["a"]]),
        ("stats.example", "/collect/", [["a"]]),
        ("stats.example", "/collect", []),
        ("stats.example", "/Collect/x", []),
        ("stats.example", "/", []),
        ("other.example", "/collect/x", []),
        ("example.org", "/collect/x", []),
        ("stats.example", "/js/v3/tag.js", [["a"]]),
        ("stats.example", "/js/tag.css", []),
    ],
)
def test_a_service_with_hosts_and_paths_must_match_both(host, path, expected):
    found = claims(service("a", 'hosts = ["stats.example"]\npaths = ["/collect/*", "/js/*.js"]'))
    assert declared(found, host, path, own=True) == expected


def test_paths_alone_are_a_tracker_on_the_sites_own_hosts():
    found = claims(service("a", 'paths = ["/collect/*", "*/tag.js"]'))
    assert declared(found, "www.example.org", "/collect/x", own=True) == [["a"]]
    assert declared(found, "www.example.org", "/static/v2/tag.js", own=True) == [["a"]]
    assert declared(found, "www.example.org", "/collector", own=True) == []
    assert declared(found, "www.example.org", "/collect/x", own=False) == []


def test_a_path_that_begins_with_a_star_goes_with_hosts_too():
    found = claims(service("a", 'hosts = ["a.example"]\npaths = ["*/tag.js"]'))
    assert declared(found, "a.example", "/x/tag.js") == [["a"]]
    assert declared(found, "a.example", "/x/tag.css") == []


def test_matomo_of_the_catalogue_is_found_on_the_sites_own_host():
    found = claims('[[service]]\nuse = "matomo"')
    assert declared(found, "example.org", "/stats/matomo.js", own=True) == [["matomo"]]
    assert declared(found, "example.org", "/app.js", own=True) == []


def test_the_narrower_declaration_counts():
    found = claims(
        service("wide", 'hosts = ["*.vendor.example"]')
        + service("host", 'hosts = ["cdn.vendor.example"]')
        + service("path", 'hosts = ["cdn.vendor.example"]\npaths = ["/ads/*"]')
    )
    assert declared(found, "x.vendor.example") == [["wide"]]
    assert declared(found, "cdn.vendor.example", "/x") == [["host"]]
    assert declared(found, "cdn.vendor.example", "/ads/x") == [["path"]]


def test_an_exact_host_whose_paths_do_not_fit_leaves_the_wider_one():
    found = claims(
        service("wide", 'hosts = ["*.vendor.example"]')
        + service("path", 'hosts = ["cdn.vendor.example"]\npaths = ["/ads/*"]')
    )
    assert declared(found, "cdn.vendor.example", "/x") == [["wide"]]


def test_two_services_can_share_a_loader():
    found = claims(service("a", 'hosts = ["cdn.example"]') + service("b", 'hosts = ["cdn.example"]'))
    assert declared(found, "cdn.example") == [["a", "b"]]


def test_an_own_host_can_be_a_services_and_a_path_on_it_anothers():
    found = claims(service("cname", 'hosts = ["metrics.example.org"]') + service("path", 'paths = ["/t/*"]'))
    assert declared(found, "metrics.example.org", "/x", own=True) == [["cname"]]
    assert declared(found, "metrics.example.org", "/t/x", own=True) == [["cname"], ["path"]]


# -- what a claim says ---------------------------------------------------------------------------------------


def test_a_service_is_opened_by_its_unit_or_by_nothing():
    found = claims(
        service("a", 'hosts = ["a.example"]')
        + service("b", 'hosts = ["b.example"]', "never")
        + service("c", 'hosts = ["c.example"]\nreason = "payment"\npages = ["/pay/*"]', "necessary")
    )
    a, b, c = map(found.of_service, "abc")
    assert (a.unit, a.category, a.declared) == (Unit("a", "performance"), "performance", True)
    assert (b.unit, b.category, b.declared) == (None, None, True)
    assert (c.unit, c.category, c.pages) == (None, "necessary", ("/pay/*",))


def test_units_are_what_can_be_asked_for():
    found = claims(
        service("a", 'hosts = ["a.example"]')
        + service("n", 'hosts = ["n.example"]', "never")
        + service("c", 'hosts = ["c.example"]\nreason = "payment"', "necessary")
        + '[[cookie]]\nname = "_ads"\ncategory = "third-party"\n',
    )
    assert found.units == (Unit(OWN, "performance"), Unit("a", "performance"), Unit(OWN, "third-party"))


def test_the_switch_for_what_is_undeclared_is_a_unit_of_each_category():
    units = Policy().claims.units
    assert Unit(UNDECLARED, "third-party") in units
    assert Unit(UNDECLARED, "performance") in units
    assert not any(unit.category == "necessary" for unit in units)


def test_what_nobody_knows_is_undeclared_and_opens_by_the_switch_alone():
    closed, switched = claims(""), claims("", 'undeclared = "performance"')
    for claim in (closed.by_url("nobody.example", "/", own=False)[0][0], closed.by_cookie("zz")[0]):
        assert (claim.service, claim.category, claim.unit, claim.declared) == (None, None, None, False)
    for claim in (switched.by_url("nobody.example", "/", own=False)[0][0], switched.by_cookie("zz")[0]):
        assert (claim.service, claim.unit) == (None, Unit(UNDECLARED, "performance"))
    assert closed.by_url("nobody.example", "/", own=False)[0][0].name == "nobody.example"


def test_the_catalogue_labels_and_opens_nothing():
    claim = claims("").by_url("www.youtube.com", "/embed/x", own=False)[0][0]
    assert (claim.service, claim.name, claim.category, claim.unit) == ("youtube", "YouTube", None, None)
    # Not even what it calls necessary.
    for known in catalogue().services:
        for pattern in known.urls:
            assert claims("").by_url(pattern.host, "/", own=False)[0][0].unit is None
        if known.category == "necessary":
            assert Policy().claims.by_known(known)[0].category == "third-party"


def test_the_catalogue_files_what_is_undeclared_where_the_policy_says():
    found = claims(
        '[[category]]\nid = "films"\ncovers = ["media"]\n[[category]]\nid = "x"', 'undeclared = "x"'
    )
    claim = found.by_url("www.youtube.com", "/embed/x", own=False)[0][0]
    assert (claim.category, claim.unit) == ("films", Unit(UNDECLARED, "films"))
    assert found.by_url("connect.facebook.net", "/en_US/sdk.js", own=False)[0][0].category == "x"


def test_a_host_that_a_declared_service_does_not_have_is_not_declared_by_using_it_again():
    found = claims('[[service]]\nuse = "youtube"\nhosts = ["www.youtube-nocookie.com"]')
    claim = found.by_url("www.youtube.com", "/embed/x", own=False)[0][0]
    assert (claim.service, claim.name, claim.unit, claim.declared) == (None, "YouTube", None, False)


# -- scripts and widgets that the catalogue recognises -------------------------------------------------------


def known(id: str):
    return catalogue().service(id)


def test_a_recognised_script_belongs_to_the_declared_service():
    assert claims('[[service]]\nuse = "youtube"').by_known(known("youtube"))[0].declared


def test_a_recognised_script_belongs_to_the_service_that_declares_its_hosts_under_another_name():
    found = claims(
        service("films", 'hosts = ["www.youtube.com"]') + service("clips", 'hosts = ["www.youtube.com"]')
    )
    assert [claim.service for claim in found.by_known(known("youtube"))] == ["films", "clips"]


def test_a_recognised_script_is_found_by_a_pattern_of_subdomains_too():
    subdomains = next(s for s in catalogue().services if any(p.subdomains for p in s.urls))
    pattern = next(p for p in subdomains.urls if p.subdomains)
    found = claims(service("mine", f'hosts = ["*.{pattern.host}"]'))
    assert [claim.service for claim in found.by_known(subdomains)] == ["mine"]


def test_a_recognised_script_that_nobody_declares_is_undeclared():
    (claim,) = claims("").by_known(known("youtube"))
    assert (claim.service, claim.unit, claim.declared) == ("youtube", None, False)


# -- cookies -------------------------------------------------------------------------------------------------


def cookie(name: str, category: str = "performance", rest: str = "") -> str:
    reason = 'reason = "security"\n' if category == "necessary" else ""
    return f'[[cookie]]\nname = "{name}"\ncategory = "{category}"\n{reason}{rest}\n'


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("_ga", "third-party"),
        ("_gat", "performance"),
        ("_ga_X", "necessary"),
        ("_ga_", "necessary"),
        ("_g", None),
        ("_GA", None),
        ("x_ga", None),
        ("", None),
    ],
)
def test_the_exact_name_comes_first_and_then_the_longest_stem(name, category):
    found = claims(cookie("_ga*") + cookie("_ga_*", "necessary") + cookie("_ga", "third-party"))
    (claim,) = found.by_cookie(name)
    assert claim.category == category


def test_a_cookie_of_several_services_is_opened_by_any():
    shared = 'cookies = [{ name = "_x", lifetime = "2 days" }]'
    found = claims(service("a", shared) + service("b", shared.replace("2 days", "1 day"), "third-party"))
    assert [claim.unit for claim in found.by_cookie("_x")] == [
        Unit("a", "performance"),
        Unit("b", "third-party"),
    ]
    assert found.cookie_lifetime("_x") == DAY


def test_a_cookie_that_the_site_never_wants_is_not_opened_by_a_service():
    found = claims(cookie("_ga", "never") + '[[service]]\nuse = "google-analytics"')
    assert [claim.unit for claim in found.by_cookie("_ga")] == [None]
    assert found.cookie_is_declared("_ga")


def test_a_name_that_the_catalogue_knows_opens_nothing():
    found = claims("")
    (claim,) = found.by_cookie("_ga")
    assert (claim.service, claim.unit, claim.category) == ("google-analytics", None, None)
    assert not found.cookie_is_declared("_ga")


def test_a_name_that_the_catalogue_knows_opens_nothing_even_where_its_service_is_declared_without_it():
    found = claims('[[service]]\nuse = "google-analytics"\ncookies = [{ name = "_ga_mine" }]')
    (claim,) = found.by_cookie("_ga")
    assert (claim.service, claim.unit, claim.declared) == (None, None, False)
    assert found.by_cookie("_ga_mine")[0].unit == Unit("google-analytics", "performance")


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_cookie_name_has_an_answer(name):
    found = Policy().claims
    (claim,) = found.by_cookie(name)
    assert claim.unit is not None
    assert found.cookie_lifetime(name) == LONGEST


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("session", 0),
        ("1 minute", 60),
        ("2 hours", 7200),
        ("14 days", 14 * DAY),
        ("1 month", 30 * DAY),
        ("6 months", 182 * DAY),
        ("12 months", 365 * DAY),
        ("13 months", 395 * DAY),
        ("1 year", 365 * DAY),
    ],
)
def test_a_lifetime_is_read_in_seconds_and_limits_its_cookie(text, seconds):
    assert lifetime_seconds(text) == seconds
    assert claims(cookie("a", "necessary", f'lifetime = "{text}"')).cookie_lifetime("a") == seconds


def test_what_has_no_lifetime_lives_for_thirteen_months():
    assert claims(cookie("a*")).cookie_lifetime("ab") == 395 * DAY
    assert claims("").cookie_lifetime("a") == 395 * DAY


# -- the site's own hosts ------------------------------------------------------------------------------------


LOOPBACK = ["localhost", "app.localhost", "127.0.0.1", "127.9.9.9", "[::1]"]


@pytest.mark.parametrize(
    ("host", "own", "foreign"),
    [
        ("www.example.org", ["example.org", "cdn.example.org", "www.example.org"], ["example.com", "org"]),
        ("example.co.uk", ["www.example.co.uk"], ["other.co.uk", "co.uk"]),
        ("me.github.io", ["me.github.io", "x.me.github.io"], ["you.github.io", "github.io"]),
        ("localhost", LOOPBACK, ["", "local.host", "localhost.example.org", "0.0.1", "[::2]", "128.0.0.1"]),
        *((host, LOOPBACK, ["xlocalhost", "127.0.0.1.example.org", "0.0.0.0"]) for host in LOOPBACK),
        ("192.168.0.1", ["192.168.0.1"], ["192.168.0.2", "localhost"]),
        ("[2001:db8::1]", ["[2001:db8::1]"], ["[2001:db8::2]", "[::1]"]),
        ("example.org", [], ["evilexample.org", "example.org.evil.example"]),
    ],
)
def test_own_hosts_are_the_registrable_domain(host, own, foreign):
    found = own_hosts((), host)
    assert all(name in found for name in own)
    assert not any(name in found for name in foreign)


def test_declared_own_hosts_are_all_that_is_own_beside_the_one_that_was_asked():
    found = own_hosts(("Example.org", "*.Static.Example.org"), "www.example.org")
    assert "example.org" in found
    assert "a.static.example.org" in found
    assert "www.example.org" in found
    assert "static.example.org" not in found
    assert "other.example.org" not in found


@settings(deadline=None)
@given(st.text(max_size=30) | st.from_regex(r"[a-z.\-]{1,20}", fullmatch=True))
def test_any_host_is_its_own(host):
    assert host in own_hosts((), host)

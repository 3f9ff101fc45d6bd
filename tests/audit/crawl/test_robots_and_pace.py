"""What a site asks of crawlers: robots.txt (RFC 9309), and when to come back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentgate.audit.crawl.pace import LONGEST_DELAY, LONGEST_WAIT, Pace, TooBusy
from consentgate.audit.crawl.robots import Robots
from consentgate.audit.responses.address import Address, Site
from consentgate.audit.responses.response import Response

SITE = Site("shop.example")
FILE = Address("https", SITE, "/robots.txt")


def robots(body: bytes, status: int = 200) -> Robots:
    return Robots(Response(FILE, status, (), body))


def allows(rules: Robots, path: str) -> bool:
    return rules.allow(Address("https", SITE, *path.split("?")))


def answer(status: int = 200, *headers: tuple[str, str]) -> Response:
    return Response(FILE, status, headers)


# -- robots.txt ----------------------------------------------------------------------------------------------


def test_its_own_group_counts_and_else_that_of_everybody():
    rules = robots(
        b"\xef\xbb\xbfUser-agent: *\nDisallow: /a\n\nUser-Agent: ConsentGate\nDisallow: /b\nAllow: /b/c$\n"
    )
    assert [allows(rules, path) for path in ("/a", "/b", "/b/c", "/b/cd")] == [True, False, True, False]
    everybody = robots(b"user-agent: *\ndisallow: /*?x=\n\nuser-agent: other\ndisallow: /\n")
    assert [allows(everybody, path) for path in ("/", "/p?x=1", "/p?y=1")] == [True, False, True]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_one_that_is_unavailable_allows_all(status):
    assert allows(robots(b"User-agent: *\nDisallow: /", status), "/x")


@pytest.mark.parametrize("status", [0, 429, 500, 503, 599])
def test_one_that_is_unreachable_allows_nothing(status):
    rules = robots(b"User-agent: *\nAllow: /", status)
    assert rules.is_unreachable
    assert not allows(rules, "/x")


def test_delays_and_sitemaps_are_read():
    rules = robots(b"User-agent: *\nCrawl-delay: 7\nSitemap: /map.xml\nSitemap: https://cdn.example/s.xml\n")
    assert rules.delay == 7
    assert [*map(str, rules.sitemaps)] == ["https://shop.example/map.xml", "https://cdn.example/s.xml"]
    assert robots(b"User-agent: *\nRequest-rate: 1/10\n").delay == 10


@given(
    st.binary(max_size=300) | st.text(alphabet="User-agent:*\nDislow/$ Cr%y0", max_size=200).map(str.encode)
)
def test_whatever_the_file_holds_it_is_read(body):
    rules = robots(body)
    allows(rules, "/x?y=%zz")
    assert rules.delay >= 0
    assert isinstance(rules.sitemaps, list)


# -- the pace ------------------------------------------------------------------------------------------------


def test_requests_keep_the_longer_of_both_distances():
    pace = Pace(0.5)
    assert pace.wait(100.0) == 0
    pace.took(answer(), 100.0, 0)
    assert pace.wait(100.2) == pytest.approx(0.3)
    pace.slow_down(7)
    pace.took(answer(), 101.0, 0)
    assert pace.wait(101.0) == 7
    pace.slow_down(3)
    pace.slow_down(86_400)
    pace.took(answer(), 110.0, 0)
    assert pace.wait(110.0) == LONGEST_DELAY


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(("value", "seconds"), [("30", 30), ("Thu, 01 Jan 1970 00:01:00 GMT", 20), ("x", 5)])
def test_it_waits_as_long_as_the_site_asks(status, value, seconds):
    pace = Pace(0.5)
    assert pace.took(answer(status, ("Retry-After", value)), 100.0, wall=40.0)
    assert pace.wait(100.0) == pytest.approx(seconds)


def test_without_a_word_it_waits_longer_each_time():
    pace = Pace(0.5)
    waits = []
    for _ in range(3):
        pace.took(answer(429), 0.0, 0)
        waits.append(pace.wait(0.0))
    assert waits == [5, 20, 80]
    pace.took(answer(200), 0.0, 0)
    pace.took(answer(429), 0.0, 0)
    assert pace.wait(0.0) == 5


def test_a_site_that_asks_for_hours_is_left_alone():
    with pytest.raises(TooBusy, match="3600 seconds"):
        Pace(0.5).took(answer(429, ("retry-after", "3600")), 0.0, 0)


@given(st.text(max_size=40))
def test_whatever_retry_after_says_the_wait_is_bounded(value):
    pace = Pace(1.0)
    try:
        assert pace.took(answer(503, ("Retry-After", value)), 0.0, 0.0)
    except TooBusy as error:
        assert error.seconds > LONGEST_WAIT
    else:
        assert 1.0 <= pace.wait(0.0) <= LONGEST_WAIT

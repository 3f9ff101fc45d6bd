"""The frontier: what is asked for, in which order, and where it ends."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentgate.audit.crawl.frontier import MOST_FILES, MOST_SITEMAPS, Bounds, Frontier, Target
from consentgate.audit.responses.address import Address, Site, address
from consentgate.audit.responses.reading import Kind

SHOP = Site("shop.example")


def at(url: str, kind: Kind = "page", depth: int = 0) -> Target:
    found = address(url, Address("https", SHOP, "/"))
    assert found is not None
    return Target(found, kind, depth)


def drained(frontier: Frontier) -> list[str]:
    found = []
    while (target := frontier.next()) is not None:
        found.append(f"{target.address.path}{'?' * bool(target.address.query)}{target.address.query}")
    return found


def walked(follow, bounds: Bounds) -> list[str]:
    """Walk through a site without an end, whose pages link to what `follow` returns."""
    frontier, found = Frontier([SHOP], bounds), []
    frontier.add(at("/"))
    while (target := frontier.next()) is not None:
        found.append(str(target.address))
        for link in follow(target.address):
            linked = address(link, target.address)
            assert linked is not None
            frontier.add(Target(linked, "page", target.depth + 1))
        assert len(found) < 5000
    return found


def test_each_page_is_asked_for_once_in_whatever_spelling():
    frontier = Frontier([SHOP], Bounds())
    same = (
        "/a",
        "/a#top",
        "//shop.example/a",
        "https://SHOP.example:443/a",
        "/b/../a",
        "/%61",
        "/a?utm_source=x",
    )
    assert [frontier.add(at(url)) for url in same] == [True, *[False] * 6]
    assert [frontier.add(at(url)) for url in ("/q?a=1&b=2", "/q?b=2&a=1", "/q?a=1&fbclid=9&b=2")] == [
        True,
        False,
        False,
    ]
    assert drained(frontier) == ["/a", "/q?a=1&b=2"]


@pytest.mark.parametrize(
    "url",
    [
        "https://other.example/",
        "https://www.shop.example/",
        "https://shop.example:8443/",
        "https://shop.example.evil.example/",
        "https://shop.example@evil.example/",
        "//evil.example/shop.example",
    ],
)
def test_other_hosts_and_ports_are_left_alone(url):
    frontier = Frontier([SHOP], Bounds())
    assert not frontier.add(at(url))
    assert frontier.next() is None


def test_hosts_that_are_named_are_gone_on_to():
    frontier = Frontier([SHOP, Site.parse("blog.example:8443")], Bounds())
    assert frontier.add(at("https://blog.example:8443/x"))
    assert not frontier.add(at("https://blog.example/x"))


def test_every_kind_of_page_comes_before_the_second_of_any():
    frontier = Frontier([SHOP], Bounds(pages=4))
    for url in ("/product/a", "/product/b", "/product/c", "/news/2026-01-01", "/about", "/contact"):
        frontier.add(at(url))
    assert drained(frontier) == ["/product/a", "/news/2026-01-01", "/about", "/contact"]
    assert frontier.beyond == 2


def test_a_calendar_ends():
    def next_day(page):
        day = int("0" + re.sub(r"[^0-9]", "", page.path))
        return [f"/calendar/{day + 1}", f"/calendar/{day + 30}", f"/week-{day}"]

    found = walked(next_day, Bounds(pages=1000, depth=1000, alike=10))
    assert sum("/calendar/" in url for url in found) == 10
    assert sum("/week-" in url for url in found) == 10


def test_links_that_miss_a_slash_end():
    found = walked(lambda page: ["more/", "again/"], Bounds(pages=1000, depth=1000, alike=1000))
    assert len(found) < 200


def test_filters_that_combine_end():
    def filters(page):
        return [f"{page.path}?{page.query}&f{number}=1" for number in range(20)]

    assert len(walked(filters, Bounds(pages=1000, depth=1000, alike=1000))) < 20


def test_depth_is_counted_in_links():
    found = walked(lambda page: [f"/{'x' * len(page.path)}"], Bounds(depth=3))
    assert len(found) == 4


def test_files_and_sitemaps_are_bounded_and_come_first():
    frontier = Frontier([SHOP], Bounds(pages=1))
    frontier.add(at("/"))
    for number in range(MOST_FILES + 10):
        frontier.add(at(f"/{number}.css", "style sheet"))
        frontier.add(at(f"/{number}.xml", "sitemap"))
    found = drained(frontier)
    assert len(found) == MOST_FILES + MOST_SITEMAPS + 1
    assert found[0] == "/0.xml"
    assert found[-1] == "/"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["/", "a/", "../", "b?c=1", "?d=2", "//shop.example/x", "//evil.example/", "7", "%2e%2e/"]
            ),
            st.sampled_from(["page", "script", "sitemap"]),
            st.integers(0, 4),
        ),
        max_size=60,
    ),
    st.integers(1, 10),
)
def test_whatever_is_linked_nothing_is_asked_twice_and_nothing_elsewhere(links, pages):
    frontier = Frontier([SHOP], Bounds(pages=pages, depth=3, alike=3))
    seen: list[Target] = []
    base = Address("https", SHOP, "/")
    for link, kind, depth in links:
        target = address(link, base)
        assert target is not None
        frontier.add(Target(target, kind, depth))
        if (taken := frontier.next()) is not None:
            seen.append(taken)
            base = taken.address
    while (taken := frontier.next()) is not None:
        seen.append(taken)
    keys = [(one.kind, one.address.key) for one in seen]
    assert len(keys) == len({*keys})
    assert all(one.address.site == SHOP for one in seen)
    assert sum(one.kind == "page" for one in seen) <= pages

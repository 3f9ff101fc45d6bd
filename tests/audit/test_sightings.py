"""What becomes of the things that the browser and the page tell."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentgate.audit.browser.recording import Record, Recorded, Written
from consentgate.audit.browser.sightings import (
    pages_to_visit,
    pairs_in,
    requests_of,
    rows_in,
    setter_of,
    socket_host,
)
from consentgate.audit.observations import SeenCookie

URL = "https://shop.example/"


def cookie(name: str, domain: str = "shop.example") -> SeenCookie:
    return SeenCookie(name, domain, "/", None, False, URL)


@pytest.mark.parametrize(
    ("domain", "setter"),
    [
        ("shop.example", "https://shop.example/2"),
        (".shop.example", "https://shop.example/2"),
        ("t.example", "https://t.example/"),
        (".hop.example", "script"),
    ],
)
def test_a_cookie_was_set_by_the_last_response_of_its_domain_or_else_by_a_script(
    domain: str, setter: str
) -> None:
    record = Record()
    record.set_by_response += [(name, f"https://shop.example/{n}") for n, name in enumerate("xaab")]
    record.set_by_response.append(("a", "https://t.example/"))
    record.written.append(Written("cookie", "a", URL, "script"))
    assert setter_of(cookie("a", domain), record) == setter


def test_what_workers_ask_for_is_told_once_and_hints_that_were_obeyed_are_not() -> None:
    record = Record()
    record.requests.append(Recorded("https://a.example/", "script", URL, 5.0))
    record._others += [Recorded(f"https://{name}.example/", "fetch", "", 6.0) for name in "abb"]
    hints = [
        ("preload", "https://a.example/"),
        ("preload", "https://c.example/"),
        ("preconnect", "https://a.example/"),
    ]
    found = [(request.kind, socket_host(request.url)) for request in requests_of(URL, 4.0, record, hints)]
    assert found == [
        ("script", "a.example"),
        ("fetch", "b.example"),
        ("preload", "c.example"),
        ("preconnect", "a.example"),
    ]


@pytest.mark.parametrize(
    ("link", "is_visited"),
    [
        ("https://shop.example/about", True),
        ("https://shop.example/about#team", True),
        ("https://shop.example/about.html", True),
        ("https://shop.example/#top", False),
        ("https://shop.example/?page=2", False),
        ("https://shop.example/logout", False),
        ("https://shop.example/sign-out/now", False),
        ("https://shop.example/cart/add/3", False),
        ("https://shop.example/prices.pdf", False),
        ("https://shop.example/prices.php", True),
        ("https://shop.example/login", False),
        ("https://shop.example/unsubscribe/abc", False),
        ("https://shop.example/userLogout", False),
        ("https://shop.example/checkout", False),
        ("https://shop.example/_privacy/choices", False),
        ("http://shop.example/about", False),
        ("https://others.example/", False),
        ("mailto:us@shop.example", False),
        ("https://[", False),
    ],
)
def test_only_pages_of_the_site_that_do_nothing_are_visited(link: str, is_visited: bool) -> None:
    assert pages_to_visit([link, link], [URL], 5) == ([link.partition("#")[0]] if is_visited else [])


def test_not_more_pages_are_visited_than_asked_for() -> None:
    links = [f"{URL}{number}" for number in range(9)]
    assert pages_to_visit(links, [URL, f"{URL}0"], 2) == [f"{URL}1", f"{URL}2"]


ANYTHING = st.recursive(st.none() | st.text() | st.integers(), st.lists, max_leaves=20)


@given(ANYTHING)
def test_a_page_may_answer_anything(answer: Any) -> None:
    assert all(len(row) == 2 for row in rows_in(answer, 2))
    assert all(isinstance(text, str) for pair in pairs_in(answer) for text in pair)


@given(st.text(), st.lists(st.text() | st.text().map("https://shop.example/{}".format)))
def test_any_links_are_chosen_from(url: str, links: list[str]) -> None:
    assert socket_host(url) == socket_host(url).lower()
    assert set(pages_to_visit(links, [URL], 9)) <= {link.partition("#")[0] for link in links}

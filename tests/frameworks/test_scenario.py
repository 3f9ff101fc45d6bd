"""The same visit, whatever framework and server the shop runs on."""

from __future__ import annotations

import json

import pytest

from .client import Browser
from .conftest import Server

STATS = "stats.vendor.example"
YOUTUBE = "www.youtube.com"


def assert_closed(browser: Browser, path: str = "/", status: int = 200) -> None:
    reply = browser.gets(path)
    assert reply.status == status
    assert STATS not in reply.text
    assert YOUTUBE not in reply.loading
    assert reply.cookie_names <= {"session"}
    assert "counted: True" not in reply.text


def test_before_a_choice_nothing_is_stored_and_nobody_is_contacted(browser: Browser) -> None:
    reply = browser.gets("/")
    assert reply.cookie_names == {"session"}
    assert STATS not in reply.text
    assert YOUTUBE not in reply.loading
    assert 'value="accept"' in reply.text
    assert '<iframe srcdoc="' in reply.text
    assert any("default-src" in policy for policy in reply.values("content-security-policy"))


def test_cookies_without_consent_do_not_reach_the_application(browser: Browser) -> None:
    browser.gets("/")
    browser.cookies |= {"_own": "1", "_st9": "2", "other": "3"}
    assert json.loads(browser.gets("/api").body) == {"cookies": ["session"]}


def test_the_session_lives_on_through_every_decision(browser: Browser) -> None:
    assert "pages: 1" in browser.gets("/").text
    for number, decision in enumerate(("refuse", "accept", "withdraw"), 2):
        browser.decides(decision)
        assert f"pages: {number}" in browser.gets("/").text


def test_after_accept_everything_is_there(browser: Browser) -> None:
    answer = browser.decides("accept", next="/template")
    assert (answer.status, answer.values("location")) == (303, ["/template#consentgate-saved"])
    reply = browser.gets("/")
    assert reply.cookie_names == {"session", "_own", "_st1"}
    assert f'<script src="https://{STATS}/s.js"></script>' in reply.text
    assert '<iframe src="https://www.youtube.com/embed/abc"></iframe>' in reply.text
    assert "counted: True" in reply.text
    assert reply.values("cache-control") == ["private"]
    assert "counted: True" in browser.gets("/template").text


def test_consent_to_one_category_opens_no_other(browser: Browser) -> None:
    browser.decides("save", category="performance")
    reply = browser.gets("/")
    assert STATS in reply.text
    assert YOUTUBE not in reply.loading


@pytest.mark.parametrize("decision", ["refuse", "withdraw"])
def test_after_no_it_is_closed_again_and_cookies_are_gone(browser: Browser, decision: str) -> None:
    browser.decides("accept")
    browser.gets("/")
    assert {"_own", "_st1"} <= browser.cookies.keys()
    browser.decides(decision)
    assert_closed(browser)
    assert browser.cookies.keys() == {"session", "consent"}


def test_an_error_page_stores_and_contacts_no_more_than_another(browser: Browser) -> None:
    assert_closed(browser, "/missing", 404)
    assert_closed(browser, "/broken", 500)


def test_a_streamed_page_arrives_piece_by_piece(browser: Browser, server: Server) -> None:
    response = browser.sends("/live")
    pieces = response.iter_raw()
    first = b""
    while b"<p>first</p>" not in first:
        first += next(pieces)
    # The second piece is made only now: had the gate waited for it, the first would not be here.
    with Browser("127.0.0.1", server.port, protocol=browser.protocol) as other:
        assert other.gets("/go").text == "gone on"
    rest = b"".join(pieces)
    assert b"second" in rest
    assert STATS.encode() not in first + rest


def test_a_large_page_is_whole_and_gated_to_its_end(browser: Browser) -> None:
    closed = browser.gets("/large")
    assert len(closed.body) > 1_000_000
    assert STATS not in closed.text
    assert closed.text.endswith("<p>the end</p></body></html>")
    browser.decides("accept")
    opened = browser.gets("/large").text
    assert opened.endswith(f'<script src="https://{STATS}/s.js"></script><p>the end</p></body></html>')


def assert_gates_the_cookies_of(browser: Browser, path: str, status: int) -> None:
    reply = browser.gets(path)
    assert (reply.status, reply.cookie_names - {"session"}) == (status, set())
    browser.decides("save", category="performance")
    assert browser.gets(path).cookie_names - {"session"} == {"_own", "_st1"}
    # The connection is still good: nothing was sent beyond the answer.
    assert browser.gets("/").status == 200


def test_an_answer_without_a_body_is_gated_too(browser: Browser) -> None:
    assert_gates_the_cookies_of(browser, "/nothing", 204)


def test_a_redirect_is_gated_too(browser: Browser) -> None:
    assert_gates_the_cookies_of(browser, "/moved", 302)


def test_the_handler_of_what_is_not_found_is_gated_too(browser: Browser) -> None:
    assert_gates_the_cookies_of(browser, "/missing", 404)


def test_a_head_request_has_the_headers_of_its_page_and_no_body(browser: Browser) -> None:
    page, head = browser.gets("/large"), browser.gets("/large", "HEAD")
    assert (page.status, head.status, head.body) == (200, 200, b"")
    assert head.values("content-length") in ([], page.values("content-length"))
    for name in ("content-type", "vary", "content-security-policy", "cache-control", "set-cookie"):
        assert head.values(name) == page.values(name)


def test_a_decision_from_another_site_is_refused(browser: Browser) -> None:
    reply = browser.gets(
        "/_privacy/choices",
        "POST",
        "decision=accept",
        Content_Type="application/x-www-form-urlencoded",
        Sec_Fetch_Site="cross-site",
    )
    assert reply.status == 403
    assert_closed(browser)


def test_the_choices_page_shows_what_the_shop_declares(browser: Browser) -> None:
    reply = browser.gets("/_privacy/choices")
    assert reply.status == 200
    assert "Shop Ltd" in reply.text
    assert "Stats" in reply.text
    assert "session" in reply.text

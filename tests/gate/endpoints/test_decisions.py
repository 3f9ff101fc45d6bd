"""Decisions: who may make them, and what else makes none (requirements B1, B11)."""

from __future__ import annotations

import html
import re
from urllib.parse import urlencode

import pytest

from gate.conftest import MakeSite
from gate.driver import Headers, Reply, Site

FORM = ("Content-Type", "application/x-www-form-urlencoded")


@pytest.fixture
def site(make_site: MakeSite) -> Site:
    return make_site()


def sends(site: Site, *headers: tuple[str, str], host: str = "www.example.org") -> int:
    return site.asks(
        "/_privacy/choices", "POST", [("Host", host), *headers, FORM], b"decision=accept&next=/"
    ).status


SITE = "Sec-Fetch-Site"


@pytest.mark.parametrize(
    "headers",
    [
        [(SITE, "same-origin")],
        [(SITE, "same-origin"), ("Origin", "https://www.example.org")],
        [(SITE, "same-origin"), ("Origin", "http://www.example.org")],
        [(SITE, "same-origin"), ("Origin", "https://WWW.Example.org:443")],
        [(SITE, "same-origin"), ("Origin", "null")],
        # A proxy may have hidden the port; the browser has compared it.
        [(SITE, "same-origin"), ("Origin", "https://www.example.org:8443")],
        [("Origin", "https://www.example.org")],
        [("Origin", "http://www.example.org:80")],
    ],
)
def test_a_decision_from_the_same_origin_counts_B11(site: Site, headers: Headers) -> None:
    assert sends(site, *headers) == 303


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(SITE, "cross-site")],
        [(SITE, "same-site")],
        [(SITE, "none")],
        [(SITE, "")],
        [(SITE, "Same-Origin")],
        [(SITE, "same-origin"), (SITE, "cross-site")],
        [(SITE, "cross-site"), ("Origin", "https://www.example.org")],
        [(SITE, "same-site"), ("Origin", "https://www.example.org")],
        [(SITE, "none"), ("Origin", "null")],
        [(SITE, "same-origin"), ("Origin", "https://example.org")],
        [(SITE, "same-origin"), ("Origin", "https://evil.example")],
        [(SITE, "same-origin"), ("Origin", "https://www.example.org.evil.example")],
        [(SITE, "same-origin"), ("Origin", "")],
        [("Origin", "null")],
        [("Origin", "")],
        [("Origin", "https://shop.example.org")],
        [("Origin", "https://example.org")],
        [("Origin", "https://www.example.org:8443")],
        [("Origin", "https://www.example.org:8000")],
        [("Origin", "www.example.org")],
        [("Origin", "//www.example.org")],
        [("Origin", "file://www.example.org")],
        [("Origin", "https://www.example.org/path")],
        [("Origin", "https://www.example.org@evil.example")],
        [("Origin", "https://evil.example"), ("Origin", "https://www.example.org")],
        [("Origin", "https://www.example.org"), ("Origin", "https://www.example.org")],
        [("Referer", "https://www.example.org/")],
    ],
)
def test_a_decision_from_anywhere_else_is_refused_B11(site: Site, headers: Headers) -> None:
    assert sends(site, *headers) == 403


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("127.0.0.1:8000", "http://127.0.0.1:8000", 303),
        ("127.0.0.1:8000", "http://127.0.0.1:8001", 403),
        ("127.0.0.1:8000", "http://127.0.0.1", 403),
        ("[::1]:8000", "http://[::1]:8000", 303),
        ("[::1]:8000", "http://[0:0::1]:8000", 303),
        ("[::1]:8000", "http://[::2]:8000", 403),
        ("localhost:80", "http://localhost", 303),
        ("example.org.", "https://example.org", 303),
        ("b\xfccher.example", "https://xn--bcher-kva.example", 303),
        # What is no host equals none, not even itself.
        ("", "https://", 403),
        ("a/b", "https://a/b", 403),
        ("a;b", "https://a;b", 403),
        ("*", "https://*", 403),
        ("a b", "https://a b", 403),
    ],
)
def test_hosts_and_ports_are_compared_as_browsers_read_them_B11(
    site: Site, host: str, origin: str, status: int
) -> None:
    assert sends(site, ("Origin", origin), host=host) == status


OWN_PAGE = "https://www.example.org/_privacy/choices"
DEST, MODE = "Sec-Fetch-Dest", "Sec-Fetch-Mode"
FROM_OWN_WINDOW: list[Headers] = [
    [],
    [(DEST, "document"), (MODE, "navigate"), ("Sec-Fetch-User", "?1")],
    # WebKit does not say whether a person has acted; and the snippet asks as any script does.
    [(DEST, "document"), (MODE, "navigate")],
    [(DEST, "empty"), (MODE, "cors")],
    [(DEST, "document")],
    # Passed on by the site's service worker, from our own page, which no frame shows.
    *(
        [(DEST, "empty"), (MODE, mode), ("Referer", f"{OWN_PAGE}?next=/")]
        for mode in ("navigate", "same-origin")
    ),
]
FROM_ELSEWHERE: list[Headers] = [
    *([(DEST, dest), (MODE, "navigate")] for dest in ("iframe", "frame", "embed", "object", "fencedframe")),
    *(
        [(DEST, dest), (MODE, "navigate")]
        for dest in ("", "Document", "document ", "document, iframe", "image")
    ),
    [(DEST, "document"), (DEST, "iframe"), (MODE, "navigate")],
    *([(DEST, "empty"), (MODE, mode)] for mode in ("no-cors", "websocket", "", "CORS")),
    [(DEST, "iframe")],
    [(DEST, "iframe"), ("Referer", OWN_PAGE)],
    [(DEST, "document"), (MODE, "cors")],
    *(
        [(DEST, "empty"), (MODE, mode), *came]
        for mode in ("navigate", "same-origin")
        for came in (
            [],
            [("Referer", "https://www.example.org/")],
            [("Referer", f"{OWN_PAGE}/x")],
            [("Referer", "https://shop.example.org/_privacy/choices")],
        )
    ),
    [(MODE, "no-cors")],
]


@pytest.mark.parametrize("headers", FROM_OWN_WINDOW)
@pytest.mark.parametrize("form", [{"decision": "accept"}, {"decision": "save", "service": "films"}])
def test_a_consent_from_a_window_of_its_own_counts(
    site: Site, headers: Headers, form: dict[str, str]
) -> None:
    reply = site.decides(headers=[(SITE, "same-origin"), *headers], **form)
    assert reply.status == 303
    assert len(reply.set_cookies) == 1


@pytest.mark.parametrize("headers", FROM_ELSEWHERE)
@pytest.mark.parametrize("form", [{"decision": "accept"}, {"decision": "save", "service": "films"}])
@pytest.mark.parametrize("allowed", [(), ("films",), ("performance", "third-party")])
def test_a_consent_from_a_frame_opens_nothing(
    site: Site, headers: Headers, form: dict[str, str], allowed: tuple[str, ...]
) -> None:
    cookie = site.chooses("save", service=list(allowed), category=list(allowed)) if allowed else ""
    reply = site.decides(
        cookie=cookie, headers=[(SITE, "same-origin"), *headers], next="/news?a=b&c=d", **form
    )
    assert reply.status == 403
    assert reply.values("set-cookie") == []
    # The page can be seen in the frame, and leads out of it. Nothing can be decided on it.
    link = b'href="/_privacy/choices?next=/news%3Fa%3Db%26c%3Dd" target="_blank" rel="noopener nofollow"'
    assert link in reply.body
    assert b"<form" not in reply.body
    assert reply.values("x-frame-options") == []
    assert "frame-ancestors" not in reply.value("content-security-policy")
    assert "default-src 'none'" in reply.value("content-security-policy")


FORM_SENT = [(SITE, "same-origin"), ("Sec-Fetch-Dest", "document"), ("Sec-Fetch-Mode", "navigate")]
TELLING = [
    [("Sec-CH-UA", '"Chromium";v="140"')],
    [("User-Agent", "Mozilla/5.0 Gecko/20100101 Firefox/140.0")],
]


@pytest.mark.parametrize("browser", TELLING)
def test_a_script_that_sends_a_form_consents_to_nothing(site: Site, browser: Headers) -> None:
    reply = site.decides("accept", headers=[*FORM_SENT, *browser], next="/news?a=b")
    assert reply.set_cookies == []
    assert (reply.status, reply.value("location")) == (303, "/_privacy/choices?next=/news%3Fa%3Db")
    # A person may, and whoever acts for one may say no.
    person = [*FORM_SENT, *browser, ("Sec-Fetch-User", "?1")]
    assert len(site.decides("accept", headers=person).set_cookies) == 1
    assert len(site.decides("refuse", headers=[*FORM_SENT, *browser]).set_cookies) == 1


def test_browsers_that_do_not_tell_are_not_refused(site: Site) -> None:
    assert len(site.decides("accept", headers=FORM_SENT).set_cookies) == 1


@pytest.mark.parametrize("headers", FROM_ELSEWHERE)
@pytest.mark.parametrize("decision", ["refuse", "withdraw", "save"])
def test_a_refusal_from_a_frame_takes_effect(site: Site, headers: Headers, decision: str) -> None:
    reply = site.decides(decision, site.chooses("accept"), headers=[(SITE, "same-origin"), *headers])
    assert reply.status == 303
    assert reply.values("clear-site-data")


def test_a_refused_decision_changes_nothing(site: Site) -> None:
    reply = site.decides("accept", headers=[(SITE, "cross-site")])
    assert reply.values("set-cookie") == []
    assert reply.values("location") == []
    cookie = site.chooses("accept")
    assert site.decides("withdraw", cookie, headers=[(SITE, "same-site")]).values("set-cookie") == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_no_other_method_decides_anything_B1(site: Site, method: str) -> None:
    query = urlencode({"decision": "accept", "category": "performance"})
    headers = [
        (SITE, "same-origin"),
        ("Origin", "https://www.example.org"),
        ("Sec-Purpose", "prefetch"),
        FORM,
    ]
    reply = site.asks(f"/_privacy/choices?{query}", method, headers, query.encode())
    assert reply.values("set-cookie") == []
    assert reply.status == (200 if method in ("GET", "HEAD") else 405)
    if reply.status == 405:
        assert reply.value("allow") == "GET, HEAD, POST"
        assert site.asks("/_privacy/visitor.css", method, headers).value("allow") == "GET, HEAD"


def test_the_application_never_sees_a_decision(site: Site) -> None:
    site.decides("accept")
    site.decides("accept", headers=[(SITE, "cross-site")])
    assert site.app.seen == []


def test_an_accept_that_would_open_nothing_is_stored_as_no_grant(make_site: MakeSite) -> None:
    site = make_site(policy='[site]\nname="S"\ncontroller="C"\ncontact="c@example.org"\n')
    first = site.chooses("accept")
    assert first == site.chooses("refuse")


@pytest.mark.parametrize(
    ("form", "open_categories"),
    [
        ({"category": "performance"}, {"performance"}),
        ({"category": ["performance", "third-party"]}, {"performance", "third-party"}),
        ({"category": ["no-such", "third-party"], "service": "none"}, {"third-party"}),
        ({"category": "necessary"}, set()),
        ({"category": "Performance"}, set()),
        ({"service": "pay"}, set()),
        ({}, set()),
    ],
)
def test_saving_takes_ids_and_ignores_unknown_ones(
    site: Site, form: dict[str, str | list[str]], open_categories: set[str]
) -> None:
    site.gets("/", site.chooses("save", **form))
    consent = site.app.seen[-1].consent
    assert {c for c in ("performance", "third-party") if consent.allows(c)} == open_categories
    assert consent.allows("necessary")


def test_one_service_is_granted_without_its_category(site: Site) -> None:
    site.gets("/", site.chooses("save", service="heat"))
    consent = site.app.seen[-1].consent
    assert consent.allows("heat")
    assert not consent.allows("stats")
    with pytest.raises(ValueError, match="no-such"):
        consent.allows("no-such")


# -- pages that answer a form --------------------------------------------------------------------------------


def next_of(reply: Reply) -> str:
    [value] = set(re.findall(rb'name="next" value="([^"]*)"', reply.body))
    return html.unescape(value.decode())


@pytest.mark.parametrize(
    ("referers", "next"),
    [
        ([], "/order?step=2"),
        (["https://www.example.org/cart?a=b&c=d#top"], "/cart?a=b&c=d"),
        (["https://www.example.org"], "/"),
        (["http://www.example.org:8080/cart"], "/cart"),
        (["https://www.example.org//evil.example/"], "/"),
        (["https://www.example.org/\\evil.example/"], "/"),
        *(
            ([referer], "/order?step=2")
            for referer in (
                *(
                    "https://evil.example/cart",
                    "https://www.example.org.evil.example/",
                    "//www.example.org/x",
                ),
                *(
                    "",
                    "junk",
                    "https://[",
                    "javascript://www.example.org/%0aalert(1)",
                    "https://example.org/",
                ),
            )
        ),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_after_a_form_a_decision_leads_to_a_page_that_can_be_asked_for_again(
    site: Site, method: str, referers: list[str], next: str
) -> None:
    reply = site.asks("/order?step=2", method, [("Referer", referer) for referer in referers])
    assert next_of(reply) == next
    assert f' data-before="{html.escape(next)}"></script>'.encode() in reply.body


def test_any_other_page_is_led_back_to(site: Site) -> None:
    reply = site.asks("/order?step=2", headers=[("Referer", "https://www.example.org/cart")])
    assert next_of(reply) == "/order?step=2"
    assert b"data-before" not in reply.body

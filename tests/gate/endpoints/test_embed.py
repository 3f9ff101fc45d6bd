"""One embed, opened once: by whom, what comes of it, and that it opens nothing else."""

from __future__ import annotations

import html
import re
from urllib.parse import urlencode

import pytest

from gate.conftest import MakeSite
from gate.driver import POLICY, Headers, Page, Reply, Site, make_gate

FORM = ("Content-Type", "application/x-www-form-urlencoded")
SAME_ORIGIN = [("Sec-Fetch-Site", "same-origin"), ("Origin", "https://www.example.org")]
FILM = b'<!doctype html><p><iframe src="https://films.example/1?a=1&amp;b=2" title="A film"></iframe></p>'


@pytest.fixture
def site(make_site: MakeSite) -> Site:
    return make_site(Page(FILM))


def placeholder(reply: Reply) -> str:
    found = re.search(r'srcdoc="([^"]*)"', reply.body.decode())
    assert found is not None
    return html.unescape(found[1])


def embed_in(document: str) -> str:
    found = re.search("name='embed' value='([^']+)'", document)
    assert found is not None
    return found[1]


def opens(site: Site, embed: str, headers: Headers | None = None, **fields: str) -> Reply:
    form = urlencode({"next": "/page", "embed": embed, **fields}).encode()
    return site.asks("/_privacy/embed", "POST", [*(SAME_ORIGIN if headers is None else headers), FORM], form)


def test_the_answer_holds_the_embed_alone_and_records_nothing(site: Site) -> None:
    reply = opens(site, embed_in(placeholder(site.gets("/page"))))
    assert reply.status == 200
    assert b'<iframe src="https://films.example/1?a=1&amp;b=2" title="A film"></iframe>' in reply.body
    assert reply.values("set-cookie") == []
    policy = reply.value("content-security-policy")
    assert policy == (
        "default-src 'none'; style-src 'self'; frame-src films.example:* *.films.example:*; "
        "base-uri 'none'; frame-ancestors 'self'"
    )
    assert reply.value("x-frame-options") == "SAMEORIGIN"
    # Nothing but this answer is open.
    assert b"<iframe srcdoc" in site.gets("/page").body


def test_the_way_back_shows_the_placeholder_again(site: Site) -> None:
    reply = opens(site, embed_in(placeholder(site.gets("/page?n=1"))), next="/page?n=1")
    found = re.search(rb'<a href="([^"]+)"', reply.body)
    assert found is not None
    again = site.gets(html.unescape(found[1].decode()))
    assert again.status == 200
    assert again.body.decode().split("<div>")[1] == placeholder(site.gets("/page?n=1")).split("<div>")[1]
    assert b"<iframe" not in again.body
    assert "frame-src" not in again.value("content-security-policy")


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Sec-Fetch-Site", "cross-site")],
        [("Sec-Fetch-Site", "same-site"), ("Origin", "https://www.example.org")],
        [("Origin", "https://evil.example")],
        [("Origin", "null")],
    ],
)
def test_nobody_from_another_origin_opens_anything_B11(site: Site, headers: Headers) -> None:
    reply = opens(site, embed_in(placeholder(site.gets("/page"))), headers)
    assert reply.status == 403
    assert b"films.example" not in reply.body


@pytest.mark.parametrize("destination", ["iframe", "frame", "document"])
def test_a_script_that_sends_the_form_opens_nothing(site: Site, destination: str) -> None:
    embed = embed_in(placeholder(site.gets("/page")))
    navigates = [("Sec-Fetch-Dest", destination), ("Sec-Fetch-Mode", "navigate")]
    for browser in (("Sec-CH-UA", '"Chromium";v="140"'), ("User-Agent", "Gecko/20100101 Firefox/140.0")):
        sent = [*SAME_ORIGIN, *navigates, browser]
        shown = opens(site, embed, sent)
        assert shown.status == 200
        assert b"<iframe" not in shown.body
        assert "frame-src" not in shown.value("content-security-policy")
        # A person may, on the placeholder that comes instead.
        assert embed_in(shown.body.decode()) == embed
        assert b"<iframe" in opens(site, embed, [*sent, ("Sec-Fetch-User", "?1")]).body


def test_a_get_opens_nothing_B1(site: Site) -> None:
    embed = embed_in(placeholder(site.gets("/page")))
    for method in ("GET", "HEAD"):
        reply = site.asks(f"/_privacy/embed?{urlencode({'embed': embed})}", method, SAME_ORIGIN)
        assert b"<iframe" not in reply.body
    for query in ("", "?embed=x", "?embed=" + embed[:-1]):
        assert site.gets(f"/_privacy/embed{query}").status == 404
    assert site.asks("/_privacy/embed", "PUT", SAME_ORIGIN).status == 405


@pytest.mark.parametrize("changed", ["", "x", "{}x", "x{}", "{}="])
def test_what_the_site_has_not_signed_opens_nothing(site: Site, changed: str) -> None:
    embed = embed_in(placeholder(site.gets("/page")))
    assert opens(site, changed.format(embed)).status == 400


def test_a_form_that_cannot_be_read_opens_nothing(site: Site) -> None:
    for type, body, status in (("text/plain", b"embed=x", 400), (FORM[1], b"x" * (17 << 10), 413)):
        reply = site.asks("/_privacy/embed", "POST", [*SAME_ORIGIN, ("Content-Type", type)], body)
        assert reply.status == status


@pytest.mark.parametrize(
    "policy",
    [
        POLICY.replace('"films"\nname', '"movies"\nname'),
        POLICY.replace('hosts = ["films.example", "*.films.example"]', 'hosts = ["other.example"]'),
        POLICY.replace('name = "Films"\ncategory = "third-party"', 'name = "Films"\ncategory = "never"'),
    ],
    ids=["gone", "elsewhere", "never"],
)
def test_only_a_service_that_consent_could_open_now_is_opened(make_site: MakeSite, policy: str) -> None:
    embed = embed_in(placeholder(make_site(Page(FILM)).gets("/page")))
    reply = opens(make_site(Page(FILM), gate=make_gate(policy)), embed)
    assert reply.status == 403
    assert b"films.example" not in reply.body


@pytest.mark.parametrize(
    "frame",
    [
        '<iframe src="https://nobody.example/1"></iframe>',
        '<iframe src="https://pay.example/1"></iframe>',
        '<iframe src="data:text/html,<script src=https://films.example/s></script>"></iframe>',
    ],
)
def test_what_cannot_be_opened_has_no_button(make_site: MakeSite, frame: str) -> None:
    document = placeholder(make_site(Page(f"<!doctype html>{frame}".encode())).gets("/page"))
    assert "Load once" not in document


def test_always_allow_adds_to_what_is_granted(site: Site) -> None:
    allowed = site.decides("allow", headers=SAME_ORIGIN, service="films", next="/page")
    assert (allowed.status, allowed.value("location")) == (303, "/page#consentgate-saved")
    films = allowed.set_cookies[0].partition(";")[0]
    body = site.gets("/page", films).body
    assert b"srcdoc" not in body
    assert b"consentgate-banner" not in body  # the question is answered
    both = site.decides("allow", films, headers=SAME_ORIGIN, service="heat").set_cookies[0].partition(";")[0]
    assert b"srcdoc" not in site.gets("/page", both).body
    assert site.decides("allow", both, headers=SAME_ORIGIN, service="heat").values("set-cookie") == []
    assert site.decides("allow", headers=SAME_ORIGIN, service="nobody").values("set-cookie") == []


def test_always_allow_counts_only_in_a_window_of_its_own(site: Site) -> None:
    framed = [*SAME_ORIGIN, ("Sec-Fetch-Dest", "iframe"), ("Sec-Fetch-Mode", "navigate")]
    reply = site.decides("allow", headers=framed, service="films")
    assert (reply.status, reply.values("set-cookie")) == (403, [])
    window = [*SAME_ORIGIN, ("Sec-Fetch-Dest", "document"), ("Sec-Fetch-Mode", "navigate")]
    assert site.decides("allow", headers=window, service="films").status == 303


PARTIAL = b'<div><iframe src="https://films.example/1"></iframe></div>'


@pytest.mark.parametrize(
    ("headers", "page"),
    [
        ([("HX-Request", "true"), ("HX-Current-URL", "https://www.example.org/list?p=2#x")], "/list?p=2"),
        ([("HX-Request", "true"), ("Referer", "https://www.example.org/list")], "/list"),
        ([("HX-Request", "true"), ("HX-Current-URL", "https://evil.example/list")], "/part"),
        ([("HX-Request", "true"), ("HX-Boosted", "true"), ("HX-Current-URL", "/list")], "/part"),
        ([("Turbo-Frame", "films"), ("Referer", "https://www.example.org/list")], "/list"),
        (
            [
                ("Accept", "text/vnd.turbo-stream.html, text/html"),
                ("Referer", "https://www.example.org/list"),
            ],
            "/list",
        ),
        ([("Referer", "https://www.example.org/list")], "/part"),
    ],
)
def test_a_partial_leads_back_to_the_page_that_shows_it(
    make_site: MakeSite, headers: Headers, page: str
) -> None:
    reply = make_site(Page(PARTIAL)).asks("/part", headers=headers)
    assert f"name='next' value='{page}'" in placeholder(reply)
    if page == "/list":
        # A shared copy would tell others where it was shown.
        assert "referer" in ", ".join(reply.values("vary")).lower()


def test_under_a_foreign_base_addresses_are_absolute(make_site: MakeSite) -> None:
    page = Page(b'<!doctype html><base href="https://films.example/"><body>' + FILM)
    document = placeholder(make_site(page).gets("/page"))
    assert "action='//www.example.org/_privacy/embed'" in document
    assert "href='//www.example.org/_privacy/placeholder-" in document


def test_the_style_sheet_may_be_kept_for_good_and_bears_the_sites_nonce(make_site: MakeSite) -> None:
    csp = ("Content-Security-Policy", "style-src 'nonce-bm9uY2U='; frame-src 'self'")
    site = make_site(Page(FILM, headers=[("Content-Type", "text/html"), csp]))
    found = re.search("<link rel='stylesheet' nonce='bm9uY2U=' href='([^']+)'>", placeholder(site.gets()))
    assert found is not None
    sheet = site.gets(found[1])
    assert sheet.value("content-type") == "text/css; charset=utf-8"
    assert "immutable" in sheet.value("cache-control")


# -- a frame that a script would have put into the page ------------------------------------------------------

FRAMED = [("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Dest", "iframe"), ("Sec-Fetch-Mode", "navigate")]
LATE = "/_privacy/embed?" + urlencode(
    {"src": "https://films.example/2?a=1", "allow": "fullscreen", "class": "wide", "next": "/page?n=1"}
)


def test_the_guard_gets_a_placeholder_that_opens_what_a_script_framed(site: Site) -> None:
    reply = site.asks(LATE, headers=FRAMED)
    assert reply.status == 200
    assert reply.value("x-frame-options") == "SAMEORIGIN"
    assert b"Films" in reply.body
    opened = opens(site, embed_in(reply.body.decode()))
    assert b'<iframe src="https://films.example/2?a=1" title="Films" allow="fullscreen">' in opened.body


def test_what_nobody_declared_has_a_placeholder_that_opens_nothing(site: Site) -> None:
    reply = site.asks("/_privacy/embed?src=https://nobody.example/&next=/", headers=FRAMED)
    assert reply.status == 200
    assert b"nobody.example" in reply.body
    assert b"<form" not in reply.body


@pytest.mark.parametrize(
    "src", ["https://www.example.org/own", "/own", "javascript:alert(1)", "", "https://"]
)
def test_what_needs_no_consent_has_none(site: Site, src: str) -> None:
    query = urlencode({"src": src, "next": "/"})
    assert site.asks(f"/_privacy/embed?{query}", headers=FRAMED).status == 404


@pytest.mark.parametrize(
    "headers",
    [
        [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Dest", "iframe")],
        [("Sec-Fetch-Site", "same-site"), ("Sec-Fetch-Dest", "iframe")],
        [("Sec-Fetch-Site", "none"), ("Sec-Fetch-Dest", "document")],
        [("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Dest", "document")],
    ],
)
def test_nobody_else_is_told_what_opens_it(site: Site, headers: Headers) -> None:
    assert site.asks(LATE, headers=headers).status == 404

"""Social buttons become plain links, with which a visitor can share a page all the same."""

from __future__ import annotations

import logging
import re
from urllib.parse import parse_qsl, urlsplit
from xml.etree.ElementTree import Element

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentgate.gate.message import Request
from gate.conftest import MakeSite
from gate.driver import HTML, POLICY, Page, Site, make_gate
from gate.response.social_buttons import CLOSED, SNIPPETS, X_SDK

HEAD = "<!doctype html><html><head><title>\n Spring &amp; summer </title>{}</head><body><main>"
HERE = "https://www.example.org/news"


def links_in(html: bytes) -> list[Element]:
    page = html5lib.parse(html, namespaceHTMLElements=False, transport_encoding="utf-8")
    main = page.find(".//main")
    assert main is not None
    return [a for a in main.iter("a") if "/_privacy/" not in a.attrib.get("href", "")]


def sent(site: Site, body: str, head: str = "", path: str = "/news", cookie: str = "") -> bytes:
    site.app.page = Page((HEAD.format(head) + body + "</main>").encode(), headers=[HTML])
    return site.gets(path, cookie).body


def main_of(html: bytes) -> str:
    return html.decode().partition("<main>")[2].partition("</main>")[0]


@pytest.mark.parametrize("name", SNIPPETS)
def test_a_snippet_becomes_a_link(make_site: MakeSite, name: str) -> None:
    snippet, href = SNIPPETS[name]
    site = make_site()
    for _ in range(3):  # met before, too
        page = sent(site, snippet)
        (link,) = links_in(page)
        assert link.attrib["href"] == href
        assert link.text
        assert b"consentgate-placeholder" not in page
        assert "<script" not in main_of(page)


def test_a_link_is_one_phrasing_element_with_words_that_opens_elsewhere(make_site: MakeSite) -> None:
    assert main_of(sent(make_site(), '<p><span class="fb-like"></span></p>')) == (
        '<p><a class="consentgate-share" href="https://www.facebook.com/sharer/sharer.php?u='
        'https%3A%2F%2Fwww.example.org%2Fnews" rel="noopener noreferrer nofollow" target="_blank" lang="en" '
        'dir="ltr">Share on Facebook</a></p>'
    )


def test_with_consent_nothing_changes(make_site: MakeSite) -> None:
    site = make_site(policy=POLICY + '\n[[service]]\nuse = "facebook"\ncategory = "third-party"\n')
    snippet = SNIPPETS["facebook share"][0]
    assert main_of(sent(site, snippet, cookie=site.chooses("accept"))) == snippet


@pytest.mark.parametrize(
    ("head", "path", "shared"),
    [
        ("", "/news", HERE),
        ("", "/news?page=2&utm_source=x&fbclid=1&UTM_id", f"{HERE}?page=2"),
        ("", "/news?utm_source=x", HERE),
        ("", "/a%22%3E%3Cscript%3E", "https://www.example.org/a%22%3E%3Cscript%3E"),
        (
            '<link rel="canonical" href="/canonical?a=b&amp;c">',
            "/news",
            "https://www.example.org/canonical?a=b&c",
        ),
        ("<LINK HREF='https://e.org/' REL='Canonical nofollow'>", "/news", "https://e.org/"),
        (
            '<link rel="canonical" href="/1"><link rel="canonical" href="/2">',
            "/",
            "https://www.example.org/1",
        ),
        ('<link rel="canonical" href="javascript:alert(1)">', "/news", HERE),
        ('<link rel="alternate" href="/canonical">', "/news", HERE),
        ('<template><link rel="canonical" href="/t"></template>', "/news", HERE),
        ('<!-- <link rel="canonical" href="/c"> -->', "/news", HERE),
        (f'<link rel="canonical" href="/{"c" * 3000}">', "/news", HERE),
        ("", f"/news?{'a' * 3000}", HERE),
        ('<base href="/b/"><link rel="canonical" href="c">', "/news", "https://www.example.org/b/c"),
    ],
)
def test_the_pages_address_is_what_it_says_itself(
    make_site: MakeSite, head: str, path: str, shared: str
) -> None:
    (link,) = links_in(sent(make_site(), "<div class=fb-like></div>", head, path))
    assert dict(parse_qsl(urlsplit(link.attrib["href"]).query)) == {"u": shared}


def test_the_same_button_on_another_page_shares_that(make_site: MakeSite) -> None:
    site = make_site()
    for path in ("/a", "/a", "/a", "/b", "/c?d=e"):
        (link,) = links_in(sent(site, "<div class=fb-like></div>", path=path))
        assert dict(parse_qsl(urlsplit(link.attrib["href"]).query)) == {"u": f"https://www.example.org{path}"}


def test_what_has_not_been_read_yet_is_left_out(make_site: MakeSite) -> None:
    site = make_site(Page(b"<div class=st_reddit></div><title>Late</title><main>", headers=[HTML]))
    assert b"title=" not in site.gets("/").body
    assert b"?url=https%3A%2F%2Fwww.example.org%2F&" not in site.gets("/").body


@pytest.mark.parametrize(
    "body",
    [
        "<a href=/x><span class=fb-like></span></a>",
        "<table><tr><div class=fb-like></div></table>",
        "<select><div class=fb-like></div></select>",
        "<picture><div class=fb-like></div></picture>",
        "<div class=fb-like hidden></div>",
        "<div class=fb-like style='display: none'></div>",
        "<noscript><div class=fb-like></div></noscript>",
    ],
)
def test_where_no_link_can_stand_there_is_none(make_site: MakeSite, body: str) -> None:
    assert "consentgate-share" not in main_of(sent(make_site(), body))


def test_a_button_in_the_head_leaves_the_head_as_it_is(make_site: MakeSite) -> None:
    page = sent(make_site(), "<p>", '<script type="IN/Share"></script><meta name=a>')
    assert b"consentgate-share" not in page
    assert page.index(b"<meta name=a>") < page.index(b"</head>")


@pytest.mark.parametrize(
    "quote",
    [
        '<blockquote class="twitter-tweet"><p>Text</p><a href="https://twitter.com/x/status/1">May</a>'
        "</blockquote>",
        '<blockquote class="instagram-media" data-instgrm-permalink="https://www.instagram.com/p/x/">A '
        '<a href="https://www.instagram.com/p/x/">A post</a></blockquote>',
        '<blockquote class="tiktok-embed" cite="https://www.tiktok.com/@x/video/1" data-video-id="1">'
        '<section><a href="https://www.tiktok.com/@x">@x</a></section></blockquote>',
        '<blockquote class="bluesky-embed" data-bluesky-uri="at://x"><p>Text</p>'
        '<a href="https://bsky.app/profile/x/post/1">1 May</a></blockquote>',
        '<blockquote class="reddit-embed-bq"><a href="https://www.reddit.com/r/x/">x</a></blockquote>',
        '<a class="twitter-timeline" href="https://twitter.com/x">Posts by x</a>',
        '<a class="twitter-follow-button" href="https://twitter.com/x">Follow</a>',
    ],
)
def test_a_quote_and_a_link_to_a_profile_stay_as_they_are(make_site: MakeSite, quote: str) -> None:
    scripts = '<script async src="//www.instagram.com/embed.js"></script>' + X_SDK
    assert main_of(sent(make_site(), quote + scripts)) == quote


@pytest.mark.parametrize("mode", ["links", "placeholder", "none"])
@pytest.mark.parametrize("button", CLOSED)
def test_a_button_of_a_service_that_has_closed_goes_and_the_log_says_so_once(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture, button: str, mode: str
) -> None:
    site = make_site(policy=POLICY.replace("[site]", f'[site]\nshare_links = "{mode}"'))
    with caplog.at_level(logging.WARNING):
        for path in ("/a", "/b", "/c"):
            assert main_of(sent(site, f"<p>x{button}y", path=path)) == "<p>xy"
    (told,) = [record.getMessage() for record in caplog.records if "has closed" in record.getMessage()]
    assert "take it out of your pages" in told
    assert "[[service]]" not in caplog.text


def test_a_policy_may_choose_a_placeholder_or_nothing(make_site: MakeSite) -> None:
    button = "<div class=fb-like></div>"
    link = '<a class="twitter-share-button" href="https://twitter.com/share">Tweet</a>'
    pin = '<a data-pin-do="buttonBookmark" href="https://www.pinterest.com/pin/create/button/"></a>'
    placeholder = make_site(policy=POLICY.replace("[site]", '[site]\nshare_links = "placeholder"'))
    assert re.fullmatch('<span class="consentgate-placeholder".*</span>', main_of(sent(placeholder, button)))
    assert main_of(sent(placeholder, link + pin)) == link + pin
    nothing = make_site(policy=POLICY.replace("[site]", '[site]\nshare_links = "none"'))
    assert main_of(sent(nothing, f"x{button}{pin}y")) == "xy"
    assert main_of(sent(nothing, link)) == link


def test_a_single_page_gets_none() -> None:
    page = '<main><a class="twitter-share-button" href="https://twitter.com/share">Tweet</a>'
    rewritten = make_gate().rewrite(page.encode(), url=HERE)
    assert rewritten.html == page.encode()
    assert b"consentgate-share" not in make_gate().rewrite(b"<div class=fb-like></div>", url=HERE).html


# -- whatever the page says ------------------------------------------------------------------------------

_GATE = make_gate()
_values = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            '"><script>alert(1)</script>',
            "javascript:alert(1)",
            "data:text/html,<script>",
            "&quot;&gt;&lt;",
            "'",
        ]
    ),
)
_markup = st.builds(
    lambda tag, names, quote: "<{0} {1}>x</{0}>".format(
        tag[0],
        " ".join((tag[1], *(f"{name}={quote}{value.replace(quote, '')}{quote}" for name, value in names))),
    ),
    st.sampled_from(
        [
            ("div", "class=fb-like"),
            ("div", "class=fb-page"),
            ("a", "class=twitter-share-button"),
            ("fb:like", ""),
            ("script", "type=IN/Share"),
            ("a", "data-pin-do=buttonPin"),
            ("span", "class=st_email"),
        ]
    ),
    st.lists(st.tuples(st.sampled_from(("href", "data-href", "data-url", "data-text", "st_title")), _values)),
    st.sampled_from("\"'"),
)


@settings(max_examples=200)
@given(st.lists(_markup, max_size=4), _values, st.integers(1, 40))
def test_whatever_the_markup_says_links_are_plain_and_pieces_make_no_difference(
    markup: list[str], title: str, size: int
) -> None:
    page = f"<!doctype html><title>{title}</title><body><main>{''.join(markup)}</main>".encode(
        "utf-8", "replace"
    )
    outputs = []
    for step in (len(page), size):
        exchange = _GATE.exchange(Request("GET", "/news", "", {"host": ["www.example.org"]}))
        exchange.start(200, [HTML])
        pieces = [exchange.feed(page[at : at + step]) for at in range(0, len(page), step)]
        outputs.append(b"".join(pieces) + exchange.finish())
    assert outputs[0] == outputs[1]
    for written in re.findall(rb'<a class="consentgate-share" href="([^"]*)" rel="noopener', outputs[0]):
        assert re.fullmatch(rb"(?:https://|http://(?:[a-z]+\.)?facebook\.com/|mailto:\?)[!-~]*", written)
        assert not set(written) & set(b"<>'`")

"""What is read in a response: cookies, third parties, services, and where to go on."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentgate.audit.observations import SeenCookie
from consentgate.audit.responses.address import address
from consentgate.audit.responses.reading import Reading, ResponseReader
from consentgate.audit.responses.response import Response
from consentgate.pages.assets import INTERACTION, OVERLAY, SNIPPET, SNIPPET_WITH_TAGS

AT = "https://www.shop.example/news/today"
NOW = 1_800_000_000.0
READER = ResponseReader()
HTML = ("Content-Type", "text/html; charset=utf-8")


def read(body: bytes | str = b"", *headers: tuple[str, str], kind="page", status=200, at=AT) -> Reading:
    target = address(at)
    assert target is not None
    data = body.encode() if isinstance(body, str) else body
    return READER.read(Response(target, status, headers or (HTML,), data), kind, NOW)


def requested(reading: Reading) -> dict[str, str]:
    return {one.url: one.kind for one in reading.requests}


def linked(reading: Reading, kind: str = "page") -> list[str]:
    return [one.url for one in reading.linked if one.kind == kind]


# -- what markup loads ---------------------------------------------------------------------------------------


def test_all_that_the_markup_loads_is_named_with_its_kind():
    found = read(
        '<link rel="preconnect" href="https://a.example"><link href=//b.example/x.css rel=stylesheet>'
        '<script src="https://c.example/x.js?q=1"></script><img src=https://d.example/1.gif>'
        '<style>@import "https://e.example/e.css"; a { background: url(https://f.example/f.png) }</style>'
        '<p style="background:url(https://g.example/g.png)"><iframe src="https://h.example/"></iframe>'
        '<video poster="https://i.example/p.jpg"></video><iframe srcdoc="<img src=//j.example/>"></iframe>'
    )
    by_host = {url.split("/")[2]: kind for url, kind in requested(found).items()}
    assert by_host == {
        "a.example": "preconnect",
        "b.example": "stylesheet",
        "c.example": "script",
        "d.example": "img",
        "e.example": "style",
        "f.example": "style",
        "g.example": "p",
        "h.example": "iframe",
        "i.example": "video",
        "j.example": "iframe",
    }
    assert "https://c.example/x.js?q=1" in requested(found)
    assert {one.page for one in found.requests} == {AT}


def test_of_several_hosts_in_one_element_all_are_named():
    found = read('<img srcset="https://a.example/1 1x, https://b.example/2 2x" src="https://c.example/3">')
    assert {url.split("/")[2] for url in requested(found)} == {"a.example", "b.example", "c.example"}


def test_what_only_looks_like_markup_loads_nothing():
    found = read(
        "<!-- <img src=//a.example> --><textarea><img src=//b.example></textarea>"
        "<title><img src=//c.example></title>"
    )
    assert found.requests == ()


def test_services_without_an_address_are_known_by_their_code():
    found = read(
        "<script>(function(w,d,s,l,i){w[l]=w[l]||[];var j=d.createElement(s);"
        "j.src='https://www.googletagmanager.com/gtm.js?id='+i;d.head.append(j)})"
        "(window,document,'script','dataLayer','GTM-1')</script>"
        '<div class="fb-like"></div><script src="/stats/matomo.js"></script>'
    )
    assert {(one.service, one.kind) for one in found.services} >= {
        ("google-tag-manager", "inline script"),
        ("facebook", "widget"),
        ("matomo", "script"),
    }


def test_addresses_in_loading_scripts_are_named_though_nobody_knows_the_service():
    found = read(
        '<script>var s=document.createElement("script");s.src="https://cdn.taboola.com/libtrc/x/loader.js";'
        "document.head.appendChild(s)</script>"
    )
    assert "https://cdn.taboola.com/libtrc/x/loader.js" in requested(found)


def test_a_base_moves_what_is_relative():
    found = read('<base href="https://cdn.example/x/"><script src="a.js"></script><a href="b">b</a>')
    assert any(url.startswith("https://cdn.example/") for url in requested(found))
    assert linked(found) == ["https://cdn.example/x/b"]


@pytest.mark.parametrize(
    ("charset", "data"),
    [
        ("utf-16", '<meta charset=x><img src="https://a.example/é">'.encode("utf-16")),
        ("shift_jis", '<p>日本語<img src="https://a.example/日">'.encode("shift_jis")),
        ("windows-1252", b'<p>\x93caf\xe9\x94<img src="https://a.example/">'),
        ("nonsense", b'<img src="https://a.example/">'),
    ],
)
def test_it_is_read_in_the_encoding_that_browsers_use(charset, data):
    found = read(data, ("Content-Type", f"text/html; charset={charset}"))
    assert {url.split("/")[2] for url in requested(found)} == {"a.example"}


def test_what_is_not_in_its_encoding_is_said_and_its_links_are_followed():
    found = read(b"<a href=/x>\x1b$B\xff\xff", ("Content-Type", "text/html; charset=iso-2022-jp"))
    assert "encoding" in found.problem
    assert linked(found) == ["https://www.shop.example/x"]


# -- headers -------------------------------------------------------------------------------------------------


def test_cookies_are_read_as_browsers_keep_them():
    found = read(
        b"",
        HTML,
        ("Date", "Fri, 15 Jan 2027 08:00:00 GMT"),
        ("Set-Cookie", "a=1; HttpOnly; Path=/; Max-Age=60; Expires=Fri, 01 Jan 2100 00:00:00 GMT"),
        ("Set-Cookie", "b=1; Domain=.SHOP.example; Expires=Fri, 15 Jan 2027 09:00:00 GMT"),
        ("Set-Cookie", "c=1"),
        ("Set-Cookie", "gone=; Max-Age=0"),
        ("Set-Cookie", "foreign=1; Domain=other.example"),
        ("Set-Cookie", "nameless"),
    )
    assert found.cookies == (
        SeenCookie("a", "www.shop.example", "/", 60, True, AT, AT),
        SeenCookie("b", ".shop.example", "/news", 3600, False, AT, AT),
        SeenCookie("c", "www.shop.example", "/news", None, False, AT, AT),
    )


def test_headers_that_load_or_report_are_read():
    found = read(
        b"",
        HTML,
        ("Link", "<https://a.example/x.js>; rel=preload; as=script, </own.css>; rel=preload"),
        ("Content-Security-Policy", "default-src 'self'; report-uri https://b.example/r /own"),
        ("Reporting-Endpoints", 'default="https://c.example/r", own="/r"'),
        ("NEL", '{"report_to":"x","max_age":9}'),
        ("Refresh", "5; url=https://d.example/"),
        ("X-Other", "https://e.example/"),
    )
    assert {(url.split("/")[2], kind) for url, kind in requested(found).items()} == {
        ("a.example", "link header"),
        ("b.example", "content-security-policy header"),
        ("c.example", "reporting-endpoints header"),
        ("d.example", "refresh header"),
    }


def test_a_redirect_is_named_and_gone_on_with():
    found = read(b"", ("Location", "/en/?a=b"), status=302)
    assert requested(found) == {"https://www.shop.example/en/?a=b": "redirect"}
    assert linked(found) == ["https://www.shop.example/en/?a=b"]
    assert linked(read(b"", ("Location", "/logout"), status=302)) == []
    assert requested(read(b"", ("Location", "/x"), status=201)) == {}


# -- links ---------------------------------------------------------------------------------------------------


def test_links_of_all_kinds_are_found_and_each_once():
    found = read(
        '<a href="/a">a</a><a href=/a#x>a</a><area href=b><iframe src="/frame"></iframe>'
        '<link rel=next href=/2><link rel=alternate hreflang=fr href="/fr">'
        '<link rel=alternate type="application/rss+xml" href=/feed><a href="/&#x61;&amp;b">c</a>'
        '<form action="/sent"><button formaction=/sent2></form><!-- <a href=/no> -->'
        '<script>"<a href=/no>"</script>'
    )
    paths = [url.removeprefix("https://www.shop.example") for url in linked(found)]
    assert paths == ["/a", "/news/b", "/frame", "/2", "/fr", "/a&b"]


@pytest.mark.parametrize(
    "link",
    [
        *(
            'href="/userLogout.do"',
            'href="/logout"',
            "href=/Log-Out.php",
            'href="/x?action=logout"',
            "href=/users/sign_out",
        ),
        *(
            "href=/item/5/delete",
            'href="?do=%64elete&id=5"',
            'href="/cart?add-to-cart=7"',
            "href=/unsubscribe/x",
        ),
        *(
            "href=/x rel=nofollow",
            'href=/x rel="noopener NOFOLLOW"',
            "href=/x download",
            "href=/x data-method=delete",
        ),
        *(
            "href=/report.pdf",
            "href=/a/photo.JPG",
            "href=mailto:a@b.example",
            "href=javascript:x()",
            "href=tel:5",
        ),
    ],
)
def test_what_acts_or_is_no_page_is_not_followed(link):
    assert linked(read(f"<a {link}>x</a>")) == []


@pytest.mark.parametrize(
    "link", ["/catalogue", "/deleted-scenes", "/blog/logos", "/about.html", "/v1.2/", "/x.php?y"]
)
def test_pages_with_harmless_names_are_followed(link):
    assert linked(read(f"<a href={link}>x</a>")) == [f"https://www.shop.example{link}"]


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ("<meta name=robots content='noindex, NoFollow'><a href=/x>", ()),
        ("<a href=/x><meta name=robots content=none>", ()),
        ("<a href=/x>", (("X-Robots-Tag", "nofollow"),)),
    ],
)
def test_a_page_can_ask_not_to_follow_its_links(body, headers):
    assert linked(read(body, HTML, *headers)) == []


def test_first_party_style_sheets_and_scripts_are_gone_on_with():
    found = read(
        "<link rel=stylesheet href=/a.css><script src=/a.js></script><script src=https://cdn.example/b.js></script>"
        "<script type=module>import '/c.js'</script>"
    )
    assert linked(found, "style sheet") == ["https://www.shop.example/a.css"]
    assert "https://www.shop.example/a.js" in linked(found, "script")
    assert not any("cdn.example" in url for url in linked(found, "script"))


# -- files ---------------------------------------------------------------------------------------------------


def test_style_sheets_are_read():
    found = read(
        '@charset "utf-8"; @import url("deep.css"); a { background: url(https://a.example/x.png) }',
        ("Content-Type", "text/css"),
        kind="style sheet",
        at="https://www.shop.example/css/a.css",
    )
    assert requested(found)["https://a.example/x.png"] == "style"
    assert linked(found, "style sheet") == ["https://www.shop.example/css/deep.css"]


def test_scripts_are_read_for_what_the_catalogue_knows():
    found = read(
        'var s=document.createElement("script");s.src="https://static.hotjar.com/c/hotjar-1.js";document.head.append(s)',
        ("Content-Type", "text/javascript"),
        kind="script",
        at="https://www.shop.example/app.js",
    )
    assert {one.service for one in found.services} | {url.split("/")[2] for url in requested(found)} >= {
        "hotjar"
    }
    assert {one.by for one in (*found.services, *found.requests)} == {"https://www.shop.example/app.js"}


def test_sitemaps_are_read_whatever_they_are_packed_in():
    pages = (
        "<urlset><url><loc> https://www.shop.example/a?b=1&amp;c=2 </loc></url>"
        "<url><loc><![CDATA[/d]]></loc></url></urlset>"
    )
    index = (
        "<?xml version='1.0'?><sitemapindex><sitemap><loc>https://www.shop.example/s.xml.gz</loc>"
        "</sitemap></sitemapindex>"
    )
    xml = ("Content-Type", "application/xml")
    for body in (pages.encode(), gzip.compress(pages.encode())):
        assert linked(read(body, xml, kind="sitemap")) == [
            "https://www.shop.example/a?b=1&c=2",
            "https://www.shop.example/d",
        ]
    assert linked(read(index, xml, kind="sitemap"), "sitemap") == ["https://www.shop.example/s.xml.gz"]
    text = read("https://www.shop.example/t\nnonsense\n", ("Content-Type", "text/plain"), kind="sitemap")
    assert linked(text) == ["https://www.shop.example/t"]


def test_a_missing_file_that_comes_as_a_page_is_not_read_as_one():
    for kind in ("style sheet", "script", "sitemap"):
        assert read("<loc>/x</loc><a href=/x>", kind=kind).linked == ()


def test_a_gate_of_ours_is_noticed():
    assert read('<script src="/_privacy/snippet-8a43e9bfff.js"></script>').is_gated
    assert not read("<p>snippet-8a43e9bfff.js</p>").is_gated


# -- anything ------------------------------------------------------------------------------------------------

FRAGMENTS = st.sampled_from(
    [
        *(
            b"<a href=",
            b"<base href='",
            b"<script>",
            b"</script>",
            b"<style>@import ",
            b"url(",
            b"<!--",
            b"\xff\xfe",
        ),
        *(
            b"//x.example/",
            b"<svg><use href=",
            b"\x00",
            b"<meta charset=",
            b"utf-16>",
            b"<loc>",
            b"</loc>",
            b"&#0;",
        ),
        *(
            b"<![CDATA[",
            b'<iframe srcdoc="<img src=',
            b"<link rel=",
            b"import '",
            b"createElement('script').src='",
        ),
    ]
)
BYTES = st.binary(max_size=200) | st.lists(FRAGMENTS, max_size=12).map(b"".join)


@given(
    BYTES,
    st.sampled_from(["page", "style sheet", "script", "sitemap"]),
    st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "Set-Cookie",
                    "Link",
                    "Location",
                    "Refresh",
                    "NEL",
                    "Report-To",
                    "Date",
                    "Content-Security-Policy",
                ]
            ),
            st.text(st.characters(max_codepoint=255), max_size=60),
        ),
        max_size=4,
    ),
    st.sampled_from(
        ["text/html", "text/html; charset=utf-16", "text/html;charset=iso-2022-jp", "text/css", "", "a/xml"]
    ),
    st.sampled_from([200, 302, 404, 0]),
)
def test_whatever_comes_is_read(body, kind, headers, media_type, status):
    found = read(body, ("Content-Type", media_type), *headers, kind=kind, status=status)
    for one in found.requests:
        assert address(one.url) is not None
    for one in found.linked:
        assert address(one.url) is not None


@pytest.mark.parametrize(
    "file", [SNIPPET, SNIPPET_WITH_TAGS, INTERACTION, OVERLAY], ids=lambda file: file.name
)
def test_the_services_that_the_gates_own_script_stands_in_for_are_not_the_sites(file):
    at = f"https://www.shop.example/_privacy/{file.name}"
    found = read(file.content, ("Content-Type", file.content_type), kind="script", at=at)
    assert (found.services, found.requests) == ((), ())


def test_a_script_of_the_sites_that_is_called_like_the_gates_is_read():
    at = "https://www.shop.example/static/snippet-8a43e9bfff.js"
    found = read(SNIPPET_WITH_TAGS.content, ("Content-Type", "text/javascript"), kind="script", at=at)
    assert found.services

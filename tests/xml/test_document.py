"""Documents in XML: plain ones pass byte for byte, and whatever else a browser could show closes."""

from __future__ import annotations

import gzip

import pytest
import xslt_vectors
from gate.conftest import MakeSite
from gate.driver import POLICY, App, Headers, Page, Site, make_gate
from gate.response.test_body import is_problem
from hypothesis import given
from hypothesis import strategies as st

from consentgate.gate import GateClosed

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">%b</svg>'
XHTML = b'<html xmlns="http://www.w3.org/1999/xhtml"><head>%b</head><body><p>x</p></body></html>'
FEED = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<?xml-stylesheet type="text/xsl" href="/feed.xsl"?>'
    b'<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/">'
    b'<channel><atom:link href="https://hub.example/" rel="hub"/><link>https://www.example.org/</link>'
    b'<item><title>a &amp; b</title><enclosure url="https://films.example/1.mp3" type="audio/mpeg"/>'
    b'<media:thumbnail url="https://films.example/1.jpg"/>'
    b'<description><![CDATA[<img src="https://films.example/1.gif">]]></description>'
    b"<content>&lt;img src=https://films.example/1.gif&gt;</content></item></channel></rss>\n"
)
SITEMAP = (
    b'<?xml version="1.0" encoding="utf-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    b'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><url><loc>https://www.example.org/</loc>'
    b"<image:image><image:loc>https://cdn.example/x.jpg</image:loc></image:image></url></urlset>"
)
ATOM = (
    b'<feed xmlns="http://www.w3.org/2005/Atom"><link rel="self" href="https://films.example/feed"/>'
    b'<entry><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>x</p>'
    b'<a href="https://films.example/">x</a><img src="/own.png" alt="" /></div></content></entry></feed>'
)

PLAIN = [
    *(b"", b"<a/>", b"\xef\xbb\xbf<a>caf\xc3\xa9</a>", FEED, SITEMAP, ATOM),
    b'<?xml version="1.0" encoding="iso-8859-1"?><a>ascii</a>',
    b"<?xml version='1.0' standalone='yes' ?><!-- a comment --><a><?xpacket begin='x'?></a><!-- - -->",
    SVG % b'<title>x</title><path d="M0 0h24v24" fill="url(#g)"/><use xlink:href="#a" href="/own.svg#b"/>',
    SVG
    % b'<style type="text/css">.a{fill:#f00} a > b {}</style><a xlink:href="https://films.example/">x</a>',
    SVG % b"<style><![CDATA[.a{fill:url(#b)}]]></style><image href='data:image/png;base64,iVBORw0KGgo='/>",
    SVG
    % b'<metadata xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:RDF rdf:about="http://x.example/"/></metadata>',
    b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
    + SVG % b"",
    XHTML
    % b'<title>x&nbsp;&eacute;</title><link rel="stylesheet" href="/a.css"/><script src="/a.js"></script>',
    XHTML
    % b'<link rel="canonical" href="https://films.example/"/><meta name="x" content="https://films.example/"/>',
    XHTML
    % b"<script>//<![CDATA[\nvar a = 1 < 2 && 3;\n//]]></script><meta http-equiv='refresh' content='9'/>",
    XHTML % b"<base href='/dir/'/><link rel='preconnect' href='https://static.example.org'/>",
    *xslt_vectors.PLAIN,
]
IMG = b"<image href='https://nobody.example/x'/>"
LOADS = [
    *(SVG % IMG, SVG % b"<use xlink:href='//nobody.example/#a'/>", b"<a>" + SVG % IMG + b"</a>"),
    SVG % b"<image href='&#104;ttps://nobody.example/x'/>",
    SVG % b"<image href='https&colon;//nobody.example/x'/>",
    SVG.replace(b"xmlns:xlink", b"xmlns:l") % b"<image l:href='//nobody.example/'/>",
    SVG % b"<style>a{background:url(//nobody.example/)}</style>",
    SVG % b"<style>a{background:ur<![CDATA[l(//nobody.example/)]]>}</style>",
    SVG % b"<style>a{background:url(&#x2f;/nobody.example/)}</style>",
    SVG % b"<rect style='fill:url(//nobody.example/)'/>",
    SVG % b"<script>import('https://nobody.example/x')</script>",
    SVG % b"<script href='//nobody.example/x'/>",
    SVG % b"<set attributeName='href' to='//nobody.example/'/>",
    b"<s:svg xmlns:s='http://www.w3.org/2000/svg'><s:image href='//nobody.example/'/></s:svg>",
    b"<feed><h:img xmlns:h='http://www.w3.org/1999/xhtml' src='//nobody.example/'/></feed>",
    XHTML % b"<link rel='preconnect' href='//nobody.example'/>",
    XHTML % b"<link rel='dns-prefetch' href='//nobody.example'/>",
    XHTML % b"<meta http-equiv='refresh' content='0;url=//nobody.example/'/>",
    XHTML % b"<base href='//nobody.example/'/><script src='x'/>",
    XHTML % b"<link rel='stylesheet' href='//films.example/'/>",
    XHTML % b"<iframe src='//films.example/'/>",
    b"<?xml-stylesheet href='//nobody.example/x.css'?><a/>",
    b"<?xml-stylesheet type='text/xsl' href='https://nobody.example/x.xsl'?><a/>",
    b"<?xml-stylesheet type='text/xsl' href='#x'?><x><link rel='preconnect' href='//nobody.example/'/></x>",
    b"<xsl:stylesheet xmlns:xsl='http://www.w3.org/1999/XSL/Transform'>"
    b"<img src='//nobody.example/'/></xsl:stylesheet>",
    b"<x xml:base='//nobody.example/'><h:img xmlns:h='http://www.w3.org/1999/xhtml' src='x'/></x>",
]
DEVIATES = [
    *(
        b"<a>",
        b"<a></b>",
        b"</a>",
        b"<a/><b/>",
        b"x<a/>",
        b"<a/>x",
        b"<a b=c/>",
        b"<a b='1' b='2'/>",
        b"<a b/>",
    ),
    *(
        b"<a",
        b"<a b='<'/>",
        b"<!-- -- --><a/>",
        b"<a><!-- ",
        b"<a><![CDATA[",
        b"<![CDATA[x]]><a/>",
        b"<p:a/>",
    ),
    *(b"<a p:b='c'/>", b"<a xmlns:p=''/>", b"<a xmlns='&#120;'/>", b"<a xmlns:xml='x'/>", b"<?x y?><a/>"),
    *(
        b" <?xml version='1.0'?><a/>",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>",
        b"<a/><!DOCTYPE a>",
        b"<a>\xff</a>",
    ),
    *(b"\xfe\xff\x00<\x00a\x00/\x00>", b"<a>\0</a>", b"<a>\x1b</a>", b"<a>" * 600 + b"</a>" * 600),
    *(b"<?xml version='1.0' encoding='utf-16'?><a/>", b"<?xml version='1.0' encoding='x-no-such'?><a/>"),
    b"<?xml version='1.0' encoding='iso-8859-1'?><a>caf\xc3\xa9</a>",
    b"<?xml version='1.0' encoding='iso-2022-jp'?><a/>",
    *(
        SVG % b"<style>a<b/></style>",
        SVG % b"<style>a<!-- b --></style>",
        SVG % b"<script>'&lt;!--'</script>",
    ),
    *(SVG % b"<a title='&no-such;'/>", SVG % b"<a title='&nosuch;'/>", SVG % b"<a title='&'/>"),
    b"<?xml-stylesheet type='text/xsl' href='data:text/xml,%3Cx/%3E'?><a/>",
    *xslt_vectors.ODD,
    *(SVG % b"<a title='&#0;'/>", SVG % b"<a title='&#xd800;'/>", XHTML % b"<plaintext/>"),
]
KINDS = [
    "image/svg+xml",
    "application/xhtml+xml",
    "text/xml",
    "application/rss+xml; charset=UTF-8",
    "text/xsl",
]


def site_of(
    make_site: MakeSite, body: bytes | list[bytes], *headers: tuple[str, str], kind: str = KINDS[0]
) -> Site:
    return make_site(Page(body, headers=[("Content-Type", kind), *headers]), validated=False)


@pytest.mark.parametrize("body", PLAIN)
def test_a_plain_document_passes_byte_for_byte_with_the_net(make_site: MakeSite, body: bytes) -> None:
    for kind in KINDS:
        reply = site_of(make_site, body, ("Content-Length", str(len(body))), kind=kind).gets()
        assert (reply.status, reply.body, reply.value("content-type")) == (200, body, kind)
        assert reply.value("content-length") == str(len(body))
        assert "default-src 'self'" in reply.value("content-security-policy")


@pytest.mark.parametrize("body", [*LOADS, *DEVIATES])
def test_any_other_closes(make_site: MakeSite, body: bytes, caplog: pytest.LogCaptureFixture) -> None:
    assert is_problem(site_of(make_site, body).gets("/x"))
    assert "closed the page '/x'" in caplog.text


@pytest.mark.parametrize("body", [*PLAIN, *LOADS, *DEVIATES])
def test_wherever_it_is_cut_the_verdict_is_the_same(make_site: MakeSite, body: bytes) -> None:
    whole = site_of(make_site, body).gets()
    for size in (1, 7):
        chunks = [body[at : at + size] for at in range(0, len(body), size)]
        assert site_of(make_site, chunks).gets().but_for_expiries == whole.but_for_expiries


@pytest.mark.parametrize(
    "asked",
    [{}, *({"Sec_Fetch_Dest": d} for d in ("document", "iframe", "object", "embed", "xslt", "image, x"))],
)
def test_it_counts_as_a_document_unless_a_page_holds_it(make_site: MakeSite, asked: dict[str, str]) -> None:
    assert is_problem(site_of(make_site, SVG % IMG).gets(**asked))


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "image/png", "x/y", "text/html", ""])
def test_a_sheet_of_xslt_that_comes_as_something_else_closes(make_site: MakeSite, kind: str) -> None:
    """Browsers do not mind what it comes as."""
    body = xslt_vectors.PLAIN[0]
    assert is_problem(site_of(make_site, body, kind=kind).gets(Sec_Fetch_Dest="xslt"))
    assert site_of(make_site, body, kind="text/xsl").gets(Sec_Fetch_Dest="xslt").body == body


@pytest.mark.parametrize("destination", ["image", "empty", "font", "style"])
def test_what_a_page_holds_passes_untouched(make_site: MakeSite, destination: str) -> None:
    site = site_of(make_site, SVG % IMG, ("ETag", '"a"'))
    reply = site.gets(Sec_Fetch_Dest=destination)
    assert reply.body == SVG % IMG
    # A cache must not show it where it would be a document; and its tag must not bring it back there.
    vary = ("vary", "Sec-Fetch-Dest, Sec-Fetch-Mode")
    assert reply.lowered == [("content-type", KINDS[0]), ("etag", '"a"'), vary]
    assert is_problem(site.gets(Sec_Fetch_Dest="empty", Sec_Purpose="prefetch"))


@pytest.mark.parametrize("mode", ["navigate", "same-origin"])
def test_what_a_service_worker_passes_on_is_no_part_of_a_page(make_site: MakeSite, mode: str) -> None:
    """It hides where the request is from: Chromium says "navigate" then, and Firefox "same-origin"."""
    site = site_of(make_site, SVG % IMG)
    assert is_problem(site.gets(Sec_Fetch_Dest="empty", Sec_Fetch_Mode=mode))
    assert site.gets(Sec_Fetch_Dest="empty", Sec_Fetch_Mode="cors").body == SVG % IMG


def test_a_download_passes_untouched(make_site: MakeSite) -> None:
    reply = site_of(make_site, SVG % IMG, ("Content-Disposition", "attachment; filename=a.svg")).gets()
    assert (reply.status, reply.body, reply.values("content-security-policy")) == (200, SVG % IMG, [])


def test_what_was_granted_passes(make_site: MakeSite) -> None:
    body = XHTML % b"<link rel='stylesheet' href='//films.example/'/>"
    site = site_of(make_site, body)
    assert is_problem(site.gets())
    assert site.gets("/", site.chooses("save", service="films")).body == body


@pytest.mark.parametrize("body", [*LOADS, *DEVIATES])
def test_with_everything_granted_all_pass_byte_for_byte(make_site: MakeSite, body: bytes) -> None:
    policy = POLICY.partition('[[service]]\nid = "pay"')[0].replace(
        "[site]", '[site]\nundeclared = "third-party"'
    )
    site = make_site(Page(body, headers=[("Content-Type", KINDS[0])]), policy=policy, validated=False)
    assert site.gets("/", site.chooses("accept")).body == body


def test_what_was_blocked_is_logged_with_what_would_declare_it(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    site_of(make_site, SVG % IMG).gets()
    assert 'hosts = ["nobody.example"]' in caplog.text


def test_a_long_one_goes_out_as_it_is_read_and_breaks_off_where_it_is_not_plain(make_site: MakeSite) -> None:
    item = b"<item>" + b"x" * 1000 + b"</item>"
    long = b"<rss>" + item * 3000
    whole = long + b"</rss>"
    assert (
        site_of(make_site, [whole[at : at + 65536] for at in range(0, len(whole), 65536)]).gets().body
        == whole
    )
    with pytest.raises(GateClosed):
        site_of(make_site, [long, SVG % IMG, b"</rss>"]).gets()


@pytest.mark.parametrize("body", [FEED, SVG % IMG])
def test_a_compressed_one_is_read_and_keeps_its_bytes(make_site: MakeSite, body: bytes) -> None:
    packed = gzip.compress(body)
    reply = site_of(make_site, [packed[:20], packed[20:]], ("Content-Encoding", "gzip")).gets()
    if body is FEED:
        assert (reply.body, reply.value("content-encoding")) == (packed, "gzip")
    else:
        assert is_problem(reply)


@pytest.mark.parametrize("headers", [[("Content-Encoding", "gzip")], [("Content-Encoding", "no-such")]])
def test_what_is_not_in_its_coding_closes(make_site: MakeSite, headers: Headers) -> None:
    assert is_problem(site_of(make_site, b"<a/>", *headers).gets())


def test_a_part_of_one_closes(make_site: MakeSite) -> None:
    page = Page(b"<a", 206, [("Content-Type", KINDS[0]), ("Content-Range", "bytes 0-1/9")])
    assert is_problem(make_site(page).gets())


@given(
    st.lists(
        st.sampled_from([*b" <>/='\"a:?!-[]&;\n", "svg", "xmlns", "//nobody.example/", "![CDATA[", "href"]),
        max_size=40,
    )
)
def test_whatever_is_written_it_passes_whole_or_closes(pieces: list[int | str]) -> None:
    body = b"".join(bytes([piece]) if isinstance(piece, int) else piece.encode() for piece in pieces)
    app = App(Page(body, headers=[("Content-Type", KINDS[0])]))
    reply = Site("wsgi", app, make_gate(), validated=False).gets()
    assert reply.body == body or reply.status == 502

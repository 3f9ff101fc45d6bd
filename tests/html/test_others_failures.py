"""How other gates have failed on markup, each with its number in docs/requirements.md."""

from __future__ import annotations

import pytest
from html_support import EVERYTHING, blocked, cut, feed, rewrite

from consentgate.html import Insertion

E = "//evil.test/x"
GA = '<script src="https://www.google-analytics.com/analytics.js"></script>'
PLAYER = '<iframe src="https://www.youtube.com/embed/x"></iframe>'


def kinds(html: str) -> list[str]:
    return [one.kind for one in blocked(html)]


def test_one_huge_inline_script_does_not_open_the_others_F1() -> None:
    huge = "<script>var own = [" + "1.5, " * 300_000 + "]</script>"
    for html in (huge + GA, GA + huge, huge + GA + huge):
        assert rewrite(html).decode() == html.replace(GA, "")


def test_a_huge_attribute_costs_neither_the_page_nor_the_gate_F1b() -> None:
    picture = f'<img src="data:image/png;base64,{"A" * 3_000_000}">'
    html = f"<h1>Title</h1>{picture}{GA}<p>Text"
    assert rewrite(html).decode() == html.replace(GA, "")
    wide = f'<div data-state="{"x" * (11 << 20)}">'
    assert rewrite(f"<h1>Title</h1>{wide}{GA}<p>Text") == b"<h1>Title</h1><p>Text"


@pytest.mark.parametrize("token", ["<script ", "<iframe ", "<div ", "<script>", "<iframe>", "<script src='"])
def test_a_token_again_and_again_is_no_more_than_its_bytes_F1c(token: str) -> None:
    carried = [f"<!--{token * 20_000}-->", f"<textarea>{token * 20_000}</textarea>"]
    carried.append(f'<script type="application/json">"{token.replace("script", "s") * 20_000}"</script>')
    for html in carried:
        assert rewrite(html + GA).decode() == html


@pytest.mark.parametrize(
    "html",
    [
        f"<script\n  async\n  src\n=\n'{E}'\n></script>",
        f"<SCRIPT SRC={E}></SCRIPT>",
        f"<script src={E}></script>",
        f'<script src = "{E}"></script>',
        f"<script src='{E}'></script >",
        f"<script data-a='>' src={E}></script>",
        f"<iframe title='a > b' src={E}></iframe>",
    ],
)
def test_every_spelling_of_a_tag_counts_F2(html: str) -> None:
    assert E.encode() not in rewrite(f"<b>{html}</b>")
    assert len(blocked(html)) == 1


def test_references_in_an_address_are_decoded_F3() -> None:
    assert kinds('<script src="https://google&#45;analytics.com/ga.js"></script>') == ["script"]
    assert kinds('<img src="&#x2f;&#47;evil&period;test/x">') == ["img"]


def test_only_the_iframe_that_loads_is_taken_out_F4() -> None:
    own = '<iframe name="a"></iframe>'
    output = rewrite(f"{own}{PLAYER}{own}").decode()
    assert output.startswith(own)
    assert output.endswith(own)
    assert output.count("<iframe") == 2
    assert kinds(f"<iframe data-src={E}></iframe>") == ["iframe"]
    assert kinds(f"<iframe src=/own data-src={E}></iframe>") == ["iframe"]


@pytest.mark.parametrize("html", [f"<iframe src={E}>", f"<p>a<iframe src={E}><p>b", f"<iframe src={E}/>"])
def test_an_iframe_without_an_end_does_not_load_F5(html: str) -> None:
    assert b"evil" not in rewrite(html)


def test_documents_in_attributes_and_attributes_twice_are_read_F6() -> None:
    assert b"evil" not in rewrite(f'<iframe srcdoc="&lt;script src={E}&gt;&lt;/script&gt;"></iframe>')
    assert rewrite(f"<img src={E} src=/own>") == b"<img  >"
    html = f"<img src=/own src={E}>"
    assert rewrite(html).decode() == html


DATA = [
    '<script type="application/ld+json">{"url": "https://www.youtube.com/embed/x", "a": "<iframe>"}</script>',
    '<script type="application/json">{"src": "https://www.google-analytics.com/analytics.js"}</script>',
    '<script type="importmap">{"imports": {"a": "https://evil.test/a.js"}}</script>',
    f'<script type="text/template"><img src="{E}"></script>',
]


@pytest.mark.parametrize("html", DATA)
def test_data_is_left_alone_F7(html: str) -> None:
    assert rewrite(html).decode() == html


@pytest.mark.parametrize(
    "script",
    [
        'var settings = {player: "https://www.youtube.com/embed/", map: "https://maps.google.com/"}',
        'if (location.host != "www.google-analytics.com") start({tracker: "facebook.com"})',
        'var links = document.createElement("a"); links.href = "https://www.facebook.com/us"',
    ],
)
def test_a_script_that_only_names_a_host_runs_F8(script: str) -> None:
    html = f"<script>{script}</script>"
    assert rewrite(html).decode() == html


def test_hosts_are_compared_as_hosts_F9() -> None:
    own = '<script src="/js/youtube.com-helper.js"></script><img src="/www.google-analytics.com/collect">'
    assert rewrite(own).decode() == own
    for host in ("notyoutube.com", "youtube.com.evil.test", "evil-youtube.com"):
        [one] = blocked(f'<img src="https://{host}/x">')
        assert one.service is None
    [one] = blocked('<script src="https://www.google-analytics.com/analytics.js"></script>')
    assert one.service == "google-analytics"


@pytest.mark.parametrize(
    "html",
    [
        f"<!-- {GA} -->",
        f"<textarea>{GA}</textarea>",
        f"<title>{PLAYER}</title>",
        "<script>var own = '<iframe src=\"//evil.test/x\"><\\/iframe><body class=a>'</script>",
        f"<xmp>{GA}</xmp>",
    ],
)
def test_what_is_no_markup_or_does_not_load_is_left_alone_F10(html: str) -> None:
    assert rewrite(html).decode() == html
    page = f"<!doctype html><head>{html}</head>".encode()
    for size in (1, 7, 1000):
        output, spans = feed(cut(page, size), insertion=Insertion(b"", b""))
        assert (output, spans) == (page, [])


BROKEN = (
    "<!doctype html>\r\n<HTML lang=de><p @click=\"a > b\" :class='{a: 1}' x-on:click=y>&nbsp;&copy&#8364;"
    '<svg viewBox="0 0 1 1"><linearGradient ID=a /></svg><ul><li>a<li>b</ul><b><i>c</b></i><td>d\0'
    "<br/><input disabled value=a&b><table><form><tr></form></table></body></html>\n trailing"
)


def test_what_is_not_blocked_keeps_its_bytes_F13() -> None:
    assert rewrite(BROKEN).decode() == BROKEN
    assert rewrite(BROKEN + GA + BROKEN).decode() == BROKEN * 2
    assert rewrite(BROKEN + GA, grants=EVERYTHING).decode() == BROKEN + GA


def test_references_are_never_turned_into_markup_F14() -> None:
    html = "&lt;script src=//evil.test/x&gt;<p title='&quot;&gt;&lt;img src=//evil.test/x&gt;'>"
    assert rewrite(html + GA).decode() == html
    latin = "<p>caf\xe9</p>".encode("latin-1")
    assert rewrite(latin + GA.encode(), charset="iso-8859-1") == latin


def test_links_that_load_nothing_stay_F15() -> None:
    html = (
        '<link rel="canonical" href="https://other.test/"><link rel=alternate hreflang=de href="//de.test/">'
        '<link rel="alternate" type="application/rss+xml" href="https://feeds.test/"><a href="//evil.test/">'
    )
    assert rewrite(html).decode() == html


def test_a_fragment_is_gated_and_gets_nothing_put_in_F24() -> None:
    fragment = f"<li>{PLAYER}</li>".encode()
    for size in (1, 3, 1000):
        output, spans = feed(cut(fragment, size), insertion=Insertion(b"HEAD", b"BODY"))
        assert (output, len(spans)) == (b"<li></li>", 1)


@pytest.mark.parametrize("size", range(1, 12))
def test_tags_that_fall_between_two_chunks_are_found_F24(size: int) -> None:
    page = b"<!doctype html><html><head></head><body><p>a</p>" + GA.encode() + b"</body></html>"
    output, _ = feed(cut(page, size), insertion=Insertion(b"HEAD", b"BODY"))
    assert output == b"<!doctype html><html><head>HEAD</head><body>BODY<p>a</p></body></html>"


def test_a_widget_whose_address_is_missing_breaks_nothing_F24() -> None:
    html = (
        "<iframe class=oembed></iframe><blockquote class=instagram-media></blockquote><b class=fb-video></b>"
    )
    assert b"<iframe class=oembed></iframe>" in rewrite(html)

"""Documents, scripts and style sheets that are written out in a URL."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from urllib.parse import quote

import pytest
from html_support import EVERYTHING, PAGE, blocked, gate, rewrite

E = "https://evil.test/x"
IMG = f"<img src={E}>"
CSS = f"@import '{E}';"
SCRIPT = f"import('{E}')"
SVG = "xmlns='http://www.w3.org/2000/svg'"
XHTML = "xmlns='http://www.w3.org/1999/xhtml'"
# In Shift_JIS a character of two bytes, of which the second would escape the quote.
SWALLOWED = f'p::after{{content:"\u00e9\\";background:url({E});x:""}}'

LOADERS = [
    ('<iframe src="{}"></iframe>', "text/html", IMG),
    ('<object data="{}"></object>', "text/html", IMG),
    ('<embed src="{}">', "text/html", IMG),
    ('<iframe data-src="{}"></iframe>', "text/html", IMG),
    ('<object data="{}"></object>', "image/svg+xml", f"<svg {SVG}><image href='{E}'/></svg>"),
    ('<link rel=stylesheet href="{}">', "text/css", CSS),
    ("<style>@import url('{}')</style>", "text/css", CSS),
    ('<script src="{}"></script>', "text/javascript", SCRIPT),
    ('<svg><script href="{}"></script></svg>', "text/javascript", SCRIPT),
    ("<script type=module>import '{}'</script>", "text/javascript", SCRIPT),
]


def data_url(kind: str, text: str | bytes) -> str:
    data = text.encode() if isinstance(text, str) else text
    return f"data:{kind};base64,{b64encode(data).decode()}"


def with_url(markup: str, url: str) -> str:
    """`url` where `markup` has braces: escaped in an attribute, and as it is in text."""
    in_attribute = markup.partition("{}")[0].endswith('="')
    return markup.replace("{}", escape(url) if in_attribute else url)


def is_blocked(html: str) -> bool:
    """Whether nothing of the URL in `html` is left; with consent to everything all of it is."""
    assert rewrite(html, grants=EVERYTHING).decode() == html
    return len(blocked(html)) > 0 and b"data:" not in rewrite(html)


@pytest.mark.parametrize(("markup", "kind", "code"), LOADERS)
@pytest.mark.parametrize(
    "charset",
    [
        *("utf-16le", "utf-16be", "UTF-16", "iso-2022-jp", "shift_jis", "gbk", "hz-gb-2312"),
        *('"utf-16le"', '"utf\\-16le"', " utf-16le ", "utf-7", "", "utf-8;charset=utf-16le"),
    ],
)
def test_code_in_an_encoding_that_may_hide_it_is_nobodys(
    markup: str, kind: str, code: str, charset: str
) -> None:
    codec = "utf-16-be" if charset == "utf-16be" else "utf-16-le"
    url = data_url(f"{kind};charset={charset}", code.encode(codec))
    assert is_blocked(with_url(markup, url))


@pytest.mark.parametrize(("markup", "kind", "code"), LOADERS)
@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("charset", ["", ";charset=utf-8"])
def test_so_is_code_in_utf_16_whatever_it_says(
    markup: str, kind: str, code: str, codec: str, charset: str
) -> None:
    assert is_blocked(markup.replace("{}", data_url(kind + charset, code.encode(codec))))


@pytest.mark.parametrize(
    "document",
    [
        b'<meta charset=iso-2022-jp><p title="\x1b$B"\x1b(B">' + IMG.encode(),
        b"<meta charset=shift_jis><style>a{b:'\x81\\'}@import '" + E.encode() + b"';'</style>",
        b'<meta http-equiv=content-type content="text/html; charset=gbk"><p>x',
        b"<p>\xe9",
    ],
)
def test_a_document_may_name_its_encoding_itself(document: bytes) -> None:
    assert is_blocked(f'<iframe src="{data_url("text/html", document)}"></iframe>')


def test_so_may_the_element_the_sheet_and_the_page() -> None:
    for markup, kind, code in (
        ('<link rel=stylesheet charset=shift_jis href="{}">', "text/css", "a{}"),
        ('<script charset=utf-16le src="{}"></script>', "text/javascript", "a()"),
        ('<link rel=stylesheet href="{}">', "text/css", '@charset "shift_jis";' + SWALLOWED),
    ):
        assert is_blocked(markup.replace("{}", data_url(kind, code)))
    sheet = f'<link rel=stylesheet href="{data_url("text/css", SWALLOWED)}">'
    for charset in ("shift_jis", "big5", "gbk"):
        result = gate().rewrite(sheet.encode(), url=PAGE, charset=charset)
        assert result.html == b""


@pytest.mark.parametrize(("markup", "kind", "code"), LOADERS)
@pytest.mark.parametrize("charset", ["", ";charset=utf-8", ';charset="UTF8"', ";charset=us-ascii", ";utf8"])
def test_what_can_be_read_is_judged_by_what_it_says(markup: str, kind: str, code: str, charset: str) -> None:
    assert is_blocked(with_url(markup, data_url(kind + charset, code)))
    if kind != "image/svg+xml":
        own = code.replace(E, "https://www.example.org/a")
        html = with_url(markup, data_url(kind + charset, own))
        assert rewrite(html).decode() == html


@pytest.mark.parametrize(
    ("markup", "kind", "code"),
    [
        ('<script src="{}"></script>', "text/javascript", 'alert("\u00e9t\u00e9\\n")'),
        ('<script src="{}"></script>', "text/javascript;charset=windows-1252", b"alert(1) // \xe9"),
        ('<iframe src="{}"></iframe>', "text/html", "<p>\u00e9"),
        ('<link rel=stylesheet href="{}">', "text/css", 'a::after{content:"\u2192"}'),
    ],
)
def test_text_that_is_not_ascii_stays(markup: str, kind: str, code: str | bytes) -> None:
    html = markup.replace("{}", data_url(kind, code))
    assert rewrite(html).decode() == html


# -- what a URL holds depends on what loads it -----------------------------------------------------------

TYPES = ["", "text/plain", "application/json", "text/html", "image/png", "text/css", "no type"]


@pytest.mark.parametrize("kind", TYPES)
def test_a_script_runs_whatever_its_type(kind: str) -> None:
    for html in (
        f'<script src="data:{kind},{SCRIPT}"></script>',
        f'<svg><script xlink:href="data:{kind},{SCRIPT}"></script></svg>',
        f'<script type=litespeed/javascript data-src="data:{kind},{SCRIPT}"></script>',
    ):
        assert is_blocked(html)
    html = f'<script src="data:{kind},run(1)"></script>'
    assert rewrite(html).decode() == html


@pytest.mark.parametrize("kind", [*TYPES, "application/x-unknown-content-type"])
def test_a_style_sheet_applies_whatever_its_type(kind: str) -> None:
    assert is_blocked(f'<link rel="x StyleSheet" href="data:{kind},{CSS}">')
    assert is_blocked(f'<style>@import "data:{kind},{CSS}";</style>')
    html = f'<link rel=stylesheet href="data:{kind},a%7Bb:c%7D">'
    assert rewrite(html).decode() == html


def test_a_frame_may_be_sent_on_to_a_document() -> None:
    url = data_url("text/html", IMG)
    inner = f'<meta http-equiv=refresh content="0;url={url}">'
    assert is_blocked(f'<iframe srcdoc="{escape(inner)}"></iframe>')
    assert is_blocked(f'<iframe src="{data_url("text/html", inner)}"></iframe>')


def test_other_links_go_by_the_type() -> None:
    assert is_blocked(f'<link rel=modulepreload href="data:text/javascript,{SCRIPT}">')
    assert is_blocked(f'<link rel=preload as=style href="data:text/css,{CSS}">')


def test_pictures_load_nothing() -> None:
    picture = quote(f"<svg {SVG}><image href='{E}'/><style>{CSS}</style></svg>")
    for html in (
        f'<img src="data:image/svg+xml,{picture}">',
        f'<link rel=icon href="data:image/svg+xml,{picture}">',
        f'<style>a{{background:url("data:image/svg+xml;utf8,{picture}")}}</style>',
        f"<p style=\"background:url('data:image/svg+xml,{picture}')\">",
    ):
        assert rewrite(html).decode() == html


# -- XML -------------------------------------------------------------------------------------------------

XML = [
    "text/xml",
    "application/xml",
    "application/xhtml+xml",
    "image/svg+xml",
    "application/rss+xml",
    "text/xsl",
]


@pytest.mark.parametrize("kind", XML)
@pytest.mark.parametrize(
    "document",
    [
        f"<h:img xmlns:h='http://www.w3.org/1999/xhtml' src='{E}'/>",
        f"<s:svg xmlns:s='http://www.w3.org/2000/svg'><s:image href='{E}'/></s:svg>",
        f"<svg {SVG} xmlns:y='http://www.w3.org/1999/xlink'><image y:href='{E}'/></svg>",
        f"<?xml-stylesheet type='text/css' href='{E}'?><x/>",
        "<?xml-stylesheet type='text/xsl' href='#x'?><x/>",
        f"<!DOCTYPE x [<!ENTITY a '{E}'>]><img {XHTML} src='&a;'/>",
        f"<!DOCTYPE x [<!ENTITY a 'x'>]><svg {SVG}/>",
        f"<html {XHTML}><textarea><img src='{E}'/></textarea></html>",
        f"<svg {SVG}><style>@import 'ht<![CDATA[tps:]]>//evil.test/x'</style></svg>",
        f"<svg {SVG}><style>@import 'ht<!-- -->tps://evil.test/x'</style></svg>",
        f"<svg {SVG}><style\na='>'>@import 'ht<g/>tps://evil.test/x'</style></svg>",
        f"<svg {SVG}><style>@import '\\68ttps://evil.test/x'</style></svg>",
        f"<svg {SVG}><image href='https:evil.test/x'/></svg>",
        f"<svg {SVG}><image href='ht\ntps:evil.test/x'/></svg>",
        f"<svg {SVG}><image href='&#104;ttps://evil.test/x'/></svg>",
        f"<svg {SVG}><image href='http://www.w3.org/2000/svg'/></svg>",
        f"<svg {SVG}><script>run()</script></svg>",
        "<s:svg xmlns:s='http://www.w3.org/2000/svg'><s:script>run()</s:script></s:svg>",
        f"<html {XHTML}><iframe src='data:image/svg+xml,%3Cx/%3E'/></html>",
        f"<html {XHTML}><iframe src='javascript:run()'/></html>",
        f"<?xml version='1.0' encoding='shift_jis'?><svg {SVG}/>",
    ],
)
def test_xml_that_may_load_something_is_nobodys(document: str, kind: str) -> None:
    url = f"data:{kind},{quote(document)}"
    assert is_blocked(f'<iframe src="{url}"></iframe><embed src="{url}"><object data="{url}"></object>')


@pytest.mark.parametrize(
    "picture",
    [
        f"<svg {SVG} viewBox='0 0 9 9'><path d='M0 0h9v9z' fill='#fff'/></svg>",
        f"<?xml version='1.0' encoding='UTF-8'?>\n<svg\n{SVG} xmlns:xlink='http://www.w3.org/1999/xlink'>"
        "<!-- drawn --><style>a{fill:red}</style><desc>description \u00e9</desc>"
        "<use xlink:href='#a'/></svg>",
        f"<svg {SVG}><image href='data:image/png;base64,AAAA//AA'/><g style='fill:red'><path/></g></svg>",
    ],
)
def test_a_plain_picture_stays(picture: str) -> None:
    for kind in ("image/svg+xml", "image/svg+xml;charset=utf-8", "image/svg+xml;utf8"):
        for url in (f"data:{kind},{quote(picture)}", data_url(kind, picture)):
            html = f'<object data="{url}"></object><iframe src="{url}"></iframe>'
            assert rewrite(html).decode() == html

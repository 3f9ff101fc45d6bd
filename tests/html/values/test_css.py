"""The URLs in style sheets, and what becomes of sheets that are not plain."""

from __future__ import annotations

from html import escape

import pytest
from html_support import EVERYTHING, rewrite

from consentgate.html.values.css import css_urls

E = "//evil.test/x"


@pytest.mark.parametrize(
    ("sheet", "urls"),
    [
        (b"@import 'a';@IMPORT url(b);@import url('c') screen", [b"a", b"b", b"c"]),
        (b"@import 'a' @b;c{d:url(e)}", [b"a", b"e"]),
        (b"a{b:url( c );d:URL('e')}", [b"c", b"e"]),
        (b"a{b:image-set('c' 1x, url(d) 2x)}", [b"c", b"d"]),
        (b"/*url(a)*/b{c:'url(d)'}", []),
        (b"a{b:url(c\\)d)}", [b"c)d"]),
        (b"a{--b:'c'}", [b"c"]),
        (b"a{--b:'c';d:image-set(var(--b) 1x)}", [b"c"]),
        (b"@namespace 'a';@namespace url(b);", []),
        # A value that another falls back to, or keeps, is a URL where one is wanted.
        (b"a{b:image-set(var(--c, 'd') 1x)}", [b"d"]),
        (b"a{b:image-set(if(else: 'd') 1x)}", [b"d"]),
        (b"@property --a{syntax:'*';initial-value:'b'}c{content:'d'}", [b"*", b"b"]),
        (b"@function --a(){@media b{result:'c'}}d{content:'e'}", [b"c"]),
        (b"a{--b/**/:'c'}", [b"c"]),
        (b"a{-\\2d b:'c';content:'d'}", [b"c"]),
        (b"a{b:c('d') e(f(1, 'g'))}", [b"d", b"g"]),
        (b"a{b:--c('d')}", [b"d"]),
        (b"a[b='c']:not([d = 'e']){f:'g'}", []),
        (b"a{src:url(b) format('c'),local('d');content:counters(e, '.')}", [b"b"]),
        (b"a{--b:c;content:'d'}.e--f{content:'g'}", []),
        (b"@container style(--a:1){b{content:'c'}}", []),
        (b"@media(a){b{c:url(d);content:'e'}}@supports(f:url(g)){@media(h:'i'){}}", [b"d", b"g", b"i"]),
        (b"", []),
    ],
)
def test_the_urls_of_a_sheet_are_found(sheet: bytes, urls: list[bytes]) -> None:
    found = [one.url for one in css_urls(sheet)]
    assert found == urls


PLAIN_SHEETS = [
    "a{content:'https:E';quotes:'E' \"E\"}",
    "a[href='https:E'],a[href^=\"E\" i]:not([src*='E']):hover::before{color:red}",
    "/* E url(E) */@charset 'E';@namespace url(http://www.w3.org/1999/xhtml);",
    "@font-face{font-family:'E';src:local('E'),url(/f.woff2) format('woff2') tech(variations)}",
    "@media (width<=600px) and (e:2dppx){.a\\:b\\[c\\]:is(.d,.e){width:calc((1px + 2%)*(3 - 1))}}",
    "a{background:url(data:image/png;base64,AA==) no-repeat,url( '/b' );--c:var(--d,1px) /*;*/ }",
    "a{filter:alpha(opacity=50)}",
    # As minifiers write them.
    "@media(width<=600px)and (e:2dppx){a{content:'E'}}@MEDIA(x){a{background:url(/b)}}",
    "@supports(display:grid)and (not(d:e)){a{content:'E'}}@container(width>1px){b{}}@scope(.a)to(.b){c{}}",
    ".a--b:hover>.--c:hover{width:9px\\9;*zoom:1;_height:1px}<!-- b{} -->",
    "@property --a{syntax:'*';inherits:false}@layer b,c;@supports (display:grid) and (not (d:e)){a{}}",
    "a{grid-template:[x] 'a b' [y]/auto;transition:--c 1s;background:rgb(0 0 0/50%)}é{content:'é'}",
    "a{mask:url(/a\\)b)}b{background:image-set('/a' 1x,url(\"/b\") 2x)}",
]


@pytest.mark.parametrize("sheet", PLAIN_SHEETS)
def test_a_plain_sheet_that_loads_its_own_stays(sheet: str) -> None:
    sheet = sheet.replace("E", E)
    html = f"<style>{sheet}</style>"
    assert rewrite(html).decode() == html
    # It is read to its end as such.
    assert rewrite(f"<style>{sheet}a{{b:url({E})}}</style>").decode() == f"<style>{sheet}a{{b:url()}}</style>"


ODD_SHEETS = [
    *(
        "url(x y)",
        'url(x"y)',
        "url(x'y)",
        "url(x(y)",
        "url(x\x01)",
        "url(x\\\n)",
        "url(x\0)",
        'url(x \\) " )',
    ),
    *("u\\72 l(x)", "\\75rl(x)", "\xa0url(x)", "#url(x)", "@url(x)", "url(var(--x))", "x\\(y(z)"),
    *("'\n", '"x', "/* x", "\\\n", "\0", "\x0b", "\x7f", "x\0y", "@\\69mport '/x';", "@é 'x'"),
    *(
        "@import(x)",
        "@namespace(x)",
        "@property(x)",
        "@function(x)",
        "@mediax(x)",
        "@x-media(x)",
        "@m\\65 dia(x)",
    ),
    *("x(;)", "x({})", "x[;]", "x[}]", "x([)]", "x(])", ")", "]", "--x:{}", "--x:;--y:{;}", "if(x:1;else:2)"),
]


@pytest.mark.parametrize("odd", ODD_SHEETS)
def test_behind_what_is_odd_nothing_foreign_may_be_named(odd: str) -> None:
    for named in (
        f"url({E})",
        f"'https:{E}'",
        "'//www.example.org'@evil.test/'",
        "'\\2f\\2f evil.test/'",
        "http:a",
    ):
        html = f"<style>a{{b:url(/c)}}d{{{odd} {named}</style>f"
        output = rewrite(html).decode()
        assert output.startswith("<style>a{b:url(/c)}d{")
        assert output.endswith("/**/</style>f")
        assert named not in output
        assert rewrite(html, grants=EVERYTHING).decode() == html
    assert rewrite(f'<p style="a:b;{escape(odd)} url({E})">') != f'<p style="a:b;{escape(odd)} url({E})">'
    own = f"<style>a{{b:url(/c)}}d{{{odd} url(https://cdn.example.org/a) '/b' c:d</style>f"
    assert rewrite(own).decode() == own
    elsewhere = f"<base href=//evil.test/><style>{odd}</style>"
    assert odd not in rewrite(elsewhere).decode()

"""Hostile input costs no more than other input: the work done is counted, not timed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from html import escape
from urllib.parse import quote

import pytest
from html_support import blocked, cut, judge, page_url, rewrite

from consentgate.html import Rewriter
from consentgate.html.rewriting.records import BlockedList
from consentgate.html.rewriting.walker import MOST_NESTED, Walker
from consentgate.html.skipping import removed_elements
from consentgate.html.tokenizer.encoding import Encoding, Transcoder, Unreadable
from consentgate.html.values.css import css_urls

E = "//evil.test/x"
SIZE = 60_000

PATTERNS = [
    *(
        "<a",
        "<!--",
        "<!",
        "<?",
        "</",
        "</a",
        "<",
        "&",
        "<p/",
        "<a b=",
        '<x a="',
        "<img src=x ",
        "<td><svg></td>",
    ),
    *(
        "<svg><style>",
        "<svg><script>",
        "<svg><style><a>",
        "<svg></a><title>",
        "<svg></a><![CDATA[",
        "<![CDATA[",
    ),
    *(
        "<noscript>",
        "<noscript><select>",
        "<noscript><svg>",
        "<select><title>",
        "<select><style>",
        "<template>",
    ),
    *(
        f"<object data={E}>",
        f"<video src={E}>",
        f"<iframe src={E}>",
        "<div class=fb-like>",
        f"<base href={E}>",
    ),
    *(
        "<script>",
        "<script><!--",
        "<script><!--<script>",
        "<style>",
        "<svg><desc>",
        "<math><mi>",
        "<frameset><style>",
    ),
    *("<svg><foreignObject><table>", "<svg><path>", "<svg><desc></x><style>", "</p>", '<img srcset="'),
]
LARGE = {
    "an unclosed script": "<script>" + "a<b " * 500_000,
    "a long attribute": f'<img alt="{"a" * 3_000_000}" src={E}>',
    "a number": f'<img alt="&#{"9" * 1_000_000}" src={E}>',
    "many attributes": "<img " + " ".join(f"a{i}=1" for i in range(50_000)) + ">",
    "one attribute many times": "<img " + f"srcset={E} " * 30_000 + ">",
    "many widgets": "".join(f"<x{i} class=fb-like>" for i in range(10_000)),
    "url(": "<style>" + "url(" * 250_000,
    'url("': "<style>" + 'url("' * 250_000,
    "@import": "<style>" + "@import" * 150_000,
    "imports": "<style>" + f"@import '{E}';" * 20_000,
    "backslashes": "<style>@" + "\\" * 1_000_000,
    "calls": '<p style="' + "a(" * 300_000 + '">',
    "candidates": '<img srcset="' + "a," * 300_000 + '">',
    "commas": '<img srcset="' + "," * 1_000_000 + '">',
    "dots": '<img src="/' + "../" * 300_000 + '">',
    "a host": '<img src="//' + "a." * 300_000 + '">',
    "percents": '<img src="//' + "%" * 1_000_000 + '">',
    "spaces": "<a" + " " * 1_000_000,
    "equals signs": "<a " + "=" * 1_000_000,
    **{
        f"a script of {piece}": "<script type=module>" + piece * (300_000 // len(piece)) + "</script>"
        for piece in (
            *(
                "import(",
                "import/*",
                "import//",
                "from/**/",
                "/*from*/",
                "from'",
                "`${",
                "(",
                f"import'{E}';",
            ),
            *("import{", "import.", "/[", f"import('{E}'+", "/", "<!--", "from\"'"),
        )
    },
    "a map of scopes": '<script type=importmap>{"scopes":{'
    + ",".join(f'"/dir/{i}/":{{"a":"/b"}}' for i in range(10_000))
    + "}}</script>"
    + "<script type=module>import 'a'</script>" * 1_000,
    "a map of prefixes": '<script type=importmap>{"imports":{'
    + ",".join(f'"{"a" * i}/":"{E}/"' for i in range(800))
    + "}}</script><script type=module>"
    + f"import '{'a' * 800}b';" * 300
    + "</script>",
    "many maps": "".join(
        f'<script type=importmap>{{"imports":{{"{i}":"{E}"}}}}</script>' for i in range(3_000)
    )
    + "<script type=module>import 'a'</script>" * 3_000,
    "a deep map": "<script type=importmap>"
    + "[" * 300_000
    + "</script><script type=module>import 'a'</script>",
    "deep rules": "<script type=speculationrules>" + '{"and":[' * 100_000 + "</script>",
    "references in a style": "<svg><style>" + "&#9" * 300_000 + "</style>",
    "spaces that end a tag": f"<p background={E} =" + " " * 1_000_000 + ">",
    "slashes that end a tag": f"<p background={E} " + "/" * 1_000_000 + ">",
    "one name without an end": "<a" * 500_000,
    "scripts in SVG": "<svg>" + "<script><b>" * 50_000 + "</script>",
    "styles in SVG": "<svg>" + "<style><b>" * 50_000 + "</style>",
    "shadow roots": "<template shadowrootmode=open>" * 20_000 + "<img src=/a>" * 20_000,
    "a base and relative URLs": f"<base href='/{'a' * 500_000}/'>" + "<img src=x>" * 20_000,
    "an international host": f"<img src='//{'ü' * 300_000}.test/'>",
    "an encoded host": f"<img src='//xn--{'a' * 300_000}.test/'>",
    "a scheme": f"<img src='{'a' * 1_000_000}:x'>",
    "a port": f"<img src='//a:{'1' * 1_000_000}'>",
    "encodings": "<?xml " + "encoding='" * 100_000,
    "charsets": "<meta http-equiv=content-type content='" + 'charset="' * 100_000 + "'>",
    "styles in xml": '<object data="data:text/xml,' + "%3Cx:style" * 20_000 + ":style" * 20_000 + '">',
    "imports in a string": "<style>'" + f"@import {E};" * 50_000 + "</style>",
    "style sheets in style sheets": "<style>" + "@import 'data:text/css," * 20_000,
    "ampersands in a document": f"<iframe srcdoc='{'&' * 500_000}<img src={E}>'></iframe>",
}


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many bytes each reader was given, those for contents read apart included."""
    given: list[int] = []
    read, whole = Walker.read, Walker.read_whole

    def counted(self: Walker, data: bytes, *, final: bool) -> object:
        given.append(len(data))
        return read(self, data, final=final)

    def counted_whole(self: Walker, data: bytes) -> object:
        given.append(len(data))
        return whole(self, data)

    monkeypatch.setattr(Walker, "read", counted)
    monkeypatch.setattr(Walker, "read_whole", counted_whole)
    yield given


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_without_end_is_read_in_linear_time(pattern: str, work: list[int]) -> None:
    data = (pattern * (SIZE // len(pattern))).encode()
    rewrite(data)
    assert sum(work) <= 8 * len(data)
    work.clear()
    rewriter = Rewriter(judge(), page_url())
    for chunk in cut(data, 100):
        rewriter.feed(chunk)
    rewriter.finish()
    assert sum(work) <= 40 * len(data)


@pytest.mark.long
@pytest.mark.parametrize("html", LARGE.values(), ids=LARGE.keys())
def test_a_large_one_is_read_at_all(html: str, work: list[int]) -> None:
    data = html.encode()
    rewrite(data)
    assert sum(work) <= 8 * len(data)


def nested(depth: int, html: str = f"<img src={E}>") -> str:
    for _ in range(depth):
        html = f'<iframe srcdoc="{escape(html)}"></iframe>'
    return html


def test_what_grows_by_being_escaped_does_so_once_a_level() -> None:
    for depth in range(1, MOST_NESTED):
        html = f"<iframe srcdoc='<p title={'&' * 20_000}>{nested(depth - 1)}'></iframe>"
        assert len(rewrite(html)) <= 5 * len(html)
        deep = nested(depth, f"<p title={'&' * 20_000}><img src={E}>")
        assert len(rewrite(deep)) <= len(deep) + 100


@pytest.mark.parametrize("wrap", ['<iframe src="data:text/html,{}">', '<object data="data:text/html,{}">'])
def test_documents_in_urls_are_read_once_each(wrap: str, work: list[int]) -> None:
    html = "<p>" * 100 + f"<img src=https:{E}>"
    for _ in range(MOST_NESTED):
        html = wrap.format(quote(html))
    rewrite(html)
    # Once when it comes and once when no more does, at each level.
    assert sum(work) <= 2 * MOST_NESTED * len(html)


@pytest.mark.parametrize("wrap", ["<noscript>{}</noscript>", "<select><title>{}</title></select>"])
def test_doubt_in_nested_documents_grows_with_their_size_alone(wrap: str, work: list[int]) -> None:
    def steps(size: int) -> int:
        html = f"<svg><p><img src={E}>" + "<b>" * size
        for _ in range(MOST_NESTED):
            html = wrap.format(f'<iframe srcdoc="{escape(html)}"></iframe><svg>')
        work.clear()
        rewrite(html)
        return sum(work)

    assert steps(1600) <= 2 * steps(800)
    assert steps(1600) <= 64 * 1600 * len(nested(MOST_NESTED, "<b>"))


def test_a_character_set_that_only_switches_is_not_collected() -> None:
    transcoder = Transcoder(Encoding("iso-2022-jp"))
    with pytest.raises(Unreadable):
        for _ in range(100):
            transcoder.decode(b"\x1b(B\x1b$B")


def test_documents_in_documents_are_read_so_deep_and_no_deeper() -> None:
    assert "srcdoc" in rewrite(nested(MOST_NESTED - 1)).decode()
    assert "evil" not in rewrite(nested(MOST_NESTED - 1)).decode()
    assert "evil" not in rewrite(nested(MOST_NESTED + 3)).decode()
    assert len(blocked(nested(MOST_NESTED + 3))) == 1


def test_a_long_script_is_dropped_as_it_comes() -> None:
    blocked = BlockedList()
    rewriter = Rewriter(judge(), page_url(), observe=blocked.observe)
    output, waiting = b"", 0
    for chunk in [f"<script src={E}>".encode(), *[b"x" * 50_000] * 60, b"</script><p>"]:
        output += rewriter.feed(chunk)
        waiting = max(waiting, rewriter.waiting)
    output += rewriter.finish()
    assert output.endswith(b"</script><p>")
    assert b"xx" not in output
    assert waiting < 2 << 20
    assert len(blocked) == 1
    assert blocked[0].end == len(f"<script src={E}>") + 3_000_000


def test_style_sheets_are_read_once() -> None:
    assert len(list(css_urls(b"url(a);" * 10_000))) == 10_000


def test_a_long_comment_passes_as_it_comes() -> None:
    rewriter = Rewriter(judge(), page_url())
    chunks = [b"<p><!--", *[b" <img src=//evil.test/x> --" * 2_000] * 200, b"!", f"><img src={E}>a".encode()]
    output, waiting = b"", 0
    for chunk in chunks:
        output += rewriter.feed(chunk)
        waiting = max(waiting, rewriter.waiting)
    output += rewriter.finish()
    assert output == b"".join(chunks).replace(f"><img src={E}>a".encode(), b"><img >a")
    assert waiting < 1 << 20


_RULES = '<script type=speculationrules>{"prefetch":[{'
_MAP = "<script type=importmap>"
# What stands before, what is repeated (N is its number), what stands between, and after.
VALUES = {
    "srcset": ('<img srcset="', "/a?x&yN 1x", ", ", '">'),
    "srcset without spaces": ('<img srcset="', "/a?x&yN 1x", ",", '">'),
    "srcset with parentheses": ('<img srcset="', "/a?x&yN (b,c)) 1x", ", ", '">'),
    "srcset that ends elsewhere": ('<img srcset="', "/aN 1x", ", ", f', {E} 2x">'),
    "imagesrcset": ('<link rel=preload as=image imagesrcset="', "/a?x&yN 1x", ", ", '">'),
    "ping": ('<a href=/ ping="', "/aN", " ", '">'),
    "archive": ('<object archive="', "/a?x&yN", " ", '"></object>'),
    "values": ('<svg><animate attributeName=href values="', "/aN", ";", '"/></svg>'),
    "style": ('<p style="', "a:url(/aN)", ";", '">'),
    "style with references": ('<p style="&amp;', "a:url(/aN)", ";", '">'),
    "strings in a function": ("<style>a{b:image-set(", "'/aN' 1x", ",", ")}</style>"),
    "functions": ("<style>a{", "b:c(d('/aN'))", ";", "}</style>"),
    "parentheses": ("<style>a{b:", "c(", "", "}</style>"),
    "the rest of an odd sheet": ("<style>a{b:url(x y);", "c:'/aN'", ";", "</style>"),
    "imports in a sheet": ("<style>", "@import '/aN' b(c);", "", "</style>"),
    "custom properties": ("<style>a{", "--bN:c('/aN') d", ";", "}</style>"),
    "data: URLs": ('<link rel=stylesheet href="data:text/css,', "a%7Bb:url(/aN)%7D", "", '">'),
    "charsets": ('<iframe src="data:text/html', ";charset=utf-8", "", ',a"></iframe>'),
    "scopes": (_MAP + '{"scopes":{', '"/dir/N/":{"a":"/b"}', ",", "}}</script>"),
    "keys": (_MAP + '{"imports":{', '"a/N/":"/b/"', ",", "}}</script><script>import('a/7/b')</script>"),
    "specifiers": (_MAP + '{"imports":{"a/":"/"}}</script><script>', "import('a/N')", ";", "</script>"),
    "where": (_RULES + '"where":{"or":[', '{"href_matches":"/aN/*"}', ",", "]}}]}</script>"),
    "where in where": (
        _RULES + '"where":' + '{"and":[' * 50,
        '{"href_matches":"/aN/*"}',
        ",",
        "]}" * 50 + "}]}</script>",
    ),
    "urls": (_RULES + '"urls":[', '"/aN"', ",", "]}]}</script>"),
    "a bundle's resources": (
        '<script type=webbundle>{"source":"/a","resources":[',
        '"/aN"',
        ",",
        "]}</script>",
    ),
    "pictures": ("<p>", f"<img alt=a src={E}N>", "", "</p>"),
}


def calls(html: str) -> int:
    """How many functions are called to rewrite `html`, those in C included."""
    count = 0

    def counts(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    rewrite(html)  # what is compiled once
    # How much room the memory has left would depend on the tests before.
    removed_elements._memories.clear()
    sys.setprofile(counts)
    try:
        rewrite(html)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES.keys())
def test_a_value_of_twice_the_length_is_twice_the_work(value: tuple[str, str, str, str]) -> None:
    before, one, between, after = value
    few, many = (
        calls(before + between.join(one.replace("N", str(n)) for n in range(1_000, 1_000 + count)) + after)
        for count in (1_000, 2_000)
    )
    assert many <= 2.2 * few + 500

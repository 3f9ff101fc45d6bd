"""What is too long to wait for: how it passes or goes, what waits meanwhile, and what is said of it."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from html_oracle import leaks
from html_soup import soup
from html_support import (
    EVERYTHING,
    blocked,
    cut,
    cut_at,
    feed,
    feed_and_tell,
    judge,
    keeps_the_rest,
    page_url,
    told_by,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consentgate.html import Insertion, Limit, Rewriter
from consentgate.html.rewriting import oversized_markup, walker
from consentgate.html.rules import base_url, judgement, raw_text_rules
from consentgate.html.tokenizer import foreign_content, lookahead, open_elements
from consentgate.web import host

E = "//evil.test/x"
SMALL = 64 << 10


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that are reached sooner."""
    monkeypatch.setattr(oversized_markup, "LARGEST_TAG", SMALL)
    monkeypatch.setattr(walker, "LARGEST_TAG", SMALL)
    monkeypatch.setattr(oversized_markup, "LONG", SMALL // 4)
    for module in (lookahead, raw_text_rules):
        monkeypatch.setattr(module, "LONGEST_TEXT", SMALL)


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that any page reaches."""
    monkeypatch.setattr(oversized_markup, "LARGEST_TAG", 40)
    monkeypatch.setattr(walker, "LARGEST_TAG", 40)
    monkeypatch.setattr(oversized_markup, "LONG", 10)
    monkeypatch.setattr(oversized_markup, "MOST_ATTRIBUTES", 2)
    monkeypatch.setattr(lookahead, "LONGEST_END_TAG", 12)
    monkeypatch.setattr(lookahead, "LONGEST_ELEMENT", 60)
    monkeypatch.setattr(judgement, "MOST_SHEETS", 1)
    monkeypatch.setattr(judgement, "MOST_IMPORTS", 1)
    monkeypatch.setattr(host, "LONGEST_HOST", 12)


# -- what waits ------------------------------------------------------------------------------------------

WITHOUT_END = {
    "comment": ("<!--", " -- x"),
    "doctype": ("<!doctype html", ' "x'),
    "bogus comment": ("<?", " x"),
    "end without a name": ("</ ", "x="),
    "end tag": ("</p ", "a='b' "),
    "end of a script": ("<script></script ", "x='"),
    "end of a blocked script": (f"<script src={E}></script ", "x "),
    "end of a style": ("<style></style ", 'x="'),
    "CDATA": ("<svg><![CDATA[", "]] >"),
    "CDATA in HTML": ("<![CDATA[", "]]"),
    "attributes": ("<img ", "a=b "),
    "names of attributes": ("<img ", "a/"),
    "a value": (f"<img src='{E}", "x y>"),
    "a value without quotes": ("<p x=", "x<"),
    "a name": ("<p", "x"),
    "space in a tag": ("<a", " "),
    "srcdoc": ('<iframe srcdoc="', "<img src=x>"),
    "script": ("<script>", "a<b "),
    "blocked script": (f"<script src={E}>", "a<!-- "),
    "style": ("<style>", "a{b:url(c)}"),
    "textarea": ("<textarea>", f"<img src={E}>"),
    "title": ("<title>", "</titl"),
    "plaintext": ("<plaintext>", f"<img src={E}>"),
    "noscript": ("<noscript>", "<p>x"),
    "svg": ("<svg>", "<path>x"),
    "script in svg": ("<svg><script>", "x<b>"),
    "select": ("<select>", "<title>x"),
    "templates": ("", "<template>"),
    "shadow roots": ("", "<template shadowrootmode=open>"),
    "objects": ("", f"<object data={E}>"),
    "space": ("", " \n"),
    "text": ("", "x"),
}


@pytest.mark.parametrize("inserting", [False, True])
@pytest.mark.parametrize("markup", WITHOUT_END.values(), ids=WITHOUT_END.keys())
def test_no_more_waits_than_the_largest_tag(markup: tuple[str, str], inserting: bool, small: None) -> None:
    start, more = markup
    insertion = Insertion(b"<head-insertion>", b"<body-insertion>") if inserting else None
    rewriter = Rewriter(judge(), page_url(), insertion=insertion)
    rewriter.feed(start.encode())
    chunk = more.encode() * (4096 // len(more))
    waiting = 0
    for _ in range(6 * SMALL // len(chunk)):
        rewriter.feed(chunk)
        waiting = max(waiting, rewriter.waiting)
    rewriter.finish()
    # A window beyond the tag, and what comes until a waiting piece is looked at again.
    assert waiting <= (SMALL + SMALL) * 17 // 16 + len(chunk)


def test_the_limits_are_those_of_the_documentation() -> None:
    assert oversized_markup.LARGEST_TAG == 8 << 20
    assert lookahead.LONGEST_TEXT == 1 << 20
    assert lookahead.LONGEST_ELEMENT == 64 << 10
    assert walker.MOST_NESTED == judgement.MOST_SHEETS == judgement.MOST_IMPORTS == 8
    assert open_elements.DEEPEST == foreign_content.DEEPEST == foreign_content.LONGEST_NAME == 256
    assert host.LONGEST_HOST == base_url.LONGEST_BASE == 4096


# -- what becomes of it ----------------------------------------------------------------------------------


def limits(html: str, chunk: int = 1000) -> list[tuple[Limit, int]]:
    return feed_and_tell(cut(html.encode(), chunk))[2]


LONG_TAGS = [
    "<img a='" + "x>" * SMALL + f"' src={E}>",
    "<p " + f"a=1 /b='>' c\n=\t \"'>\" =d=e {E} " * (SMALL // 16) + ">",
    "<" + "a" * (SMALL + 10) + ">",
    "<p a" + " " * SMALL + "=" + " " * SMALL + "'>'>",
    "<p a=" + "b" * SMALL + "/>",
    f"<script src={E} " + "/" * SMALL + ">",
    "<p x=" + " " * SMALL + ">",
    "<p " + "a" * SMALL + "=>",
]


@pytest.mark.parametrize("size", [1, 100, 5000, 1 << 20])
@pytest.mark.parametrize("tag", LONG_TAGS, ids=range(len(LONG_TAGS)))
def test_a_start_tag_that_is_too_large_goes_alone(tag: str, size: int, small: None) -> None:
    html = f"<b>before{tag}after</b><img src={E}><img src=/own>"
    if size == 1:
        # The first and the last bytes one by one.
        end = len(html)
        places = [*range(50), *range(SMALL - 50, SMALL + 50), *range(end - 100, end)]
        chunks = cut_at(html.encode(), places)
    else:
        chunks = cut(html.encode(), size)
    output, spans = feed(chunks)
    assert output == b"<b>beforeafter</b><img ><img src=/own>"
    assert [(one.kind, one.start, one.end) for one in spans][:1] == [("long tag", 9, 9 + len(tag))]
    assert len(spans) == 2


def test_one_of_just_the_largest_size_is_judged(small: None) -> None:
    tag = f"<img src=/own alt='{'x' * (SMALL - 21)}'>"
    assert len(tag) == SMALL
    assert feed(cut(tag.encode(), 999)) == (tag.encode(), [])
    assert feed([tag.replace("alt", "alt ").encode()])[0] == b""


def test_one_with_too_many_attributes_goes_too() -> None:
    most = oversized_markup.MOST_ATTRIBUTES
    tag = "<img alt " + "".join(f"a{i} " for i in range(most)) + f"src={E}>"
    assert feed([f"a{tag}b".encode()])[0] == b"ab"
    assert limits(f"a{tag}b", 5000) == [(Limit.LONG_TAG, 1)]


@pytest.mark.parametrize(
    "markup",
    [
        "<!--" + "<b>" * SMALL + "--!>",
        "<!doctype html" + " x" * SMALL + ">",
        "<?" + "x" * SMALL + ">",
        "</p " + "a='>' " * SMALL + ">",
        "<![CDATA[" + "x" * SMALL + ">",
    ],
    ids=lambda markup: markup[:9],
)
def test_what_loads_nothing_passes_whatever_its_size(markup: str, small: None) -> None:
    html = f"<div>{markup}<img src={E}>after</div>"
    for size in (1000, 1 << 30):
        assert feed(cut(html.encode(), size))[0] == f"<div>{markup}<img >after</div>".encode()
    assert limits(html) == []


def test_a_long_doctype_makes_a_document(small: None) -> None:
    data = ("<!doctype html" + " x" * SMALL + "><p>text").encode()
    for size in (100, 1 << 30):
        insertion = Insertion(b"<head-insertion>", b"<body-insertion>")
        output, _ = feed(cut(data, size), insertion=insertion)
        assert output == data.replace(b"<p>", b"<head-insertion><body><body-insertion><p>")


def test_where_everything_passes_a_long_tag_does_and_nothing_more_is_put_in(small: None) -> None:
    data = ("<!doctype html><html lang='" + "x" * SMALL + f"'><body><img src={E}>").encode()
    for size in (100, 1 << 30):
        insertion = Insertion(b"<head-insertion>", b"<body-insertion>")
        chunks = cut(data, size)
        output, _, found = told_by(Rewriter, chunks, judge(EVERYTHING), page_url(), insertion=insertion)
        assert output == data
        assert [limit for limit, _ in found] == [Limit.NOT_INSERTED]


@pytest.mark.parametrize(
    "html",
    [
        "<noscript><base href=/a/></noscript>",
        "<link rel=stylesheet href='data:text/css;charset=utf-16le,a'>",
        "<script src='data:text/javascript;charset=utf-16le,a'></script>",
        "<style>@import 'data:text/css;charset=utf-16le,a';</style>",
        "<meta http-equiv=refresh content='9;data:text/html;charset=utf-16le,a'>",
        "<noscript><style>@import 'data:text/css;charset=utf-16le,a';</style></noscript>",
    ],
)
def test_where_everything_passes_what_cannot_be_read_does(html: str) -> None:
    # Before the body, where there is still something to be put in.
    html = f"<!doctype html>{html}<title>a</title><body>"
    rewriter = Rewriter(judge(EVERYTHING), page_url(), insertion=Insertion(b"", b""))
    assert rewriter.feed(html.encode()) + rewriter.finish() == html.encode()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(soup, st.sampled_from([1, 2, 3, 7, 20]))
def test_the_limits_hold_wherever_the_page_is_cut(tiny: None, source: str, size: int) -> None:
    data = source.encode("utf-8", "replace")
    whole = feed_and_tell([data])
    assert feed_and_tell(cut(data, size)) == whole
    assert leaks(whole[0].decode("utf-8", "replace")) == set()
    assert keeps_the_rest(data, whole[0], whole[1])


# -- what is said of it ----------------------------------------------------------------------------------


def test_each_cut_is_told_with_its_place(small: None) -> None:
    text = "x" * (SMALL + 1)
    far = "<p>" * (lookahead.LONGEST_ELEMENT // 3)
    assert limits(f"ab<img alt='{text}'>") == [(Limit.LONG_TAG, 2)]
    assert limits(f"ab<script>{text}</script>") == [(Limit.LONG_TEXT, 2)]
    assert limits(f"ab<style>{text}</style>") == [(Limit.LONG_TEXT, 2)]
    assert limits(f"ab<object data={E}>{far}</object>") == [(Limit.FAR_END, 2)]
    assert limits(f"ab<iframe src={E}>{text}</iframe>") == [(Limit.FAR_END, 2)]
    assert limits("ab<select><title><style></title>") == [(Limit.AMBIGUOUS, 10), (Limit.AMBIGUOUS, 17)]
    assert limits("ab<svg></p><![CDATA[x><b>]]>") == [(Limit.AMBIGUOUS, 11)]
    assert limits(f"ab<base href=/{'a' * 5000}/>") == [(Limit.BASE, 2)]
    assert limits("ab<noscript><base href=/a/></noscript>") == [(Limit.BASE, 2)]


def test_one_deep_in_others_is_told_with_the_place_of_the_outermost() -> None:
    html = f"<img src={E}>"
    for _ in range(9):
        html = '<iframe srcdoc="' + html.replace("&", "&amp;").replace('"', "&quot;") + '"></iframe>'
    assert {*limits(f"abc{html}")} == {(Limit.DEEP, 3)}


def nested_sheets(depth: int) -> str:
    sheet = "a{b:url(/x)}"
    for _ in range(depth):
        sheet = f"@import 'data:text/css,{quote(sheet)}';"
    return sheet


def nested_scripts(depth: int) -> str:
    script = "import '/x'"
    for _ in range(depth):
        script = f"import 'data:text/javascript,{quote(script)}'"
    return script


LONG = f"https://{'A' * 5000}.test/"
MAP = '<script type=importmap>{"imports": '
RULES = '<script type=speculationrules>{"prefetch": '


@pytest.mark.parametrize(
    ("html", "limit", "kinds"),
    [
        (f"<style>{nested_sheets(9)}</style>", Limit.DEEP_CODE, ["style"]),
        (f'<link rel=stylesheet href="data:text/css,{quote(nested_sheets(8))}">', Limit.DEEP_CODE, ["link"]),
        (f'<p style="--a:b" onclick=a><script>{nested_scripts(9)}</script>', None, ["inline script"]),
        (f'<script src="data:,{quote(nested_scripts(8))}"></script>', Limit.DEEP_CODE, ["script"]),
        (f"<svg>{'<g>' * 256}</svg>", Limit.DEEP_TREE, []),
        (f"<svg><{'g' * 300}></svg>", Limit.DEEP_TREE, []),
        ("<template>" * 257, Limit.DEEP_TREE, []),
        (f"{MAP}{'[' * 100_000}</script><script>import('/x')</script>", Limit.RULES, ["script"]),
        (f"{MAP}{{}}", Limit.RULES, ["script"]),
        (f"{RULES}{'[' * 100_000}</script>", Limit.RULES, ["script"]),
        (f"{RULES}[]}}</script {'x' * (70 << 10)}>", Limit.RULES, ["script"]),
        (f"{RULES}[]}}", Limit.RULES, ["script"]),
        (f"<img src={LONG}>", Limit.LONG_HOST, ["img"]),
        (f"<p style='background:url({LONG})'>", Limit.LONG_HOST, ["p"]),
        (f"<iframe srcdoc='<img src={LONG}>'></iframe>", Limit.LONG_HOST, ["iframe"]),
        (f"<script>import('{LONG}')</script>", Limit.LONG_HOST, ["inline script"]),
    ],
)
@pytest.mark.parametrize("size", [100, 1 << 20])
def test_what_is_not_read_is_told_once(html: str, limit: Limit | None, kinds: list[str], size: int) -> None:
    found = limits(f"ab{html}", size)
    assert [kind for kind, _ in found] == [limit or Limit.DEEP_CODE]
    assert limit is None or limit is Limit.DEEP_TREE or found[0][1] == 2
    assert [one.kind for one in blocked(f"ab{html}")] == kinds
    rewriter = Rewriter(
        judge(EVERYTHING),
        page_url(),
        insertion=Insertion(b"", b""),
        observe=lambda records: (
            pytest.fail("records with everything granted") if [*records.blocked, *records.limits] else None
        ),
    )
    data = f"<!doctype html>{html}".encode()
    assert rewriter.feed(data) + rewriter.finish() == data


@pytest.mark.parametrize(
    "html",
    [
        "<script>x</script><style>a{b:c}</style><!-- x --><p title=x>",
        f"<style>{nested_sheets(8)}</style><script>{nested_scripts(7)}</script>",
        f"<svg>{'<g>' * 255}</svg>{'<template>' * 256}",
        f"{MAP}{{}}}}</script>{RULES}[]}}</script><img src='https://{'a' * 4000}.test/'>",
        f"<script src={E}></script><object data={E}>x</object><iframe src={E}></iframe>",
        "<script src=/own>" + "x" * (SMALL + 1) + "</script>",
        "<script type=text/plain>" + "x" * (SMALL + 1) + "</script>",
        "<iframe srcdoc='<p>'></iframe><base href=/a/><noscript><p></noscript>",
    ],
)
def test_nothing_is_said_where_all_was_read(html: str, small: None) -> None:
    assert limits(html) == []


def test_how_deep_a_drawing_is_does_not_depend_on_how_the_page_was_cut() -> None:
    for deep in (255, 256):
        html = f"<svg>{'<g>' * deep}</svg><title><img src={E}></title><select></select><img src={E}>".encode()
        assert feed([html]) == feed(cut(html, 100))


def test_a_long_base_is_dropped_and_the_page_stays_where_it_is() -> None:
    html = f"<base href=//evil.test/{'a' * 5000}/><base href=/b/><img src=x>"
    assert [one.kind for one in blocked(html)] == ["base"]

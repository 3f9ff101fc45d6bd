"""What the gate puts into a page changes nothing else in its tree."""

from __future__ import annotations

import re

import pytest
from html_oracle import Element, html5lib_tree, lexbor_tree
from html_soup import soup
from html_support import EVERYTHING, cut, feed, gate, judge, page_url
from hypothesis import given
from hypothesis import strategies as st

from consentgate.html import Insertion, Rewriter

HEAD, BODY = b"<script id=gate-head></script>", b"<div id=gate-body></div>"

DOCUMENTS = """
<!doctype html><html><head><title>t</title></head><body><p>x</body></html>
<!doctype html><title>t</title><p>x
<!doctype html>text
<!doctype html><p>x
<!doctype html>
<!doctype html><html>
<!doctype html><html><head>
<!doctype html><html><head></head>
<!doctype html><html><head></head><body>
<!doctype html><html><body>x
<!doctype html><head></head>x
<!doctype html><body class=a>x
<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN"><meta charset=utf-8><img>
<!doctype html><!-- c --><html><!-- c --><head><!-- c --></head><!-- c --><body>
<!-- c --><!doctype html><link><style>a{}</style><template><p></template><h1>x</h1>
<html><head><meta></head><body><p>x
<html>x
<head></head><p>x
<body>x
<!doctype html></p>x
<!doctype html></br>x
<!doctype html></head>x
<!doctype html></body>x
<!doctype html></html>
<!doctype html></div><p>x
<!doctype html><head></head></div><p>x
<!doctype html><head><noscript><link></noscript></head><body>x
<!doctype html><head><noscript><img></noscript></head><body>x
<!doctype html><head><script></script><svg></svg><p>x
<!doctype html>< p>x
<!doctype html>&amp;x
<!doctype html><head><title>t</title>x
<!doctype html><head><base href=/x></head><body>
<!doctype html><html><head></head><p>x<body class=b>
<!doctype html><table><tr><td>x</table>
<!doctype html><template><body></template><p>x
<!doctype html><title><p>t
<!doctype html><plaintext>x
""".strip().split("\n")
FRAMES = (
    "<!doctype html><frameset><frame></frameset>",
    "<html><head><title>t</title></head><frameset cols=1><noframes><body>x</body></noframes></frameset>",
)
FRAGMENTS = (
    "<p>x",
    "text",
    "<li>a<li>b",
    "<title>t</title>x",
    " <tr><td>",
    "<!-- c --><div></div>",
    "",
    "</p>",
)


def put_in(html: str, size: int = 1 << 20) -> bytes:
    return feed(cut(html.encode(), size), insertion=Insertion(HEAD, BODY))[0]


def without_gate(elements: list[Element]) -> list[Element]:
    kept = [one for one in elements if one.attributes.get("id") not in ("gate-head", "gate-body")]
    for one in kept:
        one.children = without_gate(one.children)
    return kept


def place_of(tree: list[Element], name: str) -> tuple[str, int] | None:
    for parent in _all(tree):
        for number, child in enumerate(parent.children):
            if child.attributes.get("id") == name:
                return parent.name, number
    return None


def _all(tree: list[Element]) -> list[Element]:
    return [found for one in tree for found in (one, *_all(one.children))]


PARSERS = [lexbor_tree, lambda html: html5lib_tree(html, scripting=True)]


@pytest.mark.parametrize("parse", PARSERS, ids=["lexbor", "html5lib"])
@pytest.mark.parametrize("lead", ["", "\ufeff", "\n <!-- c -->"])
@pytest.mark.parametrize("html", DOCUMENTS)
def test_a_document_gets_both_and_stays_the_same(html: str, lead: str, parse: object) -> None:
    if "<template" in html and parse is not lexbor_tree:
        pytest.skip("html5lib knows no templates")
    output = put_in(lead + html)
    assert output.count(HEAD) == 1
    left = output.replace(HEAD, b"")
    # Where nothing begins the body, its insertion does.
    assert (lead + html).encode() in (left.replace(BODY, b""), left.replace(b"<body>" + BODY, b""))
    tree = parse(output.decode().removeprefix("\ufeff"))
    assert place_of(tree, "gate-head") == ("head", 0)
    assert without_gate(tree) == parse(html if not lead.strip("\ufeff") else lead + html)
    for size in (1, 2, 7):
        assert put_in(lead + html, size) == output


@pytest.mark.parametrize(
    "html", [html for html in DOCUMENTS if "<title><p>" not in html and "plaintext" not in html]
)
def test_the_body_begins_with_it(html: str) -> None:
    place = place_of(lexbor_tree(put_in(html).decode()), "gate-body")
    assert place is not None
    assert place[0] == "body"


@pytest.mark.parametrize("html", FRAMES)
def test_a_page_of_frames_gets_nothing_into_its_body(html: str) -> None:
    assert put_in(html).replace(HEAD, b"").decode() == html
    assert BODY not in put_in(html)


@pytest.mark.parametrize("html", FRAGMENTS)
def test_a_fragment_gets_nothing(html: str) -> None:
    assert put_in(html).decode() == html


META = b"<meta id=gate-head>"


def put_in_everywhere(html: str, size: int = 1 << 20) -> bytes:
    return feed(cut(html.encode(), size), insertion=Insertion(META, b"", everywhere=True))[0]


@pytest.mark.parametrize("parse", PARSERS, ids=["lexbor", "html5lib"])
@pytest.mark.parametrize("lead", ["", "\ufeff", "\n <!-- c -->"])
@pytest.mark.parametrize(
    "html",
    (*DOCUMENTS, *FRAMES, *FRAGMENTS, "<html amp><head></head>x", "<frameset onload=x><frame></frameset>"),
)
def test_a_head_that_goes_everywhere_comes_first(html: str, lead: str, parse: object) -> None:
    if "<template" in html and parse is not lexbor_tree:
        pytest.skip("html5lib knows no templates")
    output = put_in_everywhere(lead + html)

    assert output.count(META) == 1
    assert output.replace(META, b"") == (lead + html).encode()
    tree = parse(output.decode().removeprefix("\ufeff"))
    assert place_of(tree, "gate-head") == ("head", 0)
    assert without_gate(tree) == parse(html if not lead.strip("\ufeff") else lead + html)
    for size in (1, 2, 7):
        assert put_in_everywhere(lead + html, size) == output


@given(soup)
def test_a_head_that_goes_everywhere_is_put_in_before_anything_that_loads(source: str) -> None:
    output = put_in_everywhere(source)

    assert output.count(META) == 1
    assert place_of(lexbor_tree(output.decode()), "gate-head") == ("head", 0)


@given(st.sampled_from(["<!doctype html>", "<html>", "<!doctype html><html><head>", ""]), soup)
def test_any_soup_is_put_in_the_same_way_in_chunks(start: str, source: str) -> None:
    whole = put_in(start + source)
    assert put_in(start + source, 1) == whole
    assert whole.count(HEAD) <= 1
    assert whole.count(BODY) <= 1


@pytest.mark.parametrize("size", [1, 40, 1 << 20])
def test_a_template_in_the_head_does_not_keep_it_out_where_everything_is_granted(size: int) -> None:
    html = b"<!doctype html><head><template><p>a<svg><![CDATA[b]]></svg></template></head><body>x</body>"
    rewriter = Rewriter(judge(EVERYTHING), page_url(), insertion=Insertion(HEAD, BODY))
    output = b"".join([rewriter.feed(chunk) for chunk in cut(html, size)]) + rewriter.finish()

    assert output.replace(b"<body>" + BODY, b"<body>").replace(b"<head>" + HEAD, b"<head>") == html
    assert HEAD in output
    assert BODY in output


# -- placeholders ----------------------------------------------------------------------------------------

E = "<iframe src=//evil.test/></iframe>"


@pytest.mark.parametrize(
    "html",
    [
        f"<!doctype html><head>{E}",
        f"<table>{E}<tr><td>x</table>",
        f"<table><tr>{E}<td>x</table>",
        f"<select><option>x{E}</select>",
        "<picture><embed src=//evil.test/><img></picture>",
        f"<svg><g>{E}</g></svg>",
    ],
)
def test_no_placeholder_stands_where_it_would_move(html: str) -> None:
    output = gate().rewrite(html.encode(), url="https://www.example.org/", charset="utf-8").html
    if "<head>" not in html:
        assert b"_privacy" not in output


@pytest.mark.parametrize("parse", PARSERS, ids=["lexbor", "html5lib"])
@pytest.mark.parametrize(
    "html", [f"<p>a{E}b</p>", f"<a href=/>a{E}b</a>", f"<table><tr><td>{E}</table>", f"<ul><li>{E}<li>b"]
)
def test_a_placeholder_stands_where_the_embed_stood(html: str, parse: object) -> None:
    output = gate().rewrite(html.encode(), url="https://www.example.org/", charset="utf-8").html.decode()
    assert "evil.test" in output
    if "<a href=/>" not in html:
        assert "/_privacy/" in output
    else:
        inside = re.search(r"<a href=/>(.*)</a>", output, re.S)
        assert inside is not None
        assert "<a " not in inside[1]

"""A parser that builds the tree gives the same one for a page and for what the gate makes of it, but for
what was blocked and what was put in.

To compare them, each start tag within a blocked span of the input is marked, and marked elements are taken
out of its tree. Three differences are left, and all of them are as they must be:

- An element that is not there any more does not end the head. A picture in a `noscript` in the head does so
  where scripts are off. `HEAD_ENDED_EARLIER` names the pages of the corpus that have one.
- Browsers copy formatting elements that were left open for the next picture or text: with the picture gone,
  the copy begins later.
- Markup that confuses parsers was meant to: where the gate drops an `ambiguous` tag, or where a blocked
  element ended what it stood in (`CONFUSED`), the tree without it is another.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from html_documents import documents, overlapping
from html_nasty import INPUTS
from html_support import PAGE, corpus_index, corpus_pages, feed, gate, needs_shared, through_the_gate
from html_trees import (
    PARSERS,
    Node,
    is_inserted,
    is_marked,
    is_placeholder,
    marked,
    outline,
    parsers_for,
    unformatted,
    without,
    without_head,
)
from hypothesis import given, settings

from consentgate import Blocked

HEAD_ENDED_EARLIER = {
    ("0380", "lexbor"),
    ("0598", "lexbor"),
    ("2131", "lexbor"),
    ("2218", "lexbor"),
    *((page, "html5lib, no scripting") for page in ("0380", "0598", "2131", "2218")),
}
# Nothing can be put in after a comment that has no end, only before it.
UNCLOSED = "<!--"
# In SVG, the picture ends the SVG. In a `select`, older browsers see the style sheet's text alone.
CONFUSED = {
    '<svg><![CDATA[<a title="]]><img src=//evil.test/x>">',
    '<svg><script>a("<img src=//evil.test/x>")</script></svg>',
    '<select><svg><style>@imp<!-- -->ort "//evil.test/x";</style></svg>',
    UNCLOSED,
}
FRAMES = "0554"
STARTS = (
    "<!doctype html>",
    "<html><head><title>t</title></head>",
    "<!doctype html><head></head> <!-- c --> ",
    "<!doctype html><html><head></head><body>x",
)


def read(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def remaining(source: bytes, blocked: list[Blocked], parser: str) -> Node:
    """The tree of `source` without what was blocked."""
    return without(PARSERS[parser](read(marked(source, blocked))), is_marked)


IS_AMP = re.compile(rb"<html[^>]*\s(?:amp|\xe2\x9a\xa1)[\s=>]", re.I)


def is_ours(node: Node) -> bool:
    return is_placeholder(node) or is_inserted(node)


@pytest.mark.long
@needs_shared
@pytest.mark.parametrize("page", corpus_pages(), ids=lambda page: page.stem)
def test_a_real_page_keeps_its_tree(page: Path) -> None:
    source, host = page.read_bytes(), corpus_index()[page.stem]["own_host"] or "www.example.org"
    blocked = gate().rewrite(source, url=f"https://{host}/dir/page").blocked
    output = through_the_gate(source, host)
    for parser, parse in parsers_for(source.decode("latin-1")).items():
        tree = parse(read(output))
        ours = [node for node in tree.walk() if is_inserted(node)]
        assert len(ours) == (0 if IS_AMP.search(source) else 2 if page.stem == FRAMES else 3)
        expected, found = remaining(source, blocked, parser), without(tree, is_ours)
        if (page.stem, parser) in HEAD_ENDED_EARLIER:
            assert outline(expected) != outline(found)
            expected, found = without_head(expected), without_head(found)
        assert outline(expected) == outline(found)


@settings(max_examples=150)
@given(documents)
def test_a_written_document_keeps_its_tree(source: str) -> None:
    data = source.encode()
    result = gate().rewrite(data, url=PAGE, charset="utf-8")
    output = through_the_gate(data, "www.example.org", content_type="text/html; charset=utf-8")
    for parser, parse in parsers_for(source).items():
        expected = outline(remaining(data, result.blocked, parser))
        assert outline(parse(read(feed([data])[0]))) == expected
        assert outline(without(parse(read(output)), is_ours)) == expected


@settings(max_examples=150)
@given(overlapping)
def test_one_with_overlapping_formatting_keeps_its_tree(source: str) -> None:
    data = source.encode()
    result = gate().rewrite(data, url=PAGE, charset="utf-8")
    for parser, parse in parsers_for(source).items():
        found = without(parse(read(result.html)), is_placeholder)
        assert outline(unformatted(found)) == outline(unformatted(remaining(data, result.blocked, parser)))


@pytest.mark.parametrize("start", STARTS)
def test_nasty_input_keeps_its_tree(start: str) -> None:
    compared = ambiguous = 0
    for source in INPUTS:
        data = (start + source).encode("utf-8", "replace")
        blocked = gate().rewrite(data, url=PAGE, charset="utf-8").blocked
        if any(one.kind == "ambiguous" for one in blocked) or source in CONFUSED:
            ambiguous += 1
            continue
        output = through_the_gate(data, "www.example.org", content_type="text/html; charset=utf-8")
        for parser, parse in parsers_for(source).items():
            compared += 1
            expected = outline(remaining(data, blocked, parser))
            assert outline(without(parse(read(output)), is_ours)) == expected, (parser, source)
    assert compared > 850
    assert ambiguous < 70

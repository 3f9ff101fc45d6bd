"""The links of a page are those that a parser of HTML finds, however the page is written."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from consentgate.audit.responses.address import address
from consentgate.audit.responses.links import links_of

PAGE = address("https://shop.example/a/b")
PIECES = st.sampled_from(
    [
        *(
            "<a href=/x>",
            "<A HREF='/y'",
            ">",
            '<a title=">" href="z">',
            "</a>",
            "<p>",
            "text & <",
            "< a href=/no>",
        ),
        *(
            "<!-- ",
            " -->",
            "<!-->",
            "--!>",
            "<!x '",
            "</ x",
            "<?php ",
            "<script>",
            "</script",
            "</script >",
            "<style>",
        ),
        *(
            "</style>",
            "<title>",
            "</title>",
            "<textarea>",
            "</textarea/>",
            '"',
            "'",
            " href=/q",
            "=",
            "/",
            "\0",
            "é",
        ),
        *(
            "<a href='/u&amp;v&#x41;'>",
            "<a href=/m href=/n>",
            "<a\nhref\t=\n/tabs>",
            "<scripty href=/s>",
            "<![CDATA[",
        ),
    ]
)


@given(st.lists(PIECES, max_size=15).map("".join))
@example("<a href=/x><script><!--<script></script><a href=/y>")
def test_the_same_links_are_found_as_in_a_parser(html):
    if "<script>" in html and "<!--" in html[html.index("<script>") :]:
        return  # "script data double escaped": a script that holds a script, in a comment
    tree = LexborHTMLParser(html)
    expected = set()
    for link in tree.css("a[href]"):
        target = address(link.attributes["href"] or "", PAGE)
        if target is not None:
            expected.add(str(target))
    assert PAGE is not None
    found = {*links_of(html.encode(), "utf-8", PAGE).links}
    assert found == expected

"""The comment that tells those who make the site what was blocked in a page."""

from __future__ import annotations

import json

import pytest
from selectolax.lexbor import LexborHTMLParser

from gate.conftest import MakeSite
from gate.driver import HTML, Page

SCRIPT = b'<script src="https://films.example/a--&gt;.js"></script>'
PAGE = Page(b"<!doctype html><title>t</title><p>one" + SCRIPT * 2 + b"<img src=//new.example/x>")


def comments(html: bytes) -> list[list[dict[str, str]]]:
    tree = LexborHTMLParser(html)
    found = [node.comment_content for node in tree.root.traverse(include_text=True) if node.is_comment_node]
    prefix = "consentgate "
    return [json.loads(text.removeprefix(prefix)) for text in found if text and text.startswith(prefix)]


def test_it_says_what_was_blocked_and_what_would_declare_it(make_site: MakeSite) -> None:
    reply = make_site(PAGE, debug=True).gets()
    [things] = comments(reply.body)
    assert things[0] == {
        "kind": "script",
        "where": "https://films.example/a-->.js",
        "why": 'Films: consent to "third-party" opens it.',
        "declare": "",
    }
    assert things[1]["where"] == "//new.example/x"
    assert things[1]["why"] == "new.example: it is not declared, so that no consent can open it."
    assert things[1]["declare"].startswith("[[service]]")
    assert 'hosts = ["new.example"]' in things[1]["declare"]
    assert len(things) == 2
    assert reply.body.endswith(b"-->")
    assert b"data-debug" in reply.body


def test_without_debug_there_is_none(make_site: MakeSite) -> None:
    reply = make_site(PAGE).gets()
    assert comments(reply.body) == []
    assert b"data-debug" not in reply.body


def test_a_copy_without_it_is_not_good_once_debug_is_on(make_site: MakeSite) -> None:
    page = Page(b"<!doctype html><p>one" + SCRIPT, headers=[HTML, ("ETag", '"1"')])
    etags = {make_site(page, debug=debug).gets().value("etag") for debug in (False, True)}
    assert len(etags) == 2


def test_where_nothing_was_blocked_there_is_none(make_site: MakeSite) -> None:
    assert comments(make_site(Page(b"<!doctype html><p>one"), debug=True).gets().body) == []


@pytest.mark.parametrize("label", ["utf-8", "utf-16le", "shift_jis"])
def test_it_is_read_in_any_charset(make_site: MakeSite, label: str) -> None:
    html = '<!doctype html><p>é<script src="https://films.example/é.js"></script>'
    if label == "shift_jis":
        html = html.replace("é", "ア")
    page = Page(html.encode(label), headers=[("Content-Type", f"text/html; charset={label}")])
    body = make_site(page, debug=True).gets().body.decode(label)
    [[thing]] = comments(body.encode())
    assert thing["where"] == f"https://films.example/{'ア' if label == 'shift_jis' else 'é'}.js"


def test_pages_cannot_put_their_own_markup_into_it(make_site: MakeSite) -> None:
    hostile = b'<script src="https://films.example/--!><img src=//evil.example>-->"></script>'
    body = make_site(Page(b"<!doctype html>" + hostile, headers=[HTML]), debug=True).gets().body
    assert LexborHTMLParser(body).css_first("img") is None


def test_an_inline_script_is_told_by_its_place(make_site: MakeSite) -> None:
    page = Page(b"<!doctype html><p>one\n" + b"<script>fbq('init', '1')</script>\n" * 2)
    [things] = comments(make_site(page, debug=True).gets().body)
    assert [thing["where"] for thing in things] == ["line 2", "line 3"]

"""The tokenizer, measured by the tests that browsers share (html5lib-tests): all of them but

- `xmlViolation`, which is about what a tokenizer for XML makes of HTML;
- the four lone surrogates of `unicodeCharsProblematic`, which no bytes can say;
- script data with a last start tag that is not `script`, which no page can come to.

What the gate does not read is not compared: the parts of a doctype, and of what the input's end cuts off more
than that there is no tag in it.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from html_conformance import CDATA, Case, cases
from html_support import EVERYTHING, SHARED, cut, feed, needs_shared, rewrite

from consentgate.html.tokenizer.character_references import decode_text
from consentgate.html.tokenizer.grammar import (
    BOGUS_COMMENT,
    CDATA_SECTION,
    COMMENT,
    DECLARATION,
    LONE_LESS_THAN,
    START_TAG,
    TEXT,
)
from consentgate.html.tokenizer.tags import Tag
from consentgate.html.tokenizer.tokens import tags

pytestmark = needs_shared

PIECE = re.compile(
    rb"(?P<text>"
    + rb"|".join((TEXT, LONE_LESS_THAN))
    + rb")|(?P<comment>"
    + COMMENT
    + rb")|(?P<declaration>"
    + DECLARATION
    + rb"|<!\[CDATA\[[^>]*+>)|(?P<bogus>"
    + BOGUS_COMMENT
    + rb")"
)


def _text(value: str) -> str:
    return value.replace("\r\n", "\n").replace("\r", "\n")


def _name(name: bytes) -> str:
    return name.decode().replace("\0", "\ufffd")


class Seen:
    """The tokens of an input as the gate's tokenizer sees them, tags and what is between them, and the `rest`
    that its end cuts off."""

    def __init__(self, case: Case) -> None:
        self.tokens: list[Any] = []
        self.rest = b""
        html = case.html
        self._position = len(case.start.encode())
        self._raw = "" if case.state in ("Data state", CDATA) else case.state
        if case.state == CDATA:
            self._position = 0
            self._read_cdata(case)
            return
        for match in tags(html):
            if match.start() < self._position:
                continue
            self._between(html[self._position : match.start()])
            self._tag(match)
            self._position = match.end()
            self._raw = ""
        self._between(html[self._position :])

    def _read_cdata(self, case: Case) -> None:
        section = CDATA_SECTION.match(case.html, len("<svg>"))
        if section is None:
            self._add_text(_text(case.input))
            return
        self._add_text(_text(case.html[len(case.start) : section.end() - len("]]>")].decode()))
        self._between(case.html[section.end() :])

    def _tag(self, match: re.Match[bytes]) -> None:
        if match.re is not START_TAG:
            self.tokens.append(["EndTag", _name(match["name"].lower())])
            return
        tag = Tag(match, bytes.decode)
        values = {_name(name.encode()): _text(value) for name, value in tag.values.items()}
        self.tokens.append(["StartTag", _name(tag.name), values, tag.self_closing])

    def _between(self, html: bytes) -> None:
        if self._raw:
            text = html.decode().replace("\0", "\ufffd")
            self._add_text(_text(decode_text(text) if self._raw == "RCDATA state" else text))
            return
        position = 0
        while piece := PIECE.match(html, position):
            position = piece.end()
            self._add_piece(piece)
        self.rest = html[position:]

    def _add_piece(self, piece: re.Match[bytes]) -> None:
        data = _text(piece[0].decode())
        if piece["text"]:
            self._add_text(decode_text(data))
        elif data[:9].lower() == "<!doctype":
            self.tokens.append(["DOCTYPE"])
        elif data != "</>":
            if piece["comment"]:
                contents = re.sub("--!?>\\Z|-?>\\Z", "", data[4:])
            else:
                contents = data[1 if data[1] == "?" else 2 : -1]
            self.tokens.append(["Comment", contents.replace("\0", "\ufffd")])

    def _add_text(self, text: str) -> None:
        if text and self.tokens and self.tokens[-1][0] == "Character":
            self.tokens[-1][1] += text
        elif text:
            self.tokens.append(["Character", text])


CASES = [pytest.param(case, id=case.name) for case in (cases() if SHARED.is_dir() else ())]


@pytest.mark.parametrize("case", CASES)
def test_the_tokens_are_those_of_the_standard(case: Case) -> None:
    seen = Seen(case)
    found, expected = seen.tokens, case.tokens
    if found == expected:
        return
    # The end of the input cut something off: it makes text, a comment or a doctype, or is nothing.
    *found, last = found or [["Character", ""]]
    count = len(found)
    assert found == expected[:count]
    assert not any(token[0] in ("StartTag", "EndTag") for token in expected[count + 1 :])
    cut_off = expected[count] if count < len(expected) else ["Character", ""]
    if last[0] == "Character" and cut_off[0] == "Character":
        assert seen.rest or last[1].startswith(cut_off[1] + "</")
        assert cut_off[1].startswith(last[1]) or last[1].startswith(cut_off[1])
    elif last == ["Character", ""]:
        assert cut_off[0] not in ("StartTag", "EndTag")
    else:
        assert last == cut_off


def unambiguous() -> list[Case]:
    """All but the CDATA sections that readers without a tree would read on as markup."""
    return [case for case in cases() if case.state != CDATA or b"<" not in case.html.partition(b">")[2][10:]]


def test_nothing_changes_where_no_rule_matches() -> None:
    for html in (case.html for case in unambiguous()):
        assert rewrite(html) == html
        assert rewrite(html, grants=EVERYTHING) == html


def test_nothing_changes_in_chunks_either() -> None:
    for html in (case.html for case in unambiguous() if "namedEntities" not in case.name):
        for size in (1, 2, 3, 7):
            assert feed(cut(html, size)) == (html, [])


def test_there_are_as_many_cases_as_there_should_be() -> None:
    assert len(cases()) == 7_023

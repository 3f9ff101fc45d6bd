"""The tokenizer, measured by the tests that browsers share (html5lib-tests)."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from html_support import EVERYTHING, SHARED, cut, feed, needs_shared, rewrite

from consentgate.html.syntax import START_TAG
from consentgate.html.tags import Tag
from consentgate.html.tokens import tags

pytestmark = needs_shared

# Where a test starts the tokenizer inside an element, its start tag does so for us.
STARTS = {
    "Data state": "",
    "PLAINTEXT state": "<plaintext>",
    "RCDATA state": "<title>",
    "RAWTEXT state": "<xmp>",
    "Script data state": "<script>",
}
NAMES = {
    "RCDATA state": ("title", "textarea"),
    "RAWTEXT state": ("xmp", "style", "noembed", "noframes", "iframe"),
}


def _unescaped(case: dict[str, Any]) -> dict[str, Any]:
    return json.loads(json.dumps(case).replace("\\\\u", "\\u")) if case.get("doubleEscaped") else case


def _cases() -> list[Any]:
    found = []
    for file in sorted((SHARED / "html5lib-tests" / "tokenizer").glob("*.test")):
        if file.stem == "xmlViolation":
            continue
        for number, case in enumerate(json.loads(file.read_text(encoding="utf-8"))["tests"]):
            case = _unescaped(case)
            for state in case.get("initialStates", ["Data state"]):
                source = _source(state, case)
                if source is not None:
                    name = f"{file.stem}-{number}-{state.split()[0]}"
                    found.append(pytest.param(source, _expected(case), id=name))
    return found


def _source(state: str, case: dict[str, Any]) -> tuple[bytes, int] | None:
    """What to read, and how many of its start tags are not the case's own."""
    if state not in STARTS or case["input"].startswith("\ufeff") or not _is_text(case["input"]):
        return None
    start, last = STARTS[state], case.get("lastStartTag")
    if last is not None and state in NAMES:
        # An end tag of another name ends nothing; nor does it for the element that we start with.
        start = f"<{last}>" if last in NAMES[state] else start
    return (start + case["input"]).encode(), bool(start)


def _is_text(text: str) -> bool:
    return not re.search("[\ud800-\udfff]", text)


def _expected(case: dict[str, Any]) -> list[tuple[str, dict[str, str], bool]]:
    tokens = [token for token in case["output"] if token[0] == "StartTag"]
    return [(name, attributes, bool(closing)) for _, name, attributes, *closing in tokens]


def _text(value: str) -> str:
    return value.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")


def _seen(html: bytes) -> list[tuple[str, dict[str, str], bool]]:
    found = []
    for match in tags(html):
        if match.re is START_TAG:
            tag = Tag(match, lambda data: data.decode("utf-8", "replace"))
            values = {_text(name): _text(value) for name, value in tag.values.items()}
            found.append((_text(tag.name.decode()), values, tag.self_closing))
    return found


CASES = _cases()


@pytest.mark.parametrize(("source", "expected"), CASES)
def test_the_start_tags_are_those_of_the_standard(source: tuple[bytes, int], expected: list[Any]) -> None:
    html, before = source
    assert _seen(html)[before:] == expected


def test_nothing_changes_where_no_rule_matches() -> None:
    for html, _ in (case.values[0] for case in CASES):
        assert rewrite(html) == html
        assert rewrite(html, grants=EVERYTHING) == html


def test_nothing_changes_in_chunks_either() -> None:
    for html, _ in (case.values[0] for case in CASES if "namedEntities" not in case.id):
        for size in (1, 2, 3, 7):
            assert feed(cut(html, size)) == (html, [])


def test_there_are_as_many_cases_as_there_should_be() -> None:
    assert len(CASES) > 6_000

"""Data is read out of JavaScript as browsers would read it, and code is skipped."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentgate.drafting.foreign.javascript import NotData, Regex, Skipped, Value, read_value


def read(text: str) -> Value:
    return read_value(text)[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'it\\'s'", "it's"),
        ('"a\\x41\\u00e9\\u{1F36A}\\n\\q"', "aA\xe9\U0001f36a\nq"),
        ("'one \\\n line'", "one  line"),
        ("`plain\n two`", "plain\n two"),
        ("'a' + \"b\" +\n `c`", "abc"),
        ("[1, -2.5, .5, 0x1F, 1e3]", [1, -2.5, 0.5, 31, 1000.0]),
        ("[true, false, null, undefined, !0, !1]", [True, False, None, None, True, False]),
        ("{a: 1, 'b-c': 2, $d_: 3, 4: 5, if: 6,}", {"a": 1, "b-c": 2, "$d_": 3, "4": 5, "if": 6}),
        ("// x\n{ /* { */ a /* : */ : /* [ */ 1 // }\n }", {"a": 1}),
        ("/^_ga[/\\]]*\\//gi", Regex("^_ga[/\\]]*\\/")),
        ("[/a/, 1]", [Regex("a"), 1]),
        ("{}", {}),
        ("[]", []),
    ],
)
def test_literals_are_read(text, value):
    assert read(text) == value


@pytest.mark.parametrize(
    "code",
    [
        "function (a, b) { return { x: [1, 2] } }",
        "function named() { '}' }",
        "async () => { await x }",
        "(a, b) => a + b",
        "a => ({ b: 1 })",
        "new Date(2020, 1, 1)",
        "window.dataLayer || []",
        "x ? 'a' : 'b'",
        "`${a}, ${b}`",
        "'a' + b",
        "1 + 1",
        "[1, 2].map(x => x * 2)",
        "{ a: 1 }.a",
        "/x/.test('},')",
        "(function () { return /[}]/ })()",
        "a / b / c",
        "typeof x === 'y'",
    ],
)
def test_code_is_skipped_and_what_follows_is_read(code):
    assert read(f"{{ before: 1, code: {code}, after: [2, {code}, 3] }}") == {
        "before": 1,
        "code": Skipped(1),
        "after": [2, Skipped(1), 3],
    }


def test_methods_accessors_spreads_and_computed_keys_are_skipped():
    text = (
        "{ run(a) { return {} }, get x() { return 1 }, async *y() {}, short,\n ...more(1), [k + 1]: 2, z: 3 }"
    )
    value = read(text)
    assert isinstance(value, dict)
    assert value.pop("z") == 3
    assert 3 not in value.values()
    assert {key for key, part in value.items() if isinstance(part, Skipped)} >= {"run", "short"}


@pytest.mark.parametrize("end", ["", ";", "\nwindow.x = 1", ")", "\n}"])
def test_it_stops_where_the_literal_ends(end):
    value, at = read_value(f"var a = {{ b: 1 }}{end}", 8)
    assert value == {"b": 1}
    assert f"var a = {{ b: 1 }}{end}"[at:].strip() == end.strip()


@pytest.mark.parametrize("text", ["{", "[1", "{a: 1", "'x", "{a 1}", "[1 2", "{a: (", "{,}", "[" * 200])
def test_what_does_not_close_is_refused_with_its_line(text):
    with pytest.raises(NotData, match=r"line \d+: "):
        read(text)


words = st.text(st.characters(exclude_categories=["Cs"]))
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(-1e9, 1e9).map(lambda x: round(x, 3))
    | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=20,
)


@given(json_values, st.booleans())
def test_json_is_read_as_it_is(value, spaced):
    assert read(json.dumps(value, indent=1 if spaced else None)) == value


@given(st.text(alphabet="{}[]()'\"`/\\:,.a1+!?=;$ \n*", max_size=60))
@settings(max_examples=200)
def test_no_text_raises_anything_else(text):
    with suppress(NotData):
        read(text)


@pytest.mark.parametrize(
    "piece", ["a,", "/*", "`", "f(", "{a:", "[", "x/", "'a'+", "a(b){},", "\n", "/a", "${"]
)
def test_long_texts_are_read_or_refused(piece):
    with suppress(NotData):
        read("{x: [" + piece * 5_000)

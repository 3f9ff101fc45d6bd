"""Mistakes and findings say on which line they are."""

import logging
import tomllib
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentgate import Policy, PolicyError
from consentgate.policy.messages import path_of, place_of
from consentgate.policy.reading.lines import Lines

POLICY = """\
# The policy of a site
[site]
name = "Example"
controller = "Example Ltd"
contact = \"\"\"
privacy@example.org\"\"\"
hosts = [
    "example.org",  # [[service]]
]
dnt = 1

[theme.dark]
text = "red"

[[cookie]]
name = "sid"
[[cookie]]
name = "_ab"
category = "perf"

[[service]]
id = "films"
category = "third-party"
hosts = ["https://films.example"]
cookies = [
    { name = "a" },
    { name = "b",
      lifetime = "x" },
]
[[service]]
use = "doubleclick"
cookies = 5

[texts.en.banner]
titel = "x"
[consent_mode.google]
ad_storage = 1
"""


def test_each_mistake_has_the_line_of_its_key_or_of_its_table():
    # A line break in braces is TOML 1.1, which not every Python reads.
    text = POLICY.replace('"b",\n     ', '"b",')
    with pytest.raises(PolicyError) as caught:
        Policy.parse(text, "site.toml")
    assert [(m.line, m.table, m.key) for m in caught.value.mistakes] == [
        (10, "[site]", "dnt"),
        (13, "[theme.dark]", "text"),
        (15, '[[cookie]] 1 "sid"', "category"),
        (19, '[[cookie]] 2 "_ab"', "category"),
        (24, '[[service]] 1 "films"', "hosts"),
        (27, '[[service]] 1 "films", cookies 2 "b"', "lifetime"),
        (31, '[[service]] 2 "doubleclick"', "cookies"),
        (34, "[texts.en.banner]", "titel"),
        (36, "[consent_mode.google]", "ad_storage"),
    ]
    assert str(caught.value.mistakes[0]).startswith("site.toml:10: [site], dnt: expected true or false")


def test_what_is_nowhere_has_no_line():
    with pytest.raises(PolicyError) as caught:
        Policy.parse('[[service]]\nuse = "youtube"\n', "site.toml")
    (found,) = caught.value.mistakes
    assert (found.line, str(found)[:18]) == (None, "site.toml: [site]:")


def test_what_is_no_toml_has_the_line_where_reading_stopped():
    for text in ("[site]\nname = Example\n\n", '[site]\nname = "Example\n', '[site]\ncontact = """a'):
        with pytest.raises(PolicyError) as caught:
            Policy.parse(text)
        assert [mistake.line for mistake in caught.value.mistakes] == [2]


def test_the_log_says_the_line_of_a_finding(caplog):
    site = '[site]\nname = "A"\ncontroller = "B"\ncontact = "c@example.org"\n'
    with caplog.at_level(logging.WARNING, "consentgate"):
        Policy.parse(f'{site}[[cookie]]\nname = "sessionid"\ncategory = "performance"', "site.toml")
    assert caplog.messages[0].startswith('site.toml:7: [[cookie]] 1 "sessionid", category: ')


@pytest.mark.parametrize(
    "written", ["[cookie]\n{}", "cookie = {{ {} }}", "[[cookie]]\n{}", "cookie = [{{ {} }}]"]
)
def test_a_table_may_be_written_in_several_ways(written):
    text = written.format('"name" = "_ab"').replace('"_ab"', '"a b"')
    assert Lines.of(text).line_of('[[cookie]] 1 "a b"', "name") == 1 + written.count("\n")


def test_a_misspelt_table_has_its_own_lines():
    text = '[[service]]\nid = "a"\n[[services]]\nid = "b"\nname = "B"\n[services.x]\ny = 1'
    lines = Lines.of(text, {"services": ("service", 1)})
    assert lines.line_of('[[service]] 1 "a"', "id") == 2
    assert lines.line_of('[[service]] 2 "b"', "name") == 5
    assert lines.line_of("", "services") == 3


@given(st.text(max_size=80), st.integers(1, 99), st.text(max_size=80), st.integers(1, 99))
def test_a_place_leads_back_to_its_table_whatever_it_is_called(label, number, inner, nth):
    place = place_of("[[service]]", number, label)
    assert path_of(place) == ("service", number - 1)
    assert path_of(place_of(f"{place}, cookies", nth, inner)) == ("service", number - 1, "cookies", nth - 1)
    assert path_of(f"{place}, cookies") == ("service", number - 1, "cookies")


# -- any TOML ------------------------------------------------------------------------------------------------


@dataclass
class Writer:
    """Writes TOML, and knows on which line it has put what."""

    text: str = ""
    lines: dict = field(default_factory=dict)

    def put(self, text: str) -> None:
        self.text += text

    def mark(self, path: tuple) -> None:
        self.lines.setdefault(path, self.text.count("\n") + 1)


_TRICKY = ('"', "'", "\\", "#", "[x]", "[[x]]", "=", ",", "}", "]", "a.b", " ", "é", "\t", "a = 1")
_NAMES = st.sampled_from(["a", "b", "c-d", "1", "x y", "é", "[k]", 'q"', "#", "a.b", ""])
_TEXTS = st.lists(st.sampled_from((*_TRICKY, "\n")), max_size=5).map("".join)
_SCALARS = st.one_of(
    st.integers(-5, 5).map(str),
    st.sampled_from(["true", "1.5e3", "0x1F", "2026-11-23", "2026-11-23 07:32:00", "07:32:00", "inf"]),
    _TEXTS.map(lambda text: f'"{_escaped(text)}"'),
    _TEXTS.map(lambda text: f'"""\n{text.replace(chr(92), chr(92) * 2).replace(chr(34) * 3, "")}\\"""""'),
    _TEXTS.map(lambda text: f"'{text.replace(chr(39), '').replace(chr(10), '')}'"),
    _TEXTS.map(lambda text: f"'''{text.replace(chr(39), '')}''''"),
)
_GAPS = st.sampled_from(["", " ", "\n", " # [a]\n", "\n\n\t", "\r\n"])


def _escaped(text: str) -> str:
    return "".join(f"\\u{ord(one):04x}" if one in '"\\\n\t' else one for one in text)


def _put_key(draw, writer: Writer, key: str) -> None:
    bare = key and all(one.isascii() and (one.isalnum() or one in "-_") for one in key)
    kinds = ["basic", *(["bare"] if bare else []), *(["literal"] if "'" not in key else [])]
    kind = draw(st.sampled_from(kinds))
    writer.put(key if kind == "bare" else f'"{_escaped(key)}"' if kind == "basic" else f"'{key}'")


def _put_value(draw, writer: Writer, path: tuple, depth: int = 0) -> None:
    kind = draw(st.sampled_from(["scalar", "scalar", "list", "table"])) if depth < 3 else "scalar"
    if kind == "scalar":
        writer.put(draw(_SCALARS))
    elif kind == "list":
        writer.put("[")
        length = draw(st.integers(0, 3))
        for number in range(length):
            writer.put(draw(_GAPS))
            writer.mark((*path, number))
            _put_value(draw, writer, (*path, number), depth + 1)
            writer.put(draw(_GAPS) + ("," if number < length - 1 or draw(st.booleans()) else ""))
        writer.put(draw(_GAPS) + "]")
    else:
        writer.put("{ ")
        keys = draw(st.lists(_NAMES, max_size=3, unique=True))
        for number, key in enumerate(keys):
            writer.put(", " if number else "")
            writer.mark((*path, key))
            _put_key(draw, writer, key)
            writer.put(" = ")
            _put_value(draw, writer, (*path, key), depth + 1)
        writer.put(" }")


def _put_pairs(draw, writer: Writer, path: tuple) -> None:
    for key in draw(st.lists(_NAMES, max_size=3, unique=True)):
        writer.put(draw(st.sampled_from(["", "\n", "# x = 1\n", "  "])))
        inner = draw(st.booleans())
        writer.mark((*path, key))
        _put_key(draw, writer, key)
        if inner:
            writer.mark((*path, key, "in"))
            writer.put(" . in")
        writer.put("=" if draw(st.booleans()) else " = ")
        _put_value(draw, writer, (*path, key, "in") if inner else (*path, key))
        writer.put(draw(st.sampled_from(["\n", " # ] }\n", "\r\n"])))


@st.composite
def documents(draw) -> Writer:
    writer = Writer()
    _put_pairs(draw, writer, ())
    counts: dict[str, int] = {}
    for number in range(draw(st.integers(0, 4))):
        if draw(st.booleans()):
            name = draw(st.sampled_from(["list", "other"]))
            path = (name, counts.get(name, 0))
            counts[name] = path[1] + 1
            writer.mark((name,))
            writer.mark(path)
            writer.put(f"[[ {name} ]]\n")
            _put_pairs(draw, writer, path)
            if draw(st.booleans()):
                writer.mark((*path, "sub table"))
                writer.put(f'[{name}."sub table"] # ]\n')
                _put_pairs(draw, writer, (*path, "sub table"))
        else:
            path = (f"table{number}", "deep")
            writer.mark(path[:1])
            writer.mark(path)
            writer.put(f"[{path[0]}.deep]\n")
            _put_pairs(draw, writer, path)
    return writer


def _paths(value: object, path: tuple = ()) -> set[tuple]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return {one for key, part in inner for one in ((*path, key), *_paths(part, (*path, key)))}


@given(documents())
def test_all_that_tomllib_reads_is_found_on_its_line(written):
    assert Lines.of(written.text).by_path == written.lines
    assert set(written.lines) == _paths(tomllib.loads(written.text))


@given(st.text(st.sampled_from("[]{}=,.\"'\\#\n\r a1_é"), max_size=40))
def test_whatever_tomllib_reads_is_found(text):
    try:
        document = tomllib.loads(text)
    except ValueError:
        return
    assert set(Lines.of(text).by_path) == _paths(document)

"""Cookies that go into tables of services: every other byte of the file stays."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentgate.drafting.in_place import NewCookie, with_cookies

NEW = (NewCookie("fresh", "14 days"),)
SITE = '[site]\nname = "x"\n'


def cookies_in(text: str, number: int = 0) -> list[str]:
    return [cookie["name"] for cookie in tomllib.loads(text)["service"][number]["cookies"]]


def without(text: str, added: str) -> str:
    assert text.count(added) == 1
    return text.replace(added, "")


def test_a_list_in_one_line_grows_by_one():
    table = '[[service]]\nid = "maps"  # ours\ncookies = [{ name = "a" }]  # all?\n'
    text = f"{SITE}# of maps\n{table}\n# next\n[banner]\n"
    after, written = with_cookies(text, {"maps": NEW})
    assert written == {"maps": ["fresh"]}
    assert cookies_in(after) == ["a", "fresh"]
    assert without(after, ', {name = "fresh", lifetime = "14 days"}') == text


def test_a_list_in_several_lines_keeps_its_comments():
    text = (
        f'{SITE}[[service]]\nid = "maps"\ncookies = [\n    {{ name = "a" }}, # why\n'
        '    { name = "b" },\n]\n'
        '\n[[cookie]]\nname = "z"\n'
    )
    after, _ = with_cookies(text, {"maps": NEW})
    assert cookies_in(after) == ["a", "b", "fresh"]
    assert without(after, '    {name = "fresh", lifetime = "14 days"},\n') == text


def test_a_list_that_was_the_catalogues_begins_with_that_and_stands_with_its_service():
    text = f'{SITE}[[service]]\nuse = "ga4"\n# hosts = ["x"]\n\n# -- Cookies --\n\n[[cookie]]\nname = "z"\n'
    after, written = with_cookies(text, {"google-analytics": NEW})
    assert written == {"google-analytics": ["fresh"]}
    names = cookies_in(after)
    assert names[-1] == "fresh"
    assert "_ga" in names
    head, tail = text.split('use = "ga4"\n')
    assert after.startswith(f'{head}use = "ga4"\ncookies = [')
    assert after.endswith(f"]\n{tail}")


def test_tables_of_cookies_grow_too():
    text = f'{SITE}[[service]]\nid = "maps"\n[[service.cookies]]\nname = "a"\n\n[[cookie]]\nname = "z"\n'
    after, _ = with_cookies(text, {"maps": NEW})
    assert cookies_in(after) == ["a", "fresh"]
    assert after.startswith(text[: text.index("\n\n[[cookie]]")])
    assert after.endswith('[[cookie]]\nname = "z"\n')


def test_tables_that_are_mixed_stay_where_they_are():
    # tomlkit puts the tables of a whole file in order.
    text = (
        f'{SITE}[[service]]\nid = "a"\n\n[[cookie]]\nname = "c"\n\n[[service]]\nid = "maps"\ncookies = []\n\n'
        '[[cookie]]\nname = "d"\n'
    )
    after, _ = with_cookies(text, {"maps": NEW})
    assert without(after, '{name = "fresh", lifetime = "14 days"}') == text


def test_line_ends_stay():
    text = f'{SITE}[[service]]\nid = "maps"\ncookies = [\n  {{ name = "a" }},\n]\n'.replace("\n", "\r\n")
    after, _ = with_cookies(text, {"maps": NEW})
    assert cookies_in(after) == ["a", "fresh"]
    assert after.count("\n") == after.count("\r\n") == text.count("\n") + 1


@pytest.mark.parametrize(
    "table",
    [
        'service = [{ id = "maps" }]\n[site]\nname = "x"\n',
        '[site]\nname = """\n[[service]]\nid = "maps"\n"""\n[[service]]\nid = "maps"\n',
        '[[service]]\nid = "other"\n',
        '[[service]]\nid = "maps"\ncookies = 5\n',
        '[[service]]\nid = "maps"\r\ncookies = []\n',
        '["service"]\nid = "maps"\n',
    ],
)
def test_what_is_not_plain_stays_as_it_is(table):
    assert with_cookies(table, {"maps": NEW}) == (table, {})


COMMENTS = st.sampled_from(
    ["", "# note\n", "\n\n# -- heading --\n\n", "# [[service]]\n# id = 'maps'\n", "  \n"]
)
TABLES = st.sampled_from(
    [
        '[[service]]\nid = "maps"\n',
        '[[service]]\nid = "other"\ncookies = [{ name = "x" }]\n',
        '[[service]]\nuse = "youtube"  # [x]\n',
        '[[cookie]]\nname = "[[service]]"\n',
        '[texts.de]\ntitle = """\n[site]\n"""\n',
        '[[service]]\nid = "maps2"\n[[service.cookies]]\nname = "y"\n[service.texts]\na = "b"\n',
    ]
)


@given(
    st.lists(st.tuples(COMMENTS, TABLES, COMMENTS), max_size=6),
    st.sampled_from(["maps", "youtube", "maps2", "other"]),
    st.booleans(),
)
def test_whatever_the_file_is_like_its_lines_stay_in_their_order(parts, id, crlf):
    text = "".join(piece for part in parts for piece in part)
    text = text.replace("\n", "\r\n") if crlf else text
    try:
        before = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    after, written = with_cookies(text, {id: NEW})
    if not written:
        assert after == text
        return
    lines = iter(after.splitlines(keepends=True))
    for line in text.splitlines(keepends=True):
        # Each line is there, in its order, or is the one whose list has grown.
        assert any(
            line == other or (other.startswith(line.rstrip("]\r\n")) and "fresh" in other) for other in lines
        )
    now = tomllib.loads(after)
    assert now != before
    again, _ = with_cookies(after, {})
    assert again == after

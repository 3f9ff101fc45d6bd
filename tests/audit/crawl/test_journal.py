"""The journal: whenever the process dies, what was read before stays read."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentgate.audit.crawl.journal import Begun, Journal, NotThatCrawl
from consentgate.audit.observations import SeenCookie, SeenRequest, SeenService
from consentgate.audit.responses.reading import Linked, Reading

BEGUN = Begun("https://shop.example/", ("shop.example",))
URL = "https://shop.example/x"
READINGS = [
    Reading(
        URL,
        "page",
        200,
        (SeenRequest("https://a.example/é", "script", URL),),
        (SeenCookie("a", ".shop.example", "/", 5, True, URL, URL),),
        (SeenService("hotjar", "widget", URL),),
        (Linked("https://shop.example/y", "page"), Linked("https://shop.example/z", "sitemap")),
        "de",
    ),
    Reading("https://shop.example/y", "script", 404, problem="it\nbroke", is_cut=True),
]


def begun(folder: Path) -> Path:
    file = folder / "state.jsonl"
    journal = Journal(file, BEGUN)
    assert [*journal.read()] == []
    for reading in READINGS:
        journal.add(reading)
    return file


def test_what_was_written_is_read(tmp_path):
    file = begun(tmp_path)
    assert [*Journal(file, BEGUN).read()] == READINGS
    assert file.read_bytes().count(b"\n") == 3


@given(st.data())
def test_wherever_it_was_cut_all_whole_lines_are_read_and_more_can_follow(data):
    with tempfile.TemporaryDirectory() as folder:
        file = begun(Path(folder))
        whole = file.read_bytes()
        first = whole.index(b"\n") + 1
        cut = data.draw(st.integers(first, len(whole)))
        file.write_bytes(whole[:cut])
        journal = Journal(file, BEGUN)
        read = [*journal.read()]
        lines = whole[:cut].count(b"\n") - 1
        # A line may be whole but for its end.
        assert read[:lines] == READINGS[:lines]
        assert len(read) <= lines + 1
        journal.add(READINGS[1])
        assert [*Journal(file, BEGUN).read()] == [*read, READINGS[1]]


def test_a_file_that_was_cut_in_its_first_line_is_no_journal(tmp_path):
    file = begun(tmp_path)
    file.write_bytes(file.read_bytes()[:20])
    with pytest.raises(NotThatCrawl, match="holds no crawl"):
        [*Journal(file, BEGUN).read()]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (Begun("https://other.example/", ("shop.example",)), "holds the crawl of https://shop.example/"),
        (Begun("https://shop.example/", ("a.example", "shop.example")), "name another file"),
        (Begun("https://shop.example/", ("shop.example",), version=2), "another version"),
    ],
)
def test_another_crawl_is_not_gone_on_with(tmp_path, other, said):
    file = begun(tmp_path)
    before = file.read_bytes()
    with pytest.raises(NotThatCrawl, match=said):
        [*Journal(file, other).read()]
    assert file.read_bytes() == before


@given(st.lists(st.binary(max_size=40) | st.sampled_from([b"{}", b"[]", b'{"url":5}', b"\xff"]), max_size=5))
def test_lines_that_are_none_are_passed_over(lines):
    with tempfile.TemporaryDirectory() as folder:
        file = begun(Path(folder))
        with file.open("ab") as opened:
            opened.writelines(line.replace(b"\n", b"") + b"\n" for line in lines)
        assert [*Journal(file, BEGUN).read()] == READINGS

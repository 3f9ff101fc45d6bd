"""Each test that docs/threats.md names is in the file to which its name leads, and each threat has one."""

from __future__ import annotations

import re

import pytest

from .pages import ROOT

PAGE = (ROOT / "docs" / "threats.md").read_text("utf-8")
NAMED = re.findall(r"\[`(test_\w+)`\]\(\.\./(tests/[\w/]+\.py)\)", PAGE)
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| ---")]
THREATS = [row for row in ROWS if not row.endswith("| test |")]


@pytest.mark.parametrize(("name", "file"), sorted({*NAMED}))
def test_a_test_that_stands_against_a_threat_is_there(name: str, file: str) -> None:
    text = (ROOT / file).read_text("utf-8")
    assert re.search(rf"^(?:async )?def {name}\(", text, re.MULTILINE)


@pytest.mark.parametrize("row", THREATS, ids=lambda row: re.sub(r"[^a-z]+", "-", row.split("|")[1].lower()))
def test_each_threat_has_what_stands_against_it_and_a_test(row: str) -> None:
    _, threat, stands, tests, _ = (cell.strip() for cell in row.split("|"))
    assert threat and stands
    assert re.search(r"\[`test_\w+`\]\(", tests)


def test_no_test_is_named_without_the_file_that_has_it() -> None:
    assert len(NAMED) == len(re.findall(r"`test_\w+`", PAGE)) > 80
    assert len(THREATS) > 40

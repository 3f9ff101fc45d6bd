"""The tool that rebuilds `domains.csv`: what it writes, and what it stops at."""

from __future__ import annotations

import runpy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from html_support import SHARED, needs_shared

TOOL = runpy.run_path(str(Path(__file__).parents[2] / "tools" / "refresh_catalogue.py"))
README = "| `domains.csv` | what | third-party-web {} (npm), {}: keep the notice |\n"
LICENCE = "MIT, © 2019 Patrick Hulce"
ROWS = {f"*.x{n}.example": (f"X{n}", "ad") for n in range(10, 60)}

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Facts as they are, and beside them a catalogue that has them."""
    made = tmp_path / "facts"
    made.mkdir()
    (made / "README.md").write_text(README.format("1.2.3", LICENCE), "utf-8")
    write(made, ROWS)
    catalogue = tmp_path / "catalogue"
    catalogue.mkdir()
    (catalogue / "NOTICE.md").write_text("of third-party-web 1.2.3 (npm), reduced\n", "utf-8")
    shutil.copy(made / "domains.csv", catalogue)
    return made


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """`run("--check")` gives the exit status, and what was printed and said to be wrong."""

    def run(*options: str) -> tuple[int, str, str]:
        status = TOOL["main"]([str(folder), *options], catalogue=folder.parent / "catalogue")
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def write(folder: Path, rows: dict[str, tuple[str, str]], columns: str = "domain,entity,category") -> None:
    lines = [columns, *(f"{domain},{entity},{category}" for domain, (entity, category) in rows.items())]
    (folder / "domains.csv").write_text("\n".join(lines) + "\n", "utf-8")


def files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (folder.parent / "catalogue").iterdir()}


@needs_shared
def test_what_is_committed_is_what_the_tool_makes() -> None:
    assert TOOL["refresh"](SHARED / "catalogue", TOOL["CATALOGUE"], check=True) == []


def test_without_a_change_it_writes_the_same(folder: Path, run: Run) -> None:
    before = files(folder)
    assert run("--check") == (0, "", "")
    assert run() == (0, "", "")
    assert files(folder) == before


def test_a_check_says_what_would_change_and_writes_nothing(folder: Path, run: Run) -> None:
    rows: dict[str, Any] = {**ROWS, "new.example": ("New", "video"), "*.x10.example": ("Sold", "ad")}
    del rows["*.x11.example"]
    write(folder, rows)
    (folder / "README.md").write_text(README.format("1.3.0", LICENCE), "utf-8")
    before = files(folder)
    status, printed, _ = run("--check")
    assert status == 1
    assert printed.splitlines() == [
        "+ new.example, New, video",
        "- *.x10.example, X10, ad",
        "+ *.x10.example, Sold, ad",
        "- *.x11.example, X11, ad",
        "+ third-party-web 1.3.0 (npm)",
    ]
    assert files(folder) == before
    assert run()[:2] == (0, printed)
    assert run("--check") == (0, "", "")
    assert b"third-party-web 1.3.0 (npm), reduced" in files(folder)["NOTICE.md"]
    assert files(folder)["domains.csv"].startswith(b"domain,entity,category\nnew.example,New,video\n*.x10")


def test_the_order_of_rows_is_the_tools_own(folder: Path, run: Run) -> None:
    before = files(folder)
    write(folder, dict(reversed(ROWS.items())))
    assert run() == (0, "", "")
    assert files(folder) == before


@pytest.mark.parametrize(
    ("licence", "source"),
    [
        ("CC BY-NC-SA 4.0", "'CC BY-NC-SA 4.0: keep the notice |'"),
        ("MIT, © 2027 Somebody Else", "Somebody Else"),
    ],
)
def test_another_licence_stops_it(folder: Path, run: Run, licence: str, source: str) -> None:
    (folder / "README.md").write_text(README.format("1.3.0", licence), "utf-8")
    status, _, said = run()
    assert status == 2
    assert "README.md: domains.csv was under MIT, © 2019 Patrick Hulce" in said
    assert source in said


def test_a_source_that_is_not_named_stops_it(folder: Path, run: Run) -> None:
    (folder / "README.md").write_text("| `domains.csv` | what | a list from somewhere |\n", "utf-8")
    assert run()[0] == 2


@pytest.mark.parametrize(
    ("columns", "row", "said"),
    [
        ("domain,company,category", {}, "expected the columns ['domain', 'entity', 'category']"),
        ("domain,entity,category,usage", {}, "expected the columns"),
        (None, {"*.new.example": ("New", "drones")}, "line 52: 'drones' is a new category"),
        (None, {"https://new.example": ("New", "ad")}, "line 52: expected a host without a scheme"),
        (None, {"new.*.example": ("New", "ad")}, 'line 52: a "*" in a host may only stand at its start'),
        (None, {"new.example": ("", "ad")}, "line 52: expected a text in each of"),
        (None, {"new.example": ("New", "ad,ad")}, "line 52: expected a text in each of"),
    ],
)
def test_other_columns_and_odd_rows_stop_it(
    folder: Path, run: Run, columns: str | None, row: dict[str, tuple[str, str]], said: str
) -> None:
    write(folder, {**ROWS, **row}, columns or "domain,entity,category")
    before = files(folder)
    status, _, error = run()
    assert status == 2
    assert said in error
    assert files(folder) == before


def test_a_domain_that_stands_there_twice_stops_it(folder: Path, run: Run) -> None:
    with (folder / "domains.csv").open("a", encoding="utf-8") as file:
        file.write("*.x10.example,X10,ad\n")
    assert "line 52: '*.x10.example' stands there twice" in run()[2]


@pytest.mark.parametrize(("kept", "status"), [(48, 0), (47, 2)])
def test_counts_that_fall_a_lot_stop_it(folder: Path, run: Run, kept: int, status: int) -> None:
    write(folder, dict([*ROWS.items()][:kept]))
    found, _, said = run()
    assert found == status
    assert ("there were 50 domains, and there are 47" in said) is (status == 2)


def test_companies_that_merge_into_one_stop_it(folder: Path, run: Run) -> None:
    write(folder, dict.fromkeys(ROWS, ("All", "ad")))
    assert "there were 50 companies, and there are 1" in run()[2]


def test_a_folder_without_facts_stops_it(folder: Path, run: Run) -> None:
    (folder / "domains.csv").unlink()
    status, _, said = run()
    assert status == 2
    assert "domains.csv" in said

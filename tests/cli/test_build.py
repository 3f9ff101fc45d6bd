"""`consentgate build`: what it says, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from consentgate.cli import main

TRACKER = '<script src="https://stats.evil.test/s.js"></script>'
PLAIN = "<!doctype html><p>words"
SITE = '[site]\nname = "Example"\ncontroller = "Example Ltd"\ncontact = "privacy@example.org"\n'


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["build", *map(str, arguments)])


@pytest.fixture(autouse=True)
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "index.html").write_text(PLAIN + TRACKER)
    (folder / "a.txt").write_text("text")
    return folder


def test_it_says_what_went_and_ends_well(tmp_path: Path) -> None:
    result = run("site", "out")

    assert result.exit_code == 0
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "Pages: 1. Other files: 1. Written now: 2. Removed: 0. "
        "This contacted others, and is gone or stopped:",
        "  stats.evil.test: 1 x script, in 1 file",
    ]
    assert "evil.test" not in (tmp_path / "out" / "index.html").read_text()


def test_it_says_so_where_nothing_has_to_go(site: Path) -> None:
    (site / "index.html").write_text(PLAIN)

    assert run("site", "out").stderr == (
        "Pages: 1. Other files: 1. Written now: 2. Removed: 0. Nothing has to go.\n"
    )


def test_a_check_fails_where_something_would_have_to_go_and_writes_nothing(
    tmp_path: Path, site: Path
) -> None:
    checked = run("site", "--check")
    assert checked.exit_code == 1
    assert "This would contact others, and has to go or to be stopped:" in checked.stderr
    assert run("site", "out", "--check").exit_code == 1
    assert [one.name for one in tmp_path.iterdir()] == ["site"]

    (site / "index.html").write_text(PLAIN)
    assert run("site", "--check").exit_code == 0


def test_the_policy_in_the_current_folder_counts(tmp_path: Path) -> None:
    declared = '[[service]]\nid = "s"\nname = "S"\ncategory = "necessary"\nreason = "security"\n'
    (tmp_path / "consentgate.toml").write_text(f'{SITE}{declared}hosts = ["stats.evil.test"]\n')

    assert "Nothing has to go." in run("site", "out").stderr
    assert "stats.evil.test" in (tmp_path / "out" / "index.html").read_text()


def test_what_went_can_be_printed_and_written_as_json(tmp_path: Path) -> None:
    result = run("site", "out", "--json", "--report", "report.json")

    told = json.loads(result.stdout)
    assert told == json.loads((tmp_path / "report.json").read_text())
    assert told["parties"][0]["hosts"] == ["stats.evil.test"]
    assert told["found"] == [
        {
            **{
                "path": "index.html",
                "what": "removed",
                "kind": "script",
                "line": 1,
                "service": "",
                "why": "",
            },
            **{"url": "https://stats.evil.test/s.js", "host": "stats.evil.test", "name": "stats.evil.test"},
        }
    ]


def test_what_went_can_be_written_as_a_page(tmp_path: Path) -> None:
    run("site", "out", "--report", "report.html")

    assert "stats.evil.test" in (tmp_path / "report.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("site",), "Missing argument 'OUT'"),
        (("nowhere", "out"), "does not exist"),
        (("site", "site/out"), "one of the two folders is in the other"),
        (
            ("site", "out", "--url", "docs.example.org"),
            "--url: expected where the site will be, like https://docs.example.org/",
        ),
        (("site", "out", "--charset", "latin-99"), "--charset: expected an encoding that browsers know"),
        (
            ("site", "out", "--report", "report.pdf"),
            "--report: expected a file whose name ends in .html or .json",
        ),
        (("site", "out", "--report", "no/report.json"), "no/report.json: cannot be written: No such file"),
        (("site", "out", "--policy", "site/a.txt"), "site/a.txt"),
        (("site", "out", "--jobs", "0"), "--jobs"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(arguments: tuple[str, ...], message: str) -> None:
    result = run(*arguments)

    assert result.exit_code != 0
    assert message in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("option", [("--url", "x"), ("--charset", "latin-99"), ("--report", "r.pdf")])
def test_a_command_that_is_not_understood_ends_with_2(site: Path, option: tuple[str, str]) -> None:
    assert run("site", "out", *option).exit_code == 2


def test_a_page_that_cannot_be_read_is_named(site: Path) -> None:
    (site / "bad.html").write_bytes(b"\xff\xfe<\0p\0>")

    result = run("site", "out")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: {site / 'bad.html'}: cannot be read in the encoding")


def test_a_policy_that_only_reports_is_built_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "consentgate.toml").write_text(f"{SITE}report_only = true\n")

    assert "report_only" in run("site", "out").stderr
    assert "evil.test" not in (tmp_path / "out" / "index.html").read_text()


def test_several_processes_build_from_the_command_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "consentgate", "build", "site", "out", "--jobs", "2"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "a.txt").read_text() == "text"

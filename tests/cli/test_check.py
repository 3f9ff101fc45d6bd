"""`consentgate check`: all mistakes of a policy file, or what is found in it."""

import datetime
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from documentation.pages import blocks

from consentgate.cli import main

SITE = '[site]\nname = "Example"\ncontroller = "Example Ltd"\ncontact = "privacy@example.org"\n'
DECLARED = '\n[declaration]\ndpo = "none"\nauthority = "Example Authority"\n'
DATED = f"{SITE}updated = 2026-01-01\n{DECLARED}"
WARNED = f"{SITE}updated = 2026-01-01\nguard = false\n{DECLARED}"
WRONG = f'{DATED}[[service]]\nuse = "digg"\n'


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the command on a `consentgate.toml` with this text, in the folder that it is in."""
    monkeypatch.chdir(tmp_path)

    def run(text: str, *arguments: str) -> Result:
        Path("consentgate.toml").write_text(text, "utf-8")
        return CliRunner().invoke(main, ["check", *arguments])

    return run


@pytest.mark.parametrize(
    ("text", "arguments", "code"),
    [
        (DATED, [], 0),
        (DATED, ["--strict"], 0),
        (WARNED, [], 0),
        (WARNED, ["--strict"], 1),
        (WRONG, [], 1),
        (f"{SITE}dnt = 1", [], 1),
    ],
)
@pytest.mark.parametrize("json", [[], ["--json"]])
def test_errors_end_with_1_and_warnings_if_strict(run, text, arguments, code, json):
    assert run(text, *arguments, *json).exit_code == code


def test_a_complete_policy_is_said_to_be_one(run):
    assert (
        run(DATED).output == "consentgate.toml: the policy loads, and nothing in it is wrong or incomplete\n"
    )
    assert json.loads(run(DATED, "--json").output) == []


def test_each_finding_is_a_line_and_nothing_is_logged_beside(run, caplog):
    lines = run(WRONG + '[[service]]\nuse = "google-adsense"\n').output.splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["error:", "warning:", "error:", "consentgate.toml:"]
    assert "[declaration], transfers: the declaration has to say it. Write which data leave" in lines[2]
    assert lines[0].startswith('error: consentgate.toml: [[service]] 1 "digg", use: Digg has closed')
    assert not caplog.records


def test_findings_as_json(run):
    (row,) = json.loads(run(WARNED, "--json").output)
    assert row == {
        "level": "warning",
        "file": "consentgate.toml",
        "table": "[site]",
        "key": "guard",
        "what": "the scripts of your pages can store what visitors have not consented to",
        "to_do": "Take the line out: the default is true",
    }


def test_all_mistakes_are_said_at_once(run):
    text = f'{SITE}dnt = 1\n[[service]]\nuse = "yuotube"'
    assert run(text).output.startswith("2 mistakes in the policy:\n  consentgate.toml: [site], dnt: ")
    rows = json.loads(run(text, "--json").output)
    assert [(row["level"], row["table"], row["key"]) for row in rows] == [
        ("error", "[site]", "dnt"),
        ("error", '[[service]] 1 "yuotube"', "use"),
    ]
    assert rows[0]["what"] == "expected true or false, without quotes, not 1"


def test_templates_that_cannot_be_used_are_mistakes(run, tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "banner.html").write_text("<p>Accept all</p>")
    result = run(f'{WARNED}[theme]\ntemplates = "own"\n[[service]]\nuse = "youtube"')
    assert result.exit_code == 1
    assert "banner.html" in result.output
    # What else is found is said, too.
    assert "[site], guard" in result.output


def test_another_file_can_be_named(run, tmp_path):
    (tmp_path / "other.toml").write_text(WRONG)
    assert run(DATED, "other.toml").output.startswith("error: other.toml: ")


def test_a_missing_file_is_said_in_a_line(run):
    result = run(DATED, "nothing.toml")
    assert (result.exit_code, result.output) == (
        1,
        "Error: nothing.toml: cannot be read: No such file or directory. Name the policy file: "
        "consentgate check FILE\n",
    )


def test_a_folder_is_said_in_a_line(run, tmp_path):
    assert run(DATED, str(tmp_path)).output == f"Error: {tmp_path}: cannot be read: Is a directory\n"


def test_the_day_of_the_files_last_change_counts_as_no_date(run):
    assert "[site], updated: " in run(SITE).output


def test_a_date_in_the_future_is_an_error(run):
    tomorrow = datetime.datetime.now().astimezone().date() + datetime.timedelta(days=2)
    assert run(f"{SITE}updated = {tomorrow}").exit_code == 1


def test_the_documentation_shows_what_is_printed(run):
    section = "consentgate check: is the policy right?"
    (text,) = blocks("docs/cli.md", "toml", section)
    assert [run(text).output] == blocks("docs/cli.md", "text", section)[1:]

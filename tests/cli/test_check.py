"""`consentgate check`: all mistakes of a policy file, or what is found in it."""

import datetime
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from documentation.pages import blocks

import consentgate
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
    assert [line.partition(" ")[0] for line in lines] == ["error:", "error:", "warning:", "consentgate.toml:"]
    assert "[declaration], transfers: the declaration has to say it. Write which data leave" in lines[0]
    assert lines[1].startswith('error: consentgate.toml:11: [[service]] 1 "digg", use: Digg has closed')
    assert not caplog.records


def test_findings_as_json(run):
    (row,) = json.loads(run(WARNED, "--json").output)
    assert row == {
        "level": "warning",
        "file": "consentgate.toml",
        "line": 6,
        "table": "[site]",
        "key": "guard",
        "what": "the scripts of your pages can store what visitors have not consented to",
        "to_do": "Take the line out: the default is true",
    }


def test_all_mistakes_are_said_at_once(run):
    text = f'{SITE}dnt = 1\n[[service]]\nuse = "yuotube"'
    assert run(text).output.startswith("2 mistakes in the policy:\n  consentgate.toml:5: [site], dnt: ")
    rows = json.loads(run(text, "--json").output)
    assert [(row["level"], row["line"], row["table"], row["key"]) for row in rows] == [
        ("error", 5, "[site]", "dnt"),
        ("error", 7, '[[service]] 1 "yuotube"', "use"),
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
    assert run(DATED, "other.toml").output.startswith("error: other.toml:7: [declaration], transfers")


def test_a_missing_file_is_said_in_a_line(run):
    result = run(DATED, "nothing.toml")
    assert (result.exit_code, result.output) == (
        1,
        "Error: nothing.toml: cannot be read: No such file or directory. Name the policy file: "
        "consentgate check FILE\n",
    )


def test_of_a_folder_every_policy_is_checked(run, tmp_path):
    folder = tmp_path / "policies"
    folder.mkdir()
    (folder / "default.toml").write_text(DATED)
    (folder / "shop.example.toml").write_text(WRONG)
    (folder / "old.example.toml").write_text(f"{DATED}[[services]]\n")
    (folder / "News.example.toml").write_text(DATED)
    (folder / "notes.txt").write_text("")
    result = run(DATED, "policies")
    lines = result.output.splitlines()
    assert result.exit_code == 1
    assert lines[0] == (
        "error: policies/News.example.toml: no host leads to a file of this name. Rename it to "
        "news.example.toml"
    )
    assert lines[1] == "3 mistakes in the policy:"
    assert lines[2].startswith("  policies/old.example.toml:10: services: unknown here")
    assert lines[-2].startswith('error: policies/shop.example.toml:11: [[service]] 1 "digg", use: ')
    assert lines[-1] == "policies: 4 policies; 1 of them does not load, with 3 errors and 0 warnings"
    rows = json.loads(run(DATED, "policies", "--json").output)
    assert [row["line"] for row in rows] == [None, 10, 10, 10, 7, 11]


def test_a_folder_in_which_all_is_right_is_said_to_be_so(run, tmp_path):
    (tmp_path / "policies").mkdir()
    result = run(DATED, "policies")
    assert (result.exit_code, result.output) == (
        1,
        "Error: policies: no policy file is in it: expected names like shop.example.toml\n",
    )
    (tmp_path / "policies" / "default.toml").write_text(DATED)
    result = run(DATED, "policies")
    assert (result.exit_code, result.output) == (
        0,
        "policies: 1 policy; all of them load, with 0 errors and 0 warnings\n",
    )


def test_a_policy_may_come_from_standard_input(run):
    result = CliRunner().invoke(main, ["check", "-"], input=WRONG)
    assert result.exit_code == 1
    assert result.output.startswith("error: standard input:7: [declaration], transfers: ")
    result = CliRunner().invoke(main, ["check", "-"], input=DATED)
    assert (result.exit_code, result.output) == (
        0,
        "standard input: the policy loads, and nothing in it is wrong or incomplete\n",
    )
    for data in (b"[site", b"\xff", b""):
        result = CliRunner().invoke(main, ["check", "-"], input=data)
        assert result.exit_code == 1
        assert result.output.startswith("1 mistake in the policy:\n  standard input:")


def test_a_misspelt_table_does_not_hide_the_mistakes_in_it(run):
    lines = run(f'{DATED}[[services]]\nuse = "yuotube"\n[sites]\ndnt = 1\n').output.splitlines()
    assert lines[0] == "3 mistakes in the policy:"
    assert lines[1].startswith("  consentgate.toml:10: services: unknown here")
    assert lines[2].startswith('  consentgate.toml:11: [[service]] 1 "yuotube", use: expected the id')
    assert lines[3].startswith("  consentgate.toml:12: sites: unknown here")


def test_the_day_of_the_files_last_change_counts_as_no_date(run):
    assert "[site], updated: " in run(SITE).output


def test_a_date_in_the_future_is_an_error(run):
    tomorrow = datetime.datetime.now().astimezone().date() + datetime.timedelta(days=2)
    assert run(f"{SITE}updated = {tomorrow}").exit_code == 1


DJANGO = """
SECRET_KEY = "k" * 40
INSTALLED_APPS = ["django.contrib.sessions", "django.contrib.contenttypes"]
MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware"]
SESSION_COOKIE_NAME = "shop"
SESSION_COOKIE_AGE = 7 * 86_400
CSRF_COOKIE_NAME = "shop-csrf"
print("settings were imported")
"""
SESSION = '[[cookie]]\nname = "shop"\ncategory = "necessary"\nreason = "authentication"\n'
OF_DJANGO = f"""{DATED}{SESSION}lifetime = "1 day"
[[cookie]]
name = "shop-*"
category = "performance"
lifetime = "1 day"
purpose = "For us."
"""


def in_django(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a project of its own: this process has other settings."""
    (folder / "shop_settings.py").write_text(DJANGO)
    (folder / "consentgate.toml").write_text(OF_DJANGO)
    source = Path(consentgate.__file__).parents[1]
    clean = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    return subprocess.run(
        [sys.executable, "-m", "consentgate", "check", *arguments],
        cwd=folder,
        env={**clean, "PYTHONPATH": str(source), **environment},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (["--django-settings", "shop_settings"], {}),
        (["--django"], {"DJANGO_SETTINGS_MODULE": "shop_settings"}),
    ],
)
def test_with_djangos_settings_its_own_cookies_are_compared(tmp_path, arguments, environment):
    result = in_django(tmp_path, *arguments, **environment)
    lines = [line for line in result.stdout.splitlines() if "[[cookie]]" in line]
    assert result.returncode == 1
    assert lines[0].startswith(
        'warning: consentgate.toml:14: [[cookie]] 1 "shop", lifetime: Django\'s settings let it live for '
        '"7 days", and the gate cuts that to "1 day". Write lifetime = "7 days"'
    )
    assert lines[1].startswith(
        'error: consentgate.toml:17: [[cookie]] 2 "shop-*", category: the policy files the framework\'s own '
        'cookie "shop-csrf" under "performance"'
    )


def test_settings_are_imported_only_if_asked_for(tmp_path):
    result = in_django(tmp_path, DJANGO_SETTINGS_MODULE="shop_settings")
    assert "settings were imported" not in result.stdout
    assert result.stdout.endswith("the policy loads, and nothing in it is wrong or incomplete\n")


def test_settings_that_cannot_be_loaded_are_said_in_a_line(tmp_path):
    assert in_django(tmp_path, "--django-settings", "shop_setings").stderr == (
        "Error: --django-settings: shop_setings cannot be loaded: ModuleNotFoundError: No module named "
        "'shop_setings'\n"
    )
    result = in_django(tmp_path, "--django")
    assert result.returncode == 2
    assert "DJANGO_SETTINGS_MODULE is not set. Name the settings: --django-settings MODULE" in result.stderr


def test_the_documentation_shows_what_is_printed(run):
    section = "consentgate check: is the policy right?"
    (text,) = blocks("docs/cli.md", "toml", section)
    assert [run(text).output] == blocks("docs/cli.md", "text", section)[1:]

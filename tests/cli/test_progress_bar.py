"""What takes time shows on a terminal how far it has come, and nowhere else."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import consentgate

pty = pytest.importorskip("pty", reason="this system has no pseudo-terminals")

SITE = '[site]\nname = "Example"\ncontroller = "Example Ltd"\ncontact = "privacy@example.org"\n'
ANSWERS = ("--name", "A", "--controller", "A Ltd", "--contact", "a@a.example", "--yes")


def run(folder: Path, *arguments: str) -> tuple[str, str]:
    """Run a command whose standard error is a terminal. Return what it writes to standard output, and to
    that."""
    leader, follower = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(Path(consentgate.__file__).parents[1]), "TERM": "xterm"}
    try:
        result = subprocess.run(
            [sys.executable, "-m", "consentgate", *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=follower,
            text=True,
            timeout=100,
            check=False,
        )
    finally:
        os.close(follower)
    written = b""
    try:
        while piece := os.read(leader, 65_536):
            written += piece
    except OSError:
        # Linux says in this way that nobody writes to it any more.
        pass
    finally:
        os.close(leader)
    return result.stdout, written.decode()


@pytest.fixture
def policies(tmp_path):
    (tmp_path / "policies").mkdir()
    for number in range(12):
        (tmp_path / "policies" / f"shop{number}.example.toml").write_text(SITE)
    return tmp_path


def test_a_folder_of_policies_is_counted_while_it_is_checked(policies):
    output, progress = run(policies, "check", "policies")
    assert "Checking" in progress
    assert "12/12" in progress
    assert output.startswith("warning: policies/shop0.example.toml:1: [site], updated: ")


def test_json_comes_without_it(policies):
    output, progress = run(policies, "check", "policies", "--json")
    assert progress == ""
    assert len({row["file"] for row in json.loads(output)}) == 12


def test_the_files_of_a_project_are_counted(tmp_path):
    for number in range(11):
        (tmp_path / f"page{number}.html").write_text("<p>")
        (tmp_path / f"code{number}.py").write_text("import flask")
    output, progress = run(tmp_path, "init", *ANSWERS)
    assert "Reading code" in progress
    assert "Reading pages" in progress
    assert "11/11" in progress
    assert output.startswith("Wrote consentgate.toml: Flask.")
    (tmp_path / "consentgate.toml").unlink()
    assert run(tmp_path, "init", *ANSWERS, "--json")[1] == ""


def test_what_goes_elsewhere_has_none(policies):
    environment = {**os.environ, "PYTHONPATH": str(Path(consentgate.__file__).parents[1])}
    result = subprocess.run(
        [sys.executable, "-m", "consentgate", "check", "policies"],
        cwd=policies,
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert result.stderr == ""


def test_the_files_of_a_build_are_counted_and_the_line_is_taken_away(tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("<p>words")
    _, progress = run(tmp_path, "build", "site", "out")
    assert "1 of 1 files\x1b[K\r\x1b[KPages: 1." in progress
    _, progress = run(tmp_path, "build", "site", "out", "--json")
    assert "files" not in progress

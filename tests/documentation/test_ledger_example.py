"""The example of docs/ledger.md records a decision, and its commands show and verify it."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import flask
import pytest
from click.testing import CliRunner

from consentgate.cli import main

from .pages import blocks

PAGE, SECTION = "docs/ledger.md", "A whole example"
CHOICES, ORIGIN = "/_privacy/choices", {"Origin": "http://localhost"}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> flask.Flask:
    """The application of the page, in a folder with the policy file that the page names."""
    [policy] = blocks("docs/policy.md", "toml", "A whole file")
    (tmp_path / "consentgate.toml").write_text(policy, "utf-8")
    monkeypatch.chdir(tmp_path)
    module = ModuleType("shop")
    module.__file__ = str(tmp_path / "shop.py")
    monkeypatch.setitem(sys.modules, "shop", module)
    [code] = blocks(PAGE, "python", SECTION)
    exec(compile(code, PAGE, "exec", dont_inherit=True), module.__dict__)
    made = module.app
    assert isinstance(made, flask.Flask)
    return made


def test_the_example_records_and_its_commands_show_it(
    shop: flask.Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = shop.test_client()
    assert b"Accept" in client.get("/").data
    assert client.post(CHOICES, data={"decision": "accept"}, headers=ORIGIN).status_code == 303
    # As when the server ends, which the reader does not have to wait for.
    shop.extensions["consentgate"].gate.enforcement_for("localhost").recorder.close()

    [shown] = blocks(PAGE, "sh", SECTION)
    export, *commands = (line for line in shown.splitlines() if line and "flask" not in line)
    monkeypatch.setenv("CONSENTGATE_LEDGER", "sqlite:///consent.db")
    monkeypatch.setenv("SECRET_KEY", shop.config["SECRET_KEY"])
    assert (
        export == f'export CONSENTGATE_LEDGER=sqlite:///consent.db SECRET_KEY="{shop.config["SECRET_KEY"]}"'
    )
    said = {}
    for command in commands:
        program, *words = command.split()
        assert program == "consentgate"
        result = CliRunner().invoke(main, words)
        assert result.exit_code == 0, result.output
        said[words[1]] = result.output
    assert said["stats"].splitlines()[2:4] == ["by day      consented", "all                 1"]
    assert '"host": "localhost"' in said["export"]
    assert "1 record, " in said["verify"] and "0 faults" in said["verify"]

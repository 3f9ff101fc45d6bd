"""The page on audits, and the workflow, name the options that there are, and files that are read."""

from __future__ import annotations

import re
from pathlib import Path

from consentgate.audit.judging import RULES
from consentgate.cli import main

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "audit.md").read_text("utf-8")
WORKFLOW = (ROOT / "contrib" / "audit.yml").read_text("utf-8")
ENDINGS = ("before-consent", "after-refusal", "after-withdrawal")


def options_of(command: str) -> set[str]:
    return {
        option for parameter in main.commands[command].params for option in parameter.opts if option[0] == "-"
    }


def test_the_page_names_all_options_and_no_others() -> None:
    synopsis = PAGE.partition("\n\n")[2].partition("\n\n")[0]
    assert {*re.findall(r"--[a-z][a-z-]+", synopsis)} == options_of("audit")
    others = options_of("init") | options_of("scan")
    assert {*re.findall(r"--[a-z][a-z-]+", PAGE)} <= options_of("audit") | others


def test_the_workflow_uses_options_that_there_are() -> None:
    commands = re.findall(r"consentgate (audit|init) ((?:[^\n]|\n +--)*)", WORKFLOW)
    assert [name for name, _ in commands] == ["audit", "init"]
    for name, rest in commands:
        assert {*re.findall(r"--[a-z][a-z-]+", rest)} <= options_of(name)


def test_each_rule_has_a_row_and_each_row_a_rule() -> None:
    rows = [line.split("|")[1:] for line in PAGE.splitlines() if line.startswith("| `") and "-" in line]
    named = {
        name
        for row in rows
        for name in re.findall(r"`([a-z-]+(?:\.\.\.)?)`", row[0])
        if not name.startswith("--")
    }
    families = {
        next((rule.removesuffix(e) + "..." for e in ENDINGS if rule.endswith(e)), rule) for rule in RULES
    }
    assert named == families


def test_each_row_has_the_codes_of_its_rules() -> None:
    for rule in RULES.values():
        name = next((rule.id.removesuffix(e) + "..." for e in ENDINGS if rule.id.endswith(e)), rule.id)
        (row,) = [
            line for line in PAGE.splitlines() if line.startswith("| `") and f"`{name}`" in line.split("|")[1]
        ]
        family = {"A1", "A3", "A5"} if name.endswith("...") else set()
        assert {*rule.requirements} - family <= {*re.findall(r"\b[AB]\d+\b", row)}

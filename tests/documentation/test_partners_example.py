"""The recipes of docs/partners.md do what they say."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from consentgate import Consent, Policy
from consentgate.consent import Choice
from consentgate.consent.coverage import covered_by
from consentgate.ledger import Event, Record

from .pages import read

POLICY = """
[site]
name = "Example"
controller = "Example Ltd"
contact = "privacy@example.org"

[[service]]
id = "mail"
name = "Mail"
category = "performance"
hosts = ["mail.example"]
"""


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What the first recipe defines."""
    monkeypatch.chdir(tmp_path)
    [text] = [
        block.text
        for block in read("docs/partners.md").blocks
        if block.section == "A mailing list" and block.language == "python"
    ]
    defined: dict[str, Any] = {}
    exec(compile(text, "docs/partners.md", "exec"), defined)
    yield defined
    defined["ledger"].close()
    defined["readers"].close()


def record(event: Event, id: str, replaces: str = "", **granted: bool) -> Record:
    return Record(event, at=1, host="h", controller="c", id=id, replaces=replaces, services=granted)


def test_the_tool_is_told_of_all_addresses_and_again_while_it_fails(recipe: Any) -> None:
    policy = Policy.parse(POLICY)
    choice = Choice(1, bytes(16), covered_by(policy, ["mail"]))
    recipe["subscribe"]("jane@example.org", Consent.of_choice(policy, choice, frozenset()))
    recipe["subscribe"]("joe@example.org", Consent(policy))
    calls: list[str] = []
    failures = [ConnectionError()]

    def stop_measuring(address: str) -> None:
        calls.append(address)
        if failures:
            raise failures.pop()

    recipe["stop_measuring"] = stop_measuring
    ledger = recipe["ledger"]
    first = bytes(16).hex()
    ledger.record(record(Event.GIVEN, first, mail=True))
    ledger.record(record(Event.RENEWED, "b" * 32, first, mail=True))
    ledger.record(record(Event.WITHDRAWN, "c" * 32, "b" * 32, mail=False))
    while ledger.deliver().waiting:
        pass

    assert calls == ["jane@example.org"] * 2
    with sqlite3.connect("readers.db") as connection:
        assert connection.execute("SELECT * FROM measured").fetchall() == []
    connection.close()

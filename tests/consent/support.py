"""Policies and a clock for the tests of consent."""

from __future__ import annotations

import time

import pytest

from consentgate import Policy

SITE = '[site]\nname = "Example"\ncontroller = "Example Ltd"\ncontact = "privacy@example.org"\n'
DAY = 86_400
NOW = 1_795_000_000
"""Some time on an afternoon in November 2026."""


def policy(text: str = "", site: str = "") -> Policy:
    return Policy.parse(f"{SITE}{site}\n{text}")


def service(id: str, category: str = "performance", rest: str = "") -> str:
    return f'[[service]]\nid = "{id}"\ncategory = "{category}"\nhosts = ["{id}.example"]\n{rest}\n'


def cookie(name: str, category: str = "performance") -> str:
    return f'[[cookie]]\nname = "{name}"\ncategory = "{category}"\n'


def set_clock(monkeypatch: pytest.MonkeyPatch, now: float) -> None:
    monkeypatch.setattr(time, "time", lambda: now)

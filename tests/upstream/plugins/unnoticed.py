"""A gate whose visitors have granted everything, which inserts nothing and sends no Content-Security-Policy.

What is left of it must not be noticed: that is what the suites of others are run for.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from consentgate import Gate, Policy
from consentgate.consent import Choice, ConsentCookies, decide
from consentgate.consent.embed import SignedEmbeds
from consentgate.consent.signals import DNT, GPC
from consentgate.gate.enforcement import Enforcement
from consentgate.gate.enforcements import OneForAll
from consentgate.gate.log.advice import Advice
from consentgate.gate.log.findings import Findings
from consentgate.pages import Pages

SECRET_KEY = "a secret of the upstream tests"
POLICY = replace(Policy(), site=msgspec.structs.replace(Policy().site, csp="off"))


class _EverythingGranted(ConsentCookies):
    """Whatever cookies come along, the visitor has said yes to everything, while sending every signal."""

    def read(self, sent: Callable[[str], Iterable[str]], host: str) -> Choice | None:
        return _ACCEPTED


class _NothingInserted(Pages):
    def head(self, origin: str = "", **named: Any) -> bytes:
        return b""

    def banner(self, next: str, origin: str = "", **named: Any) -> bytes:
        return b""


class _Unnoticed(Enforcement):
    def pages(self, root: str, lang: str = "", host: str = "") -> Pages:
        return _QUIET


class UnnoticedGate(Gate):
    def __init__(self) -> None:
        super().__init__(POLICY, secret_key=SECRET_KEY)
        cookie = _EverythingGranted([SECRET_KEY], POLICY.site)
        embeds = SignedEmbeds([SECRET_KEY])
        enforcement = _Unnoticed(POLICY, cookie, embeds, False, False, 0, Advice(POLICY, Findings()))
        self._enforcements = OneForAll(enforcement)


_QUIET = _NothingInserted(POLICY)
_ACCEPTED = decide(POLICY, "accept", signals=frozenset((GPC, DNT)))
GATE = UnnoticedGate()

passed_through = 0
"""How many times an application was called through the gate: a hook that does not hook must not pass."""


def count() -> None:
    global passed_through
    passed_through += 1


class Report:
    """A pytest plugin that writes down which tests failed."""

    def __init__(self) -> None:
        self.failed: set[str] = set()
        self.passed = 0

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            self.failed.add(report.nodeid)
        elif report.when == "call" and report.passed:
            self.passed += 1

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self.failed.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        write_report(self.failed, self.passed)


def write_report(failed: Iterable[str], passed: int) -> None:
    """Leave the outcome where the runner finds it."""
    outcome = {"failed": sorted(failed), "passed": passed, "through": passed_through}
    Path(os.environ["CONSENTGATE_REPORT"]).write_text(json.dumps(outcome))


def is_on() -> bool:
    """False for a run of the suite as it is, to compare with."""
    return not os.environ.get("CONSENTGATE_OFF")


def pytest_configure(config: Any) -> None:
    config.pluginmanager.register(Report())

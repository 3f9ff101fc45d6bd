"""What log lines say to machines: fields of a closed vocabulary, and nothing that came with a request."""

from __future__ import annotations

import ast
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from consentgate import Gate, Policies, Policy
from consentgate.log_fields import KEY, fields
from gate.driver import HTML, POLICY, SECRET, App, Page, Site

ROOT = Path(__file__).parents[3]
SOURCE = ROOT / "src" / "consentgate"
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
# These speak while a site is built, to who builds it.
OF_BUILDS = ("sphinx.py", "mkdocs.py")
PAGE = (
    b"<!doctype html><title>News</title><script src='https://stats.vendor.example/s.js'></script>"
    b"<img src='https://canary-host.example/1.gif'><script>ga('send', 'canary')</script>"
)


def log_calls() -> Iterator[tuple[str, ast.Call]]:
    for path in sorted(SOURCE.rglob("*.py")):
        if path.name in OF_BUILDS:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in LEVELS
                and re.search(r"\b_?log(ger)?$", ast.unparse(node.func.value))
            ):
                yield f"{path.relative_to(SOURCE)}:{node.lineno}", node


def test_every_line_has_fields() -> None:
    calls = [*log_calls()]

    assert len(calls) > 50
    assert [place for place, call in calls if not any(one.arg == "extra" for one in call.keywords)] == []


def test_every_event_is_in_the_documentation_and_no_other() -> None:
    events = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                # That of dataclasses is called so, too.
                case ast.Call(func=ast.Name("fields"), args=[ast.Constant(event)]):
                    events.add(event)
    page = (ROOT / "docs" / "monitoring.md").read_text("utf-8")
    table = page.partition("| event |")[2].partition("\n\n")[0]

    assert set(re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)) == events


def test_fields_without_a_value_are_left_out() -> None:
    assert fields("closed", status=502, about=None) == {KEY: {"event": "closed", "status": 502}}


class Machine(logging.Handler):
    """Reads the fields, as a formatter for JSON does."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(json.dumps(record.__dict__[KEY])))


@pytest.fixture
def machine() -> Iterator[Machine]:
    handler, logger = Machine(), logging.getLogger("consentgate")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(level)


def visit(gate: Gate, host: str = "www.example.org") -> None:
    """Ask for pages and decide, with canaries in all that comes from a visitor or an application."""
    pages = {
        "/canary-bad": Page(PAGE, headers=[HTML, ("Content-Encoding", "canary")]),
        "/canary-cookies": Page(
            PAGE, headers=[HTML, ("Set-Cookie", "canary=1"), ("Set-Cookie", "__Host-consent=canary")]
        ),
    }
    site = Site("wsgi", App(Page(PAGE), pages), gate, host=host, validated=False)
    headers = [("User-Agent", "canary-agent"), ("Referer", "https://www.example.org/canary?canary=1")]
    cookie = [("Cookie", "canary=1; _st1=canary; __Host-consent=canary")]
    for path in ("/canary-page?canary=1", "/canary-bad?canary=1", "/canary-cookies"):
        site.asks(path, headers=[*headers, *cookie])
    for origin in ("same-origin", "canary"):
        site.decides(
            "refuse", headers=[*headers, ("Sec-Fetch-Site", origin), ("Origin", "https://canary.example")]
        )
        site.decides("canary", headers=[*headers, ("Sec-Fetch-Site", origin)])


@pytest.mark.parametrize("more", ["", "report_only = true\n", "reports = true\n"])
def test_no_field_has_anything_of_a_visitor(machine: Machine, more: str) -> None:
    policy = POLICY.replace("[site]\n", f"[site]\n{more}", 1)
    visit(Gate(Policy.parse(policy), secret_key=SECRET))

    assert len(machine.lines) > 5
    assert "canary" not in json.dumps(machine.lines)
    assert "_st1" not in json.dumps(machine.lines)


def test_what_nobody_declared_is_said_to_be_so(machine: Machine) -> None:
    visit(Gate(Policy.parse(POLICY), secret_key=SECRET))

    undeclared = {"event": "blocked", "about": "undeclared", "service": "undeclared"}
    assert {**undeclared, "kind": "host"} in machine.lines
    assert {**undeclared, "kind": "cookie"} in machine.lines
    assert {"event": "closed", "status": 502} in machine.lines


def test_the_policy_is_named_where_there_are_several(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "www.example.org.toml").write_text(POLICY)
    visit(Gate(Policies(tmp_path), secret_key=SECRET))

    assert any(line.get("policy") and line["event"] == "blocked" for line in machine.lines)
    assert "canary" not in json.dumps(machine.lines)


def test_a_page_is_measured_in_a_log_of_its_own(machine: Machine) -> None:
    visit(Gate(Policy.parse(POLICY), secret_key=SECRET))

    read = [line for line in machine.lines if line["event"] == "page read"]

    assert len(read) == 2
    assert all(line["size"] == len(PAGE) and line["seconds"] > 0 for line in read)


def test_pages_are_not_measured_where_nobody_asks(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "consentgate")
    visit(Gate(Policy.parse(POLICY), secret_key=SECRET))

    assert not [record for record in caplog.records if record.name == "consentgate.pages"]

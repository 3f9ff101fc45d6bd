"""The audit of dependencies tells what it found, and where it could not look it says that."""

from __future__ import annotations

import json
import runpy
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

audit = runpy.run_path(str(Path(__file__).parents[1] / "tools" / "audit_dependencies.py"))["audit"]


class NothingThere(BaseHTTPRequestHandler):
    """Answers as a service does that is there and knows no such page."""

    def do_GET(self) -> None:
        self.send_error(404)

    def log_message(self, format: str, *values: Any) -> None:
        pass


@pytest.fixture
def database() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), NothingThere) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        serving.join()


def prints(text: str, status: int = 0) -> list[str]:
    """What stands in pip-audit's place: its database cannot be asked here."""
    return [sys.executable, "-c", f"import sys; print({text!r}); sys.exit({status})"]


def packages(*found: dict[str, Any]) -> str:
    return json.dumps({"dependencies": found, "fixes": []})


SOUND = {"name": "sound", "version": "1.0", "vulns": []}
BROKEN = {
    "name": "broken",
    "version": "1.0",
    "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["1.1", "2.0"], "aliases": [], "description": "x"}],
}
OWN = {"name": "consentgate", "skip_reason": "distribution marked as editable"}


def test_what_is_known_is_named_and_fails(database: str) -> None:
    status, said = audit(database=database, pip_audit=prints(packages(SOUND, BROKEN, OWN), 1))
    assert status == 1
    assert said.splitlines() == [
        "broken 1.0: PYSEC-2026-1, mended in 1.1, 2.0",
        "looked up: 2; known vulnerabilities: 1",
        "not looked up: consentgate",
    ]


def test_where_nothing_is_known_it_passes_and_says_how_many_were_looked_up(database: str) -> None:
    status, said = audit(database=database, pip_audit=prints(packages(SOUND)))
    assert (status, said) == (0, "looked up: 1; known vulnerabilities: 0")


@pytest.mark.parametrize("must_look", [False, True])
def test_where_the_database_does_not_answer_nothing_is_said_to_be_sound(must_look: bool) -> None:
    with HTTPServer(("127.0.0.1", 0), NothingThere) as server:
        gone = f"http://127.0.0.1:{server.server_port}/"
    status, said = audit(must_look=must_look, database=gone, pip_audit=prints(packages(SOUND)))
    assert (status, said) == (int(must_look), f"no dependency was looked up: {gone} does not answer here")


@pytest.mark.parametrize("output", ["", "ERROR: could not connect", "[]", "{}"])
def test_where_pip_audit_fails_nothing_is_said_to_be_sound(database: str, output: str) -> None:
    status, said = audit(must_look=True, database=database, pip_audit=prints(output, 1))
    assert status == 1
    assert said.startswith("no dependency was looked up: pip-audit failed")

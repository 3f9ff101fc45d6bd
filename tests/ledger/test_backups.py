"""A backup that is restored has what it had, and a checkpoint that was kept tells what it lacks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
from documentation.pages import blocks

from consentgate.ledger import Ledger
from tools.postgres import Postgres

from .conftest import Open
from .records import NOTICE, SECRET, grant

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parents[2]
PAGE, SECTION = "docs/ledger.md", "Backups"


def shown(program: str) -> str:
    """The block of the documentation with this program in it."""
    [block] = [text for text in blocks(PAGE, "sh", SECTION) if program in text]
    return block


def run(
    commands: str, folder: Path, environment: Mapping[str, str], *programs: Path
) -> subprocess.CompletedProcess[str]:
    """Run commands as they are shown, with our own command and these programs on the path."""
    ours = Path(sys.executable).parent
    path = os.pathsep.join([*map(str, (ours, *programs)), os.environ["PATH"]])
    given = {**os.environ, "PATH": path, "SECRET_KEY": SECRET, **environment}
    given["PYTHONPATH"] = str(ROOT / "src")
    shell = [shutil.which("sh") or "sh", "-e"]
    return subprocess.run(shell, input=commands, cwd=folder, env=given, capture_output=True, text=True)


def recorded_and_kept(ledger: Ledger, kept: Path) -> None:
    """Record once more, after the backup, and keep a checkpoint elsewhere."""
    ledger.record(grant(), NOTICE)
    ledger.move()
    kept.write_bytes(msgspec.json.encode(ledger.checkpoint()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "site"
    made.mkdir()
    return made


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_sqlite_is_backed_up_and_restored_as_the_documentation_says(open_ledger: Open, folder: Path) -> None:
    ledger = open_ledger(url=f"sqlite:///{folder / 'consent.db'}", spool=folder / "consent.db-spool")
    ledger.record(grant(), NOTICE)
    ledger.move()
    backup, _, restore = shown("sqlite3").partition("\n\n")
    environment = {"CONSENTGATE_LEDGER": "sqlite:///consent.db"}
    done = run(backup, folder, environment)
    assert done.returncode == 0, done.stderr
    recorded_and_kept(ledger, folder / "kept")
    ledger.close()

    lacking = run(restore, folder, environment)
    assert (lacking.returncode, "record 2 is missing" in lacking.stdout) == (1, True), lacking.stderr
    whole = run("consentgate ledger verify", folder, environment)
    assert (whole.returncode, "1 record, " in whole.stdout) == (0, True), whole.stderr


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_postgresql_is_backed_up_and_restored_as_the_documentation_says(
    postgres: Postgres, url: str, open_ledger: Open, folder: Path
) -> None:
    missing = [name for name in ("pg_dump", "pg_restore") if not (postgres.binaries / name).exists()]
    if missing:
        pytest.skip(f"this PostgreSQL comes without {' and '.join(missing)}")
    ledger = open_ledger()
    ledger.record(grant(), NOTICE)
    ledger.move()
    backup, _, restore = shown("pg_dump").partition("\n\n")
    environment = {"CONSENTGATE_LEDGER": url}
    done = run(backup, folder, environment, postgres.binaries)
    assert done.returncode == 0, done.stderr
    recorded_and_kept(ledger, folder / "kept")
    ledger.close()

    restored = {"CONSENTGATE_LEDGER": postgres.create("restored")}
    try:
        lacking = run(restore, folder, restored, postgres.binaries)
        assert (lacking.returncode, "record 2 is missing" in lacking.stdout) == (1, True), lacking.stderr
        whole = run("consentgate ledger verify", folder, restored)
        assert (whole.returncode, "1 record, " in whole.stdout) == (0, True), whole.stderr
    finally:
        postgres.drop("restored")

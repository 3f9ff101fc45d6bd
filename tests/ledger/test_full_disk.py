"""A disk that is full for real: a small file system in memory, in a namespace of the test's own."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
MOUNTED = 'mount -t tmpfs -o size=4m tmpfs "$1" && shift && exec "$@"'


def on_a_small_disk(disk: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command that finds a disk of 4 MiB at `disk`. Nobody else does, and it is gone afterwards."""
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("there is no unshare(1) here, and so no small disk")
    alone = [unshare, "--map-root-user", "--mount", "sh", "-c", MOUNTED, "sh", str(disk)]
    tried = subprocess.run([*alone, "true"], capture_output=True, text=True)
    if tried.returncode:
        pytest.skip(f"nobody may mount a small disk here: {tried.stderr.strip()}")
    return subprocess.run([*alone, *command], capture_output=True, text=True, env=ENVIRONMENT, cwd=ROOT)


def recorded(disk: Path, url: str) -> dict[str, Any]:
    disk.mkdir()
    done = on_a_small_disk(disk, sys.executable, "-m", "tests.ledger.full_disk", url, str(disk))
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    assert any(os.strerror(errno.ENOSPC) in message for message in found["heard"])
    return found


def test_a_full_disk_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    """The database is on the same disk: neither can grow."""
    disk = tmp_path / "disk"
    found = recorded(disk, f"sqlite:///{disk / 'consent.db'}")

    assert found["answered"] and found["refused"] == 3 and found["moved"]
    assert {*found["answered"], found["after"]} <= set(found["found"])
    assert found["faults"] == []


def test_while_the_spool_is_full_records_go_to_a_database_elsewhere(tmp_path: Path) -> None:
    found = recorded(tmp_path / "disk", f"sqlite:///{tmp_path / 'consent.db'}")

    assert found["answered"] and found["refused"] == 0 and found["moved"]
    assert sorted([*found["answered"], found["after"]]) == found["found"]
    assert found["faults"] == []

"""Runs the tests of others through a gate that must not be noticed.

    python -m tests.upstream [NAME ...]        with --bare as they are, to see what fails without the gate

Sources come from the registry, as sdists, into .upstream/. Fails where a test fails that expected/NAME.toml
does not name, or passes that it names.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from .suites import SUITES, Suite

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WORK = ROOT / ".upstream"
PLUGINS = HERE / "plugins"


def expected(suite: Suite) -> dict[str, str]:
    """Why each test that fails may."""
    path = HERE / "expected" / f"{suite.name}.toml"
    groups = tomllib.loads(path.read_text("utf-8"))["expected"] if path.exists() else []
    return {test: group["reason"] for group in groups for test in group["tests"]}


def prepare(suite: Suite) -> tuple[Path, Path]:
    """The suite's Python and the folder of its sources."""
    home = WORK / suite.name
    python = home / "venv" / "bin" / "python"
    if not (home / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", home / "venv"], check=True)
        distribution = suite.requirement.partition("=")[0]
        pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check"]
        subprocess.run(
            [*pip, "download", "--no-deps", "--no-binary", distribution, "-d", home, suite.requirement],
            check=True,
        )
        for archive in home.glob("*.tar.gz"):
            with tarfile.open(archive) as sources:
                sources.extractall(home / "source", filter="data")
        (source,) = (home / "source").iterdir()
        needed = ["--editable", f"{source}{suite.extras}", "--editable", str(ROOT), *suite.needs]
        subprocess.run([*pip, "install", *needed], check=True)
        (home / "ready").touch()
    (source,) = (home / "source").iterdir()
    return python, source


def run(suite: Suite, *, bare: bool) -> dict[str, Any]:
    """What failed, how many passed, and how many times the gate was passed through."""
    python, source = prepare(suite)
    report = WORK / suite.name / "report.json"
    report.unlink(missing_ok=True)
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join((str(PLUGINS), str(ROOT / "src"))),
        "CONSENTGATE_REPORT": str(report),
        "CONSENTGATE_OFF": "1" if bare else "",
    }
    command = [part.format(plugins=PLUGINS) for part in suite.command]
    with (WORK / suite.name / "log").open("wb") as log:
        subprocess.run([python, *command], cwd=source / suite.folder, env=environment, stdout=log, stderr=log)
    if not report.exists():
        raise SystemExit(f"{suite.name} did not run; see {WORK / suite.name / 'log'}")
    outcome: dict[str, Any] = json.loads(report.read_text())
    return outcome


def judge(suite: Suite, *, bare: bool) -> bool:
    """Run a suite and print what became of it; True where it is as expected."""
    begin = time.monotonic()
    outcome = run(suite, bare=bare)
    failed = set(outcome["failed"])
    known = {} if bare else expected(suite)
    seconds = time.monotonic() - begin
    lines = [
        f"{suite.requirement}: {outcome['passed']} passed, {len(failed)} failed, "
        f"{len(failed & known.keys())} of them as expected, in {seconds:.0f} s; "
        f"{outcome['through']} calls went through the gate"
    ]
    lines += [f"  fails: {test}" for test in sorted(failed - known.keys())]
    lines += [f"  passes, though it was expected to fail: {test}" for test in sorted(known.keys() - failed)]
    hooked = bare or int(str(outcome["through"])) >= suite.through
    if not hooked:
        lines.append(f"  fewer than {suite.through} calls went through the gate")
    print("\n".join(lines), flush=True)
    return hooked and failed == known.keys()


def main(arguments: list[str]) -> int:
    bare = "--bare" in arguments
    names = [name for name in arguments if name != "--bare"]
    chosen = [suite for suite in SUITES if suite.name in names or not names]
    # Each suite is one process, and Django's takes longer than all others together.
    chosen.sort(key=lambda suite: suite.name != "django")
    with ThreadPoolExecutor(2) as pool:
        as_expected = [*pool.map(partial(judge, bare=bare), chosen)]
    return 0 if all(as_expected) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

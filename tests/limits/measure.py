"""Counts work and memory: asks a worker, with valgrind around it or without."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parents[2]
_COUNT = re.compile(r"scheduler: ([\d,]+) event checks")


class Worker:
    """A worker, until the block is left."""

    def __init__(self, folder: Path, *before: str) -> None:
        self._folder = folder
        self._command = [*before, sys.executable, "-m", "tests.limits.worker"]

    def __enter__(self) -> Self:
        paths = (str(ROOT), os.environ.get("PYTHONPATH", ""))
        # Hashes decide the order in sets, and so the work.
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, paths)),
            "PYTHONHASHSEED": "0",
        }
        self._process = subprocess.Popen(
            self._command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def ask(self, **what: object) -> dict[str, str]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        answer: dict[str, str] = json.loads(self._process.stdout.readline())
        return answer


class WorkCounter(Worker):
    """Counts blocks of machine code, which come out the same on every run and every machine of a kind."""

    def __init__(self, folder: Path, valgrind: str) -> None:
        super().__init__(folder, valgrind, "--tool=none", "--stats=yes", f"--log-file={folder}/%p")

    def work(self, table: str, name: str, way: str, size: int) -> int:
        """The blocks that an input of that size takes."""
        answer = self.ask(what="work", table=table, name=name, way=way, size=size)
        assert not answer["error"], answer["error"]
        return self._count(answer["after"]) - self._count(answer["before"])

    def _count(self, process: str) -> int:
        log = self._folder / str(process)
        found = _COUNT.search(log.read_text())
        assert found, log.read_text()
        log.unlink()
        return int(found[1].replace(",", ""))


class MemoryMeter(Worker):
    """Measures the memory that Python's objects take."""

    def peak(self, table: str, name: str, way: str, size: int) -> int:
        """The most bytes that an input of that size takes, beyond the input."""
        answer = self.ask(what="memory", table=table, name=name, way=way, size=size)
        assert answer["peak"].isdecimal(), answer["peak"]
        return int(answer["peak"])

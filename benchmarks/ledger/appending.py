"""How fast records are kept, beside a bare INSERT of the same row: by one thread, and by many processes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from .databases import Databases
from .rows import make_tables
from .writers import BARE, DATABASE, DISK

_ROOT = Path(__file__).parents[2]
KINDS = (BARE, DISK, DATABASE)


@dataclass(frozen=True, slots=True)
class Load:
    """How many `processes` append at a time, with how many `threads` each. In a turn each thread appends
    `count` times."""

    label: str
    processes: int
    threads: int
    count: int


ONE = Load("1 thread", 1, 1, 500)
SIXTEEN = Load("16 writers in 4 processes", 4, 4, 60)
LOADS = (ONE, SIXTEEN)


@dataclass(frozen=True, slots=True)
class Appended:
    """Appends a second, milliseconds that the slowest hundredth takes, and both as multiples of the bare
    INSERT's speed. `moved` is the like of `ratio`, until the database has the records, too."""

    database: str
    load: str
    kind: str
    speed: float
    p99: float
    ratio: float
    p99_ratio: float
    moved: float


@dataclass(frozen=True, slots=True)
class _Turn:
    speed: float
    moved: float
    p99: float


def append(place: Databases, load: Load, rounds: int, kinds: Sequence[str] = KINDS) -> list[Appended]:
    """Measure all kinds in turns: each in a database of its own, with the same tables and indexes."""
    turns: dict[str, list[_Turn]] = {kind: [] for kind in kinds}
    with ExitStack() as stack:
        crowds = {kind: stack.enter_context(crowd(kind, _made(place), place.spool(), load)) for kind in kinds}
        for number in range(rounds + 1):
            for kind, one in crowds.items():
                turn = one.turn()
                # What is done once is done in the first.
                if number:
                    turns[kind].append(turn)
    return [_appended(place, load, kind, turns) for kind in kinds]


def _made(place: Databases) -> str:
    url = place.create()
    make_tables(url)
    return url


def _appended(place: Databases, load: Load, kind: str, turns: Mapping[str, Sequence[_Turn]]) -> Appended:
    own, bare = turns[kind], turns[BARE]
    both = list(zip(own, bare, strict=True))
    return Appended(
        place.name,
        load.label,
        kind,
        median(turn.speed for turn in own),
        median(turn.p99 for turn in own) * 1e3,
        median(turn.speed / theirs.speed for turn, theirs in both),
        median(theirs.p99 / turn.p99 for turn, theirs in both),
        median(turn.moved / theirs.moved for turn, theirs in both),
    )


class Crowd:
    """Processes that write into one database."""

    def __init__(self, kind: str, load: Load, processes: Sequence[subprocess.Popen[str]]) -> None:
        self._moves = kind == DISK
        self._load = load
        self._processes = processes

    def turn(self) -> _Turn:
        """Have all append at once, and return how fast they were."""
        said = self._ask(f"append {self._load.count}")
        begin = min(one["begin"] for one in said)
        end = max(one["end"] for one in said)
        times = sorted(time for one in said for time in one["times"])
        moved = max(one["end"] for one in self._ask("move")) if self._moves else end
        return _Turn(len(times) / (end - begin), len(times) / (moved - begin), times[len(times) * 99 // 100])

    def _ask(self, line: str) -> list[dict[str, Any]]:
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.write(line + "\n")
            process.stdin.flush()
        answers = []
        for process in self._processes:
            assert process.stdout is not None
            answers.append(json.loads(process.stdout.readline()))
        return answers


@contextmanager
def crowd(kind: str, url: str, spool: Path, load: Load) -> Iterator[Crowd]:
    """Give processes that write into the database at `url`, and end them."""
    command = [sys.executable, "-m", "benchmarks.ledger.writers", kind, url, str(spool), str(load.threads)]
    processes = [
        subprocess.Popen(command, cwd=_ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(load.processes)
    ]
    try:
        yield Crowd(kind, load, processes)
    finally:
        for process in processes:
            assert process.stdin is not None
            process.stdin.close()
        for process in processes:
            process.wait()

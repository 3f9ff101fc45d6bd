"""Threads of one process that write at once. Run as a process of its own, which takes a line for each turn:
`python -m benchmarks.ledger.writers KIND URL SPOOL THREADS`.

"append N" has each thread append N times; "move" waits until the database has all. Each is answered with a
line of JSON.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from consentgate.ledger import Ledger, Record

from .rows import NOTICE, SECRET, Row, grant, inserter, rows

BARE = "bare INSERT"
DISK = 'durable="disk"'
DATABASE = 'durable="database"'


def main(kind: str, url: str, spool: str, threads: int) -> None:
    """Take turns until there are no more lines."""
    with ExitStack() as opened:
        ledger = None
        if kind != BARE:
            ledger = opened.enter_context(closing(_ledger(kind, url, Path(spool))))
        inserters = [opened.enter_context(closing(inserter(url))) for _ in range(0 if ledger else threads)]
        for line in sys.stdin:
            what, *given = line.split()
            if what == "move":
                assert ledger is not None
                ledger.move()
                print(json.dumps({"end": time.monotonic()}), flush=True)
                continue
            count = int(given[0])
            tasks = (
                [_recording(ledger, count) for _ in range(threads)]
                if ledger
                else [_inserting(one.insert, count) for one in inserters]
            )
            print(json.dumps(_turn(tasks)), flush=True)


def _ledger(kind: str, url: str, spool: Path) -> Ledger:
    if kind == DISK:
        return Ledger(url, spool=spool, secret_key=SECRET)
    return Ledger(url, durable="database", secret_key=SECRET)


Task = Callable[[list[float]], None]


def _recording(ledger: Ledger, count: int) -> Task:
    records: Sequence[Record] = [grant(number) for number in range(count)]

    def record(times: list[float]) -> None:
        for one in records:
            start = time.perf_counter()
            ledger.record(one, NOTICE)
            times.append(time.perf_counter() - start)

    return record


def _inserting(insert: Callable[[Row], None], count: int) -> Task:
    made = rows(count)

    def write(times: list[float]) -> None:
        for row in made:
            start = time.perf_counter()
            insert(row)
            times.append(time.perf_counter() - start)

    return write


def _turn(tasks: Sequence[Task]) -> dict[str, Any]:
    """Run all tasks at once, and return when they began and ended by the machine's clock, and their times."""
    times: list[list[float]] = [[] for _ in tasks]
    ready = threading.Barrier(len(tasks) + 1)

    def run(task: Task, own: list[float]) -> None:
        ready.wait()
        task(own)

    threads = [threading.Thread(target=run, args=both) for both in zip(tasks, times, strict=True)]
    for thread in threads:
        thread.start()
    ready.wait()
    begin = time.monotonic()
    for thread in threads:
        thread.join()
    return {"begin": begin, "end": time.monotonic(), "times": [one for own in times for one in own]}


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))

"""Times, taken so that a busy machine bends them as little as possible.

Who is compared runs in turns, round after round, so that a disturbance hits all alike; what counts is the
median. It is the processor's time that is taken, not the clock's. Figures of different runs do not compare.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from statistics import median

Task = Callable[[], object]

MEGA = 1e6


def seconds(task: Task) -> float:
    """The processor's time that `task` takes once."""
    start = time.process_time()
    task()
    return time.process_time() - start


def in_turns(tasks: Mapping[str, Task], rounds: int) -> dict[str, list[float]]:
    """The times of each task, one a round. A task runs once before."""
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for task in tasks.values():
        task()
    for _ in range(rounds):
        for name, task in tasks.items():
            gc.collect()
            times[name].append(seconds(task))
    return times


def speed(size: int, times: list[float]) -> float:
    """Megabytes a second: the median."""
    return size / MEGA / max(median(times), 1e-9)


def ratio(times: list[float], reference: list[float]) -> float:
    """How many times as fast as the reference: the median of what the rounds say, each for
    itself. Times are for the same work, or for one unit of it."""
    return median(theirs / max(ours, 1e-18) for ours, theirs in zip(times, reference, strict=True))

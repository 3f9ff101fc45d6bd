"""Shares the files of a site among processes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import NamedTuple

from .file_builder import BuiltFile, FileBuilder
from .manifest import Entry

_A_PROCESS_EACH = 128 << 20
"""The bytes for which one more process pays: while it starts, the first one closes about half as many."""
_PIECE = 2 << 20
"""The bytes of the files that a process is given at a time."""
_MOST_IN_PIECE = 256


class Task(NamedTuple):
    """A file to be built: its `path` and `size`, and what an earlier build has `known` of it."""

    path: str
    size: int
    known: Entry | None


def processes_for(tasks: Iterable[Task]) -> int:
    """Return how many processes are worth while for these `tasks`."""
    size = sum(task.size for task in tasks)
    return max(1, min(os.cpu_count() or 1, size // _A_PROCESS_EACH))


def built(builder: FileBuilder, tasks: Sequence[Task], processes: int) -> Iterator[BuiltFile]:
    """Yield what becomes of each task, in their order. Raises BuildError where one cannot be done."""
    if processes == 1:
        for task in tasks:
            yield builder.build(task.path, task.known)
        return
    # A copy of this process by fork might hold a lock that some thread of it has taken.
    context = get_context("spawn")
    with ProcessPoolExecutor(processes, context, initializer=_begin, initargs=(builder,)) as pool:
        for piece in pool.map(_build_piece, _pieces(tasks)):
            yield from piece


def _pieces(tasks: Sequence[Task]) -> list[list[Task]]:
    pieces: list[list[Task]] = []
    size = 0
    for task in tasks:
        if not pieces or size >= _PIECE or len(pieces[-1]) >= _MOST_IN_PIECE:
            pieces.append([])
            size = 0
        pieces[-1].append(task)
        size += task.size
    return pieces


_builder: FileBuilder | None = None


def _begin(builder: FileBuilder) -> None:
    global _builder
    _builder = builder


def _build_piece(tasks: list[Task]) -> list[BuiltFile]:
    assert _builder is not None
    return [_builder.build(task.path, task.known) for task in tasks]

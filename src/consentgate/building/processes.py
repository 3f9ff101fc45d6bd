"""Shares the files of a site among processes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import NamedTuple

from .file_builder import BuiltFile, FileBuilder
from .manifest import Entry

_BYTES_PER_PROCESS = 128 << 20
"""The bytes for which one more process pays: while it starts, the first one closes about half as many."""
_PIECE = 2 << 20
"""The bytes of the files that a process is given at a time."""
_MOST_IN_PIECE = 256
"""The most files that a process is given at a time."""


class Task(NamedTuple):
    """A file to be built: its `path` and `size`, and `known`, its entry in an earlier build, if any."""

    path: str
    size: int
    known: Entry | None


def processes_for(tasks: Iterable[Task]) -> int:
    """Return the number of processes that pays for these `tasks`."""
    size = sum(task.size for task in tasks)
    return max(1, min(os.cpu_count() or 1, size // _BYTES_PER_PROCESS))


def built(builder: FileBuilder, tasks: Sequence[Task], processes: int) -> Iterator[BuiltFile]:
    """Yield the file that each task builds, in their order. Raises BuildError where one cannot be built."""
    if processes == 1:
        for task in tasks:
            yield builder.build(task.path, task.known)
        return
    # A fork of this process might inherit a lock that another thread has taken, and wait for it for ever.
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

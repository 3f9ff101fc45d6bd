"""Measures appending, verifying, purging and space in a ledger of many records, beside one of few."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
from sqlalchemy import make_url

from .appending import KINDS, ONE, crowd
from .databases import Databases
from .rows import make_tables
from .seeding import seed

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Grown:
    """Appends to a ledger of so many `records`, as multiples of the speed at which the smallest takes them:
    `append` by kind, in turns. How many records a second are verified and purged, by how many KiB the process
    grew meanwhile, and the bytes that a record takes with its link and all indexes."""

    database: str
    records: int
    append: dict[str, float]
    verified: float
    purged: float
    grown: int
    size: float


def grow(place: Databases, sizes: Sequence[int], rounds: int) -> list[Grown]:
    """Measure ledgers of these sizes: what reads and purges each, and then appends to all, in turns."""
    urls = {}
    for size in sizes:
        urls[size] = place.create()
        make_tables(urls[size])
        seed(urls[size], size)
    space = {size: _bytes_of(url) / size for size, url in urls.items()}
    # Before the appends: to a verification a bare INSERT is a record that somebody has put in.
    upkeep = {size: _upkeep(url) for size, url in urls.items()}
    speeds = {kind: _append(place, urls, kind, rounds) for kind in KINDS}
    return [
        Grown(
            place.name, size, {kind: speeds[kind][size] for kind in KINDS}, **upkeep[size], size=space[size]
        )
        for size in sizes
    ]


def _append(place: Databases, urls: dict[int, str], kind: str, rounds: int) -> dict[int, float]:
    speeds: dict[int, list[float]] = {size: [] for size in urls}
    with ExitStack() as stack:
        crowds = {
            size: stack.enter_context(crowd(kind, url, place.spool(), ONE)) for size, url in urls.items()
        }
        for number in range(rounds + 1):
            for size, one in crowds.items():
                turn = one.turn()
                if number:
                    speeds[size].append(turn.moved)
    smallest = speeds[min(urls)]
    return {
        size: median(speed / first for speed, first in zip(of, smallest, strict=True))
        for size, of in speeds.items()
    }


def _upkeep(url: str) -> dict[str, Any]:
    """Verify and purge a ledger in a new process, whose memory nobody else has grown."""
    command = [sys.executable, "-m", "benchmarks.ledger.upkeep", url]
    done = subprocess.run(command, check=True, capture_output=True, cwd=_ROOT)
    return dict(json.loads(done.stdout))


def _bytes_of(url: str) -> int:
    """The bytes that a database takes, of a file or of the tables with their indexes."""
    if url.startswith("sqlite"):
        return os.path.getsize(str(make_url(url).database))
    with psycopg.connect(url) as connection:
        asked = "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relname ~ '^consentgate_' "
        row = connection.execute(asked + "AND relkind = 'r'").fetchone()
        assert row is not None
        return int(row[0])

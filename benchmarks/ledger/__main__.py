"""`python -m benchmarks.ledger`: measure the ledger beside a bare INSERT of the same row, and print tables.

`--rows 10000000` has the last ledger of the growth hold so many. That takes a while, and some 15 GB of disk.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from benchmarks.tables import print_table

from .appending import LOADS, Appended, append
from .databases import PostgreSQL, SQLite, databases, sync_microseconds
from .growth import Grown, grow
from .rows import entry_size
from .writers import BARE, DATABASE, DISK

FEW = 10_000
_ROWS = 100_000
GOAL = 0.7
"""How fast the ledger must be, as a multiple of a bare INSERT's speed: in the median and at its slowest."""


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ledger", description=__doc__)
    parser.add_argument("--rows", type=int, default=_ROWS, help=f"the records of the last ledger: {_ROWS:,}")
    parser.add_argument("--rounds", type=int, default=7, help="how often each is measured: 7")
    parser.add_argument("--on", choices=[SQLite.name, PostgreSQL.name], action="append", help="only this")
    parser.add_argument("--only", choices=["append", "grow"], help="only this")
    parser.add_argument("--json", metavar="FILE", help="write the results to FILE, too")
    options = parser.parse_args()
    names = frozenset(options.on or (SQLite.name, PostgreSQL.name))
    report = measure(names, options.rows, options.rounds, options.only)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(report, file, indent=1)
    return 0


def measure(names: frozenset[str], rows: int, rounds: int, only: str | None = None) -> dict[str, Any]:
    """Measure, print tables, and return all figures."""
    sync, load = sync_microseconds(), os.getloadavg()[0]
    print(
        f"a sync takes {sync:.0f} microseconds; the machine's load is {load:.1f}, its cores {os.cpu_count()}"
    )
    print(f"an entry of a segment takes {entry_size()} bytes")
    appended: list[Appended] = []
    grown: list[Grown] = []
    with databases(names) as places:
        for place in places:
            if only != "grow":
                for one in LOADS:
                    found = append(place, one, rounds)
                    _print_appended(found)
                    appended += found
            if only != "append":
                kinds = grow(place, _sizes(rows), rounds)
                _print_grown(kinds)
                grown += kinds
    return {
        "sync microseconds": sync,
        "load": load,
        "entry bytes": entry_size(),
        "appended": [asdict(row) for row in appended],
        "grown": [asdict(row) for row in grown],
    }


def _sizes(rows: int) -> list[int]:
    """Tenfold from few records up to so many."""
    sizes = [FEW]
    while sizes[-1] < rows:
        sizes.append(min(sizes[-1] * 10, rows))
    return sizes


def _print_appended(found: Sequence[Appended]) -> None:
    print_table(
        (
            f"{found[0].database}, {found[0].load}",
            *("records a second", "p99: ms", "x bare", "its p99", "moved, too", f"at least {GOAL}"),
        ),
        [(row.kind, row.speed, row.p99, row.ratio, row.p99_ratio, row.moved, _reached(row)) for row in found],
    )


def _reached(row: Appended) -> str:
    return "yes" if min(row.ratio, row.p99_ratio) >= GOAL else "NO"


def _print_grown(found: Sequence[Grown]) -> None:
    print_table(
        (
            f"{found[0].database}: records",
            *(f"{kind}: x the first" for kind in (BARE, DISK, DATABASE)),
            *("verified/s", "purged/s", "grown: KiB", "bytes a record"),
        ),
        [
            (
                f"{row.records:,}",
                *(row.append[kind] for kind in (BARE, DISK, DATABASE)),
                *(row.verified, row.purged, float(row.grown), row.size),
            )
            for row in found
        ],
    )


if __name__ == "__main__":
    sys.exit(main())

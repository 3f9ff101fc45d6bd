"""`python -m benchmarks`: measure, print tables, and with --json write all of it down for machines."""

from __future__ import annotations

import argparse
import datetime
import json
import logging
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from consentgate import Gate, Policy

from . import growth, memory, requests
from .building import throughput
from .client import load_generator
from .comparison import Result, compare
from .contenders import COPY, LOLHTML, LOLHTML_ON_NEW_PAGES, OURS, OURS_ON_NEW_PAGES, SECRET, contenders
from .goals import goals, request_goals, weight_goal
from .main_thread import Start, starts
from .page_weight import OTHERS, Weight, weight
from .pages import CORPUS, Page, corpus_pages, generated_pages
from .profiling import profile
from .questions import Questions
from .servers import Behind, behind_servers
from .tables import print_table
from .view import View
from .view import view as measured_view

_PACKAGES = (
    *("consentgate", "python-lolhtml", "turbohtml", "lxml"),
    *("selectolax", "beautifulsoup4", "msgspec", "publicsuffixlist"),
)


def main() -> int:
    """Run what the command line asks for."""
    options = _options()
    # Each undeclared host would be logged once, with advice.
    logging.disable()
    pages = corpus_pages()
    if not pages:
        print(f"no corpus at {CORPUS}: the pages measured are generated ones", file=sys.stderr)
        pages = generated_pages()
    if options.quick:
        pages = sorted(pages, key=lambda page: len(page.html))[::3][:12]
    gate = Gate(Policy(), secret_key=SECRET)
    if options.profile:
        profile(gate, pages)
        return 0
    report = _measure(gate, pages, quick=options.quick)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(report, file, indent=1)
    return 0 if all(entrant["blocks"] for entrant in report["contenders"]) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer pages and rounds: about a minute")
    parser.add_argument("--json", metavar="FILE", help="write the results to FILE, too")
    parser.add_argument("--profile", action="store_true", help="only print where the gate's time goes")
    return parser.parse_args()


def _measure(gate: Gate, pages: list[Page], *, quick: bool) -> dict[str, Any]:
    rounds = 3 if quick else 7
    asked = {page: Questions(page, gate.policy) for page in pages}
    references = sum(len(page.references) for page in pages)
    size = sum(len(page.html) for page in pages)
    print(f"{len(pages)} pages, {size / 1e6:.1f} MB, {references} third-party references in them")
    print(f"processor time, median of {rounds} rounds in turns; x: times as fast as {OURS}")

    results = compare(contenders(gate), asked, rounds)
    _print_comparison(results)
    # What grows is measured on a page of the middle: neither all text nor all trackers.
    middle = sorted(pages, key=lambda page: len(page.html))[len(pages) // 2]
    some = [page for page in pages if len(page.html) < 128 << 10][: 3 if quick else 12]
    few = sorted(pages, key=lambda page: len(page.html))[: 2 if quick else 4]
    tables = {
        "one page over and over": growth.by_repetition(gate, middle, rounds, 16 if quick else 64),
        **{
            f"services in the policy: {kind}": rows for kind, rows in growth.by_services(some, rounds).items()
        },
        "chunks": growth.by_chunk(gate, few, 1 if quick else 3, (64 << 10, 4 << 10, 256, 16, 1)),
        "everything granted": growth.opened(gate, some, rounds),
    }
    for title, rows in tables.items():
        unit = "thousand/s" if "look-ups" in title else "MB/s"
        print_table((title, unit, "x first"), [(row.label, row.speed, row.ratio) for row in rows])
    peak = memory.peak(10 if quick else 100)
    print_table(
        ("memory", "grown by KiB", "MB/s"),
        [(f"{peak.megabytes} MB in chunks of 64 KiB", float(peak.grown), peak.speed)],
    )
    costs, view = requests.costs(rounds), measured_view(4 * rounds)
    _print_costs(costs, view)
    behind = behind_servers(1 if quick else 5, 50 if quick else 200)
    _print_behind(behind)
    built = throughput(pages, 1 if quick else 3, 10 if quick else 100)
    print_table(
        ("a static site, built closed (by the clock)", "MB/s", "pages/s"),
        [(row.label, row.speed, row.pages) for row in built],
    )
    weighed = weight()
    _print_weight(weighed)
    started = starts(2 * rounds)
    _print_starts(started)
    reached = [*goals(results, tables), *request_goals(costs, view, behind), weight_goal(weighed)]
    print_table(
        ("goals", "is", "must be", ""),
        [(goal.label, goal.value, goal.reach, "yes" if goal.reached else "NO") for goal in reached],
    )
    return {
        "environment": _environment(),
        "pages": {"count": len(pages), "bytes": size, "references": references},
        "rounds": rounds,
        "contenders": [asdict(result) for result in results],
        "tables": {title: [asdict(row) for row in rows] for title, rows in tables.items()},
        "memory": asdict(peak),
        "requests": {name: [asdict(cost) for cost in rows] for name, rows in costs.items()},
        "view": asdict(view),
        "building": [asdict(row) for row in built],
        "page weight": asdict(weighed),
        "main thread": [asdict(row) for row in started],
        "servers": {"load": load_generator(), **asdict(behind)},
        "goals": [{**asdict(goal), "reached": goal.reached} for goal in reached],
    }


def _print_comparison(results: Sequence[Result]) -> None:
    whole = {result.name: result.whole for result in results}
    print_table(
        ("MB/s on pages", "consentgate", LOLHTML, f"x {LOLHTML}"),
        [
            (pages, whole[ours].speed, whole[theirs].speed, whole[ours].ratio / whole[theirs].ratio)
            for pages, ours, theirs in (
                ("never seen before", OURS_ON_NEW_PAGES, LOLHTML_ON_NEW_PAGES),
                ("of a known site", OURS, LOLHTML),
            )
        ],
    )
    print_table(
        ("over all pages", "MB/s", "x", "references left", "scripts left"),
        [
            (_label(r), r.whole.speed, r.whole.ratio, str(r.left.references), str(r.left.scripts))
            for r in results
        ],
    )
    classes = list(results[0].by_size)
    print_table(
        ("MB/s by size of page", *classes),
        [(_label(r), *(r.by_size[label].speed for label in classes)) for r in results],
    )
    print_table(
        ("x by size of page", *classes),
        [(_label(r), *(r.by_size[label].ratio for label in classes)) for r in results],
    )


def _print_costs(costs: Mapping[str, Sequence[requests.Cost]], view: View) -> None:
    labels = [case.label for case in requests.CASES]
    for name, rows in costs.items():
        print_table(
            (f"added to a request, {name}: microseconds", *labels),
            [(row.layer, *(row.microseconds[label] for label in labels)) for row in rows],
        )
        others = [row for row in rows if row.layer != requests.GATE]
        if others:
            print_table(
                (f"added to a request, {name}: x {requests.GATE}", *labels),
                [(row.layer, *(row.ratios[label] for label in labels)) for row in others],
            )
    print_table(
        ("a view of the examples' Django site", "microseconds", "the gate adds", "the view is x"),
        [(f"{view.size >> 10} KiB, closed", view.microseconds, view.added, view.ratio)],
    )


def _print_behind(behind: Behind) -> None:
    print(f"\nrequests are made by {load_generator()}")
    print_table(
        ("requests a second", "without", "with the gate", "of processor time"),
        [(row.label, row.without, row.gated, row.share) for row in behind.throughput],
    )
    print_table(
        ("milliseconds to the first byte", "without", "with the gate"),
        [(row.label, row.without, row.gated) for row in behind.waiting],
    )
    idle = behind.idle
    print_table(
        ("KiB an idle stream", "without", "with the gate"),
        [(f"uvicorn: {idle.streams} streams", idle.without, idle.gated)],
    )


def _print_weight(weighed: Weight) -> None:
    rows = {
        "consentgate: banner, texts and styles": weighed.of_banner,
        "consentgate, with its script and guard": weighed.at_first_paint,
        **OTHERS,
    }
    print_table(
        ("a page that asks, beyond the page: kB of brotli", ""),
        [(label, size / 1000) for label, size in rows.items()],
    )


def _print_starts(started: Sequence[Start]) -> None:
    if not started:
        print("\nno Chromium: how long the script takes at the start of a page is not measured")
        return
    print_table(
        ("our script on a page's main thread: ms", "at once", "until the page has loaded", "of the page's"),
        [(row.label, row.evaluated, row.called, f"{row.share:.0%}") for row in started],
    )


def _label(result: Result) -> str:
    if result.name == COPY:
        return f"{result.name} (blocks nothing)"
    return result.name if result.blocks else f"{result.name} (DOES NOT BLOCK)"


def _environment() -> dict[str, Any]:
    return {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "machine": platform.machine(),
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "packages": {name: version(name) for name in _PACKAGES},
    }


if __name__ == "__main__":
    sys.exit(main())

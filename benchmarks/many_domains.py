"""What a policy for each of many hosts costs: `python -m benchmarks.many_domains [HOSTS]`, by default 10,000.

Each host has a file of its own with ten services. The ratios are of this one run: a request for one of many
hosts beside a request to a gate with one policy, and the memory after all hosts have been visited beside that
after as many as are kept ready.
"""

from __future__ import annotations

import logging
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from pathlib import Path
from statistics import median

from consentgate import Gate, Policies, Policy
from consentgate.gate import Request

from .contenders import SECRET
from .memory import resident
from .tables import print_table
from .timing import in_turns, seconds

_ROUNDS = 7
_TURNS = 20_000
_TIMES = 5
"""How many times as many hosts are visited as policies are kept ready."""
_SERVICES = (
    *("youtube", "vimeo", "google-analytics", "google-tag-manager", "meta-pixel"),
    *("google-maps", "hotjar", "linkedin-insight", "twitter", "matomo"),
)
_PAGE = b"<!doctype html><title>A page</title><p>Hello</p>"


@dataclass(frozen=True, slots=True)
class Measured:
    """The results: times in microseconds, memory in KiB."""

    ready: float
    ready_ratio: float
    found: float
    loaded: float
    first_page: float
    kept: int
    per_policy: float
    grown_ratio: float


def measure(hosts: int) -> Measured:
    """Measure with a file for each of so many `hosts`, of which a fiftieth is kept ready."""
    with tempfile.TemporaryDirectory() as folder:
        names = [f"shop-{number}.example" for number in range(hosts)]
        for name in names:
            (Path(folder) / f"{name}.toml").write_text(_policy_of(name))
        # Whatever all policies share is there before memory is measured.
        one = Gate(Policy.load(Path(folder) / f"{names[0]}.toml"), secret_key=SECRET)
        _visit(one, names[0])
        kept = max(1, hosts // 50)
        gate = Gate(Policies(folder, most_ready=kept, recheck=1e9), secret_key=SECRET)
        before = resident()
        first_page = seconds(partial(_visit_all, gate, names[:kept])) / kept
        filled = resident() - before
        _visit_all(gate, names[kept : _TIMES * kept])
        grown = resident() - before
        ready = names[(_TIMES - 1) * kept : _TIMES * kept]
        times = in_turns(
            {"many": _asking(gate, ready), "one": _asking(one, ready)},
            _ROUNDS,
        )
        policies = Policies(folder)
        found = seconds(lambda: [policies.find(name) for name in names]) / hosts
        some = names[: min(hosts, 200)]
        loaded = seconds(lambda: [policies.for_host(name) for name in some]) / len(some)
    many, alone = (median(times[key]) / _TURNS for key in ("many", "one"))
    micro = 1e6
    return Measured(
        many * micro,
        many / alone,
        found * micro,
        loaded * micro,
        first_page * micro,
        kept,
        filled / kept,
        grown / filled,
    )


def _policy_of(name: str) -> str:
    site = f'[site]\nname = "{name}"\ncontroller = "{name} Ltd"\ncontact = "privacy@{name}"\n'
    return site + "".join(f'[[service]]\nuse = "{service}"\n' for service in _SERVICES)


def _request(host: str) -> Request:
    return Request("GET", "/", "", {"host": [host], "sec-fetch-dest": ["document"]})


def _visit(gate: Gate, host: str) -> None:
    """Send a page through the gate, so that all that a policy needs is there."""
    exchange = gate.exchange(_request(host))
    exchange.start(200, [("Content-Type", "text/html; charset=utf-8")])
    exchange.feed(_PAGE)
    exchange.finish()


def _visit_all(gate: Gate, hosts: list[str]) -> None:
    for host in hosts:
        _visit(gate, host)


def _asking(gate: Gate, hosts: list[str]) -> Callable[[], object]:
    """A task: find the enforcement of each host, as every request does."""
    requests = [_request(host) for host in hosts]

    def ask() -> None:
        for _, request in zip(range(_TURNS), cycle(requests), strict=False):
            assert gate.exchange_at_once(request) is not None

    return ask


def main() -> None:
    """Measure, and print a table."""
    logging.disable()
    hosts = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    measured = measure(hosts)
    print_table(
        (f"{hosts} hosts, each with a policy of ten services", ""),
        [
            ("a request's exchange begins, policy ready: microseconds", measured.ready),
            ("x that of a gate with one policy", measured.ready_ratio),
            ("the file of a host is looked up: microseconds", measured.found),
            ("a policy is loaded: microseconds", measured.loaded),
            ("the first page of a host, policy loaded: microseconds", measured.first_page),
            (f"KiB a policy, of {measured.kept} that are kept ready", measured.per_policy),
            (f"x that memory after {_TIMES} times as many hosts", measured.grown_ratio),
        ],
    )


if __name__ == "__main__":
    main()

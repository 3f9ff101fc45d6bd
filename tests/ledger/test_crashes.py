"""Processes that are killed in the middle of things: every decision that was answered is there, once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path

import pytest

from consentgate.ledger import Ledger, Record
from tools.postgres import Postgres

from .conftest import Open
from .records import NOTICE, grant, ids, kept, refusal, refused, verified

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
ENDLESS = 1_000_000
THREADS = 4


def start(url: str, spool: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.ledger.crowd", url, spool, str(THREADS), str(count)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT, cwd=ROOT
    )


def killed_after(process: subprocess.Popen[str], lines: int) -> list[str]:
    """Kill a process once it has written so many lines; return all that it wrote."""
    assert process.stdout is not None and process.stderr is not None
    read = []
    for line in process.stdout:
        read.append(line)
        if len(read) == lines:
            process.send_signal(signal.SIGKILL)
    process.wait()
    complaint = process.stderr.read()
    process.stdout.close()
    process.stderr.close()
    assert len(read) >= lines, complaint[-2000:]
    return [line.strip() for line in read if line.endswith("\n")]


def check(ledger: Ledger, answered: list[str], in_flight: int) -> None:
    """Check that what was answered is there once, and nothing else but what was in flight."""
    assert ledger.move()
    times = Counter(record.id for record in kept(ledger))
    said = Counter(line.partition(" ")[0] for line in answered)
    named: dict[str, set[str]] = {}
    for line in answered:
        named.setdefault(line.partition(" ")[0], set()).add(line.partition(" ")[2])
    erased, ordered = named.get("erased", set()), named.get("erasing", set())
    ids = (named["grant"] | named.get("withdrawal", set())) - erased
    assert set(times.values()) <= {1}
    assert ids - (ordered - erased) <= set(times)
    assert not erased & set(times)
    assert len(times) - len(ids) <= in_flight
    assert 0 <= refused(ledger) - said["refusal"] <= in_flight
    assert verified(ledger).faults == ()


YEAR = 365 * 86_400
JUMPS = (0, YEAR, -YEAR, 50 * YEAR, -40 * YEAR, 3600, -3600)


@pytest.mark.parametrize("durable", ["disk", "database"])
def test_a_clock_that_jumps_under_load_loses_nothing(
    open_ledger: Open, monkeypatch: pytest.MonkeyPatch, durable: str
) -> None:
    """Each look at the clock finds it somewhere else, in every thread, and so do the checkpoints."""
    started, jumps = time.time(), cycle(JUMPS)
    monkeypatch.setattr("time.time", lambda: started + next(jumps))
    ledger = open_ledger(durable=durable, checkpoint_every=0)
    given = [[grant(at=int(time.time())) for _ in range(6)] for _ in range(THREADS)]

    def visit(records: list[Record]) -> None:
        for record in records:
            ledger.record(record, NOTICE)
            ledger.record(refusal(at=int(time.time())))

    crowd = [threading.Thread(target=visit, args=(records,)) for records in given]
    for one in crowd:
        one.start()
    while any(one.is_alive() for one in crowd):
        ledger.move()
        ledger.checkpoint()
    assert ledger.move()
    ledger.checkpoint()

    assert ids(ledger) == sorted(record.id for records in given for record in records)
    assert refused(ledger) == sum(map(len, given))
    found = verified(ledger)
    assert (found.faults, found.uncovered) == ((), 0)


EXHAUSTIVE_DATABASE = ["disk", pytest.param("database", marks=pytest.mark.exhaustive)]


@pytest.mark.parametrize("rounds", [2, pytest.param(12, marks=pytest.mark.exhaustive)])
@pytest.mark.parametrize("durable", EXHAUSTIVE_DATABASE)
def test_processes_that_are_killed_under_load_lose_nothing(
    url: str, open_ledger: Open, tmp_path: Path, rounds: int, durable: str
) -> None:
    chance = random.Random(f"{url[:6]} {durable} {rounds}")
    spool = str(tmp_path / "spool") if durable == "disk" else "-"
    answered: list[str] = []
    for _ in range(rounds):
        crowd = [start(url, spool, ENDLESS) for _ in range(2)]
        for process in crowd:
            answered += killed_after(process, chance.randrange(1, 80))

    check(open_ledger(durable=durable), answered, in_flight=2 * rounds * THREADS)


@pytest.mark.parametrize("count", [8, pytest.param(100, marks=pytest.mark.exhaustive)])
@pytest.mark.parametrize("durable", EXHAUSTIVE_DATABASE)
def test_sixteen_writers_in_four_processes_do_not_get_in_each_others_way(
    url: str, open_ledger: Open, tmp_path: Path, count: int, durable: str
) -> None:
    spool = str(tmp_path / "spool") if durable == "disk" else "-"
    crowd = [start(url, spool, count) for _ in range(4)]
    answered: list[str] = []
    for process in crowd:
        output, complaint = process.communicate()
        assert process.returncode == 0, complaint[-2000:]
        answered += output.split("\n")[:-1]

    each = count + sum(number % 4 == 3 and number % 3 != 2 for number in range(count))
    # "erasing" and "erased".
    each += 2 * sum(number % 6 == 4 and number % 4 != 3 for number in range(count))
    assert len(answered) == 4 * THREADS * each
    check(open_ledger(durable=durable), answered, in_flight=0)


@pytest.mark.exhaustive
@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_server_that_is_killed_and_started_under_load_loses_nothing(
    postgres: Postgres, url: str, open_ledger: Open, tmp_path: Path
) -> None:
    spool = str(tmp_path / "spool")
    with ExitStack() as running:
        crowd = [running.enter_context(start(url, spool, 400)) for _ in range(4)]
        for process in crowd:
            running.callback(process.kill)
        for _ in range(5):
            postgres.kill()
            postgres.start()
        answered = [line for process in crowd for line in process.communicate()[0].split("\n")[:-1]]

    check(open_ledger(), answered, in_flight=0)


FORKING = """
import os, sys
from consentgate.ledger import Ledger, Record
from tests.ledger.records import NOTICE, SECRET, grant

url, spool = sys.argv[1:]
options = {"durable": "database"} if spool == "-" else {"spool": spool}
ledger = Ledger(url, secret_key=SECRET, **options)

def record():
    made = grant()
    ledger.record(made, NOTICE)
    os.write(1, f"grant {made.id}\\n".encode())

record()
children = []
for _ in range(3):
    child = os.fork()
    if not child:
        record()
        record()
        ledger.close()
        os._exit(0)
    children.append(child)
    record()
for child in children:
    assert os.waitpid(child, 0)[1] == 0
record()
ledger.close()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.parametrize("durable", ["disk", "database"])
def test_a_process_that_forks_and_its_children_write_chains_of_their_own(
    url: str, open_ledger: Open, tmp_path: Path, durable: str
) -> None:
    spool = str(tmp_path / "spool") if durable == "disk" else "-"
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", FORKING, url, spool]
    done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-2000:]

    answered = done.stdout.split("\n")[:-1]
    assert len(answered) == 11
    check(open_ledger(durable=durable), answered, in_flight=0)

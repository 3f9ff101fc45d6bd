"""Withdrawals reach the hook when processes are killed, and once where several deliver."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from consentgate.ledger.delivering import deliverer

from .conftest import Open
from .partners import QUICK, Partner, queue, until
from .records import NOTICE, grant, withdrawal
from .test_crashes import ENDLESS, ENVIRONMENT, EXHAUSTIVE_DATABASE, ROOT, killed_after

pytestmark = pytest.mark.long


def start(url: str, spool: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.ledger.telling", url, spool, str(count)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT, cwd=ROOT
    )


def said(lines: list[str], what: str) -> list[str]:
    return [line.partition(" ")[2] for line in lines if line.startswith(f"{what} ")]


@pytest.mark.parametrize("rounds", [2, pytest.param(12, marks=pytest.mark.exhaustive)])
@pytest.mark.parametrize("durable", EXHAUSTIVE_DATABASE)
def test_processes_that_are_killed_lose_no_withdrawal(
    url: str,
    open_ledger: Open,
    tmp_path: Path,
    rounds: int,
    durable: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(deliverer, "PACE", QUICK)
    chance = random.Random(f"{url[:6]} {durable} {rounds}")
    spool = str(tmp_path / "spool") if durable == "disk" else "-"
    lines: list[str] = []
    for _ in range(rounds):
        crowd = [start(url, spool, ENDLESS) for _ in range(2)]
        for process in crowd:
            lines += killed_after(process, chance.randrange(1, 60))

    partner = Partner()
    ledger = open_ledger(durable=durable, on_withdrawal=partner)
    assert ledger.move()
    ledger.deliver()
    until(lambda: queue(ledger) == [])

    answered = said(lines, "withdrawn")
    assert answered
    assert {*answered} <= {*said(lines, "told"), *partner.ids}
    # It is told once, unless the process was killed between the call and the note of it.
    again = Counter([*said(lines, "told"), *partner.ids]) - Counter({*said(lines, "told"), *partner.ids})
    assert sum(again.values()) <= 2 * rounds * QUICK.at_once


def test_what_several_processes_deliver_each_is_told_once(
    url: str, open_ledger: Open, tmp_path: Path
) -> None:
    open_ledger(on_withdrawal=Partner()).close()
    without = open_ledger()
    backs = []
    for _ in range(60):
        given = grant()
        backs.append(withdrawal(given))
        without.record(given, NOTICE)
        without.record(backs[-1], NOTICE)
    assert without.move()
    without.close()

    crowd = [start(url, str(tmp_path / "spool"), 0) for _ in range(3)]
    lines: list[str] = []
    for process in crowd:
        output, complaint = process.communicate()
        assert process.returncode == 0, complaint[-2000:]
        lines += output.split("\n")[:-1]

    assert sorted(said(lines, "told")) == sorted(back.id for back in backs)


FORKING = """
import os, sys
from consentgate.ledger import Ledger
from tests.ledger.records import NOTICE, SECRET, grant, withdrawal

def tell(record, services):
    os.write(1, f"told {record.id}\\n".encode())

url, spool = sys.argv[1:]
ledger = Ledger(url, secret_key=SECRET, spool=spool, on_withdrawal=tell)

def withdraw():
    given = grant()
    back = withdrawal(given)
    ledger.record(given, NOTICE)
    ledger.record(back, NOTICE)
    os.write(1, f"withdrawn {back.id}\\n".encode())

children = []
for _ in range(3):
    child = os.fork()
    if not child:
        withdraw()
        while ledger.deliver().waiting:
            pass
        ledger.close()
        os._exit(0)
    children.append(child)
    withdraw()
for child in children:
    assert os.waitpid(child, 0)[1] == 0
while ledger.deliver().waiting:
    pass
ledger.close()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_process_that_forks_and_its_children_deliver(url: str, open_ledger: Open, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-W",
        "ignore::DeprecationWarning",
        "-c",
        FORKING,
        url,
        str(tmp_path / "spool"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-2000:]

    lines = done.stdout.split("\n")[:-1]
    assert len(said(lines, "withdrawn")) == 6
    assert sorted(said(lines, "told")) == sorted(said(lines, "withdrawn"))

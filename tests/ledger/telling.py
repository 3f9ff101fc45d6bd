"""Run by tests in a process of its own: visitors withdraw, `count` of them, and a hook is told.

It writes "withdrawn ID" once a withdrawal lasts, and "told ID" when the hook is called. Without a `count` it
delivers what others have left, until nothing waits.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from typing import Any

from consentgate.ledger import Ledger, Record
from consentgate.ledger.delivering import deliverer

from .partners import QUICK
from .records import NOTICE, SECRET, grant, withdrawal


def say(what: str, record: Record) -> None:
    os.write(1, f"{what} {record.id}\n".encode())


def tell(record: Record, services: tuple[str, ...]) -> None:
    say("told", record)
    # Give others the time to do the same.
    time.sleep(0.005)


def main(url: str, spool: str, count: int) -> None:
    # What a process that was killed has held is soon free again.
    deliverer.PACE = replace(QUICK, hold=1.0) if count else QUICK
    options: dict[str, Any] = {"durable": "database"} if spool == "-" else {"spool": spool}
    ledger = Ledger(url, secret_key=SECRET, on_withdrawal=tell, **options)
    for _ in range(count):
        given = grant()
        back = withdrawal(given, withdrawn=("stats",))
        ledger.record(given, NOTICE)
        ledger.record(back, NOTICE)
        say("withdrawn", back)
    while ledger.deliver().waiting:
        pass
    ledger.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))

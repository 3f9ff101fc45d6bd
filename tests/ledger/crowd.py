"""Run by tests in a process of its own: threads record until the process is killed, or `count` times each.

It writes a line for each record that lasts: "grant ID", "withdrawal ID", "refusal -" or "erased ID"; and
"erasing ID" before it orders that.
"""

from __future__ import annotations

import os
import sys
import threading

from consentgate.ledger import Ledger, NotRecorded, Record

from .records import NOTICE, SECRET, erasure, grant, refusal, withdrawal


def say(what: str, record: Record) -> None:
    # One call, so that no line is in the middle of another.
    os.write(1, f"{what} {record.id or '-'}\n".encode())


def visit(ledger: Ledger, count: int) -> None:
    """Decide like visitors do: every third refuses, every fourth takes consent back, and every sixth has it
    erased."""
    for number in range(count):
        if number % 3 == 2:
            record = refusal()
            ledger.record(record, NOTICE)
            say("refusal", record)
            continue
        record = grant()
        ledger.record(record, NOTICE)
        say("grant", record)
        if number % 4 == 3:
            back = withdrawal(record)
            ledger.record(back, NOTICE)
            say("withdrawal", back)
        elif number % 6 == 4:
            say("erasing", record)
            ledger.record(erasure(record))
            say("erased", record)


def main(url: str, spool: str, threads: int, count: int) -> None:
    options = {"durable": "database"} if spool == "-" else {"spool": spool}
    ledger = Ledger(url, secret_key=SECRET, checkpoint_every=0.2, **options)  # type: ignore[arg-type]
    crowd = [threading.Thread(target=visit, args=(ledger, count)) for _ in range(threads)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    try:
        ledger.close()
    except NotRecorded:
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))

"""Run by a test in a process of its own: records until a small disk is full, and after there is room again.

It prints a JSON object: the ids that were answered before and after, how many were not recorded, and what is
in the ledger in the end.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

from consentgate.ledger import Ledger, NotRecorded

from .records import NOTICE, SECRET, grant, ids, verified

_BALLAST = 3 << 20


class Heard(logging.Handler):
    """What the ledger says of its disk."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def main(url: str, disk: Path) -> None:
    heard = Heard()
    logging.getLogger("consentgate.ledger").addHandler(heard)
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(_BALLAST))
    ledger = Ledger(url, spool=disk / "spool", secret_key=SECRET)
    answered: list[str] = []
    refused = more = 0
    while refused < 3 and more < 10:
        record = grant()
        try:
            ledger.record(record, NOTICE)
            answered.append(record.id)
        except NotRecorded:
            refused += 1
        # With the database on another disk nobody is ever refused.
        more += bool(heard.messages) and not refused
    ballast.unlink()
    after = grant()
    ledger.record(after, NOTICE)
    moved = ledger.move()
    faults = [str(fault) for fault in verified(ledger).faults if "notice" not in fault.where]
    found = ids(ledger)
    ledger.close()
    result = {"answered": answered, "after": after.id, "refused": refused, "heard": heard.messages}
    print(json.dumps({**result, "moved": moved, "found": found, "faults": faults}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))

"""Verifies and purges a ledger, and prints what that took: `python -m benchmarks.ledger.upkeep URL`."""

from __future__ import annotations

import json
import sys
import time

from benchmarks.memory import largest
from consentgate.ledger import Ledger
from consentgate.ledger.proof.verification import verify

from .rows import NOW, SECRET


def main(url: str) -> None:
    """Print records verified and purged a second, and the growth of this process in KiB."""
    ledger = Ledger(url, durable="database", secret_key=SECRET)
    assert ledger.keys is not None
    # What is loaded once is loaded before.
    ledger.checkpoint()
    before = largest()
    start = time.perf_counter()
    found = verify(ledger.engine(), ledger.keys)
    verified = time.perf_counter() - start
    if found.faults:
        raise RuntimeError(f"the ledger is not whole: {found.faults[0]}")
    start = time.perf_counter()
    gone = ledger.purge(now=NOW)
    purged = time.perf_counter() - start
    figures = {
        "verified": found.links / verified,
        "purged": (gone.records + gone.objections) / purged,
        "grown": largest() - before,
    }
    ledger.close()
    print(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1])

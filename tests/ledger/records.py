"""Records to keep, and what is asked about those that were kept."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import func, select

from consentgate.ledger import Event, Ledger, Notice, Record
from consentgate.ledger.database.connections import reading
from consentgate.ledger.database.reading import all_records
from consentgate.ledger.database.schema import counts
from consentgate.ledger.proof.verification import Verified, verify

SECRET = "a secret key for the tests of the ledger"
NOW = 1_795_000_000
DAY = 86_400
NOTICE = Notice("en", "<section>May we?</section>", "<main>All that we ask for</main>")


def grant(**values: Any) -> Record:
    """A grant of everything, under a random id."""
    given = {
        "event": Event.GIVEN,
        "at": NOW,
        "host": "example.org",
        "controller": "Example Ltd",
        "categories": {"performance": True, "third-party": False},
        "services": {"stats": True, "films": False},
        "id": secrets.token_hex(16),
        "policy": "5" * 16,
        "notice": NOTICE.digest,
        "language": "en",
        "control": "save",
        "source": "banner",
        "valid_until": NOW + 183 * DAY,
    }
    return Record(**{**given, **values})


def withdrawal(of: Record, **values: Any) -> Record:
    """The withdrawal of a grant."""
    nothing = {
        "categories": dict.fromkeys(of.categories, False),
        "services": dict.fromkeys(of.services, False),
    }
    changed = {"event": Event.WITHDRAWN, "control": "withdraw", "replaces": of.id, "valid_until": 0}
    return grant(**{**nothing, **changed, **values})


def refusal(**values: Any) -> Record:
    """A refusal."""
    nothing = {"event": Event.REFUSED, "id": "", "control": "refuse", "at": NOW - NOW % DAY}
    return grant(**{**nothing, **values})


def erasure(of: Record, **values: Any) -> Record:
    """The order to erase a grant."""
    return withdrawal(of, **{"event": Event.ERASED, "id": "", "control": "erase", **values})


def kept(ledger: Ledger) -> list[Record]:
    """All records in the database."""
    with reading(ledger.engine()) as connection:
        return [*all_records(connection)]


def ids(ledger: Ledger) -> list[str]:
    """The ids of all records in the database, sorted."""
    return sorted(record.id for record in kept(ledger))


def counted(ledger: Ledger) -> dict[str, int]:
    """How often each event is counted."""
    asked = select(counts.c.event, func.sum(counts.c["count"])).group_by(counts.c.event)
    with reading(ledger.engine()) as connection:
        return {event: int(count) for event, count in connection.execute(asked)}


def refused(ledger: Ledger) -> int:
    """How many refusals are counted."""
    return counted(ledger).get("refused", 0)


def verified(ledger: Ledger) -> Verified:
    """What the ledger's own keys verify."""
    assert ledger.keys is not None
    return verify(ledger.engine(), ledger.keys)

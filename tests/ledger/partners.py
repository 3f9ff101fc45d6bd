"""Partners of a site, which are told of withdrawals."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from consentgate.ledger import Event, Ledger, Record
from consentgate.ledger.database.connections import reading
from consentgate.ledger.database.deliveries import Backoff
from consentgate.ledger.database.schema import deliveries
from consentgate.ledger.delivering.courier import Pace

from .records import grant

QUICK = Pace(backoff=Backoff(0.01, 0.05))
"""Tries again at once, so that tests need not wait."""


class Partner:
    """Notes what it is told. It fails as often as `failures` says for an id, `always` for some ids, and does
    not return for those in `hangs` until it is `released`."""

    def __init__(self) -> None:
        self.told: list[tuple[Record, tuple[str, ...]]] = []
        self.tried: list[str] = []
        self.failures: dict[str, int] = {}
        self.hangs: set[str] = set()
        self.released = threading.Event()
        self.error: Callable[[], BaseException] = ConnectionError

    def __call__(self, record: Record, services: tuple[str, ...]) -> None:
        self.tried.append(record.id)
        if record.id in self.hangs:
            self.released.wait()
        if self.failures.get(record.id, 0):
            self.failures[record.id] -= 1
            raise self.error()
        self.told.append((record, services))

    @property
    def ids(self) -> list[str]:
        return [record.id for record, _ in self.told]


def reduction(of: Record, *gone: str, **values: Any) -> Record:
    """A grant of less than before."""
    services = {id: granted and id not in gone for id, granted in of.services.items()}
    made = grant(event=Event.REDUCED, replaces=of.id, services=services, **values)
    return replace(made, withdrawn=gone)


def renewal(of: Record, **values: Any) -> Record:
    """A grant of the same."""
    return grant(event=Event.RENEWED, replaces=of.id, services=of.services, **values)


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds. Only a hang runs out of patience."""
    while not holds():
        time.sleep(0.01)


def queue(ledger: Ledger) -> list[Any]:
    """What waits in the queue."""
    with reading(ledger.engine()) as connection:
        return [*connection.execute(select(deliveries).order_by(deliveries.c.id))]

"""What is asked of large tables is found by an index: SQLite says so itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from consentgate.ledger import Ledger
from consentgate.ledger.database.connections import reading
from consentgate.ledger.database.deliveries import delivered, seconds_to_next, take
from consentgate.ledger.database.reading import find, successor_of

from .conftest import Open
from .records import NOTICE, NOW, erasure, grant, verified, withdrawal

YEAR = 365 * 86_400
LARGE = ("consentgate_records", "consentgate_objections", "consentgate_links", "consentgate_deliveries")

SCANS = tuple(f"SCAN {name}" for name in LARGE)


@contextmanager
def asked(ledger: Ledger) -> Iterator[list[tuple[str, Any]]]:
    """Collect the queries on large tables, with their parameters."""
    found: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if any(name in statement for name in LARGE):
            found.append((statement, parameters[0] if isinstance(parameters, list) else parameters))

    event.listen(ledger.engine(), "before_cursor_execute", note)
    yield found
    event.remove(ledger.engine(), "before_cursor_execute", note)


def scans(ledger: Ledger, queries: list[tuple[str, Any]]) -> list[str]:
    """The queries for which SQLite reads a whole large table. One that only sorts by an index ends early."""
    with ledger.engine().begin() as connection:
        found = []
        for statement, parameters in queries:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            if any(row.detail.startswith(SCANS) and "INDEX" not in row.detail for row in plan):
                found.append(statement)
        return found


def look_up(ledger: Ledger) -> None:
    with reading(ledger.engine()) as connection:
        find(connection, "invented")
        successor_of(connection, "invented")


def purge(ledger: Ledger) -> None:
    ledger.purge(now=NOW + 4 * YEAR)


def store(ledger: Ledger) -> None:
    ledger.record(grant(), NOTICE)
    ledger.move()


def verify(ledger: Ledger) -> None:
    assert verified(ledger).faults == ()


def erase(ledger: Ledger) -> None:
    erased = grant()
    ledger.record(erased, NOTICE)
    ledger.record(erasure(erased), NOTICE)
    ledger.move()


def read_own(ledger: Ledger) -> None:
    assert ledger.history("invented") == []


def deliver(ledger: Ledger) -> None:
    with ledger.engine().begin() as connection:
        take(connection, "invented", 60, most=4)
        seconds_to_next(connection)
        delivered(connection, "invented")


@pytest.mark.parametrize("task", [look_up, purge, store, verify, erase, read_own, deliver])
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_no_table_is_read_whole(open_ledger: Open, task: Callable[[Ledger], None]) -> None:
    ledger = open_ledger()
    for _ in range(5):
        given = grant()
        ledger.record(given, NOTICE)
        ledger.record(withdrawal(given), NOTICE)
    ledger.move()

    with asked(ledger) as queries:
        task(ledger)

    assert scans(ledger, queries) == []

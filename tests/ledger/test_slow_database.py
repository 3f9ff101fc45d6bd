"""A network between the ledger and its database that is slow, stalls, or breaks off in mid-transaction."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import make_url

from consentgate.ledger import NotRecorded
from consentgate.ledger.database import postgresql_connections
from tools.postgres import Postgres

from .conftest import Open
from .proxy import Proxy
from .records import NOTICE, grant, ids, refusal, refused, verified

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(os.name != "posix", reason="PostgreSQL listens on a socket in a folder here"),
]


@pytest.fixture
def proxy(postgres: Postgres) -> Iterator[Proxy]:
    with closing(Proxy(postgres.folder / ".s.PGSQL.5432")) as started:
        yield started


@pytest.fixture
def url(postgres: Postgres, proxy: Proxy) -> Iterator[str]:
    """An empty database behind the proxy."""
    name = f"behind{proxy.port}"
    postgres.create(name)
    yield f"postgresql://tests@127.0.0.1:{proxy.port}/{name}"
    postgres.drop(name)


@pytest.fixture
def behind_nothing(postgres: Postgres, url: str) -> str:
    """The same database, without the proxy."""
    return postgres.url(str(make_url(url).database))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql_connections, "LONGEST_WAIT", 0.3)
    # The least that libpq takes.
    monkeypatch.setattr("consentgate.ledger.database.connections.PATIENCE", 2)


@pytest.mark.parametrize("durable", ["disk", "database"])
def test_a_slow_database_loses_nothing(proxy: Proxy, open_ledger: Open, durable: str) -> None:
    proxy.is_slow = True
    ledger = open_ledger(durable=durable)
    given = [grant() for _ in range(3)]
    for record in given:
        ledger.record(record, NOTICE)

    assert ledger.move()
    assert ids(ledger) == sorted(record.id for record in given)
    assert verified(ledger).faults == ()


def test_nobody_waits_for_a_database_that_stalls(proxy: Proxy, open_ledger: Open, impatient: None) -> None:
    """Without patience of its own it would hang here, and so would a process that ends."""
    ledger = open_ledger()
    before = grant()
    ledger.record(before, NOTICE)
    assert ledger.move()
    proxy.is_stalled = True
    meanwhile = [grant() for _ in range(5)]
    for record in meanwhile:
        ledger.record(record, NOTICE)
    assert not ledger.move()
    ledger.close()
    proxy.is_stalled = False

    later = open_ledger()
    while not later.move():
        pass
    assert ids(later) == sorted(record.id for record in (before, *meanwhile))
    assert verified(later).faults == ()


def test_where_the_database_alone_keeps_records_a_stall_is_no_consent(
    proxy: Proxy, open_ledger: Open, impatient: None
) -> None:
    ledger = open_ledger(durable="database")
    before, meanwhile = grant(), grant()
    ledger.record(before, NOTICE)
    proxy.is_stalled = True
    with pytest.raises(NotRecorded):
        ledger.record(meanwhile, NOTICE)
    proxy.is_stalled = False

    # What was not answered may have arrived all the same.
    assert {before.id} <= set(ids(ledger)) <= {before.id, meanwhile.id}
    assert verified(ledger).faults == ()


CUTS = [*range(12), *(pytest.param(at, marks=pytest.mark.exhaustive) for at in range(12, 60))]


@pytest.mark.parametrize("at", CUTS)
def test_a_connection_that_is_reset_in_mid_transaction_loses_nothing_and_repeats_nothing(
    proxy: Proxy, open_ledger: Open, at: int
) -> None:
    """`at` is after which message the connection is reset: before the commit, in it, after it."""
    ledger = open_ledger()
    first, second = grant(), grant()
    ledger.record(first, NOTICE)
    while not ledger.move():
        pass
    proxy.cut_after = at
    ledger.record(second, NOTICE)
    ledger.record(refusal())
    ledger.move()
    proxy.cut_after = None
    while not ledger.move():
        pass

    assert ids(ledger) == sorted((first.id, second.id))
    assert refused(ledger) == 1
    assert verified(ledger).faults == ()


def test_the_cuts_fall_into_transactions(proxy: Proxy, open_ledger: Open) -> None:
    """Without this the test above could not fail."""
    ledger = open_ledger()
    ledger.record(grant(), NOTICE)
    while not ledger.move():
        pass
    for at in range(12):
        proxy.cut_after = at
        ledger.record(grant(), NOTICE)
        ledger.move()
    assert proxy.cuts >= 6


@pytest.mark.parametrize("at", range(0, 12, 2))
def test_where_the_database_alone_keeps_records_a_reset_is_no_consent_that_was_answered(
    proxy: Proxy, open_ledger: Open, behind_nothing: str, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consentgate.ledger.writing.direct_writer._PAUSE", 0)
    ledger = open_ledger(durable="database")
    answered = []
    for _ in range(4):
        record = grant()
        proxy.cut_after = at
        try:
            ledger.record(record, NOTICE)
            answered.append(record.id)
        except NotRecorded:
            pass
        proxy.cut_after = None
    last = grant()
    ledger.record(last, NOTICE)

    direct = open_ledger(url=behind_nothing)
    found = ids(direct)
    assert {*answered, last.id} <= set(found)
    assert len(found) == len(set(found)) <= 5
    assert verified(direct).faults == ()

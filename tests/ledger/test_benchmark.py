"""What `make bench` measures is a ledger as the package writes it."""

from __future__ import annotations

from contextlib import closing

from benchmarks.ledger.rows import SECRET, grant, inserter, make_tables, row_of
from benchmarks.ledger.seeding import seed
from consentgate.ledger.chain.keys import Keys
from consentgate.ledger.database.connections import connect_to, database_url
from consentgate.ledger.database.reading import find
from consentgate.ledger.proof.verification import verify


def test_a_ledger_that_is_seeded_is_whole(url: str) -> None:
    make_tables(url)

    seed(url, 300)

    engine = connect_to(database_url(url))
    found = verify(engine, Keys([SECRET]))
    engine.dispose()
    assert found.faults == ()
    assert found.links == 300


def test_a_bare_insert_writes_what_the_ledger_would(url: str) -> None:
    make_tables(url)
    record = grant()

    with closing(inserter(url)) as bare:
        bare.insert(row_of(record, "0123456789abcdef", 1))

    engine = connect_to(database_url(url))
    with engine.begin() as connection:
        assert find(connection, record.id) == record
    engine.dispose()

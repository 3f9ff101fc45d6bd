"""Ledgers of many records, written at once: with whole chains, signed, and a checkpoint over them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import islice

import psycopg
from sqlalchemy import Table, make_url

from consentgate.ledger import Event, Record
from consentgate.ledger.chain.keys import Keys
from consentgate.ledger.chain.links import Head
from consentgate.ledger.database.connections import connect_to, database_url
from consentgate.ledger.database.schema import links, notices, objections, records, writers
from consentgate.ledger.proof.checkpoints import make_checkpoint

from .rows import DAY, NOTICE, NOW, SECRET, Row, grant, row_of

SPAN = 1300 * DAY
"""The time over which the records are spread, up to now: the first of them have been kept for long enough."""
_OF_A_WRITER = 50_000
_WITHDRAWN = 20
"""Every twentieth grant is withdrawn, and another twentieth renewed."""
_AT_ONCE = 5_000
_TABLES = (records, objections, links)


def seed(url: str, count: int) -> None:
    """Fill an empty ledger, whose tables are there, with so many records."""
    keys = Keys([SECRET])
    fill = _fill_sqlite if url.startswith("sqlite") else _fill_postgresql
    _change_indexes(url, make=False)
    made = _made(count, keys)
    while some := list(islice(made, _AT_ONCE)):
        fill(url, {table: [row for of, row in some if of is table] for table in (*_TABLES, writers)})
    _change_indexes(url, make=True)
    notice = (NOTICE.digest, NOTICE.language, NOTICE.banner, NOTICE.choices, NOW - SPAN)
    fill(url, {notices: [notice]})
    engine = connect_to(database_url(url))
    with engine.begin() as connection:
        make_checkpoint(connection, keys)
    engine.dispose()
    _analyze(url)


def _made(count: int, keys: Keys) -> Iterator[tuple[Table, Row]]:
    """Yield rows in the order in which writers would have written them."""
    head = Head("")
    before = ""
    for number in range(count):
        if number % _OF_A_WRITER == 0:
            if number:
                yield writers, _row_of_writer(head)
            head = Head(f"{number // _OF_A_WRITER:016x}")
        record = _record(number, number * SPAN // count - SPAN, before)
        link = head.next(record.digest, keys)
        head = Head.of(link)
        before = record.id
        table = objections if record.event is Event.WITHDRAWN else records
        yield table, row_of(record, link.writer, link.seq)
        yield links, (*(getattr(link, name) for name in link.__struct_fields__), None, None)
    yield writers, _row_of_writer(head)


def _record(number: int, at: int, before: str) -> Record:
    if number % _WITHDRAWN == 1:
        return grant(at, event=Event.WITHDRAWN, control="withdraw", replaces=before, valid_until=0)
    if number % _WITHDRAWN == 11:
        return grant(at, event=Event.RENEWED, replaces=before)
    return grant(at)


def _row_of_writer(head: Head) -> Row:
    return head.writer, head.seq, head.seq, head.chain, 0


def _fill_sqlite(url: str, rows: dict[Table, list[Row]]) -> None:
    with closing(_open_sqlite(url)) as connection, connection:
        for table, some in rows.items():
            places = ", ".join("?" * len(table.columns))
            connection.executemany(f"INSERT INTO {table.name} VALUES ({places})", some)


def _open_sqlite(url: str) -> sqlite3.Connection:
    connection = sqlite3.connect(str(make_url(url).database))
    connection.execute("PRAGMA synchronous=OFF")
    return connection


def _fill_postgresql(url: str, rows: dict[Table, list[Row]]) -> None:
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        for table, some in rows.items():
            with cursor.copy(f"COPY {table.name} FROM STDIN") as copy:
                for row in some:
                    copy.write_row(row)


def _change_indexes(url: str, *, make: bool) -> None:
    """Drop the indexes on records, or make them again: a million rows go in faster without."""
    engine = connect_to(database_url(url))
    with engine.begin() as connection:
        for table in (records, objections):
            for index in table.indexes:
                if make:
                    index.create(connection)
                else:
                    index.drop(connection)
    engine.dispose()


def _analyze(url: str) -> None:
    """Have the database look at what is there, as servers do by themselves in a while."""
    if url.startswith("sqlite"):
        with closing(_open_sqlite(url)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")

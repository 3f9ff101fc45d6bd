"""Appends a writer's next entries, for visitors who wait until they are committed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import (
    ARRAY,
    Connection,
    Dialect,
    Engine,
    Table,
    bindparam,
    exists,
    insert,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError

from consentgate.ledger.chain.entries import Entry, RecordEntry
from consentgate.ledger.chain.keys import Keys

from .erasing import SHARED_LOCK, digest_of
from .schema import DIGEST, erasures, links, writers
from .storing import row_of, store, table_for


def append(engine: Engine, writer: str, entries: Sequence[Entry], keys: Keys) -> None:
    """Store the `entries` of a writer and commit them, none of which was stored before. Where that fails,
    it is not known whether they were.

    Raises SQLAlchemyError.
    """
    kept = [entry for entry in entries if isinstance(entry, RecordEntry)]
    if engine.dialect.name == "postgresql" and len(kept) == len(entries):
        with engine.connect() as connection:
            if _append_at_once(connection, writer, kept):
                return
    with engine.begin() as connection:
        store(connection, writer, entries, keys)


def _append_at_once(connection: Connection, writer: str, entries: Sequence[RecordEntry]) -> bool:
    """Store and commit entries that follow the writer's last one in one round trip: those are what a short
    transaction mostly takes. Return whether they did follow, and none was to be erased. Otherwise nothing has
    changed."""
    from psycopg import Error, Pipeline

    if not Pipeline.is_supported():
        return False
    last, ids = entries[-1], {id for entry in entries for id in (entry.record.id, entry.record.replaces)}
    of_writer = {"of": writer, "to": last.position}
    follows = of_writer | {
        "before": entries[0].position - 1,
        "at": last.link.seq,
        "hash": last.link.chain,
        "erased": [digest_of(id) for id in ids if id],
    }
    driver: Any = connection.connection.driver_connection
    dialect = connection.dialect
    try:
        with driver.pipeline():
            driver.execute(SHARED_LOCK)
            # A statement of its own: it sees what was erased while the lock was waited for.
            moved = driver.execute(_moving_on(dialect), follows)
            for entry in entries:
                for table, row in _rows_of(entry):
                    driver.execute(_insertion(dialect, table, tuple(row)), of_writer | row)
            driver.commit()
    except BaseException as error:
        # Whether it was committed is not known, nor what else is to be read from this connection.
        connection.invalidate()
        if isinstance(error, Error):
            raise DBAPIError("appending records", None, error) from error
        raise
    return bool(moved.rowcount)


@cache
def _moving_on(dialect: Dialect) -> str:
    """Return an UPDATE that moves a writer on, unless any of what comes was erased."""
    digest = bindparam("erased", type_=ARRAY(DIGEST))
    of_writer = writers.c.writer == bindparam("of"), writers.c.position == bindparam("before")
    chosen = update(writers).where(*of_writer, ~exists().where(erasures.c.digest == digest.any_()))
    moved = chosen.values(position=bindparam("to"), seq=bindparam("at"), chain=bindparam("hash"))
    return str(moved.compile(dialect=dialect))


def _rows_of(entry: RecordEntry) -> Iterator[tuple[Table, dict[str, Any]]]:
    yield links, msgspec.structs.asdict(entry.link)
    record, link = entry.record, entry.link
    yield table_for(record.event), row_of(record, link.writer, link.seq)


@cache
def _insertion(dialect: Dialect, table: Table, names: Sequence[str]) -> str:
    """Return an INSERT of a row with these columns, which does nothing unless the writer was moved on."""
    row = select(*(bindparam(name, type_=table.columns[name].type) for name in names))
    moved = row.where(writers.c.writer == bindparam("of"), writers.c.position == bindparam("to"))
    return str(insert(table).from_select(names, moved).compile(dialect=dialect))

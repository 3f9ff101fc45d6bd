"""Appends a writer's next entries, for visitors who wait until they are committed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import (
    ARRAY,
    Connection,
    Engine,
    Insert,
    Table,
    Update,
    bindparam,
    exists,
    insert,
    make_url,
    select,
)
from sqlalchemy.exc import DBAPIError

from consentgate.ledger.chain.entries import Entry, RecordEntry
from consentgate.ledger.chain.keys import Keys

from .erasing import SHARED_LOCK, digest_of, ids_of
from .schema import DIGEST, erasures, links, writers
from .storing import TO_LINK, row_of, store, table_for


def append(engine: Engine, writer: str, entries: Sequence[Entry], keys: Keys) -> None:
    """Store the `entries` of a writer, in order and at least one, and commit them. None was stored before.
    Where that fails, it is not known whether they were.

    Raises SQLAlchemyError.
    """
    kept = [entry for entry in entries if isinstance(entry, RecordEntry)]
    if len(kept) == len(entries) and engine.dialect.name == "postgresql" and _has_pipelines():
        with engine.connect() as connection:
            if _append_at_once(connection, writer, kept):
                return
    with engine.begin() as connection:
        store(connection, writer, entries, keys)


def _has_pipelines() -> bool:
    from psycopg import Pipeline

    return Pipeline.is_supported()


def _append_at_once(connection: Connection, writer: str, entries: Sequence[RecordEntry]) -> bool:
    """Store and commit entries in one round trip: round trips are most of what a short transaction costs.
    Return whether that was possible. Otherwise nothing has changed: they do not follow the writer's last one,
    or something that they are or replace was erased."""
    from psycopg import Error

    last = entries[-1]
    of_writer = {"of": writer, "to": last.position}
    follows = of_writer | {
        "before": entries[0].position - 1,
        "at": last.link.seq,
        "hash": last.link.chain,
        "erased": [digest_of(id) for id in ids_of(entry.record for entry in entries)],
    }
    driver: Any = connection.connection.driver_connection
    try:
        # Psycopg would wait for the answers to a BEGIN and a COMMIT of its own.
        driver.autocommit = True
        with driver.pipeline():
            driver.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
            driver.execute(SHARED_LOCK)
            # A statement of its own: it sees what was erased while the lock was waited for.
            moved = driver.execute(_moving_on(), follows)
            for entry in entries:
                for table, row in _rows_of(entry):
                    driver.execute(_insertion(table, tuple(row)), of_writer | row)
            # Is skipped, as everything is, once a statement has failed.
            driver.execute("COMMIT")
        driver.autocommit = False
    except BaseException as error:
        # Whether it was committed is not known, nor what else is to be read from this connection, nor which
        # statements the server has prepared.
        connection.invalidate()
        if isinstance(error, Error):
            raise DBAPIError("appending records", None, error) from error
        raise
    return bool(moved.rowcount)


@cache
def _moving_on() -> str:
    """Return an UPDATE that moves a writer on, unless any of what comes was erased."""
    erased = bindparam("erased", type_=ARRAY(DIGEST))
    return _text_of(TO_LINK.where(~exists().where(erasures.c.digest == erased.any_())))


def _rows_of(entry: RecordEntry) -> Iterator[tuple[Table, dict[str, Any]]]:
    yield links, msgspec.structs.asdict(entry.link)
    record, link = entry.record, entry.link
    yield table_for(record.event), row_of(record, link.writer, link.seq)


@cache
def _insertion(table: Table, names: Sequence[str]) -> str:
    """Return an INSERT of a row with these columns, which does nothing unless the writer is at its last
    entry."""
    row = select(*(bindparam(name, type_=table.columns[name].type) for name in names))
    moved = row.where(writers.c.writer == bindparam("of"), writers.c.position == bindparam("to"))
    return _text_of(insert(table).from_select(names, moved))


def _text_of(statement: Update | Insert) -> str:
    return str(statement.compile(dialect=make_url("postgresql+psycopg://").get_dialect()()))

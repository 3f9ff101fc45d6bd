"""The records that are written, and the bare INSERT of the same row."""

from __future__ import annotations

import secrets
import sqlite3
from typing import Any, Protocol

import psycopg
from sqlalchemy import make_url

from consentgate.ledger import Event, Notice, Record
from consentgate.ledger.chain.entries import encode
from consentgate.ledger.chain.keys import Keys
from consentgate.ledger.chain.numbering import Numbering
from consentgate.ledger.database.connections import Database, database_url
from consentgate.ledger.database.schema import records as table
from consentgate.ledger.database.storing import row_of as stored_row
from consentgate.ledger.writing.segments import framed

NOW = 1_795_000_000
DAY = 86_400
SECRET = "a secret key for benchmarks"
NOTICE = Notice("en", "<section>May we?</section>" * 40, "<main>All that we ask for</main>" * 100)
_CATEGORIES = {"performance": True, "third-party": False}
_SERVICES = {"matomo": True, "youtube": False, "google-maps": False, "vimeo": False}

Row = tuple[Any, ...]


def grant(after: int = 0, **changed: Any) -> Record:
    """A grant as a site of four services has it, under a random id, so many seconds after now."""
    values: dict[str, Any] = {"event": Event.GIVEN, "valid_until": NOW + after + 183 * DAY, **changed}
    return Record(
        at=NOW + after,
        host="www.example.org",
        controller="Example Ltd",
        categories=_CATEGORIES,
        services=_SERVICES,
        id=secrets.token_hex(16),
        policy="5" * 16,
        notice=NOTICE.digest,
        language="en",
        source="banner",
        **{"control": "save", **values},
    )


def rows(count: int) -> list[Row]:
    """The rows that the ledger has for so many grants of a writer, in the order of the table's columns."""
    writer = secrets.token_hex(8)
    return [row_of(grant(number), writer, number + 1) for number in range(count)]


def row_of(record: Record, writer: str, seq: int) -> Row:
    """The row that a record has, in the order of the table's columns."""
    values = stored_row(record, writer, seq)
    return tuple(values[column.name] for column in table.columns)


def make_tables(url: str) -> None:
    """Make the ledger's tables, with its indexes, in an empty database."""
    Database(database_url(url)).prepare()


class Inserter(Protocol):
    """Writes rows, each committed before the next. One thread uses it."""

    def insert(self, row: Row) -> None:
        """Insert a row, and return when the commit would survive a loss of power."""

    def close(self) -> None:
        """Let go of the database."""


class SQLiteInserter:
    """The module of the standard library on a connection of its own: what is nearest to SQLite."""

    def __init__(self, url: str) -> None:
        path = str(make_url(url).database)
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=60, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._statement = _statement("?")

    def insert(self, row: Row) -> None:
        """Insert a row, and commit it."""
        self._connection.execute(self._statement, row)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class PostgreSQLInserter:
    """psycopg with a prepared statement on a connection of its own: one round trip a row."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True, options="-c synchronous_commit=on")
        self._statement = _statement("%s")

    def insert(self, row: Row) -> None:
        """Insert a row, and commit it."""
        self._connection.execute(self._statement, row, prepare=True)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def inserter(url: str) -> Inserter:
    """Return what inserts into the database at `url`."""
    return SQLiteInserter(url) if url.startswith("sqlite") else PostgreSQLInserter(url)


def _statement(placeholder: str) -> str:
    names = ", ".join(column.name for column in table.columns)
    places = ", ".join([placeholder] * len(table.columns))
    return f"INSERT INTO {table.name} ({names}) VALUES ({places})"


def entry_size() -> int:
    """The bytes that the entry of such a grant takes in a segment, with its frame."""
    [_, entry], _ = Numbering.begin().add(grant(), NOTICE, Keys([SECRET]))
    return len(framed(encode(entry)))

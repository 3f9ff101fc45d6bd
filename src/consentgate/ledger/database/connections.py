"""Connections to the database of the ledger, with the settings that make a commit last."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from consentgate.log_fields import fields

from .deliveries import listen
from .sqlite_connections import GuardedConnection, Keeper
from .versions import State, state_of, upgrade, version_of

_log = logging.getLogger("consentgate.ledger")

_UPGRADES = 0x636F6E73656E74
"""The number of PostgreSQL's advisory lock for making tables: "consent" in ASCII."""
_READS = "consentgate_reads"
PATIENCE = 5
"""The seconds to wait for a database that does not answer, or is locked by another process."""

_DRIVERS = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_EXPECTED = (
    'url: expected where the database is, like "sqlite:///consent.db" or '
    '"postgresql://user:password@host/database"'
)


def database_url(url: str) -> URL:
    """Return the URL of a database, with the driver to use. Raises ValueError with what was expected."""
    try:
        parsed = make_url(url)
        name = parsed.drivername
        parsed = parsed.set(drivername=_DRIVERS.get(name, name))
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError) as error:
        # What was given may have a password in it.
        raise ValueError(_EXPECTED) from error
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise ValueError(f"{_EXPECTED}; other databases are not tested, and so are not allowed")
    if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise ValueError(f"{_EXPECTED}; a database in memory proves nothing")
    if parsed.get_backend_name() == "sqlite" and not str(parsed.database).startswith("file:"):
        # Connections are made later, when the process may be in another folder.
        parsed = parsed.set(database=os.path.abspath(str(parsed.database)))
    return parsed


def check_url(url: str) -> None:
    """Raise ValueError where `url` is not that of a database which can have a ledger."""
    database_url(url)


def connect_to(url: URL) -> Engine:
    """Return an engine whose commits last: SQLite in WAL mode with synchronous=FULL, PostgreSQL with
    synchronous_commit on and READ COMMITTED, whatever the server's defaults."""
    if url.get_backend_name() == "sqlite":
        return _connect_to_sqlite(url)
    given = url.query.get("options", "")
    options = " ".join((*((given,) if isinstance(given, str) else given), *_POSTGRESQL_OPTIONS)).strip()
    settings = {"connect_timeout": PATIENCE, "options": options, "application_name": "consentgate"}
    # Under any other level a transaction sees nothing of what it has waited for.
    pool: dict[str, Any] = {"pool_pre_ping": True, "pool_size": 1, "max_overflow": 4}
    engine = create_engine(url, connect_args=settings, isolation_level="READ COMMITTED", **pool)
    event.listen(engine, "do_connect", _connect_patiently)
    return engine


def _connect_patiently(_dialect: Any, _record: Any, given: Any, options: Any) -> Any:
    # Whoever has SQLite alone needs no psycopg.
    from .postgresql_connections import PatientConnection

    return PatientConnection.connect(*given, **options)


_POSTGRESQL_OPTIONS = (
    "-c synchronous_commit=on",
    f"-c lock_timeout={PATIENCE}s",
    f"-c statement_timeout={12 * PATIENCE}s",
    f"-c idle_in_transaction_session_timeout={12 * PATIENCE}s",
)


def _connect_to_sqlite(url: URL) -> Engine:
    # Threads use a connection one after the other.
    arguments = {"timeout": PATIENCE, "check_same_thread": False}
    engine = create_engine(url, connect_args=arguments, poolclass=NullPool)
    keeper = Keeper(Path(str(url.database)))

    def connect(_dialect: Any, _record: Any, given: Sequence[Any], options: Mapping[str, Any]) -> Any:
        return keeper.open(*given, **options)

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "handle_error", _doubt)
    event.listen(engine, "engine_disposed", lambda _: keeper.close())
    return engine


def _doubt(context: ExceptionContext) -> None:
    """Have a connection on which something has failed not be kept: it may be to a file that is read-only, or
    is not there any more."""
    if context.connection is not None:
        used = context.connection.connection.dbapi_connection
        if isinstance(used, GuardedConnection):
            used.is_doubtful = True


def _set_up_sqlite(connection: Any, _: object) -> None:
    # Transactions begin where SQLAlchemy says, and not where the module guesses.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    # What is erased must not stay in the file's free pages.
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # Who writes says so at once: two that read first and then write would lock each other out.
    reads = connection.get_execution_options().get(_READS)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection that only reads, and sees one state of the database throughout."""
    level: dict[str, Any] = {_READS: True}
    if engine.dialect.name == "postgresql":
        level["isolation_level"] = "REPEATABLE READ"
    with engine.connect().execution_options(**level) as connection, connection.begin():
        yield connection


class OutdatedTables(Exception):
    """Tables of an older version. The message says what to do."""


class Database:
    """The database at `url`. Threads share one; a forked process makes connections of its own. With `listens`
    a hook of the site is told of withdrawals."""

    def __init__(self, url: URL, *, listens: bool = False) -> None:
        self.url = url
        self._listens = listens
        self._engine: Engine | None = None
        self._lock = threading.Lock()

    def prepare(self) -> None:
        """Make the tables where there are none.

        Raises OutdatedTables, and SQLAlchemyError where the database does not work.
        """
        engine = connect_to(self.url)
        try:
            with engine.begin() as connection:
                _prepare(connection)
                if self._listens:
                    # Before anything is stored from here: what is stored earlier is not for the hook.
                    listen(connection)
        finally:
            # Nothing that is open is left to processes that are forked later.
            engine.dispose()

    def engine(self) -> Engine:
        """Return the engine of this process, whose tables are there. Raises as `prepare` does."""
        with self._lock:
            if self._engine is None:
                self.prepare()
                self._engine = connect_to(self.url)
            return self._engine

    def forget(self) -> Engine | None:
        """Leave the connections to the process that has forked this one. Who drops them would close them
        there, too."""
        engine, self._engine = self._engine, None
        self._lock = threading.Lock()
        return engine

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            if self._engine is not None:
                self._engine.dispose()
                self._engine = None


def _prepare(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        # Workers that start together make the tables once.
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_UPGRADES})")
    state = state_of(connection)
    if state is State.EMPTY:
        upgrade(connection)
    elif state is State.OLD:
        raise OutdatedTables(
            f"the ledger's tables are of an older version ({version_of(connection)}): run `consentgate "
            "ledger upgrade` before this version of consentgate starts"
        )
    elif state is State.NEWER:
        _log.warning(
            "the ledger's tables are of a newer version (%s) of consentgate than this: records go on, and "
            "reading them is for that version",
            version_of(connection),
            extra=fields("setup", about="newer tables"),
        )


def upgrade_tables(url: URL) -> str:
    """Bring the tables at `url` up to date and return their version. Raises SQLAlchemyError."""
    engine = connect_to(url)
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_UPGRADES})")
            if state_of(connection) is not State.NEWER:
                upgrade(connection)
            return version_of(connection)
    finally:
        engine.dispose()

"""Reads the records of one visitor, wherever they are: in the database, or still on their way there."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from consentgate.consent.record import LONGEST_HISTORY, Notice, NotReadable, Record

from .database.connections import PATIENCE, OutdatedTables, reading
from .database.erasing import erased_at
from .database.reading import find, find_notice, successors_of
from .writing.waiting import TooMuchWaits, Waiting

MOST_READERS = 2
"""The visitors whose records a process reads at a time: a crowd of them leaves connections to others."""
_PATIENCE = 1.0
"""The seconds to wait for one of the other readers."""
_PAUSE = 1.0
"""The seconds for which a database that has failed is not asked again: other visitors need not wait, too."""


class OwnRecords:
    """The records of visitors in a database and a `spool`. Threads of one process share one."""

    def __init__(self, engine: Callable[[], Engine], spool: Path | None) -> None:
        self._engine = engine
        self._spool = spool
        self._places = threading.BoundedSemaphore(MOST_READERS)
        self._failed_at = -_PAUSE

    def history(self, id: str) -> list[Record]:
        """Return the record with this id with those before and after it, from the oldest to the newest.

        Raises NotReadable.
        """
        with self._reading() as (waiting, connection):
            return _History(waiting, connection).of(id)

    def notice(self, digest: str) -> Notice | None:
        """Return the notice with this digest, None where there is none. Raises NotReadable."""
        with self._reading() as (waiting, connection):
            return find_notice(connection, digest) or waiting.notice(digest)

    @contextmanager
    def _reading(self) -> Iterator[tuple[Waiting, Connection]]:
        if not self._places.acquire(timeout=_PATIENCE):
            raise NotReadable("too many visitors read their records at a time")
        try:
            if time.monotonic() - self._failed_at < _PAUSE:
                raise NotReadable("the ledger's database has just failed")
            # In this order: what is moved in between is found in the database.
            waiting = Waiting(self._spool)
            with reading(self._engine()) as connection:
                if connection.dialect.name == "postgresql":
                    connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{PATIENCE}s'")
                yield waiting, connection
        except (SQLAlchemyError, OutdatedTables) as error:
            self._failed_at = time.monotonic()
            raise NotReadable("the ledger's database does not work") from error
        except (OSError, TooMuchWaits) as error:
            raise NotReadable("the ledger's spool cannot be read") from error
        finally:
            self._places.release()


class _History:
    """The search for what came before and after a record."""

    def __init__(self, waiting: Waiting, connection: Connection) -> None:
        self._waiting = waiting
        self._connection = connection
        self._found: dict[str, tuple[int, Record]] = {}

    def of(self, id: str) -> list[Record]:
        """Return the history of the record with this id, as far as it was not erased."""
        steps = deque([(id, 0)])
        while steps and len(self._found) < LONGEST_HISTORY:
            steps.extend(self._around(*steps.popleft()))
        erased = erased_at(self._connection, self._found.keys())
        # What was decided within a second has its order from what replaces what.
        kept = sorted(
            (record.at, step, record.id) for id, (step, record) in self._found.items() if id not in erased
        )
        return [self._found[id][1] for _, _, id in kept]

    def _around(self, id: str, step: int) -> Iterator[tuple[str, int]]:
        """Note the record with this id. Yield the ids beside it, with their steps from the first one."""
        if id in self._found or self._waiting.is_erased(id):
            return
        waiting = self._waiting.records(id)
        own = next((record for record in waiting if record.id == id), None) or find(self._connection, id)
        if own is not None:
            self._found[id] = step, own
            if own.replaces:
                yield own.replaces, step - 1
        for later in (*waiting, *successors_of(self._connection, id)):
            if later.replaces == id:
                yield later.id, step + 1

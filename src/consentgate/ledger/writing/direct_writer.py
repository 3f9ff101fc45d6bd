"""Writes records straight into the database: where there is no disk that lasts, or it has failed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from consentgate.consent.record import Notice, Record
from consentgate.ledger.chain.keys import Keys
from consentgate.ledger.chain.numbering import Numbering
from consentgate.ledger.database.connections import PATIENCE
from consentgate.ledger.database.storing import store

_PAUSE = 1.0
"""The seconds for which a database that has failed is not asked again: other visitors need not wait, too."""


class DirectWriter:
    """The writer of one process whose chain is in the database alone. Threads share one."""

    def __init__(self, engine: Callable[[], Engine], keys: Keys) -> None:
        self._engine = engine
        self._keys = keys
        self._numbering = Numbering.begin()
        self._lock = threading.Lock()
        self._failed_at = -_PAUSE

    def append(self, record: Record, notice: Notice | None) -> None:
        """Write a record, and return when the database has committed it.

        Raises SQLAlchemyError where it has not, and TimeoutError where others wait for it already.
        """
        if not self._lock.acquire(timeout=PATIENCE):
            raise TimeoutError("the ledger's database is too slow")
        try:
            if time.monotonic() - self._failed_at < _PAUSE:
                raise TimeoutError("the ledger's database has just failed")
            entries, numbering = self._numbering.add(record, notice, self._keys)
            with self._engine().begin() as connection:
                store(connection, numbering.writer, entries, self._keys)
            self._numbering = numbering
        except SQLAlchemyError:
            # Whether it was committed is not known. A new writer begins with a chain of its own.
            self._numbering = Numbering.begin()
            self._failed_at = time.monotonic()
            raise
        finally:
            self._lock.release()

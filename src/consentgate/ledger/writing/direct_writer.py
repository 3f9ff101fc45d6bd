"""Writes records straight into the database: where there is no disk that lasts, or it has failed."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from consentgate.consent.record import Notice, Record
from consentgate.ledger.chain.entries import Entry
from consentgate.ledger.chain.keys import Keys
from consentgate.ledger.chain.numbering import Numbering
from consentgate.ledger.database.appending import append
from consentgate.ledger.database.connections import PATIENCE

_PAUSE = 1.0
"""The seconds for which a database that has failed is not asked again: other visitors need not wait, too."""
_AT_ONCE = 100
"""The most records of one commit."""


class _Waiting:
    """A record whose visitor waits, and what has become of it."""

    def __init__(self, record: Record, notice: Notice | None) -> None:
        self.record = record
        self.notice = notice
        self.is_over = False
        self.failure: Exception | None = None


class DirectWriter:
    """The writer of one process whose chain is in the database alone. Threads share one, and whoever commits
    takes along all that wait by then."""

    def __init__(self, engine: Callable[[], Engine], keys: Keys) -> None:
        self._engine = engine
        self._keys = keys
        self._numbering = Numbering.begin()
        self._waiting: deque[_Waiting] = deque()
        self._mutex = threading.Lock()
        self._lock = threading.Lock()
        self._failed_at = -_PAUSE

    def append(self, record: Record, notice: Notice | None) -> None:
        """Write a record, and return when the database has committed it.

        Raises SQLAlchemyError where it has not, and TimeoutError where others wait for it already.
        """
        own = _Waiting(record, notice)
        with self._mutex:
            self._waiting.append(own)
        if not self._lock.acquire(timeout=PATIENCE):
            if self._give_up(own):
                raise TimeoutError("the ledger's database is too slow")
            # Another thread commits it right now: only that knows what becomes of it.
            self._lock.acquire()
        try:
            while not own.is_over:
                self._commit()
        finally:
            self._lock.release()
        if own.failure is not None:
            raise own.failure

    @property
    def waiting(self) -> int:
        """How many records wait for the next commit."""
        return len(self._waiting)

    def _give_up(self, own: _Waiting) -> bool:
        """Let a record wait no more. Return whether it still did."""
        with self._mutex:
            if own not in self._waiting:
                return False
            self._waiting.remove(own)
            return True

    def _take(self, batch: list[_Waiting]) -> None:
        """Have those that wait be in the batch. Whatever interrupts that, each is in one of both."""
        with self._mutex:
            while self._waiting and len(batch) < _AT_ONCE:
                batch.append(self._waiting[0])
                self._waiting.popleft()

    def _commit(self) -> None:
        """Write what waits in one transaction. The caller holds the lock for committing."""
        # Until it is known that it was committed, the next commit is a new writer's, with a chain of its own.
        numbering, self._numbering = self._numbering, Numbering.begin()
        batch, entries = list[_Waiting](), list[Entry]()
        try:
            self._take(batch)
            if time.monotonic() - self._failed_at < _PAUSE:
                raise TimeoutError("the ledger's database has just failed")
            for one in batch:
                added, numbering = numbering.add(one.record, one.notice, self._keys)
                entries += added
            append(self._engine(), numbering.writer, entries, self._keys)
            self._numbering = numbering
            _end(batch, None)
        except BaseException as error:
            if isinstance(error, SQLAlchemyError):
                self._failed_at = time.monotonic()
            _end(batch, error if isinstance(error, Exception) else TimeoutError("the commit was interrupted"))
            if not isinstance(error, Exception):
                raise


def _end(batch: Sequence[_Waiting], failure: Exception | None) -> None:
    for one in batch:
        one.failure = failure
        one.is_over = True

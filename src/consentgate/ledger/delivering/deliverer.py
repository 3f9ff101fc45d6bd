"""Delivers withdrawals in the background, until it is told to stop."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from consentgate.ledger.database.connections import OutdatedTables
from consentgate.log_fields import fields

from .courier import Courier, Hook, Pace

_log = logging.getLogger("consentgate.ledger")

PACE = Pace()
_BETWEEN_LOOKS = 60.0
"""The seconds between looks for what other processes have left."""
_FAREWELL = 5.0
"""The seconds for which the end of a process waits for calls of the hook. What they were about is otherwise
delivered once more, by another process."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a process has made of withdrawals since it was last asked: how many it has `delivered`, and how
    often it has `failed` to; and how many wait now, whoever delivers them."""

    delivered: int
    failed: int
    waiting: int


class Deliverer:
    """A thread that delivers what waits, once it is started. The process does not wait for it, and it never
    waits for the hook: only the threads in which that is called do."""

    def __init__(self, hook: Hook, engine: Callable[[], Engine]) -> None:
        self._happened = threading.Condition()
        self._happenings = 0
        self._rounds = threading.Lock()
        self._courier = Courier(hook, engine, PACE, self.wake)
        self._told = 0, 0
        self._stopping = False
        self._failure = ""
        self._thread = threading.Thread(target=self._run, name="consentgate-partners", daemon=True)

    def start(self) -> None:
        """Deliver in the background from now on. Without that only `deliver` does."""
        self._thread.start()

    def wake(self) -> None:
        """Say that something may have to be delivered, or was."""
        with self._happened:
            self._happenings += 1
            self._happened.notify_all()

    def deliver(self) -> Delivered:
        """Call the hook once for each withdrawal that waits, and return when that is over. Raises
        SQLAlchemyError."""
        courier = self._courier
        with self._rounds:
            before = courier.now()
        while True:
            seen = self._happenings
            with self._rounds:
                courier.round(before)
                if not courier.is_calling or self._stopping:
                    was, self._told = self._told, (courier.delivered, courier.failed)
                    return Delivered(courier.delivered - was[0], courier.failed - was[1], courier.waiting())
                pause = courier.pause(_BETWEEN_LOOKS)
            self._wait(seen, pause)

    def stop(self) -> None:
        """Stop. A call of the hook that takes long goes on for as long as the process does."""
        self._stopping = True
        self.wake()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping:
            seen = self._happenings
            try:
                with self._rounds:
                    self._courier.round()
                    pause = self._courier.pause(_BETWEEN_LOOKS)
                self._failure = ""
            except (SQLAlchemyError, OutdatedTables) as error:
                pause = PACE.backoff.after(6)
                self._tell_failure(error)
            except Exception:
                # Whatever it was, withdrawals are safe where they are, and the next try may work.
                _log.exception(
                    "delivering withdrawals failed", extra=fields("hook failing", hook="on_withdrawal")
                )
                pause = _BETWEEN_LOOKS
            self._wait(seen, pause)
        self._say_goodbye()

    def _say_goodbye(self) -> None:
        until = time.monotonic() + _FAREWELL
        while True:
            seen = self._happenings
            try:
                with self._rounds:
                    self._courier.settle()
            except (SQLAlchemyError, OutdatedTables):
                return
            if not self._courier.is_calling or time.monotonic() >= until:
                return
            self._wait(seen, until - time.monotonic(), even_at_the_end=True)

    def _wait(self, seen: int, seconds: float, *, even_at_the_end: bool = False) -> None:
        """Wait until more has happened than was `seen`, or for so long."""

        def is_over() -> bool:
            return self._happenings != seen or (self._stopping and not even_at_the_end)

        with self._happened:
            self._happened.wait_for(is_over, seconds)

    def _tell_failure(self, error: Exception) -> None:
        cause = getattr(error, "orig", None) or error
        failure = type(cause).__name__
        if failure != self._failure:
            self._failure = failure
            _log.error(
                "withdrawals cannot be delivered while the ledger's database does not work (%s). This is "
                "logged once",
                failure,
                extra=fields("database failing"),
            )

"""Takes withdrawals from the queue to the site's hook, and notes what became of each."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Engine

from consentgate.consent.hooks import call_hook, failure_of
from consentgate.consent.record import Record
from consentgate.ledger.database.connections import reading
from consentgate.ledger.database.deliveries import (
    Backoff,
    Delivery,
    clock,
    count_queued,
    delivered,
    failed,
    hold,
    seconds_to_next,
    take,
)
from consentgate.ledger.database.queueing import has_new, queue_new
from consentgate.log_fields import fields

_log = logging.getLogger("consentgate.ledger")

Hook = Callable[[Record, tuple[str, ...]], object]
"""What a site is told withdrawals by: the record, and the services that are not granted any more."""
HANGS = "hangs"
"""The kind of failure of a call that does not return."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How deliveries go on: so many calls `at_once`; a delivery is held for `hold` seconds, and again as long
    as its process lives, but for no longer than `longest_call`; and how long to wait after failures.

    While more than `most_hanging` calls hang, no others are made.
    """

    at_once: int = 4
    most_hanging: int = 16
    hold: float = 60.0
    longest_call: float = 600.0
    backoff: Backoff = field(default_factory=lambda: Backoff(1.0, 900.0))


class _Call:
    """A call of the hook in a thread of its own, for which no process waits. `ended` is called when it is
    over."""

    def __init__(self, hook: Hook, delivery: Delivery, ended: Callable[[], None]) -> None:
        self.delivery = delivery
        self.began = time.monotonic()
        self.is_over = False
        self.failure: tuple[str, str] | None = None
        self._hook = hook
        self._ended = ended
        threading.Thread(target=self._run, name="consentgate-partner", daemon=True).start()

    def _run(self) -> None:
        try:
            call_hook(self._hook, self.delivery.record, self.delivery.services)
        except BaseException as error:
            # Also sys.exit(): the process is not the hook's to end.
            self.failure = failure_of(error)
        finally:
            self.is_over = True
            self._ended()


class Courier:
    """Delivers to a `hook` of this process. Used by one thread at a time.

    `engine` is asked for when it is needed. `ended` is called, in another thread, when a call of the hook is
    over: `round` then says so in the database, and makes the next calls.
    """

    def __init__(
        self, hook: Hook, engine: Callable[[], Engine], pace: Pace, ended: Callable[[], None]
    ) -> None:
        self._hook = hook
        self._engine = engine
        self._pace = pace
        self._ended = ended
        self._holder = secrets.token_hex(16)
        self._calls: list[_Call] = []
        # Calls that were given up, and which may still come back.
        self._hanging: list[_Call] = []
        self._told = ""
        self.delivered = self.failed = 0

    @property
    def is_calling(self) -> bool:
        """True while the hook is called, or something of that is to be noted."""
        return bool(self._calls)

    def round(self, before: float | None = None) -> None:
        """Note what has ended, and call the hook for what is due. With `before`, all that was not tried since
        then is due. Raises SQLAlchemyError."""
        self.settle()
        self._queue()
        room = self._room()
        if not room:
            return
        with reading(self._engine()) as connection:
            due_in = seconds_to_next(connection)
        if due_in is None or (due_in > 0 and before is None):
            return
        with self._engine().begin() as connection:
            due = take(connection, self._holder, self._pace.hold, most=room, before=before)
        self._calls += [_Call(self._hook, delivery, self._ended) for delivery in due]

    def settle(self) -> None:
        """Note what has become of the calls. Raises SQLAlchemyError, after which it can be called again."""
        now = time.monotonic()
        for call in [*self._calls]:
            if call.is_over:
                self._note(call, call.failure)
            elif now - call.began > self._pace.longest_call:
                self._note(call, (HANGS, "for too long"))
                self._hanging.append(call)
        for call in [one for one in self._hanging if one.is_over]:
            self._hanging.remove(call)
            if call.failure is None:
                self._remove(call.delivery)
        if self._calls:
            with self._engine().begin() as connection:
                ids = [call.delivery.id for call in self._calls]
                hold(connection, self._holder, ids, self._pace.hold)

    def _note(self, call: _Call, failure: tuple[str, str] | None) -> None:
        if failure is None:
            self._remove(call.delivery)
        else:
            with self._engine().begin() as connection:
                failed(connection, self._holder, call.delivery, failure[0], self._pace.backoff)
        self._calls.remove(call)
        if failure is None:
            self.delivered += 1
            if call.delivery.attempts and self._told:
                self._told = ""
                _log.warning("on_withdrawal works again", extra=fields("hook works", hook="on_withdrawal"))
            return
        self.failed += 1
        if self._told != failure[0]:
            self._told = failure[0]
            _log.error(
                "on_withdrawal failed (%s, %s): what was withdrawn waits in the ledger, and is tried again "
                "until it works. This is logged once; `consentgate ledger deliveries` shows what waits",
                *failure,
                extra=fields("hook failing", hook="on_withdrawal", error=failure[0]),
            )

    def _remove(self, delivery: Delivery) -> None:
        with self._engine().begin() as connection:
            delivered(connection, delivery.id)

    def _queue(self) -> None:
        while True:
            with reading(self._engine()) as connection:
                if not has_new(connection):
                    return
            with self._engine().begin() as connection:
                queue_new(connection)

    def _room(self) -> int:
        if len(self._hanging) >= self._pace.most_hanging:
            return 0
        return self._pace.at_once - len(self._calls)

    def pause(self, longest: float) -> float:
        """Return the seconds after which to make another round, unless something happens before that: at most
        the `longest`. Raises SQLAlchemyError."""
        if self._calls:
            # The rest waits for these, or is not due before they have to be held again.
            longest = min(longest, self._pace.hold / 3)
        if not self._room():
            return longest
        with reading(self._engine()) as connection:
            due = seconds_to_next(connection)
        # What waits for another, or for room, is looked at again after a little.
        return longest if due is None else min(longest, max(due, self._pace.backoff.first))

    def now(self) -> float:
        """Return the database's time. Raises SQLAlchemyError."""
        with reading(self._engine()) as connection:
            return clock(connection)

    def waiting(self) -> int:
        """Count what waits in the queue. Raises SQLAlchemyError."""
        with reading(self._engine()) as connection:
            return count_queued(connection).waiting

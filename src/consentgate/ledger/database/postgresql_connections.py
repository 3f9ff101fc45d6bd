"""Connections to PostgreSQL that do not wait for ever.

The server ends what takes too long, but only while it answers at all. Where it is stopped, or the network
between holds back what is sent, nobody would ever hear of that.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any

import psycopg

LONGEST_WAIT = 75.0
"""The seconds to wait for an answer, to a pipeline of statements, too: longer than the server itself lets a
statement take."""


class PatientConnection(psycopg.Connection[Any]):
    """A connection that is closed where no answer comes. Then it raises psycopg.OperationalError."""

    def wait(self, gen: Any, *given: Any, **options: Any) -> Any:
        """Wait until what is asked of the server is answered."""
        return super().wait(self._in_time(gen), *given, **options)

    def _in_time(self, asking: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        """Do as `asking` does. Psycopg sends nothing to such a generator, as often as it has waited a
        little in vain."""
        until = time.monotonic() + LONGEST_WAIT
        sent = None
        while True:
            try:
                waits_for = asking.send(sent)
            except StopIteration as end:
                return end.value
            sent = yield waits_for
            if not sent and time.monotonic() > until:
                asking.close()
                self.pgconn.finish()
                raise psycopg.OperationalError("the server does not answer")

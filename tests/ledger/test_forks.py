"""A process forks while no connection to SQLite is being opened, used or closed."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from consentgate.ledger.database.connections import connect_to, database_url
from consentgate.ledger.database.sqlite_connections import GuardedConnection


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_fork_waits_until_the_connection_that_was_kept_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = connect_to(database_url(f"sqlite:///{tmp_path / 'consent.db'}"))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE invented (id)")
    closing, may_close = threading.Event(), threading.Event()
    order: list[str] = []
    end = GuardedConnection.end

    def end_slowly(self: GuardedConnection) -> None:
        closing.set()
        assert may_close.wait(60)
        end(self)
        order.append("closed")

    def fork() -> None:
        child = os.fork()
        if not child:
            os._exit(0)
        order.append("forked")
        os.waitpid(child, 0)

    monkeypatch.setattr(GuardedConnection, "end", end_slowly)
    disposing = threading.Thread(target=engine.dispose)
    disposing.start()
    assert closing.wait(60)
    forking = threading.Thread(target=fork)
    forking.start()
    # Time enough to fork for who does not wait.
    forking.join(0.3)
    may_close.set()
    disposing.join(60)
    forking.join(60)

    assert order == ["closed", "forked"]

"""A process forks while no connection to SQLite is being opened, used or closed."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from consentgate.ledger.database.connections import connect_to, database_url
from consentgate.ledger.database.sqlite_connections import GuardedConnection, _Forks
from consentgate.ledger.writing.spool import left_behind


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_fork_waits_until_the_connection_that_was_kept_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = connect_to(database_url(f"sqlite:///{tmp_path / 'consent.db'}"))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE invented (id)")
        kept = connection.connection.dbapi_connection
    closing, may_close = threading.Event(), threading.Event()
    order: list[str] = []
    end = GuardedConnection.end

    def end_slowly(self: GuardedConnection) -> None:
        # A fork ends what other tests have left, too.
        if self is not kept:
            end(self)
            return
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


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_child_does_not_keep_others_from_what_its_parent_was_just_moving(tmp_path: Path) -> None:
    folder = tmp_path / "0123456789abcdef"
    folder.mkdir()
    (folder / "lock").touch()
    looking, may_stop = threading.Event(), threading.Event()

    def look() -> None:
        for _ in left_behind(tmp_path):
            looking.set()
            assert may_stop.wait(60)

    moving = threading.Thread(target=look)
    moving.start()
    assert looking.wait(60)
    lives, says_so = os.pipe()
    may_end, ends = os.pipe()
    if not (child := os.fork()):
        os.close(ends)
        os.write(says_so, b"1")
        os.read(may_end, 1)
        os._exit(0)
    assert os.read(lives, 1)
    while_moving = [*left_behind(tmp_path)]
    may_stop.set()
    moving.join(60)
    while_child_lives = [*left_behind(tmp_path)]
    os.close(ends)
    os.waitpid(child, 0)
    for file in (lives, says_so, may_end):
        os.close(file)

    assert while_moving == []
    assert while_child_lives == [(folder.name, folder)]


def test_nothing_is_opened_until_the_last_of_several_forks_is_over() -> None:
    forks = _Forks()
    forks.before()
    forks.before()
    forks.after_in_parent()
    opening = threading.Thread(target=forks.enter, daemon=True)
    opening.start()
    opening.join(0.3)
    was_opened = not opening.is_alive()
    forks.after_in_parent()
    opening.join(60)

    assert not was_opened
    assert not opening.is_alive()

"""A visitor's own records are found at once, wherever they are, and nobody waits for long."""

from __future__ import annotations

import shutil
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from consentgate.consent.record import LONGEST_HISTORY, NotReadable
from consentgate.ledger import Event, Ledger
from consentgate.ledger import own_records as own_records_module
from consentgate.ledger.own_records import MOST_READERS
from consentgate.ledger.writing import waiting
from consentgate.ledger.writing.mover import Mover

from .conftest import Open
from .records import NOTICE, NOW, SECRET, erasure, grant
from .test_erasing import story


@pytest.fixture(params=["moved", "waiting"])
def is_moved(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether records get into the database: those of this process, of another, and each at its time."""
    if request.param == "waiting":
        monkeypatch.setattr(Mover, "move", lambda self, *, is_last=False: True)
    return bool(request.param == "moved")


@pytest.mark.parametrize("place", range(4))
def test_a_history_is_whole_from_any_of_its_records(open_ledger: Open, is_moved: bool, place: int) -> None:
    ledger, records = open_ledger(), story()
    for record in (*records, grant()):
        ledger.record(record, NOTICE)
    ledger.move()

    assert ledger.history(records[place].id) == records
    assert ledger.notice(NOTICE.digest) == NOTICE
    assert ledger.history("0" * 32) == []
    assert ledger.notice("0" * 64) is None


def test_one_half_may_be_in_the_database_and_the_other_in_the_spool_of_another_process(
    open_ledger: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, records = open_ledger(), story()
    for record in records[:2]:
        first.record(record, NOTICE)
    first.move()
    monkeypatch.setattr(Mover, "move", lambda self, *, is_last=False: True)
    another, reader = open_ledger(), open_ledger()
    for record in records[2:]:
        another.record(record, NOTICE)

    for record in records:
        assert reader.history(record.id) == records


def test_of_what_was_decided_in_one_second_each_comes_after_what_it_replaces(open_ledger: Open) -> None:
    ledger = open_ledger()
    records = [grant()]
    for _ in range(5):
        records.append(grant(event=Event.RENEWED, replaces=records[-1].id))
    for record in reversed(records):
        ledger.record(record, NOTICE)
    ledger.move()

    assert ledger.history(records[3].id) == records


def test_a_long_history_is_read_as_far_as_it_is_near(open_ledger: Open) -> None:
    ledger = open_ledger()
    records = [grant()]
    for number in range(LONGEST_HISTORY + 20):
        records.append(grant(event=Event.RENEWED, replaces=records[-1].id, at=NOW + number))
    for record in records:
        ledger.record(record, NOTICE)
    ledger.move()

    assert ledger.history(records[-1].id) == records[-LONGEST_HISTORY:]


def test_what_is_ordered_to_be_erased_is_not_shown(open_ledger: Open, is_moved: bool) -> None:
    ledger, record = open_ledger(), grant()
    ledger.record(record, NOTICE)
    ledger.record(erasure(record))
    ledger.move()

    assert ledger.history(record.id) == []


def test_what_was_erased_and_is_still_on_its_way_is_not_shown(
    open_ledger: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = grant()
    nowhere = f"sqlite:///{tmp_path / 'nowhere' / 'consent.db'}"
    with closing(Ledger(nowhere, spool=tmp_path / "late", secret_key=SECRET)) as late:
        late.record(record, NOTICE)
    ledger = open_ledger()
    ledger.record(erasure(record))
    assert ledger.move()
    monkeypatch.setattr(Mover, "move", lambda self, *, is_last=False: True)
    shutil.copytree(tmp_path / "late", tmp_path / "spool", dirs_exist_ok=True)

    assert ledger.history(record.id) == []


# -- what fails ----------------------------------------------------------------------------------------------


def test_a_database_that_is_down_shows_nothing_and_works_again_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "later"
    url, record = f"sqlite:///{folder / 'consent.db'}", grant()
    with closing(Ledger(url, spool=tmp_path / "spool", secret_key=SECRET)) as ledger:
        ledger.record(record, NOTICE)
        for ask in (ledger.history, ledger.notice):
            with pytest.raises(NotReadable):
                ask(record.id)
        folder.mkdir()
        with pytest.raises(NotReadable, match="just failed"):
            ledger.history(record.id)
        monkeypatch.setattr(own_records_module, "_PAUSE", 0.0)
        assert ledger.history(record.id) == [record]


def test_a_crowd_of_readers_leaves_connections_to_others(
    open_ledger: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_records_module, "_PATIENCE", 0.0)
    ledger, record = open_ledger(durable="database"), grant()
    ledger.record(record, NOTICE)
    begun, go_on = threading.Semaphore(0), threading.Event()
    find = own_records_module.find

    def slow(*given: Any) -> Any:
        begun.release()
        go_on.wait()
        return find(*given)

    monkeypatch.setattr(own_records_module, "find", slow)
    found: list[Any] = []
    threads = [
        threading.Thread(target=lambda: found.append(ledger.history(record.id))) for _ in range(MOST_READERS)
    ]
    for thread in threads:
        thread.start()
    for _ in threads:
        begun.acquire()

    with pytest.raises(NotReadable, match="too many"):
        ledger.history(record.id)
    other = grant()
    ledger.record(other, NOTICE)
    go_on.set()
    for thread in threads:
        thread.join()
    assert found == [[record]] * MOST_READERS
    assert ledger.history(other.id) == [other]


def test_a_spool_that_is_too_long_is_not_looked_through(
    open_ledger: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger, record = open_ledger(), grant()
    ledger.record(record, NOTICE)
    monkeypatch.setattr(waiting, "MOST_WAITING", 10)

    with pytest.raises(NotReadable, match="spool"):
        ledger.history(record.id)


def test_a_closed_ledger_shows_nothing(open_ledger: Open) -> None:
    ledger = open_ledger()
    ledger.close()

    with pytest.raises(NotReadable):
        ledger.history("0" * 32)

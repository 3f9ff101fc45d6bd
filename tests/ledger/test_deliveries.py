"""Withdrawals reach the site's hook: each at least once, whatever happens to processes and databases."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import delete, func, select, update

from consentgate.ledger import Event, Ledger, LedgerError, Record
from consentgate.ledger.database import appending, storing, versions
from consentgate.ledger.database.connections import connect_to, database_url, reading, upgrade_tables
from consentgate.ledger.database.deliveries import WAITS_FOR, Backoff
from consentgate.ledger.database.schema import deliveries, hooks, objections, queued, records
from consentgate.ledger.database.storing import row_of
from consentgate.ledger.delivering import deliverer
from consentgate.ledger.delivering.courier import Pace
from consentgate.ledger.delivering.deliverer import Delivered
from tools.postgres import Postgres

from .conftest import Open
from .partners import QUICK, Partner, queue, reduction, renewal, until
from .records import DAY, NOTICE, NOW, grant, kept, refusal, verified, withdrawal

STATS, FILMS = "stats", "films"
ALL = {STATS: True, FILMS: True}


@pytest.fixture
def partner() -> Iterator[Partner]:
    made = Partner()
    yield made
    made.released.set()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliverer, "PACE", QUICK)
    monkeypatch.setattr(deliverer, "_FAREWELL", 0.0)


@pytest.fixture(params=["disk", "database"])
def ledger(request: pytest.FixtureRequest, open_ledger: Open, partner: Partner) -> Ledger:
    return open_ledger(durable=request.param, on_withdrawal=partner)


def withdraw(ledger: Ledger, **values: Any) -> Record:
    """Consent and withdraw; return the withdrawal."""
    given = grant(services=ALL)
    ledger.record(given, NOTICE)
    back = withdrawal(given, withdrawn=(FILMS, STATS), **values)
    ledger.record(back, NOTICE)
    return back


# -- what it is told -----------------------------------------------------------------------------------------


def test_the_hook_is_told_of_each_withdrawal_and_each_reduction_in_order(
    ledger: Ledger, partner: Partner
) -> None:
    given = grant(services=ALL)
    less = reduction(given, FILMS)
    again = renewal(less)
    back = withdrawal(again, withdrawn=(STATS,))
    for record in (grant(), given, less, refusal(), again, back):
        ledger.record(record, NOTICE)

    until(lambda: len(partner.told) == 2)

    assert partner.told == [(less, (FILMS,)), (back, (STATS,))]
    until(lambda: queue(ledger) == [])
    assert ledger.deliver() == Delivered(2, 0, 0)
    assert ledger.deliver() == Delivered(0, 0, 0)


def test_to_deliver_at_once_waits_until_the_hook_was_called(ledger: Ledger, partner: Partner) -> None:
    backs = [withdraw(ledger) for _ in range(10)]

    ledger.deliver()

    assert sorted(partner.ids) == sorted(back.id for back in backs)


def test_a_service_that_the_policy_has_not_any_more_is_withdrawn_too(
    open_ledger: Open, partner: Partner
) -> None:
    ledger = open_ledger(on_withdrawal=partner)
    given = grant(services={"old": True, STATS: True, FILMS: False})
    ledger.record(given)
    ledger.record(
        grant(event=Event.WITHDRAWN, replaces=given.id, services={STATS: False}, withdrawn=(STATS,))
    )

    ledger.deliver()

    assert partner.told[0][1] == ("old", STATS)


def test_a_withdrawal_says_itself_what_was_granted_where_the_ledger_does_not_know(
    open_ledger: Open, partner: Partner
) -> None:
    """As for consent from before there was a ledger."""
    ledger = open_ledger(on_withdrawal=partner)
    ledger.record(withdrawal(grant(services=ALL), withdrawn=(FILMS,)))

    ledger.deliver()

    assert partner.told[0][1] == (FILMS,)


# -- a hook that fails ---------------------------------------------------------------------------------------


def test_a_hook_that_fails_is_called_until_it_works_and_the_log_says_so_once(
    ledger: Ledger, partner: Partner, caplog: pytest.LogCaptureFixture
) -> None:
    back = grant(event=Event.WITHDRAWN, services={}, id="b" * 32)
    partner.failures = {back.id: 4}
    partner.error = lambda: ConnectionError("jane@example.org")

    ledger.record(back)
    until(lambda: partner.told != [])
    until(lambda: "works again" in caplog.text)

    assert queue(ledger) == []
    assert partner.tried == [back.id] * 5
    [failed, works] = [one.getMessage() for one in caplog.records if "on_withdrawal" in one.getMessage()]
    assert failed.startswith("on_withdrawal failed (ConnectionError, partners.py:")
    assert works == "on_withdrawal works again"
    assert "jane" not in caplog.text
    assert back.id not in caplog.text


def test_a_failure_of_another_kind_is_logged_again(
    open_ledger: Open, partner: Partner, caplog: pytest.LogCaptureFixture
) -> None:
    kinds = iter([KeyError, KeyError, SystemExit, SystemExit, ValueError])
    partner.error = lambda: next(kinds)()
    ledger = open_ledger(on_withdrawal=partner)
    partner.failures = {"b" * 32: 5}

    ledger.record(grant(event=Event.WITHDRAWN, id="b" * 32))
    until(lambda: partner.told != [])

    said = [one.getMessage() for one in caplog.records if "on_withdrawal failed" in one.getMessage()]
    assert [text.partition("(")[2].partition(",")[0] for text in said] == [
        "KeyError",
        "SystemExit",
        "ValueError",
    ]


def test_one_that_always_fails_does_not_hold_up_others(ledger: Ledger, partner: Partner) -> None:
    bad = [grant(event=Event.WITHDRAWN) for _ in range(6)]
    partner.failures = {one.id: sys.maxsize for one in bad}
    for one in bad:
        ledger.record(one)
    until(lambda: {*partner.tried} == {one.id for one in bad})

    good = [withdraw(ledger) for _ in range(6)]
    until(lambda: len(partner.told) == 6)

    assert sorted(partner.ids) == sorted(one.id for one in good)
    until(lambda: len(queue(ledger)) == 6)
    assert {row.error for row in queue(ledger)} <= {"ConnectionError", ""}


def test_what_a_visitor_withdraws_later_waits_for_what_fails_but_not_for_good(
    open_ledger: Open, partner: Partner
) -> None:
    ledger = open_ledger(on_withdrawal=partner)
    given = grant(services=ALL)
    less = reduction(given, FILMS)
    again = renewal(less)
    back = withdrawal(again, withdrawn=(STATS,))
    partner.failures = {less.id: WAITS_FOR + 2}

    for record in (given, less, again, back):
        ledger.record(record)
    until(lambda: len(partner.told) == 2)

    assert partner.tried[:WAITS_FOR] == [less.id] * WAITS_FOR
    assert back.id in partner.tried[WAITS_FOR : WAITS_FOR + 2]
    assert partner.ids == [back.id, less.id]


def test_the_pause_grows_with_each_failure_up_to_a_limit() -> None:
    backoff = Backoff(1.0, 900.0)

    assert [backoff.after(attempts) for attempts in (1, 2, 3, 10, 11, 10_000)] == [1, 2, 4, 512, 900, 900]


# -- a hook that takes long ----------------------------------------------------------------------------------


def test_a_hook_that_hangs_stops_neither_records_nor_others_nor_the_end(
    open_ledger: Open, partner: Partner
) -> None:
    ledger = open_ledger(on_withdrawal=partner)
    stuck = grant(event=Event.WITHDRAWN)
    partner.hangs = {stuck.id}
    ledger.record(stuck)
    until(lambda: partner.tried == [stuck.id])

    backs = [withdraw(ledger) for _ in range(5)]
    assert ledger.move()
    until(lambda: len(partner.told) == 5)
    assert sorted(partner.ids) == sorted(back.id for back in backs)
    ledger.close()

    assert len(kept(ledger)) == 11
    # It was not delivered as far as anybody knows.
    assert [row.id for row in queue(ledger)] == [stuck.id]


def test_a_call_that_takes_too_long_counts_as_failed(
    open_ledger: Open, partner: Partner, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    pace = Pace(at_once=1, most_hanging=2, longest_call=0.05, hold=0.06, backoff=Backoff(0.01, 0.01))
    monkeypatch.setattr(deliverer, "PACE", pace)
    ledger = open_ledger(on_withdrawal=partner)
    stuck = grant(event=Event.WITHDRAWN)
    partner.hangs = {stuck.id}

    ledger.record(stuck)
    until(lambda: len(partner.tried) == 2)
    until(lambda: [row.error for row in queue(ledger)] == ["hangs"])

    assert "on_withdrawal failed (hangs, for too long)" in caplog.text
    # No more than so many threads are left hanging.
    assert ledger.deliver().waiting == 1
    assert len(partner.tried) == 2
    partner.released.set()
    until(lambda: queue(ledger) == [])


def test_a_call_that_ends_while_the_process_does_is_not_repeated(
    open_ledger: Open, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliverer, "_FAREWELL", 600.0)
    ledger = open_ledger(on_withdrawal=partner)
    back = grant(event=Event.WITHDRAWN)
    partner.hangs = {back.id}
    ledger.record(back)
    until(lambda: partner.tried == [back.id])
    until(lambda: bool(queue(ledger)))
    partner.released.set()

    ledger.close()

    assert queue(ledger) == []


# -- several processes ---------------------------------------------------------------------------------------


def test_no_two_deliver_the_same_at_the_same_time(open_ledger: Open, partner: Partner) -> None:
    other = Partner()
    ledger, second = open_ledger(on_withdrawal=partner), open_ledger(on_withdrawal=other)
    back = grant(event=Event.WITHDRAWN)
    partner.hangs = {back.id}
    ledger.record(back)
    until(lambda: partner.tried == [back.id])

    assert second.deliver() == Delivered(0, 0, 1)
    partner.released.set()
    until(lambda: queue(ledger) == [])

    assert (partner.ids, other.ids) == ([back.id], [])


def test_what_a_killed_process_has_held_is_delivered_by_another(open_ledger: Open, partner: Partner) -> None:
    other = Partner()
    ledger = open_ledger(on_withdrawal=partner)
    back = grant(event=Event.WITHDRAWN)
    partner.hangs = {back.id}
    ledger.record(back)
    until(lambda: partner.tried == [back.id])
    ledger.close()

    second = open_ledger(on_withdrawal=other)
    assert second.deliver() == Delivered(0, 0, 1)
    with second.engine().begin() as connection:
        # So much later.
        connection.execute(update(deliveries).values(held_until=1.0))

    assert second.deliver().waiting == 0
    assert other.ids == [back.id]


def test_a_delivery_is_held_for_as_long_as_the_call_takes(
    open_ledger: Open, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliverer, "PACE", Pace(hold=0.3, backoff=Backoff(0.01, 0.05)))
    ledger = open_ledger(on_withdrawal=partner)
    back = grant(event=Event.WITHDRAWN)
    partner.hangs = {back.id}
    ledger.record(back)
    until(lambda: partner.tried == [back.id])
    [first] = queue(ledger)

    until(lambda: queue(ledger)[0].held_until > first.held_until + 0.3)

    assert partner.tried == [back.id]


def test_what_waits_is_delivered_after_a_restart_without_any_visitor(
    open_ledger: Open, partner: Partner
) -> None:
    ledger = open_ledger(on_withdrawal=partner)
    back = grant(event=Event.WITHDRAWN)
    partner.failures = {back.id: sys.maxsize}
    ledger.record(back)
    until(lambda: back.id in partner.tried)
    ledger.close()

    later = Partner()
    open_ledger(on_withdrawal=later)
    until(lambda: later.ids == [back.id])


def test_a_mover_without_the_hook_loses_nothing(open_ledger: Open, partner: Partner) -> None:
    open_ledger(on_withdrawal=partner).close()
    without = open_ledger()
    backs = [withdraw(without) for _ in range(3)]
    without.move()
    without.close()

    later = Partner()
    open_ledger(on_withdrawal=later).deliver()
    assert sorted(later.ids) == sorted(back.id for back in backs)
    assert partner.told == []


def test_many_that_came_while_there_was_no_hook_are_queued_in_small_batches(
    open_ledger: Open, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consentgate.ledger.database.queueing._BATCH", 3)
    open_ledger(on_withdrawal=partner).close()
    first, second = open_ledger(), open_ledger(durable="database")
    backs = [withdraw(one) for one in (first, second) for _ in range(7)]
    first.move()

    open_ledger(on_withdrawal=partner).deliver()

    assert sorted(partner.ids) == sorted(back.id for back in backs)


def test_a_site_without_a_hook_keeps_nothing_for_one(open_ledger: Open, partner: Partner) -> None:
    ledger = open_ledger()
    withdraw(ledger)
    ledger.move()

    with reading(ledger.engine()) as connection:
        for table in (hooks, queued, deliveries):
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 0

    # What was withdrawn before there was one is not for it.
    with_hook = open_ledger(on_withdrawal=partner)
    back = withdraw(with_hook)
    with_hook.deliver()
    assert partner.ids == [back.id]


def test_a_withdrawal_is_delivered_although_its_record_is_gone_meanwhile(
    open_ledger: Open, partner: Partner
) -> None:
    ledger = open_ledger(on_withdrawal=partner)
    partner.failures = {"b" * 32: sys.maxsize}
    ledger.record(grant(event=Event.WITHDRAWN, id="b" * 32))
    until(lambda: len(partner.tried) > 1)

    with ledger.engine().begin() as connection:
        connection.execute(delete(objections))
    partner.failures = {}

    until(lambda: partner.ids == ["b" * 32])


def test_what_no_hook_takes_is_purged_with_the_records_of_its_time(
    open_ledger: Open, partner: Partner, caplog: pytest.LogCaptureFixture
) -> None:
    ledger = open_ledger(on_withdrawal=partner)
    old, young = grant(event=Event.WITHDRAWN), grant(event=Event.WITHDRAWN, at=NOW + 30 * DAY)
    partner.failures = {old.id: sys.maxsize, young.id: sys.maxsize}
    ledger.record(old)
    ledger.record(young)
    until(lambda: {*partner.tried} == {old.id, young.id})

    assert ledger.purge(NOW + 3 * 366 * DAY).objections == 1

    assert [row.id for row in queue(ledger)] == [young.id]
    assert "on_withdrawal has not taken 1 withdrawals for so long that they were purged" in caplog.text


# -- erasure -------------------------------------------------------------------------------------------------


def erasure(of: Record, *services: str) -> Record:
    """The order to erase a record and its history."""
    return Record(
        Event.ERASED,
        at=NOW + DAY,
        host="example.org",
        controller="Example Ltd",
        replaces=of.id,
        control="erase",
        withdrawn=services,
    )


def told_erased(partner: Partner) -> dict[str, tuple[str, ...]]:
    """The services of each consent of whose erasure a partner was told."""
    return {one.replaces: services for one, services in partner.told if one.event is Event.ERASED}


def test_an_erasure_is_told_for_each_consent_that_it_erases(ledger: Ledger, partner: Partner) -> None:
    given = grant(services=ALL)
    less = reduction(given, FILMS)
    again = renewal(less)
    for record in (given, less, again, erasure(again, STATS)):
        ledger.record(record, NOTICE)

    until(lambda: len(told_erased(partner)) == 3)
    ledger.deliver()

    expected = {given.id: (FILMS, STATS), less.id: (STATS,), again.id: (STATS,)}
    assert told_erased(partner) == expected
    records_told = [one for one, _ in partner.told if one.event is Event.ERASED]
    assert len({one.id for one in records_told}) == 3
    assert {one.controller for one in records_told} == {"Example Ltd"}
    assert kept(ledger) == []
    assert queue(ledger) == []
    assert verified(ledger).faults == ()


def test_what_arrives_only_after_its_erasure_is_told_too(open_ledger: Open, partner: Partner) -> None:
    ledger = open_ledger(durable="database", on_withdrawal=partner)
    given, other = grant(services=ALL), grant(services=ALL)
    ledger.record(erasure(given, FILMS))
    ledger.record(erasure(other))
    ledger.deliver()
    # The gate knows what was granted by the cookie; by what is only in a record nobody knows yet.
    assert told_erased(partner) == {given.id: (FILMS,)}

    ledger.record(other)
    ledger.deliver()

    assert told_erased(partner) == {given.id: (FILMS,), other.id: (FILMS, STATS)}
    assert kept(ledger) == []


def test_an_erasure_waits_for_what_the_same_consent_has_taken_back(
    open_ledger: Open, partner: Partner
) -> None:
    ledger = open_ledger(on_withdrawal=partner)
    given = grant(services=ALL)
    less = reduction(given, FILMS)
    partner.failures = {less.id: 3}
    ledger.record(given)
    ledger.record(less)
    until(lambda: less.id in partner.tried)

    ledger.record(erasure(less, STATS))
    until(lambda: len(partner.told) == 3)

    of_less = [(one.event, services) for one, services in partner.told if less.id in (one.id, one.replaces)]
    assert of_less == [(Event.REDUCED, (FILMS,)), (Event.ERASED, (STATS,))]


def test_a_site_without_a_hook_keeps_nothing_of_an_erasure(open_ledger: Open) -> None:
    ledger = open_ledger(durable="database")
    given = grant(services=ALL)
    ledger.record(given)
    ledger.record(erasure(given, STATS))

    assert queue(ledger) == []


# -- two versions --------------------------------------------------------------------------------------------


def test_what_a_process_of_the_version_before_stores_is_delivered(
    open_ledger: Open, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger, old = open_ledger(on_withdrawal=partner), open_ledger(durable="database")

    def old_row(*given: Any) -> dict[str, Any]:
        return {key: value for key, value in row_of(*given).items() if key != "withdrawn"}

    for module in (storing, appending):
        monkeypatch.setattr(module, "row_of", old_row)
    given = grant(services=ALL, form=1)
    back, orphan = withdrawal(given, form=1), withdrawal(grant(services=ALL), form=1)
    for record in (given, back, orphan):
        old.record(record, NOTICE)

    ledger.deliver()

    told = {record.id: services for record, services in partner.told}
    assert told == {back.id: (FILMS, STATS), orphan.id: (FILMS, STATS)}
    assert verified(ledger).faults == ()
    with reading(ledger.engine()) as connection:
        assert connection.execute(select(objections.c.withdrawn)).scalars().all() == [None, None]


def test_tables_of_the_version_before_are_brought_up_to_date(
    url: str, open_ledger: Open, partner: Partner
) -> None:
    engine = connect_to(database_url(url))
    with engine.begin() as connection:
        command.upgrade(versions._config(connection), "0003")
    engine.dispose()
    with pytest.raises(LedgerError, match=r"older version \(0003\): run `consentgate ledger upgrade`"):
        open_ledger(on_withdrawal=partner)

    upgrade_tables(database_url(url))

    ledger = open_ledger(on_withdrawal=partner)
    back = withdraw(ledger)
    ledger.deliver()
    assert partner.ids == [back.id]
    with reading(ledger.engine()) as connection:
        assert connection.execute(select(func.count()).select_from(records)).scalar_one() == 1


# -- a database that fails -----------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_server_that_is_killed_during_a_delivery_loses_none(
    postgres: Postgres, url: str, open_ledger: Open, partner: Partner, caplog: pytest.LogCaptureFixture
) -> None:
    ledger = open_ledger(on_withdrawal=partner)
    first = grant(event=Event.WITHDRAWN)
    partner.hangs = {first.id}
    ledger.record(first)
    until(lambda: partner.tried == [first.id])
    try:
        postgres.kill()
        second = grant(event=Event.WITHDRAWN)
        ledger.record(second)
        partner.released.set()
        until(lambda: first.id in partner.ids)
    finally:
        postgres.start()

    until(lambda: {first.id, second.id} <= {*partner.ids})
    while not ledger.move():
        pass
    until(lambda: queue(ledger) == [])
    with caplog.at_level(logging.ERROR):
        assert ledger.deliver().waiting == 0


# -- what is no hook -----------------------------------------------------------------------------------------


async def later(record: Record, services: tuple[str, ...]) -> None:
    """A hook that nothing awaits."""


class Later:
    async def __call__(self, record: Record, services: tuple[str, ...]) -> None:
        """The same."""


def none_given() -> None:
    """A function that takes nothing."""


EXPECTED = "on_withdrawal: expected a function that takes a record and the services withdrawn"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("shop.partners.tell", f"{EXPECTED}, not the text"),
        (5, f"{EXPECTED}, not 5"),
        (
            later,
            f"{EXPECTED}, not the coroutine function later: it is called in a thread without an event loop",
        ),
        (partial(later), f"{EXPECTED}, not the coroutine function partial"),
        (Later(), f"{EXPECTED}, not the coroutine function Later"),
        (none_given, rf"{EXPECTED}; none_given takes \(\)"),
    ],
)
def test_what_is_no_hook_is_refused_with_what_was_expected(tmp_path: Path, wrong: Any, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        Ledger(f"sqlite:///{tmp_path / 'consent.db'}", on_withdrawal=wrong)
    assert [*tmp_path.iterdir()] == []


def test_a_function_that_returns_a_coroutine_has_failed(
    open_ledger: Open, partner: Partner, caplog: pytest.LogCaptureFixture
) -> None:
    ledger = open_ledger(on_withdrawal=lambda record, services: later(record, services))
    ledger.record(grant(event=Event.WITHDRAWN))

    ledger.deliver()

    assert [row.error for row in queue(ledger)] == ["NotCarriedOut"]
    assert "on_withdrawal failed (NotCarriedOut" in caplog.text


def test_a_function_that_runs_an_event_loop_is_a_hook(open_ledger: Open, partner: Partner) -> None:
    async def tell(record: Record, services: tuple[str, ...]) -> None:
        partner(record, services)

    ledger = open_ledger(on_withdrawal=lambda record, services: asyncio.run(tell(record, services)))
    back = withdraw(ledger)

    ledger.deliver()

    assert partner.ids == [back.id]


def test_to_deliver_without_a_hook_says_what_is_missing(open_ledger: Open) -> None:
    with pytest.raises(ValueError, match="on_withdrawal: expected the function to call"):
        open_ledger().deliver()

"""Counts of decisions, in SQLite and PostgreSQL."""

from __future__ import annotations

import datetime
import tracemalloc
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from consentgate.ledger import Event, Ledger, Record
from consentgate.ledger.database import statistics as module
from consentgate.ledger.database.connections import reading
from consentgate.ledger.database.schema import counts, records
from consentgate.ledger.database.statistics import Answers, Selection, Statistics, statistics

from .conftest import Open
from .records import DAY, NOTICE, NOW, grant, refusal, withdrawal

TODAY = datetime.date(2026, 11, 18)


def day(number: int) -> datetime.date:
    return TODAY + datetime.timedelta(days=number)


def kept(ledger: Ledger, *given: Record) -> None:
    for record in given:
        ledger.record(record, NOTICE)
    assert ledger.move()


def counted(ledger: Ledger, **selected: Any) -> Statistics:
    with reading(ledger.engine()) as connection:
        return statistics(connection, Selection(**selected))


def happened(events: Any) -> dict[Event, int]:
    return {event: count for event, count in events.items() if count}


def test_an_empty_ledger_has_counts_of_nothing(open_ledger: Open) -> None:
    found = counted(open_ledger())

    assert found.days == {}
    assert set(found.events.values()) == {0}
    assert found.hosts.rows == found.policies.rows == found.services.rows == {}


def test_each_thing_is_counted_by_event(open_ledger: Open) -> None:
    ledger = open_ledger()
    given = grant()
    kept(
        ledger,
        given,
        grant(event=Event.RENEWED, language="de", at=NOW + DAY),
        grant(event=Event.REDUCED, host="shop.example", at=NOW + DAY),
        withdrawal(given, at=NOW + 2 * DAY),
        refusal(),
        refusal(),
        refusal(event=Event.OBJECTED, control="object"),
        refusal(event=Event.PERMITTED, control="permit"),
    )

    found = counted(ledger)

    assert happened(found.events) == {
        Event.GIVEN: 1,
        Event.RENEWED: 1,
        Event.REDUCED: 1,
        Event.WITHDRAWN: 1,
        Event.REFUSED: 2,
        Event.OBJECTED: 1,
        Event.PERMITTED: 1,
    }
    assert [*found.days] == [TODAY, day(1), day(2)]
    assert happened(found.days[day(1)]) == {Event.RENEWED: 1, Event.REDUCED: 1}
    assert happened(found.languages.rows["de"]) == {Event.RENEWED: 1}
    assert happened(found.hosts.rows["shop.example"]) == {Event.REDUCED: 1}
    assert happened(found.controls.rows["refuse"]) == {Event.REFUSED: 2}
    assert [*found.languages.rows] == ["en", "de"]


def test_where_a_refusal_was_made_is_not_known(open_ledger: Open) -> None:
    ledger = open_ledger()
    kept(ledger, grant(source="choices"), refusal())

    assert {place: happened(one) for place, one in counted(ledger).sources.rows.items()} == {
        "choices": {Event.GIVEN: 1}
    }


def test_a_period_has_both_its_days(open_ledger: Open) -> None:
    ledger = open_ledger()
    midnight = NOW - NOW % DAY
    for at in (midnight - 1, midnight, midnight + DAY - 1, midnight + DAY):
        kept(ledger, grant(at=at), refusal(at=at - at % DAY))

    found = counted(ledger, since=TODAY, until=TODAY)

    assert [*found.days] == [TODAY]
    assert happened(found.events) == {Event.GIVEN: 2, Event.REFUSED: 2}
    assert happened(counted(ledger, since=TODAY).events) == {Event.GIVEN: 3, Event.REFUSED: 3}
    assert happened(counted(ledger, until=day(-1)).events) == {Event.GIVEN: 1, Event.REFUSED: 1}


def test_one_host_is_counted(open_ledger: Open) -> None:
    ledger = open_ledger()
    kept(ledger, grant(), grant(host="shop.example"), refusal(), refusal(host="shop.example"))

    found = counted(ledger, host="shop.example")

    assert happened(found.events) == {Event.GIVEN: 1, Event.REFUSED: 1}
    assert found.services.rows["stats"] == Answers(1, 0, 1)


def test_a_refusal_is_its_controllers_by_the_version_of_the_policy(open_ledger: Open) -> None:
    ledger = open_ledger()
    kept(
        ledger,
        grant(policy="a"),
        grant(policy="b", controller="Shop Ltd"),
        grant(policy="c", controller="Example Ltd"),
        grant(policy="c", controller="Shop Ltd"),
        *(refusal(policy=policy) for policy in "abbcdd"),
    )

    found = counted(ledger)

    assert {name: happened(events) for name, events in found.controllers.rows.items()} == {
        "Shop Ltd": {Event.GIVEN: 2, Event.REFUSED: 2},
        "Example Ltd": {Event.GIVEN: 2, Event.REFUSED: 1},
        # Nobody can tell whose these are.
        "": {Event.REFUSED: 3},
    }
    assert happened(counted(ledger, controller="Shop Ltd").events) == {Event.GIVEN: 2, Event.REFUSED: 2}


def test_answers_are_counted_for_each_service_and_category(open_ledger: Open) -> None:
    ledger = open_ledger()
    everything = {"services": {"stats": True, "films": True}, "categories": {"performance": True}}
    kept(
        ledger,
        grant(**everything),
        grant(**everything, at=NOW + DAY),
        grant(),
        refusal(),
        refusal(policy="none"),
    )

    found = counted(ledger)

    assert found.services.rows == {"stats": Answers(3, 0, 1), "films": Answers(2, 1, 1)}
    assert found.categories.rows["third-party"] == Answers(0, 1, 1)
    assert found.services.rows["films"].share == 0.5
    assert (found.to_all, found.to_some, found.unattributed) == (2, 1, 1)


def test_a_version_of_the_policy_has_the_day_on_which_it_was_first_seen(open_ledger: Open) -> None:
    ledger = open_ledger()
    kept(
        ledger,
        grant(policy="old", at=NOW - 9 * DAY),
        refusal(policy="old", at=NOW - NOW % DAY - 10 * DAY),
        grant(policy="old"),
        grant(policy="new"),
        refusal(policy="new", at=NOW - NOW % DAY + DAY),
    )

    # Whatever is selected: it was in effect before, too.
    assert counted(ledger, since=TODAY).first_seen == {"old": day(-10), "new": TODAY}


def test_made_up_hosts_do_not_fill_the_memory(open_ledger: Open) -> None:
    ledger = open_ledger()
    kept(ledger, grant(host="www.example.org"), grant(host="www.example.org"))
    with ledger.engine().begin() as connection:
        row = {"day": TODAY, "event": "refused", "policy": "p", "language": "en", "control": "refuse"}
        hosts = [f"{number:05}.example" for number in range(module.MOST + 20)]
        connection.execute(insert(counts), [{**row, "host": host, "count": 1} for host in hosts])

    found = counted(ledger).hosts

    assert len(found.rows) == module.MOST
    assert next(iter(found.rows)) == "www.example.org"
    assert found.left == 21
    assert happened(found.others) == {Event.REFUSED: 21}


def test_counting_takes_no_more_memory_for_more_decisions(open_ledger: Open) -> None:
    ledger = open_ledger()
    kept(ledger, grant())
    with ledger.engine().begin() as connection:
        row = dict(connection.execute(records.select()).one()._mapping)

    def peak(copies: int) -> int:
        """Add so many records, and return the most bytes that counting takes."""
        with ledger.engine().begin() as connection:
            more = [{**row, "writer": f"w{copies}", "seq": number} for number in range(copies)]
            connection.execute(insert(records), more)
        tracemalloc.start()
        try:
            assert sum(counted(ledger).events.values()) > copies
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    counted(ledger)
    # A list of these would take some four megabytes.
    assert peak(8000) - peak(100) < 200_000


EVENTS = st.sampled_from(
    [grant, lambda **values: withdrawal(grant(), **values), refusal]  # type: ignore[misc]
)
MADE = st.tuples(
    EVENTS,
    st.fixed_dictionaries(
        {
            "host": st.sampled_from(["a.example", "b.example"]),
            "language": st.sampled_from(["en", "de", ""]),
            "policy": st.sampled_from(["p", "q"]),
        }
    ),
    st.integers(0, 3),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=st.lists(MADE, max_size=20))
def test_every_table_adds_up_to_the_same_decisions(tmp_path_factory: Any, made: list[Any]) -> None:
    folder = tmp_path_factory.mktemp("ledger")
    ledger = Ledger(f"sqlite:///{folder / 'consent.db'}", secret_key="a key for these tests")
    try:
        records = [make(**values, at=NOW - NOW % DAY + DAY * number) for make, values, number in made]
        kept(ledger, *records)
        found = counted(ledger)
    finally:
        ledger.close()

    expected = Counter(record.event for record in records)
    assert happened(found.events) == expected
    for table in (found.hosts, found.languages, found.policies, found.controls, found.controllers):
        assert sum((Counter(happened(events)) for events in table.rows.values()), Counter()) == expected
    for name in ("host", "language", "policy"):
        by_value = Counter(getattr(record, name) for record in records)
        table = {"host": found.hosts, "language": found.languages, "policy": found.policies}[name]
        assert {value: sum(events.values()) for value, events in table.rows.items()} == by_value


@pytest.mark.parametrize("share", [Answers(), Answers(1), Answers(1, 1, 2)])
def test_a_share_is_of_all_answers(share: Answers) -> None:
    assert share.share == {0: None, 1: 1.0, 4: 0.25}[share.total]

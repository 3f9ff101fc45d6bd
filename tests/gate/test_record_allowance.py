"""No client can fill the ledger, and none keeps another from deciding."""

from __future__ import annotations

import pytest

from consentgate.gate import record_allowance
from consentgate.gate.record_allowance import OF_ALL, OF_ONE, Rate, RecordAllowance


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def monotonic(monkeypatch: pytest.MonkeyPatch) -> Clock:
    frozen = Clock()
    monkeypatch.setattr("time.monotonic", frozen)
    return frozen


def taken(allowance: RecordAllowance, client: str, tries: int) -> int:
    return sum(allowance.take(client) for _ in range(tries))


def test_a_client_may_send_some_at_once_and_then_fewer(monotonic: Clock) -> None:
    allowance = RecordAllowance()

    assert taken(allowance, "a", 1000) == OF_ONE.at_once
    monotonic.now += 60
    assert taken(allowance, "a", 1000) == 60 * OF_ONE.a_second
    monotonic.now += 1e6
    assert taken(allowance, "a", 1000) == OF_ONE.at_once


def test_no_client_takes_from_another(monotonic: Clock) -> None:
    allowance = RecordAllowance()

    assert taken(allowance, "a", 1000) == taken(allowance, "b", 1000) == OF_ONE.at_once


def test_those_who_cannot_be_told_apart_may_send_more(monotonic: Clock) -> None:
    assert taken(RecordAllowance(), "", 10_000) == OF_ALL.at_once > OF_ONE.at_once


def test_no_more_clients_are_remembered_than_there_is_room_for(
    monotonic: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_allowance, "_MOST_CLIENTS", 3)
    monkeypatch.setattr(record_allowance, "OF_ONE", Rate(1, 0))
    allowance = RecordAllowance()

    assert [allowance.take(client) for client in "abcda"] == [True] * 5
    assert not allowance.take("a")


def test_what_is_remembered_of_a_client_is_not_its_address(monotonic: Clock) -> None:
    allowance = RecordAllowance()
    allowance.take("203.0.115.9")

    assert b"203" not in b"".join(allowance._left._values)
    other = RecordAllowance()
    other.take("203.0.115.9")
    assert [*allowance._left._values] != [*other._left._values]

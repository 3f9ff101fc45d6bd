"""What is logged once, and how much in all."""

from __future__ import annotations

from consentgate.gate.log.once import MOST, MOST_IN_ALL, Once, Room


def test_each_thing_is_new_once_and_few_of_a_kind_are() -> None:
    once = Once()
    assert [once.is_new("host", "a.example") for _ in range(2)] == [True, False]
    assert once.is_new("cookie", "a.example")
    assert sum(once.is_new("host", f"{number}.example") for number in range(2 * MOST)) == MOST - 1


def test_several_share_the_room_that_there_is() -> None:
    room = Room()
    several = [Once(room) for _ in range(2 * MOST_IN_ALL // MOST)]
    assert sum(once.is_new("host", str(number)) for once in several for number in range(MOST)) == MOST_IN_ALL
    assert not several[-1].is_new("host", "new")
    # What browsers make up does not crowd out what the site does.
    assert several[-1].is_new("host", "made-up", "browsers")
    several[0].forget("host", "0")
    assert several[-1].is_new("host", "new")

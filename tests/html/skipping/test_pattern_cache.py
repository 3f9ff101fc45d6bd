"""Keeping what takes long to make for those who ask for it most."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentgate.html.skipping.pattern_cache import LfuCache


@pytest.fixture
def made() -> list[str]:
    return []


@pytest.fixture
def kept(made: list[str]) -> LfuCache[str, str]:
    def make(key: str) -> str:
        made.append(key)
        return key.upper()

    return LfuCache(make, 2)


def test_the_first_are_made_once_and_kept(kept: LfuCache[str, str], made: list[str]) -> None:
    assert [kept.get(key) for key in "abab"] == ["A", "B", "A", "B"]
    assert made == ["a", "b"]


def test_keys_that_are_asked_for_once_take_nobodys_place(kept: LfuCache[str, str], made: list[str]) -> None:
    for key in "abab":
        kept.get(key)
    assert {kept.get(f"key {number}") for number in range(1000)} == {None}
    assert [kept.get(key) for key in "ab"] == ["A", "B"]
    assert made == ["a", "b"]


def test_a_key_that_is_asked_for_more_gets_the_place_of_one_that_is_not(kept: LfuCache[str, str]) -> None:
    # What anybody can do: to be there first.
    for junk in ("junk 1", "junk 2"):
        kept.get(junk)
    assert [kept.get("site") for _ in range(4)] == [None, None, "SITE", "SITE"]
    assert {kept.get(f"junk {number}") for number in range(3, 100)} <= {
        None,
        *map("JUNK {}".format, range(100)),
    }
    assert kept.get("site") == "SITE"


@given(st.lists(st.sampled_from("abcdefgh"), max_size=200))
def test_never_more_than_so_many_are_kept(keys: list[str]) -> None:
    alive: set[str] = set()

    class Made:
        def __init__(self, key: str) -> None:
            self.key = key
            alive.add(key)

        def __del__(self) -> None:
            alive.discard(self.key)

    kept = LfuCache(Made, 3)
    for key in keys:
        found = kept.get(key)
        assert found is None or found.key == key
        del found
        assert len(alive) <= 3


def test_threads_that_ask_at_once_get_the_same(kept: LfuCache[str, str], made: list[str]) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(kept.get, ["a"] * 1000)) == {"A"}
    assert made == ["a"]

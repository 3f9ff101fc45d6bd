"""Ids of records in a form: only what was signed for the host is read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from consentgate.consent.signed_ids import SignedIds

HOST = "www.example.org"
ONE = SignedIds(["an old key of the tests", "a new key of the tests"])
IDS = st.lists(st.text("0123456789abcdef", min_size=32, max_size=32), min_size=1, max_size=3)


@given(IDS)
def test_what_was_signed_is_read_for_its_host_alone(ids: list[str]) -> None:
    signed = ONE.sign(ids, HOST)

    assert ONE.read(signed, HOST) == tuple(ids)
    assert ONE.read(signed, "shop.example.org") == ()
    assert SignedIds(["another key of the tests"]).read(signed, HOST) == ()
    assert SignedIds(["a new key of the tests", "a newer one"]).read(signed, HOST) == tuple(ids)


@given(IDS, st.data())
def test_every_changed_character_fails(ids: list[str], data: st.DataObject) -> None:
    signed = ONE.sign(ids, HOST)
    place = data.draw(st.integers(0, len(signed) - 1))
    other = data.draw(st.characters().filter(lambda one: one != signed[place]))

    assert ONE.read(signed[:place] + other + signed[place + 1 :], HOST) == ()


@given(st.text())
def test_whatever_a_form_brings_is_no_error(value: str) -> None:
    assert ONE.read(value, HOST) == ()

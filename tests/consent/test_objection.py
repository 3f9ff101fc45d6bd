"""Objections under UK law (A22) in the consent cookie, and what several cookies make of them."""

from __future__ import annotations

import base64
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy.measurements import UK_STATISTICS

from consentgate.consent import Choice, Consent, ConsentCookie, decide
from consentgate.consent.choice import (
    Decision,
    allow_more,
    granted_by_both,
    with_objection,
    without_objection,
)
from consentgate.consent.choice_validity import Validity
from consentgate.consent.cookie import _HEAD, _scope_digest
from consentgate.consent.coverage import UNOBJECTED, covered_by, digests, everything

from .support import DAY, NOW, cookie, policy, service, set_clock

COUNTED = f'[[cookie]]\nname = "visits"\ncategory = "necessary"\nreason = "uk-statistics"\n{UK_STATISTICS}'
UK = policy(COUNTED + service("stats") + cookie("_ab"), site='regime = "uk"')
EU = policy(service("stats"))
HOST = "www.example.org"
VALIDITY = Validity.of(UK.site)
COOKIE = ConsentCookie(["key"], validity=VALIDITY)
TODAY = NOW - NOW % DAY

DIGESTS = st.frozensets(st.binary(min_size=3, max_size=3), max_size=48)
SIGNALS = st.frozensets(st.sampled_from(("gpc", "dnt")))


@st.composite
def choices(draw: st.DrawFn, latest: int = NOW // DAY - 1) -> Choice:
    """Every kind of choice that can be made."""
    day = draw(st.integers(latest - 400, latest)) * DAY
    granted = draw(DIGESTS)
    if granted:
        objected = draw(st.one_of(st.none(), st.integers(latest - 400, latest).map(lambda day: day * DAY)))
        refused = draw(DIGESTS) - granted
        at = day + draw(st.integers(0, DAY - 1))
        return Choice(
            at, draw(st.binary(min_size=16, max_size=16)), granted, refused, draw(SIGNALS), objected
        )
    return draw(
        st.sampled_from(
            (
                Choice(day),
                Choice(day, permits=True),
                Choice(day, permits=True, is_answer=False),
                Choice(day, objected=day, is_answer=False),
            )
        )
    )


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch, NOW)


def value_of(choice: Choice) -> str:
    return COOKIE.set_cookie(choice, HOST).partition(";")[0].partition("=")[2]


def read(*values: str) -> Choice | None:
    return COOKIE.read(values, HOST)


# -- the cookie ----------------------------------------------------------------------------------------------


@given(choices())
def test_whatever_can_be_chosen_comes_back_while_it_is_valid(choice: Choice) -> None:
    found = read(value_of(choice))
    assert found == VALIDITY.valid_part(choice, NOW)
    assert len(COOKIE.set_cookie(choice, HOST)) < 512


@given(choices(), st.data())
def test_no_changed_character_is_accepted(choice: Choice, data: st.DataObject) -> None:
    value = value_of(choice)
    at = data.draw(st.integers(0, len(value) - 1))
    other = data.draw(st.sampled_from("AZaz09-_.").filter(lambda letter: letter != value[at]))
    assert read(f"{value[:at]}{other}{value[at + 1 :]}") is None


@given(st.binary(max_size=64))
def test_no_bytes_that_are_signed_raise_an_error(data: bytes) -> None:
    payload = base64.urlsafe_b64encode(_HEAD.pack(1, _scope_digest(HOST)) + data).rstrip(b"=")
    found = read(COOKIE._signers[-1].sign(payload).decode())
    # What is read is what would be written.
    assert found is None or COOKIE._validity.valid_part(found, NOW) == found


def test_all_who_only_object_on_one_day_send_the_same_bytes_without_an_id_A22(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = value_of(with_objection(None))
    set_clock(monkeypatch, TODAY + DAY - 1)
    assert value_of(with_objection(None)) == one
    assert value_of(with_objection(Choice(TODAY - 9 * DAY, permits=True, is_answer=False))) == one


def test_caches_tell_an_objection_from_a_refusal_by_its_length() -> None:
    refusal = len(value_of(decide(UK, "refuse")))
    assert refusal == 12 + 1 + 43
    for choice in (with_objection(None), without_objection(None), Choice(TODAY, permits=True)):
        assert len(value_of(choice)) > refusal


def test_an_objection_outlives_the_grant_beside_it_A22(monkeypatch: pytest.MonkeyPatch) -> None:
    grant = decide(UK, "accept")
    day = TODAY + 180 * DAY
    set_clock(monkeypatch, day + 60)
    objecting = with_objection(grant)
    assert (objecting.at, objecting.id, objecting.objected) == (grant.at, grant.id, day)
    value = value_of(objecting)
    set_clock(monkeypatch, grant.at + 183 * DAY)
    assert read(value) == Choice(day, objected=day, is_answer=False)
    set_clock(monkeypatch, day + 184 * DAY - 1)
    assert read(value) is not None
    set_clock(monkeypatch, day + 184 * DAY)
    assert read(value) is None


@given(choices())
def test_a_choice_from_the_future_is_none(choice: Choice) -> None:
    assert read(value_of(replace(choice, at=NOW + DAY))) is None


def test_an_objection_from_the_future_is_none() -> None:
    assert read(value_of(replace(decide(UK, "accept"), objected=TODAY + DAY))) is None


# -- several cookies -----------------------------------------------------------------------------------------


@given(st.lists(choices(), min_size=2, max_size=4))
def test_of_several_cookies_the_strictest_counts_whatever_their_order(several: list[Choice]) -> None:
    valid = [choice for choice in (read(value_of(one)) for one in several) if choice is not None]
    found = {read(*map(value_of, order)) for order in permutations(several)}
    if not valid:
        assert found == {None}
        return
    for one in found:
        assert one is not None
        assert len(one.granted) == min(len(choice.granted) for choice in valid)
        assert one.objects == any(choice.objects for choice in valid)
        # Who has refused is not asked.
        assert one.is_answer or not any(choice.is_answer and not choice.is_grant for choice in valid)


@given(choices(), choices())
def test_two_choices_grant_what_both_grant_and_object_where_one_does(one: Choice, other: Choice) -> None:
    both = granted_by_both(one, other)
    if one.is_answer and other.is_answer:
        assert both.granted == one.granted & other.granted
    else:
        assert both.granted in (one.granted, other.granted)
    assert both.objects or not (one.objects or other.objects)


# -- decisions -----------------------------------------------------------------------------------------------


@given(st.one_of(st.none(), choices()))
def test_an_objection_grants_nothing_and_takes_nothing_back_A22(before: Choice | None) -> None:
    after = with_objection(before)
    assert after.objects
    assert after.granted == (before.granted if before else frozenset())
    permitted = without_objection(after)
    assert not permitted.objects
    assert permitted.granted == after.granted
    assert permitted.is_answer == after.is_answer == bool(before and before.is_answer)


@pytest.mark.parametrize("decision", ["accept", "save"])
def test_consent_leaves_an_objection_where_it_is_A22(decision: Decision) -> None:
    for before in (with_objection(None), decide(UK, "refuse"), with_objection(decide(UK, "accept"))):
        after = decide(UK, decision, ["performance"], before=before)
        assert after.is_grant
        assert after.objected == TODAY
    for before in (None, without_objection(None), decide(UK, "accept")):
        assert not decide(UK, decision, ["performance"], before=before).objects
    more = allow_more(UK, with_objection(None), frozenset(), ["stats"])
    assert more is not None
    assert more.objects


def test_where_nothing_may_be_objected_to_a_grant_after_a_refusal_is_as_ever() -> None:
    assert decide(EU, "accept", before=decide(EU, "refuse")).objected is None


# -- what is in effect ---------------------------------------------------------------------------------------

NONE: frozenset[str] = frozenset()
GPC = frozenset(("gpc",))


@pytest.mark.parametrize(
    ("choice", "signals", "passes"),
    [
        (None, NONE, True),
        (None, GPC, False),
        (None, frozenset(("dnt",)), False),
        (decide(UK, "refuse"), NONE, False),
        (decide(UK, "withdraw"), NONE, False),
        (decide(UK, "accept"), NONE, True),
        (decide(UK, "accept", signals=GPC), GPC, False),
        (with_objection(decide(UK, "accept")), NONE, False),
        (without_objection(with_objection(decide(UK, "accept"))), NONE, True),
        (with_objection(None), NONE, False),
        (without_objection(with_objection(None)), NONE, True),
        (without_objection(decide(UK, "refuse")), NONE, True),
        (without_objection(decide(UK, "refuse")), GPC, False),
    ],
)
def test_it_passes_until_the_visitor_or_a_signal_objects_A22(
    choice: Choice | None, signals: frozenset[str], passes: bool
) -> None:
    consent = Consent.of_choice(UK, choice, signals)
    (claim,) = UK.claims.by_cookie("visits")
    assert consent.covers(claim, "/") == passes
    assert consent.objects == (not passes)
    assert consent.is_open == (passes or consent.is_given)


def test_what_may_be_objected_to_is_never_consented_to_A22() -> None:
    unasked = Consent.of_choice(UK, None, NONE)
    assert unasked.granted == {UNOBJECTED}
    assert not unasked.is_given
    assert unasked.asks
    assert not unasked.allows("stats")
    assert UNOBJECTED not in everything(UK)
    for ids in (["necessary"], ["necessary/own"], ["visits"], [""]):
        assert covered_by(UK, ids) == frozenset()
    assert UNOBJECTED not in decide(UK, "accept").granted
    assert list(digests(UK).values()).count(UNOBJECTED) == 1


def test_consent_by_ids_lets_pass_what_they_name_and_objects_otherwise_A22() -> None:
    assert UNOBJECTED not in Consent.of_ids(UK, ["stats"]).granted
    assert UNOBJECTED in Consent.of_ids(UK, ["necessary"]).granted
    counter = service("counter", "necessary", 'reason = "uk-appearance"')
    counting = policy(counter, site='regime = "uk"\nhosts = ["counter.example"]')
    assert UNOBJECTED in Consent.of_ids(counting, ["counter"]).granted
    assert Consent.of_ids(UK, []).granted == frozenset()


def test_a_policy_that_asks_for_nothing_else_asks_nobody_A22() -> None:
    only = policy(COUNTED, site='regime = "uk"')
    assert not Consent.of_choice(only, None, NONE).asks
    assert not Consent.of_choice(only, with_objection(None), NONE).asks
    # Something to ask for has been added since.
    assert Consent.of_choice(UK, with_objection(None), NONE).asks

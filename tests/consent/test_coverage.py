"""What a decision covers, now and after the policy has changed."""

import pytest

from consentgate import Consent, Policy, UnknownId
from consentgate.consent import Choice, decide
from consentgate.policy import UNDECLARED, Unit

from .support import cookie, policy, service

NONE: frozenset[str] = frozenset()
GPC = frozenset(("gpc",))
DNT = frozenset(("dnt",))


def consent(policy: Policy, choice: Choice | None, signals: frozenset[str] = NONE) -> Consent:
    return Consent.of_choice(policy, choice, signals)


def allowed(found: Consent) -> set[str]:
    """The ids that are allowed, but for what always is."""
    services = {s.id for s in found.policy.services}
    return {id for id in found.policy.ids | services if id != "necessary" and found.allows(id)}


TWO = policy(service("a") + service("b", "third-party"))


# -- the states ----------------------------------------------------------------------------------------------


def test_before_a_decision_nothing_is_allowed_and_the_visitor_is_asked():
    found = consent(TWO, None)
    assert allowed(found) == set()
    assert found.asks
    assert not found.is_open


@pytest.mark.parametrize("decision", ["refuse", "withdraw"])
def test_a_refusal_allows_nothing_and_is_not_asked_again(decision):
    found = consent(TWO, decide(TWO, decision, ("a", "performance")))
    assert allowed(found) == set()
    assert not found.asks
    assert not found.is_open


def test_accepting_allows_everything():
    found = consent(TWO, decide(TWO, "accept"))
    assert allowed(found) == {"a", "b", "performance", "third-party"}
    assert not found.asks
    assert found.is_open


def test_granting_a_category_allows_its_services():
    found = consent(TWO, decide(TWO, "save", ["performance"]))
    assert allowed(found) == {"a", "performance"}
    assert not found.asks


def test_granting_a_service_allows_it_alone():
    found = consent(TWO, decide(TWO, "save", ["b"]))
    assert allowed(found) == {"b"}
    assert not found.asks


def test_the_site_s_own_use_and_what_nobody_declared_are_granted_alone():
    asks_all = policy(service("a"), site='undeclared = "performance"\n')
    own = consent(asks_all, decide(asks_all, "save", ["performance/own"]))
    assert allowed(own) == {"performance"} and not own.covers_undeclared
    undeclared = consent(asks_all, decide(asks_all, "save", ["performance/undeclared"]))
    assert allowed(undeclared) == set() and undeclared.covers_undeclared


def test_saving_nothing_is_a_refusal():
    assert decide(TWO, "save") == decide(TWO, "refuse")


@pytest.mark.parametrize(
    "id", ["nobody", "", "*", "never", "necessary", "A", "a ", "\0", "\udc80", "performance\tx"]
)
def test_ids_that_mean_nothing_are_ignored_in_a_request(id):
    """`service=` and `service=*` come from forms that anyone can write."""
    assert not decide(Policy(), "save", [id]).is_grant
    assert not decide(TWO, "save", [id]).is_grant
    assert allowed(consent(TWO, decide(TWO, "save", [id, "b"]))) == {"b"}


def test_a_policy_without_units_asks_nothing_and_grants_nothing():
    quiet = policy()
    assert not consent(quiet, None).asks
    assert not decide(quiet, "accept").is_grant


# -- allows() ------------------------------------------------------------------------------------------------


def test_what_is_necessary_is_always_allowed():
    quiet = policy(service("pay", "necessary", 'reason = "payment"\npages = ["/checkout/*"]'))
    for found in (consent(quiet, None), consent(quiet, decide(quiet, "refuse")), Consent(quiet)):
        assert found.allows("necessary")
        assert found.allows("pay")


def test_what_is_never_opened_is_never_allowed():
    shut = policy(service("a") + service("shut", "never"))
    assert not consent(shut, decide(shut, "accept")).allows("shut")
    assert not Consent.of_ids(shut, ["shut"]).is_open


@pytest.mark.parametrize("id", ["nobody", "", "*", "never", "performanc"])
def test_an_unknown_id_is_an_error_in_code(id):
    with pytest.raises(UnknownId, match="the policy has no category or service"):
        Consent(TWO).allows(id)
    with pytest.raises(UnknownId):
        Consent.of_ids(TWO, ["a", id])


def test_the_error_for_an_unknown_id_helps():
    with pytest.raises(ValueError, match=r'"perfomance"; did you mean "performance"\?'):
        Consent(TWO).allows("perfomance")
    with pytest.raises(
        UnknownId, match=r'its categories are "necessary", "performance", "marketing", "third-party"$'
    ):
        Consent(TWO).allows("zzz")


def test_the_repr_shows_what_is_allowed_and_nothing_else():
    some = policy(service("stats") + service("film", "third-party") + cookie("_ab"))
    assert repr(Consent(some)) == str(Consent(some)) == "<Consent to nothing>"
    assert repr(Consent.of_ids(some, ["film"])) == '<Consent to "film">'
    assert repr(Consent.of_choice(some, decide(some, "save", ["performance"]), frozenset())) == (
        '<Consent to "performance", "stats">'
    )


def test_consent_can_be_made_from_ids_in_code():
    assert allowed(Consent.of_ids(TWO, [])) == set()
    assert allowed(Consent.of_ids(TWO, ["performance", "b"])) == {"performance", "a", "b"}
    assert Consent.of_ids(TWO, ["necessary"]).granted == frozenset()


# -- the policy changes --------------------------------------------------------------------------------------


def test_a_service_added_later_is_not_covered_and_is_asked():
    """B12."""
    grown = policy(service("a") + service("b", "third-party") + service("new"))
    found = consent(grown, decide(TWO, "accept"))
    assert allowed(found) == {"a", "b", "performance", "third-party"}
    assert not found.allows("new")
    assert found.asks


def test_a_category_added_later_is_not_covered_and_is_asked():
    grown = policy(service("a") + service("b", "third-party"), 'undeclared = "third-party"')
    found = consent(grown, decide(TWO, "accept"))
    assert not found.grants(Unit(UNDECLARED, "third-party"))
    assert found.allows("third-party")
    assert found.asks


def test_a_service_that_moves_to_another_category_is_asked_again():
    moved = policy(service("a", "third-party") + service("b", "third-party") + cookie("_ab"))
    found = consent(moved, decide(TWO, "accept"))
    assert allowed(found) == {"b", "performance", "third-party"}
    assert found.asks


def test_a_removed_service_asks_nobody():
    found = consent(policy(service("a")), decide(TWO, "accept"))
    assert allowed(found) == {"a", "performance"}
    assert not found.asks


def test_a_removed_service_that_was_all_of_a_grant_leaves_nothing_open():
    found = consent(policy(service("a")), decide(TWO, "save", ["b"]))
    assert not found.is_open
    assert not found.asks


def test_a_service_that_comes_back_is_still_covered():
    choice = decide(TWO, "accept")
    assert not consent(policy(service("a")), choice).asks
    assert consent(TWO, choice).allows("b")


def test_a_refusal_stands_whatever_is_added():
    grown = policy(service("a") + service("b", "third-party") + service("new"), 'undeclared = "third-party"')
    found = consent(grown, decide(TWO, "refuse"))
    assert not found.asks
    assert allowed(found) == set()


def test_what_a_partial_grant_refused_is_not_asked_again():
    choice = decide(TWO, "save", ["a"])
    assert not consent(TWO, choice).asks
    assert consent(policy(service("a") + service("b", "third-party") + service("c")), choice).asks


def test_texts_are_not_part_of_a_grant():
    reworded = policy(
        service(
            "a", rest='name = "Another name"\npurpose = "Other words"\nprivacy_url = "https://a.example/"'
        )
        + service("b", "third-party")
        + '[[category]]\nid = "third-party"\nname = "Partners"\n[[category]]\nid = "performance"\n'
    )
    found = consent(reworded, decide(TWO, "accept"))
    assert not found.asks
    assert allowed(found) == {"a", "b", "performance", "third-party"}


def test_the_order_of_the_file_is_not_part_of_a_grant():
    turned = policy(service("b", "third-party") + service("a"))
    assert not consent(turned, decide(TWO, "accept")).asks


def test_a_category_is_consent_to_the_sites_own_use_of_it():
    own = policy(cookie("_ab") + service("a"))
    found = consent(own, decide(own, "save", ["a"]))
    assert not found.allows("performance")
    (claim,) = own.claims.by_cookie("_ab")
    assert not found.covers(claim, "/")
    assert consent(own, decide(own, "save", ["performance"])).covers(claim, "/")


# -- more than 96 units --------------------------------------------------------------------------------------


def wide(count: int = 60, moved: str = "", extra: str = "") -> Policy:
    text = "".join(
        service(f"{kind[0]}{n}", "third-party" if f"{kind[0]}{n}" == moved else kind)
        for kind in ("performance", "third-party")
        for n in range(count)
    )
    return policy(text + extra)


def test_in_a_wide_policy_categories_are_covered_whole():
    many = wide()
    found = consent(many, decide(many, "save", ["performance"]))
    assert found.allows("performance")
    assert found.allows("p7")
    assert not found.allows("third-party")
    assert not found.allows("t7")
    assert not found.asks


def test_in_a_wide_policy_single_services_cannot_be_granted():
    many = wide()
    assert not decide(many, "save", ["p7"]).is_grant
    assert not Consent.of_ids(many, ["p7"]).allows("p7")
    assert not decide(many, "save", [f"p{n}" for n in range(59)]).is_grant


def test_in_a_wide_policy_a_changed_category_is_asked_again_and_the_others_stay():
    grown = wide(extra=service("new"))
    found = consent(grown, decide(wide(), "accept"))
    assert not found.allows("performance")
    assert not found.allows("p7")
    assert found.allows("t7")
    assert found.asks


def test_in_a_wide_policy_a_moved_service_asks_for_both_categories():
    found = consent(wide(moved="p7"), decide(wide(), "accept"))
    assert not found.is_open
    assert found.asks


def test_in_a_wide_policy_a_refusal_stands():
    assert not consent(wide(extra=service("new")), decide(wide(), "refuse")).asks


def test_a_policy_that_becomes_wide_asks_again_and_opens_nothing_by_itself():
    small, many = wide(40), wide(60)
    assert not consent(many, decide(small, "accept")).is_open
    assert consent(many, decide(small, "accept")).asks
    assert not consent(small, decide(many, "accept")).is_open


def test_a_policy_of_96_units_is_listed_and_one_of_97_is_wide():
    listed, shared = (policy("".join(service(f"s{n}") for n in range(count))) for count in (95, 96))
    assert Consent.of_ids(listed, ["s7"]).allows("s7")
    assert not Consent.of_ids(shared, ["s7"]).allows("s7")
    assert len(decide(listed, "accept").granted) == 96
    assert len(decide(shared, "accept").granted) == 1


# -- signals -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "sent", "is_open"),
    [
        (NONE, NONE, True),
        (NONE, GPC, False),
        (NONE, DNT, False),
        (GPC, NONE, True),
        (GPC, GPC, True),
        (GPC, DNT, False),
        (GPC, GPC | DNT, False),
        (GPC | DNT, GPC | DNT, True),
        (GPC | DNT, DNT, True),
    ],
)
def test_a_signal_denies_but_for_what_was_granted_while_it_was_sent(given, sent, is_open):
    choice = decide(TWO, "accept", (), given)
    found = consent(TWO, choice, sent)
    assert found.is_open is is_open
    assert allowed(found) == ({"a", "b", "performance", "third-party"} if is_open else set())
    assert not found.asks


def test_a_refusal_records_no_signals():
    assert decide(TWO, "refuse", (), GPC) == decide(TWO, "refuse")

"""`Consent.allowed` lists the ids that a page may use."""

from consentgate import Consent, Policy
from consentgate.consent.coverage import MOST_LISTED

SITE = '[site]\nname = "a"\ncontroller = "b"\ncontact = "c"\n'
PAY = '[[service]]\nid = "pay"\ncategory = "necessary"\nreason = "payment"\nhosts = ["pay.example"]\n'
NEVER = '[[service]]\nid = "shut"\ncategory = "never"\nhosts = ["shut.example"]\n'


def stats(many: int) -> str:
    return "".join(
        f'[[service]]\nid = "s{number}"\ncategory = "performance"\nhosts = ["s{number}.example"]\n'
        for number in range(many)
    )


def test_it_has_what_allows_is_true_for() -> None:
    policy = Policy.parse(SITE + PAY + NEVER + stats(2))
    assert Consent(policy).allowed == ("pay",)
    assert Consent.of_ids(policy, ["s1"]).allowed == ("pay", "s1")
    assert Consent.of_ids(policy, ["performance"]).allowed == ("pay", "performance", "s0", "s1")


def test_it_has_no_services_where_there_are_many() -> None:
    policy = Policy.parse(SITE + stats(MOST_LISTED + 1))
    assert Consent.of_ids(policy, ["performance"]).allowed == ("performance",)

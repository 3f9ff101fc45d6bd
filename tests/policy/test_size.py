"""A policy of ten thousand services: it loads, and a look-up costs what it costs with ten."""

import sys
from collections.abc import Callable

import pytest

from consentgate import Consent, Policy
from consentgate.consent import Judge, decide

SITE = '[site]\nname = "Example"\ncontroller = "Example Ltd"\ncontact = "privacy@example.org"\n'


def policy(count: int) -> Policy:
    """Return a policy of this many services, whose names are equally long."""
    numbers = range(10_000, 10_000 + count)
    return Policy.parse(
        SITE
        + "".join(
            f'[[service]]\nid = "s{n}"\ncategory = "performance"\nhosts = ["*.s{n}.example"]\n'
            f'cookies = [{{ name = "_s{n}_*" }}, {{ name = "exact{n}" }}]\n'
            for n in numbers
        )
    )


@pytest.fixture(scope="module")
def large() -> Policy:
    return policy(10_000)


def test_ten_thousand_services_are_found(large):
    assert len(large.services) == 10_000
    for n in (10_000, 14_999, 19_999):
        assert large.claims.by_cookie(f"_s{n}_x")[0].service == f"s{n}"
        assert large.claims.declared(f"www.s{n}.example", "/", own=False)[0][0].service == f"s{n}"
        assert Consent.of_ids(large, ["performance"]).allows(f"s{n}")


def steps(function: Callable[[], object]) -> int:
    """How many steps the interpreter takes to call `function`."""
    count = 0

    def trace(frame, event, _):
        nonlocal count
        frame.f_trace_opcodes = True
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function()
    finally:
        sys.settrace(before)
    return count


def request(policy: Policy) -> Callable[[], object]:
    """All that is asked for one request."""
    choice = decide(policy, "accept")

    def ask() -> None:
        consent = Consent.of_choice(policy, choice, frozenset())
        judge = Judge(consent, "www.example.org", "/")
        assert consent.allows("s10050")
        assert not consent.asks
        assert judge.url("www.s10050.example", "/x") is None
        assert judge.url("nobody.example", "/x") is not None
        assert judge.cookie("_s10050_x") is None
        assert judge.cookie("exact10050") is None
        assert judge.cookie("nobody") is not None

    ask()
    return ask


@pytest.mark.skipif(sys.gettrace() is not None, reason="something else traces already")
def test_a_request_takes_no_more_steps_for_more_services(large):
    # More than 96 units both, so that either covers its categories whole.
    few, many = steps(request(policy(100))), steps(request(large))
    assert few > 100
    assert abs(many - few) < few / 10

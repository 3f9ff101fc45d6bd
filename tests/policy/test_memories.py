"""What is remembered of a policy lives no longer than it."""

import gc
import weakref

from consentgate import Policy
from consentgate.policy.memories import remembered


def test_results_are_remembered_for_each_policy():
    asked = []

    @remembered(2)
    def length(policy, word):
        asked.append((policy, word))
        return len(word)

    one, other = Policy(), Policy()
    assert [length(one, "a"), length(one, "a"), length(other, "a"), length(one, "abc")] == [1, 1, 1, 3]
    assert asked == [(one, "a"), (other, "a"), (one, "abc")]


def test_a_policy_that_is_dropped_goes_at_once():
    @remembered(2)
    def name(policy):
        return policy.site.name

    policy = Policy()
    assert name(policy) == "This site"
    dropped = weakref.ref(policy)
    gc.disable()
    try:
        del policy
        assert dropped() is None
    finally:
        gc.enable()

"""Puts together what of a tour breaks which rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from consentgate.audit.observations import State
from consentgate.audit.tour import Tour
from consentgate.policy import Policy

from . import ease, prominence
from .contacts import ContactRules
from .findings import Finding, merged
from .rules import IN_WORDS, RULES
from .stored import StorageRules, set_by_refusing
from .verdicts import Verdicts


def judge_tour(
    tour: Tour, policy: Policy | None = None, aliases: Mapping[str, Sequence[str]] | None = None
) -> tuple[Finding, ...]:
    """Return what is wrong with the site of a tour, the worst first.

    It is judged by its `policy`; without one by what the catalogue knows, and then each third party needs
    consent. `aliases` are the names that hosts of the site's own lead to.
    """
    verdicts = Verdicts(tour.url, policy)
    contacts, storage = ContactRules(verdicts, aliases or {}), StorageRules(verdicts, set_by_refusing(tour))
    found = [
        finding
        for stage in tour.stages
        for rules in (contacts, storage)
        for finding in rules.broken_in(stage)
    ]
    needs_consent = any(one.level == "error" and one.state is State.UNDECIDED for one in found)
    found += ease.broken_in(tour, needs_consent=needs_consent)
    return merged((*found, *prominence.broken_in(tour), *_unseen(tour)))


def _unseen(tour: Tour) -> Iterator[Finding]:
    rule = "page-not-seen"
    for visit in tour.visits():
        if visit.problem:
            what = f"{IN_WORDS[visit.state]}, {visit.problem}"
            yield Finding(rule, "warning", visit.state, visit.url, what, RULES[rule].to_do, (visit.url,))

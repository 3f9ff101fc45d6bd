"""Judges whether no is as easy to say as yes, and yes as easy to take back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from consentgate.audit.absolute_urls import host_of
from consentgate.audit.observations import State
from consentgate.audit.tour import Stage, Tour

from .findings import Finding, Level
from .rules import IN_WORDS, RULES

_NO_QUESTION = "nothing was found that asks: neither a button that refuses nor one that accepts"
_ASK = "Ask before anything that needs consent, with a button that refuses beside the one that accepts"


def broken_in(tour: Tour, *, needs_consent: bool) -> Iterator[Finding]:
    """Yield what the ways to an answer break. A site that `needs_consent` for nothing needs no way to refuse,
    unless it asks."""
    refused, accepted, withdrawn = map(tour.stage, (State.REFUSED, State.ACCEPTED, State.WITHDRAWN))
    yes, no = _clicks(accepted), _clicks(refused)
    if refused is not None and no is None and (yes is not None or needs_consent):
        found = _finding(tour, "no-way-to-refuse", State.REFUSED, "no button or link that refuses was found")
        yield found if yes is not None else replace(found, what=_NO_QUESTION, to_do=_ASK)
    for stage in (refused, accepted):
        if stage is not None and stage.asks_again:
            what = f"{IN_WORDS[stage.state]}, the next page asks again"
            yield _finding(tour, "asked-again", stage.state, what, "warning")
    if yes is None:
        return
    if no is not None and no > yes:
        what = f"refusing takes {_in_words(no)}, accepting {_in_words(yes)}"
        yield _finding(tour, "refusing-is-farther", State.REFUSED, what)
    back = _clicks(withdrawn)
    if withdrawn is not None and back is None:
        what = "after consent, no link or button that withdraws it was found"
        yield _finding(tour, "no-way-to-withdraw", State.WITHDRAWN, what)
    elif back is not None and back > yes + 1:
        what = f"withdrawing takes {_in_words(back)}, accepting {_in_words(yes)}"
        yield _finding(tour, "withdrawing-is-farther", State.WITHDRAWN, what)


def _finding(tour: Tour, rule: str, state: State, what: str, level: Level = "error") -> Finding:
    page = next((visit.url for visit in tour.visits()), tour.url)
    return Finding(rule, level, state, host_of(page), what, RULES[rule].to_do, (page,))


def _clicks(stage: Stage | None) -> int | None:
    return stage.act.clicks if stage is not None and stage.act is not None else None


def _in_words(clicks: int) -> str:
    return "1 click" if clicks == 1 else f"{clicks} clicks"

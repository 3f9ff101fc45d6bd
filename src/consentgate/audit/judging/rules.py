"""The rules by which a site is judged: a row each, with the requirement behind it.

The codes are those of docs/requirements.md. An id never changes its meaning: baselines and ignores hold on to
it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from consentgate.audit.observations import State

WHEN = {
    State.UNDECIDED: "before-consent",
    State.REFUSED: "after-refusal",
    State.WITHDRAWN: "after-withdrawal",
}
"""The endings of the rules about what must not happen, by the state in which it must not."""

IN_WORDS = {
    State.UNDECIDED: "before any answer",
    State.REFUSED: "after a refusal",
    State.ACCEPTED: "after consent",
    State.WITHDRAWN: "after the withdrawal",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule. `title` says what is wrong, `why` which law says so, `to_do` what to do about it."""

    id: str
    title: str
    requirements: tuple[str, ...]
    why: str
    to_do: str


_STORING = (
    "ePrivacy Directive, Article 5(3): nothing is stored or read without consent but what is necessary."
)
_REFUSING = "ePrivacy Directive, Article 5(3): a refusal has to be effective."
_WITHDRAWING = "GDPR, Article 7(3): after a withdrawal, reading and writing stop at once."
_WHY = {State.UNDECIDED: _STORING, State.REFUSED: _REFUSING, State.WITHDRAWN: _WITHDRAWING}
_CODES = {State.UNDECIDED: "A1", State.REFUSED: "A5", State.WITHDRAWN: "A3"}

_DECLARE = "Declare it, and let the gate keep it back; or take it out"
_FAMILIES = {
    "third-party": ("Another host is contacted", ("A14", "A15"), _DECLARE),
    "hint": ("Browsers are asked to connect or report to another host", ("A14",), _DECLARE),
    "cookie": ("A cookie that is not necessary is set or kept", ("A4",), _DECLARE),
    "storage": ("Something that is not necessary is stored in the browser", ("A12",), _DECLARE),
    "own-path-tracker": (
        "A tracker is loaded from the site's own host",
        ("A17",),
        "Declare the service: the gate keeps it back wherever its file is kept",
    ),
    "cname-tracker": (
        "A host of the site's own leads to a tracker",
        ("A17",),
        "Declare the host as that of the service, so that the gate keeps it back",
    ),
}


def _closed_states() -> Iterator[Rule]:
    for family, (title, codes, to_do) in _FAMILIES.items():
        for state, ending in WHEN.items():
            yield Rule(
                f"{family}-{ending}",
                f"{title} {IN_WORDS[state]}",
                (_CODES[state], *codes),
                _WHY[state],
                to_do,
            )


_EASE = "CNIL, deliberation 2020-091, section 30: refusing has to be as easy as accepting."
_LOOKS = "CNIL, deliberation 2020-092, section 34: both answers are equally legible, in size and font."

RULES = {
    rule.id: rule
    for rule in (
        *_closed_states(),
        Rule(
            "undeclared-third-party",
            "A host is contacted that visitors were told nothing of",
            ("B7",),
            "GDPR, Article 4(11): consent is informed, so it covers nobody who was not named.",
            "Declare it, or take it out",
        ),
        Rule(
            "undeclared-cookie",
            "A cookie is set that visitors were told nothing of",
            ("B7",),
            "Planet49 (C-673/17): visitors are told each cookie, and how long it lives.",
            "Declare it, or take it out",
        ),
        Rule(
            "no-way-to-refuse",
            "No way to refuse was found",
            ("B4",),
            _EASE,
            "Put a button that refuses beside the one that accepts",
        ),
        Rule(
            "refusing-is-farther",
            "Refusing takes more clicks than accepting",
            ("B4",),
            _EASE,
            "Put the button that refuses on the same layer as the one that accepts",
        ),
        Rule(
            "refusing-is-out-of-sight",
            "The button that refuses is not in view where the one that accepts is",
            ("B4", "B5"),
            _LOOKS,
            "Put both in view at once: neither below an edge that one has to scroll to",
        ),
        Rule(
            "refusing-is-smaller",
            "The button that refuses is smaller than the one that accepts, or its words are",
            ("B5",),
            _LOOKS,
            "Give both the same size and the same font",
        ),
        Rule(
            "refusing-is-fainter",
            "The button that refuses is harder to read, or to see, than the one that accepts",
            ("B5",),
            f"{_LOOKS} Colours that hide an answer deceive (EDPB Cookie Banner Taskforce, 17 and 18).",
            "Give both the same contrast",
        ),
        Rule(
            "refusing-is-a-link",
            "Refusing is mere text beside a button that accepts",
            ("B5",),
            "EDPB Cookie Banner Taskforce, 14 and 15: a link refuses only where it is as plain to see.",
            "Make a button of it, like the one that accepts",
        ),
        Rule(
            "refusing-is-farther-by-keyboard",
            "The keyboard does not reach the button that refuses as soon as the one that accepts",
            ("B4", "B5"),
            _EASE,
            "Use a button element for both, and put them side by side",
        ),
        Rule(
            "no-way-to-withdraw",
            "No way to withdraw was found",
            ("B6", "B9"),
            "GDPR, Article 7(3): consent can be withdrawn at any time.",
            "Put a link to the privacy settings on every page, with a button that withdraws behind it",
        ),
        Rule(
            "withdrawing-is-farther",
            "Withdrawing takes more clicks than accepting, and the link to it",
            ("B9",),
            "GDPR, Article 7(3): withdrawing is as easy as giving consent.",
            "Put the button that withdraws behind a link on every page, without a layer in between",
        ),
        Rule(
            "asked-again",
            "Visitors who have answered are asked again on the next page",
            ("B8", "B14"),
            "CNIL, deliberation 2020-092, section 39: a refusal is remembered as long as consent is.",
            "Keep the answer, whichever it is, and ask no more while it is valid",
        ),
        Rule(
            "page-not-seen",
            "A page could not be looked at",
            (),
            "What was not seen was not judged.",
            "Look at what the site answers, and run the audit again",
        ),
        Rule(
            "ignore-expired",
            "Something is ignored until a day that is past",
            (),
            "What is ignored for good is never mended.",
            "Mend what is ignored, or give it a new day and a reason",
        ),
    )
}
"""All rules, by their ids."""

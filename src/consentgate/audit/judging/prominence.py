"""Judges whether no is as plain to see as yes, where both are one click away.

Taste is no breach: the two may have different colours. What is measured is what visitors cannot read, see or
reach as well, and each finding says how much that is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from consentgate.audit.absolute_urls import host_of
from consentgate.audit.observations import State
from consentgate.audit.tour import SeenButton, SeenQuestion, Tour

from .findings import Finding, Level
from .rules import RULES

_IN_VIEW, _OUT_OF_VIEW = 0.9, 0.5
_ALIKE = 0.9
"""The least part of a font size or a contrast that is no difference."""
_LIGHTER, _BOLD = 200, 600
"""The difference of font weights that counts, beside words that are bold."""
_HALF = 0.5
_BY_WORDS = 0.75
"""How much smaller than its words ask for a button may be."""
_READABLE, _READABLE_LARGE, _UNREADABLE = 4.5, 3.0, 3.0
"""The contrast of text (WCAG 2.2, 1.4.3), of large text, and what is below both."""
_LARGE, _LARGE_BOLD, _BOLD_TEXT = 24.0, 18.66, 700
_VISIBLE, _NO_SHAPE = 3.0, 1.1
"""The contrast of a control with what is around it (WCAG 2.2, 1.4.11), and that of none that is seen."""
_MOST_STOPS = 3

Verdict = tuple[Level, str]


def broken_in(tour: Tour) -> Iterator[Finding]:
    """Yield what visitors see less of the button that refuses than of the one that accepts."""
    refused, accepted = tour.stage(State.REFUSED), tour.stage(State.ACCEPTED)
    if refused is None or accepted is None or refused.question is None:
        return
    if any(stage.act is None or stage.act.clicks != 1 for stage in (refused, accepted)):
        return
    page = next((visit.url for visit in tour.visits()), tour.url)
    for rule, judge in _JUDGES.items():
        for level, what in judge(refused.question):
            yield Finding(rule, level, State.REFUSED, host_of(page), what, RULES[rule].to_do, (page,))


def _out_of_sight(seen: SeenQuestion) -> Iterator[Verdict]:
    if seen.refuse.in_view < _OUT_OF_VIEW and seen.accept.in_view >= _IN_VIEW:
        yield (
            "error",
            f"{seen.refuse.in_view:.0%} of {_named(seen.refuse)} are in view, "
            f"and {seen.accept.in_view:.0%} of {_named(seen.accept)}",
        )


def _smaller(seen: SeenQuestion) -> Iterator[Verdict]:
    no, yes = seen.refuse, seen.accept
    differences = []
    if no.font_size < _ALIKE * yes.font_size:
        differences.append(
            f"the words are {_number(no.font_size)} px high, against {_number(yes.font_size)} px"
        )
    if yes.font_weight >= _BOLD and yes.font_weight - no.font_weight >= _LIGHTER:
        differences.append(f"their weight is {no.font_weight:g}, against {yes.font_weight:g}")
    part = no.area / yes.area if yes.area else 1.0
    # Fewer letters need less room.
    letters = len(no.words) / len(yes.words) if no.words and yes.words else 1.0
    if part < _HALF and part < _BY_WORDS * letters:
        differences.append(f"it is {_size(no)} px large, against {_size(yes)} px")
    if differences:
        yield "warning", f"{_beside(seen)}: {', '.join(differences)}"


def _fainter(seen: SeenQuestion) -> Iterator[Verdict]:
    yield from _faint_words(seen) or _faint_shape(seen)


def _faint_words(seen: SeenQuestion) -> list[Verdict]:
    no, yes = seen.refuse.text_contrast, seen.accept.text_contrast
    needed = _needed(seen.refuse)
    if no is None or yes is None or no >= needed or yes < _needed(seen.accept) or no >= _ALIKE * yes:
        return []
    what = (
        f"{_beside(seen)}: the contrast of its words is {_ratio(no)}, against {_ratio(yes)} "
        f"(WCAG 2.2, 1.4.3 asks for {_ratio(needed)})"
    )
    return [("error" if no < _UNREADABLE else "warning", what)]


def _faint_shape(seen: SeenQuestion) -> list[Verdict]:
    no, yes = seen.refuse.shape_contrast, seen.accept.shape_contrast
    if no is None or yes is None or not _NO_SHAPE < no < _VISIBLE <= yes:
        return []
    what = (
        f"{_beside(seen)}: its contrast with what is around it is {_ratio(no)}, against {_ratio(yes)} "
        f"(WCAG 2.2, 1.4.11 asks for {_ratio(_VISIBLE)})"
    )
    return [("warning", what)]


def _link(seen: SeenQuestion) -> Iterator[Verdict]:
    no, yes = seen.refuse.shape_contrast, seen.accept.shape_contrast
    if no is not None and yes is not None and no <= _NO_SHAPE and yes >= _VISIBLE:
        yield (
            "warning",
            f"{_named(seen.refuse)} is mere text, and {_named(seen.accept)} a button: the contrast with what "
            f"is around it is {_ratio(no)}, against {_ratio(yes)}",
        )


def _by_keyboard(seen: SeenQuestion) -> Iterator[Verdict]:
    no, yes = seen.refuse.stop, seen.accept.stop
    if yes is None:
        return
    if no is None:
        yield (
            "error",
            f"the keyboard reaches {_named(seen.accept)}, and not {_named(seen.refuse)} (WCAG 2.2, 2.1.1)",
        )
    elif no - yes > _MOST_STOPS:
        yield (
            "warning",
            f"by keyboard {_named(seen.refuse)} comes {no - yes} stops after {_named(seen.accept)}",
        )


_JUDGES: dict[str, Callable[[SeenQuestion], Iterator[Verdict]]] = {
    "refusing-is-out-of-sight": _out_of_sight,
    "refusing-is-smaller": _smaller,
    "refusing-is-fainter": _fainter,
    "refusing-is-a-link": _link,
    "refusing-is-farther-by-keyboard": _by_keyboard,
}


def _needed(button: SeenButton) -> float:
    is_bold = button.font_weight >= _BOLD_TEXT and button.font_size >= _LARGE_BOLD
    return _READABLE_LARGE if is_bold or button.font_size >= _LARGE else _READABLE


def _beside(seen: SeenQuestion) -> str:
    return f"{_named(seen.refuse)} beside {_named(seen.accept)}"


def _named(button: SeenButton) -> str:
    return f'"{button.words[:60]}"'


def _size(button: SeenButton) -> str:
    return f"{round(button.width)} x {round(button.height)}"


def _number(value: float) -> str:
    return f"{round(value, 1):g}"


def _ratio(contrast: float) -> str:
    # Rounded down: 4.49 is not 4.5.
    return f"{math.floor(contrast * 100) / 100:g}:1"

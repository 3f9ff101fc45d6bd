"""Files services of the catalogue under the categories of a policy, and warns where visitors would be misled.

Each finding names the line to add or to change.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from consentgate.catalogue import KnownService
from consentgate.policy.categories import category_for, default_category, is_described
from consentgate.policy.findings import PolicyFinding
from consentgate.policy.messages import listed, place_of, shown
from consentgate.policy.model import NECESSARY, NEVER, Category


class Filed(NamedTuple):
    """The id of the category that a service is filed under, and what is found of that."""

    category: str
    findings: tuple[PolicyFinding, ...] = ()


def file_service(
    place: str, known: KnownService, named: str | None, categories: Sequence[Category], undeclared: str
) -> Filed:
    """File the service of the catalogue that the table at `place` uses.

    `named` is the category that the table names, if it does. Where it does not and no category covers the
    service, it goes by the switch for what is `undeclared`.
    """
    category = category_for(known.category, categories)
    if named is not None:
        return Filed(named, tuple(_misdescribed(place, known, named, categories)))
    if category is None:
        return Filed(undeclared, (_uncovered(place, known, categories, undeclared),))
    return Filed(category, (_refusable(place, category),) if known.category == NECESSARY else ())


def covers_undescribed(categories: Sequence[Category]) -> Iterator[PolicyFinding]:
    """Yield a warning for each category that covers what its description, which is ours, does not mention."""
    for number, category in enumerate(categories, 1):
        strange = [raw for raw in category.covers if not is_described(raw, category)]
        if not strange:
            continue
        left = listed(raw for raw in category.covers if raw not in strange)
        change = f"Write covers = [{left}]" if left else "Take the line out"
        tables = "".join(_and_a_table(id, categories) for id in dict.fromkeys(map(default_category, strange)))
        yield PolicyFinding(
            "warning",
            place_of("[[category]]", number, category.id),
            "covers",
            f"visitors read nothing of {listed(strange)} in our description of {shown(category.id)}",
            f"{change}{tables}, or write a description of your own",
        )


def _misdescribed(
    place: str, known: KnownService, named: str, categories: Sequence[Category]
) -> Iterator[PolicyFinding]:
    """Find out whether the `named` category has a description of ours that says nothing of what `known` is
    for."""
    category = next((one for one in categories if one.id == named and named != NECESSARY), None)
    better = category_for(known.category, categories) or default_category(known.category)
    # Where the category covers the service, the warning is about that line.
    if category is not None and better != named and not is_described(known.category, category):
        yield PolicyFinding(
            "warning",
            place,
            "category",
            f"the catalogue files it under {shown(known.category)}, of which visitors read nothing in our "
            f"description of {shown(named)}",
            f"Write category = {shown(better)}{_and_a_table(better, categories)}, or describe {shown(named)} "
            "in your own words",
        )


def _and_a_table(id: str, categories: Sequence[Category]) -> str:
    """Ask for the default category with this id where the policy lacks it."""
    there = any(category.id == id for category in categories)
    return "" if there else f" and add a [[category]] table with id = {shown(id)}"


def _uncovered(
    place: str, known: KnownService, categories: Sequence[Category], undeclared: str
) -> PolicyFinding:
    effect = (
        "nothing opens it" if undeclared == NEVER else f"visitors are asked for it under {shown(undeclared)}"
    )
    unless = (
        f"If the site cannot do without it, add the line category = {shown(NECESSARY)} and a reason; else add"
        if known.category == NECESSARY
        else "Add"
    )
    default = default_category(known.category)
    askable = [category.id for category in categories if category.id != NECESSARY]
    if default in askable:
        line = f"the line category = {shown(default)}"
    elif askable:
        line = (
            f"a [[category]] table with id = {shown(default)}, or here the line category = ..., with one of "
            f"{listed(askable)}"
        )
    else:
        line = f"a [[category]] table with id = {shown(default)}"
    return PolicyFinding(
        "warning",
        place,
        "",
        f"the catalogue files it under {shown(known.category)}, which no category of this policy covers. So "
        f"it goes by undeclared in [site]: {effect}",
        f"{unless} {line}",
    )


def _refusable(place: str, category: str) -> PolicyFinding:
    return PolicyFinding(
        "warning",
        place,
        "",
        f"visitors can refuse it, under {shown(category)}",
        f"If the site cannot do without it, add the line category = {shown(NECESSARY)} and a reason, and "
        f"pages if it is needed on some only; else add category = {shown(category)}",
    )

"""Categories of a policy, and which of them a service of the catalogue belongs to."""

from __future__ import annotations

from collections.abc import Iterable

from .model import NECESSARY, Category

DEFAULT_CATEGORIES = (
    Category(id=NECESSARY),
    Category(id="performance", covers=("performance",)),
    Category(id="third-party", covers=("marketing", "social", "media", "functional", "all")),
)
"""The categories of a policy that names none. No category covers what the catalogue files as necessary: only
the site can say that it is, with a reason."""


def category_for(raw: str, categories: Iterable[Category]) -> str | None:
    """Return the id of the policy's category for the catalogue's category `raw`, or None where it has none.

    It is the one that covers `raw`, else the one of the same name. It is never `necessary`, which only the
    site itself can claim.
    """
    askable = [category for category in categories if category.id != NECESSARY]
    for category in askable:
        if raw in category.covers:
            return category.id
    return next((category.id for category in askable if category.id == raw), None)

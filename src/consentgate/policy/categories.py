"""Categories of a policy, and which of them a service of the catalogue belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .model import NECESSARY, Category

DEFAULT_CATEGORIES = (
    Category(id=NECESSARY),
    Category(id="performance", covers=("performance",)),
    # A tag manager loads whatever its owner puts into it, most of all advertising. It goes where consent is
    # hardest to get: only the site knows that its own loads nothing of the kind.
    Category(id="marketing", covers=("marketing", "all")),
    # What the catalogue files as necessary is asked for too: only the site can say that it cannot do without
    # it, with a reason.
    Category(id="third-party", covers=("media", "social", "functional", "necessary")),
)
"""The categories of a policy that names none. `necessary` covers nothing."""

_USUALLY_COVERED = {category.id: category.covers for category in DEFAULT_CATEGORIES}

# Anything may be used for marketing, and a tag manager for measuring alone: that is for the site to say.
_DESCRIBED = {
    "performance": ("performance", "all"),
    "third-party": _USUALLY_COVERED["third-party"],
}


def category_for(raw: str, categories: Iterable[Category]) -> str | None:
    """Return the id of the policy's category for the catalogue's category `raw`, or None where it has none.

    It is the one that covers `raw`, else the one of the same name, else the default category that covers it
    by default, where the policy has that one and does not say what it covers. It is never `necessary`, which
    only the site itself can claim.
    """
    askable = [category for category in categories if category.id != NECESSARY]
    rules: tuple[Callable[[Category], bool], ...] = (
        lambda category: raw in category.covers,
        lambda category: raw == category.id,
        lambda category: not category.covers and raw in _USUALLY_COVERED.get(category.id, ()),
    )
    return next((category.id for takes in rules for category in askable if takes(category)), None)


def default_category(raw: str) -> str:
    """Return the id of the default category for the catalogue's category `raw`."""
    return next(id for id, covered in _USUALLY_COVERED.items() if raw in covered)


def is_described(raw: str, category: Category) -> bool:
    """Say whether what visitors read of `category` can be true of the catalogue's category `raw`.

    What the site writes itself counts as true; so does our own description of a default category, where it
    fits.
    """
    return bool(category.description) or raw in _DESCRIBED.get(category.id, (raw,))

"""What the Unicode CLDR knows about a language: its name, direction, dates and plurals.

`cldr.toml` is made by `tools/refresh_cldr.py`. Nothing in it is written by hand.
"""

from __future__ import annotations

import datetime
import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

CATEGORIES = ("zero", "one", "two", "few", "many", "other")
"""The names of CLDR's plural categories."""

_RELATION = re.compile(r"n(?: % (?P<modulo>[0-9]+))? (?P<sign>!?=) (?P<ranges>[0-9.,]+)")
_ONE_NUMBER = re.compile(r"n = [0-9]+")


class Language(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One language. `endonym` is its own name for itself.

    `plurals` has the condition for each plural category that an integer below a million can be in. The last
    one has none: it is for all other numbers.
    """

    tag: str
    endonym: str
    direction: Literal["ltr", "rtl"]
    date: str
    months: tuple[str, ...]
    plurals: dict[str, str]

    def category_of(self, number: int) -> str:
        """Return the plural category of a `number`."""
        return next(name for name, condition in self.plurals.items() if _holds(condition, number))

    def is_for_one_number(self, category: str) -> bool:
        """Say whether a plural category is for a single number, which the text may then leave out."""
        return _ONE_NUMBER.fullmatch(self.plurals[category]) is not None

    def day(self, day: datetime.date) -> str:
        """Write a day."""
        return self.date.format(
            day=day.day, month=self.months[day.month - 1], number=day.month, year=day.year
        )


def _holds(condition: str, number: int) -> bool:
    """Say whether a condition holds: relations joined by "and", and these by "or" (UTS 35, Part 3)."""
    return not condition or any(
        all(_relation_holds(relation, number) for relation in branch.split(" and "))
        for branch in condition.split(" or ")
    )


def _relation_holds(relation: str, number: int) -> bool:
    match = _RELATION.fullmatch(relation)
    assert match is not None, relation
    value = number % int(match["modulo"]) if match["modulo"] else number
    ranges = (bounds.partition("..") for bounds in match["ranges"].split(","))
    within = any(int(low) <= value <= int(high or low) for low, _, high in ranges)
    return within == (match["sign"] == "=")


@cache
def cldr() -> dict[str, Language]:
    """Return the languages by their tags."""
    tables = tomllib.loads((files(__package__) / "cldr.toml").read_text("utf-8"))
    return msgspec.convert(
        {tag: {"tag": tag, **table} for tag, table in tables.items()}, dict[str, Language], strict=True
    )

"""Mistakes in a policy file: all of them are collected, so that a person reads them at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Found = tuple[str, str, str]
"""The table and key of a mistake, and what was expected there."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake: its `file`, `table` (`[[service]] 2 "stats"`) and `key`, and what was `expected` there.

    `key` is empty where the whole table is wrong. `line` is where that is in the file, or where its table is
    if the key is missing; None where nothing of it is there.
    """

    file: str
    table: str
    key: str
    expected: str
    line: int | None = None

    def __str__(self) -> str:
        place = ", ".join(filter(None, (self.table, self.key)))
        return ": ".join(filter(None, (in_file(self.file, self.line), place, self.expected)))


def in_file(file: str, line: int | None) -> str:
    """Name a `line` of a `file` as compilers do, the file alone for None."""
    return f"{file}:{line}" if file and line is not None else file


class PolicyError(ValueError):
    """A policy that cannot be used. `mistakes` holds every mistake, in the order of the file."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        count = len(self.mistakes)
        heading = "1 mistake in the policy" if count == 1 else f"{count} mistakes in the policy"
        super().__init__("\n".join([f"{heading}:", *(f"  {mistake}" for mistake in self.mistakes)]))

"""What a policy file got wrong: collected, so that a person reads all of it at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake: in which `file`, in which `table` (`[[service]] 2 "stats"`), at which `key`, and what
    was `expected` there. `key` is empty where the mistake is the whole table's."""

    file: str
    table: str
    key: str
    expected: str

    def __str__(self) -> str:
        place = ", ".join(filter(None, (self.table, self.key)))
        return ": ".join(filter(None, (self.file, place, self.expected)))


class PolicyError(ValueError):
    """A policy that cannot be used. `mistakes` holds every one of them, in the order of the file."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        count = len(self.mistakes)
        heading = "1 mistake in the policy" if count == 1 else f"{count} mistakes in the policy"
        super().__init__("\n".join([f"{heading}:", *(f"  {mistake}" for mistake in self.mistakes)]))

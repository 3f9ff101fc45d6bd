"""What the gate's speed has to be, beside what it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .comparison import Result
from .growth import Row


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure, and what it must `reach`."""

    label: str
    value: float
    reach: float

    @property
    def reached(self) -> bool:
        return self.value >= self.reach


def goals(results: Sequence[Result], tables: Mapping[str, Sequence[Row]]) -> list[Goal]:
    """The goals, from the figures of one run."""
    ratios = {result.name: result.whole.ratio for result in results}
    look_ups = tables["services in the policy: look-ups"]
    opened = {row.label: row.ratio for row in tables["everything granted"]}
    return [
        Goal("of python-lolhtml", 1 / ratios["python-lolhtml"], 0.5),
        Goal("times BeautifulSoup", 1 / ratios["BeautifulSoup"], 25),
        Goal("of every parser's best", 1 / max(ratios[name] for name in _PARSERS), 1),
        Goal("of a look-up among 10 services, among 10,000", look_ups[-1].ratio, 0.9),
        Goal(
            "of a one-page document, 64 (16) times as long", tables["one page over and over"][-1].ratio, 0.9
        ),
        Goal("of copying, all granted, after the head", opened["after the head: open, all granted"], 0.5),
    ]


_PARSERS = ("turbohtml.rewrite", "lxml", "selectolax (lexbor)", "BeautifulSoup")

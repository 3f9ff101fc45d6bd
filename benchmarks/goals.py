"""Goals for the gate's speed and weight, beside the figures of one run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .comparison import Result
from .contenders import LOLHTML, LOLHTML_ON_NEW_PAGES, OURS_ON_NEW_PAGES
from .growth import Row
from .page_weight import Weight
from .requests import DOWNLOAD, GATE, JSON, STARLETTE_SESSION, Cost
from .servers import SERVERS, Behind
from .view import View


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
        Goal(
            "of python-lolhtml, pages never seen before",
            ratios[OURS_ON_NEW_PAGES] / ratios[LOLHTML_ON_NEW_PAGES],
            1,
        ),
        Goal("of python-lolhtml, pages of a known site", 1 / ratios[LOLHTML], 1),
        Goal("times BeautifulSoup", 1 / ratios["BeautifulSoup"], 25),
        Goal("of every parser's best", 1 / max(ratios[name] for name in _PARSERS), 1),
        Goal("of a look-up among 10 services, among 10,000", look_ups[-1].ratio, 0.9),
        Goal("of one page's speed, over and over in one", tables["one page over and over"][-1].ratio, 0.9),
        Goal("of copying, all granted, after the head", opened["after the head: open, all granted"], 0.9),
    ]


def request_goals(costs: Mapping[str, Sequence[Cost]], view: View, behind: Behind) -> list[Goal]:
    """The goals for what a request costs, from the figures of one run."""
    asgi = {cost.layer: cost for cost in costs["ASGI"]}
    return [
        Goal("what SessionMiddleware costs, of JSON", asgi[STARLETTE_SESSION].ratios[JSON.label], 1),
        Goal("of a download's time, the least without the gate", min(_download_shares(costs, behind)), 0.98),
        Goal("times as long as the gate, a Django view of 100 KB", view.ratio, 10),
        Goal("idle streams in 64 KiB", 64 / max(behind.idle.gated, 1e-9), 1),
    ]


def weight_goal(weighed: Weight) -> Goal:
    """The goal for how much heavier the banner makes a page."""
    return Goal("2 kB, of what shows the banner", 2000 / weighed.of_banner, 1)


def _download_shares(costs: Mapping[str, Sequence[Cost]], behind: Behind) -> Iterator[float]:
    """What a download takes of a server's processor without the gate, as a share of that and what the gate
    adds: with both measured at once, the difference would drown in what the system does."""
    for row in behind.throughput:
        server, _, what = row.label.partition(": ")
        if what == DOWNLOAD.label:
            gate = next(cost for cost in costs[SERVERS[server]] if cost.layer == GATE)
            yield row.microseconds / (row.microseconds + gate.microseconds[what])


_PARSERS = ("turbohtml.rewrite", "lxml", "selectolax (lexbor)", "BeautifulSoup")

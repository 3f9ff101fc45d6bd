"""A tour of a site: what a visitor saw and did in each state, from the first page to the withdrawal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from .observations import SeenCookie, SeenItem, State, Visit


@dataclass(frozen=True, slots=True)
class Act:
    """How the visitor got into a state.

    `clicks` is how many it took, from the page that they were on; None where no way was found. `by` names
    what knew the way: "consentgate", a rule of autoconsent, or the words on the buttons.
    """

    state: State
    clicks: int | None
    by: str = ""


@dataclass(frozen=True, slots=True)
class SeenButton:
    """A button that answers the notice, as visitors see it. `words` is its text.

    `width`, `height` and `font_size` are in pixels, and `in_view` is the part of it that is seen without
    scrolling, from 0 to 1. `text_contrast` is that of its words with their ground, and `shape_contrast` that
    of its ground or border with what is around it (WCAG 2.2), None where it cannot be told. `stop` says which
    one it is of those that the keyboard reaches on its notice, None where it does not.
    """

    words: str
    width: float
    height: float
    font_size: float
    font_weight: float
    in_view: float
    text_contrast: float | None
    shape_contrast: float | None
    stop: int | None

    @property
    def area(self) -> float:
        """How large it is, in square pixels."""
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class SeenQuestion:
    """The two buttons of a notice that can both be pressed at once: the one that accepts, and the one that
    refuses."""

    accept: SeenButton
    refuse: SeenButton


@dataclass(frozen=True, slots=True)
class SeenScript:
    """A script element: the URL that it loads, and its attributes (lowercase names)."""

    url: str
    page: str
    attributes: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Screenshot:
    """A picture of a page (JPEG)."""

    page: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Stage:
    """What was seen in one state.

    The first of the `visits` in a state with an `act` is the page on which that was done, from then on.
    `kept_cookies` and `kept_items` are what the browser still had at the end, whenever that was set.
    `asks_again` says that the visitor was asked once more after they had answered. `question` is what they
    saw before that, None where it did not have both answers on one notice.
    """

    state: State
    visits: tuple[Visit, ...] = ()
    act: Act | None = None
    kept_cookies: tuple[SeenCookie, ...] = ()
    kept_items: tuple[SeenItem, ...] = ()
    scripts: tuple[SeenScript, ...] = ()
    screenshots: tuple[Screenshot, ...] = ()
    asks_again: bool = False
    question: SeenQuestion | None = None

    @property
    def was_reached(self) -> bool:
        """True where the visitor got into this state."""
        return self.act is None or self.act.clicks is not None


@dataclass(frozen=True, slots=True)
class Tour:
    """All that was seen of the site at `url`, in the order of the states. That is where its first page was
    found, which may be another host than was asked for."""

    url: str
    stages: tuple[Stage, ...]

    def stage(self, state: State) -> Stage | None:
        """Return what was seen in this state, or None where nobody looked."""
        return next((stage for stage in self.stages if stage.state is state), None)

    def visits(self) -> Iterator[Visit]:
        """Yield the visits in all states."""
        for stage in self.stages:
            yield from stage.visits

"""The texts of one language as typed objects. A file that lacks a text cannot be loaded."""

from __future__ import annotations

import datetime

import msgspec

from consentgate.policy.model import Reason


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    pass


class CategoryText(_Table, frozen=True):
    """The title and description of a category, where the policy has none."""

    title: str
    description: str


class BannerTexts(_Table, frozen=True):
    """The banner on every page: the first layer."""

    title: str
    intro: str
    purposes: str
    details: str
    accept: str
    refuse: str
    choose: str
    settings: str


class ChoicesTexts(_Table, frozen=True):
    """The page on which a visitor decides in detail."""

    title: str
    controller: str
    contact: str
    back: str
    state: str
    undecided: str
    nothing_asked: str
    refused: str
    granted: str
    suspended: str
    added: str
    withdrawing: str
    report_only: str
    question: str
    help: str
    help_whole: str
    allow_category: str
    allow_service: str
    save: str
    accept: str
    refuse: str
    withdraw: str
    own_cookies: str
    provider: str
    hosts: str
    own_paths: str
    cookies: str
    pages: str
    privacy: str
    unlisted_category: str
    unlisted_all: str
    exempt_help: str
    consent_cookie: str
    undeclared: str
    undeclared_never: str
    undeclared_asked: str


class PlaceholderTexts(_Table, frozen=True):
    """What stands in the place of a blocked embed or widget.

    `load` opens one embed for this visit alone, and `close` takes it away again; `always` allows its service.
    `receives` says what the service would receive, `stores` that it sets cookies as well. `open` is the link
    to where the service itself shows it. `elsewhere` is for one that is used on other pages only, `never` for
    one that no consent would open. `onwards` stands before the link to where a page's refresh would have led.
    """

    blocked: str
    elsewhere: str
    never: str
    link: str
    onwards: str
    title: str
    receives: str
    stores: str
    load: str
    always: str
    open: str
    close: str


class LifetimeTexts(_Table, frozen=True):
    """The words for how long a cookie lives, with the units in singular and plural."""

    session: str
    unknown: str
    longest: str
    minute: tuple[str, str]
    hour: tuple[str, str]
    day: tuple[str, str]
    month: tuple[str, str]
    year: tuple[str, str]


class DateTexts(_Table, frozen=True):
    """The way in which a day is written."""

    format: str
    months: tuple[str, ...]


class Problem(_Table, frozen=True):
    """An error page: its heading and what it says."""

    title: str
    text: str


class Problems(_Table, frozen=True, rename=lambda name: name.removeprefix("status_")):
    """The error pages by HTTP status, and two others.

    `redirect` answers a redirect that was refused. `frame` answers a decision from inside a frame, and has a
    link to the choices in a `window` of their own.
    """

    home: str
    window: str
    redirect: Problem
    frame: Problem
    status_400: Problem
    status_403: Problem
    status_404: Problem
    status_405: Problem
    status_413: Problem
    status_500: Problem
    status_502: Problem
    status_503: Problem


class Texts(_Table, frozen=True):
    """Everything that visitors read, in one language.

    Words in braces, such as `{service}`, are filled in with `str.format`. The result is plain text: the
    code that puts it into a page escapes it.
    """

    language: str
    direction: str
    categories: dict[str, CategoryText]
    banner: BannerTexts
    choices: ChoicesTexts
    placeholder: PlaceholderTexts
    reasons: dict[Reason, str]
    lifetime: LifetimeTexts
    date: DateTexts
    problems: Problems

    def for_lifetime(self, lifetime: str | None) -> str:
        """Say a policy's `lifetime` ("session", "14 days") in words."""
        if lifetime is None:
            return self.lifetime.unknown
        if lifetime == "session":
            return self.lifetime.session
        number, _, unit = lifetime.partition(" ")
        one, many = getattr(self.lifetime, unit.removesuffix("s"))
        return str((one if number == "1" else many).format(n=number))

    def for_day(self, day: datetime.date) -> str:
        """Say a day in words."""
        return self.date.format.format(day=day.day, month=self.date.months[day.month - 1], year=day.year)

    def for_problem(self, status: int) -> Problem:
        """Return what to say with the HTTP `status`. One that is not listed gets what its class says."""
        known = getattr(self.problems, f"status_{status}", None)
        if isinstance(known, Problem):
            return known
        return self.problems.status_400 if 400 <= status < 500 else self.problems.status_500

"""The texts of one language as typed objects. A file that lacks a text cannot be loaded."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import msgspec

from .cldr import Language

Numbered = dict[str, str]
"""A text with a number `{n}` in it: a form for each plural category that the language has."""


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    pass


class CategoryText(_Table, frozen=True):
    """The title and description of a category. Of one that a policy made up there may be no description."""

    title: str
    description: str = ""


class BannerTexts(_Table, frozen=True):
    """The banner on every page: the first layer.

    `typed` warns of what a decision would cost, and `saved` confirms one; `saved_for_later` does where the
    page is not loaded again. `notice` tells of what the visitor can `object` to; `permit` takes that back.
    `do_not_sell` and `opt_out_honoured` are what the laws of US states ask for.
    """

    title: str
    intro: str
    purposes: str
    details: str
    privacy: str
    imprint: str
    accept: str
    refuse: str
    choose: str
    save: str
    typed: str
    saved: str
    saved_for_later: str
    close: str
    settings: str
    object: str
    permit: str
    notice: str
    do_not_sell: str
    opt_out_honoured: str


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
    included: str
    one_by_one: str
    together: str
    allow_category: str
    allow_service: str
    save: str
    accept: str
    refuse: str
    withdraw: str
    decide: str
    own: str
    allow_own: str
    unlisted: str
    allow_unlisted: str
    about: str
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
    objectable: str
    objectable_help: str
    not_objected: str
    objected: str


class DeclarationTexts(_Table, frozen=True):
    """The declaration, which lists every cookie and service.

    `asked` stands with what needs consent, and `allowed` with what the visitor gave it to. `embeds` says what
    others learn without a click, and `receives_what` says it of one service. `holds` is about our own cookie,
    `blocked` about what no consent opens. `signal_now` is for a visitor whose browser sends the signal.
    `audience` is about what counts visits without consent, and `us` about opting out in the United States.
    """

    title: str
    intro: str
    what_title: str
    what: str
    law: str
    refusing: str
    uses: str
    asked: str
    allowed: str
    embeds: str
    cookie: str
    purpose: str
    kept: str
    set_by: str
    receives: str
    receives_what: str
    holds: str
    blocked_title: str
    blocked: str
    delete_title: str
    delete: str
    delete_computer: str
    delete_mac: str
    delete_iphone: str
    delete_phone: str
    delete_site: str
    granted: str
    change: str
    signals_title: str
    signal_honoured: str
    signal_ignored: str
    signal_now: str
    rights_title: str
    rights: str
    address: str
    dpo: str
    authority: str
    transfers: str
    transfers_none: str
    version: str
    updated: str
    earlier: str
    audience: str
    data_kept: str
    processor: str
    us: str


class RecordTexts(_Table, frozen=True):
    """The page on which visitors see what is recorded of them.

    `none`, `counted`, `cookie_only`, `missing`, `gone` and `kept` say what there is: nothing, a count, a
    cookie without a record, one whose record is not found yet, or not any more, a record. `given`, `renewed`,
    `reduced` and `withdrawn` are what happened; `banner` and `placeholder` where. `keep` leads back from
    `erase`, which `erase_warning` asks to confirm. `not_erased` is for an order that could not be kept.
    """

    title: str
    none: str
    counted: str
    cookie_only: str
    missing: str
    gone: str
    kept: str
    older: str
    given: str
    renewed: str
    reduced: str
    withdrawn: str
    allowed: str
    not_allowed: str
    valid_until: str
    language: str
    button: str
    place: str
    banner: str
    placeholder: str
    signals: str
    site: str
    number: str
    shown: str
    shown_help: str
    receipt: str
    receipt_help: str
    erase: str
    erase_help: str
    erase_warning: str
    keep: str
    erased: str
    not_erased_title: str
    not_erased: str
    unavailable_title: str
    unavailable: str


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


class ShareTexts(_Table, frozen=True):
    """The links in the place of social buttons: to share a page, and to `visit` a page of the network's
    own."""

    share: str
    email: str
    visit: str


class LifetimeTexts(_Table, frozen=True):
    """The words for how long a cookie lives, with a text for a number of each unit."""

    session: str
    unknown: str
    longest: str
    minute: Numbered
    hour: Numbered
    day: Numbered
    month: Numbered
    year: Numbered


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
    code that puts it into a page escapes it. `cookie_purposes` has a sentence for each word by which the
    catalogue says what a cookie is for. A `draft` has not been read by a speaker of the language yet.
    """

    cldr: Language
    draft: bool
    categories: dict[str, CategoryText]
    banner: BannerTexts
    choices: ChoicesTexts
    declaration: DeclarationTexts
    record: RecordTexts
    placeholder: PlaceholderTexts
    share: ShareTexts
    reasons: dict[str, str]
    cookie_purposes: dict[str, str]
    lifetime: LifetimeTexts
    problems: Problems

    @property
    def language(self) -> str:
        """The tag of the language."""
        return self.cldr.tag

    @property
    def endonym(self) -> str:
        """The language's own name for itself."""
        return self.cldr.endonym

    @property
    def direction(self) -> str:
        """The direction that the language is written in: "ltr" or "rtl"."""
        return self.cldr.direction

    def replacing(self, *tables: Mapping[str, Any]) -> Texts:
        """Return these texts with those in the `tables` in their places. Later tables count more."""
        raw = msgspec.to_builtins(self)
        for table in tables:
            _replace(raw, table)
        return msgspec.convert(raw, Texts, strict=True)

    def for_number(self, text: Numbered, number: int) -> str:
        """Return the form of a `text` that goes with this `number`, with the number in it."""
        return text[self.cldr.category_of(number)].format(n=number)

    def for_lifetime(self, lifetime: str | None) -> str:
        """Say a policy's `lifetime` ("session", "14 days") in words."""
        if lifetime is None:
            return self.lifetime.unknown
        if lifetime == "session":
            return self.lifetime.session
        number, _, unit = lifetime.partition(" ")
        return self.for_number(getattr(self.lifetime, unit.removesuffix("s")), int(number))

    def for_day(self, day: datetime.date) -> str:
        """Say a day in words."""
        return self.cldr.day(day)

    def for_problem(self, status: int) -> Problem:
        """Return what to say with the HTTP `status`. One that is not listed gets what its class says."""
        known = getattr(self.problems, f"status_{status}", None)
        if isinstance(known, Problem):
            return known
        return self.problems.status_400 if 400 <= status < 500 else self.problems.status_500


def _replace(texts: dict[str, Any], table: Mapping[str, Any]) -> None:
    for key, value in table.items():
        if isinstance(value, Mapping):
            _replace(texts.setdefault(key, {}), value)
        else:
            texts[key] = value

"""What a visitor reads of their own record: each decision in words."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from enum import Enum

from consentgate.consent import Choice
from consentgate.consent.coverage import UNOBJECTED, digests
from consentgate.consent.record import LONGEST_HISTORY, Event, Record
from consentgate.policy import OWN, UNDECLARED, Policy, Unit
from consentgate.texts import Texts, has_texts, texts

from .declaration import SIGNAL_NAMES
from .listing import Listing


class Known(Enum):
    """What is known of a visitor's decisions."""

    NOTHING = "nothing was decided"
    COUNTED = "what was decided is only counted"
    COOKIE_ONLY = "the site keeps no records"
    MISSING = "the record is not found, and may come yet"
    GONE = "the record is not found, and would have come"
    KEPT = "there is a record"


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision in words. What is empty is not known.

    `tag` and `direction` are of the `language` that the visitor was asked in, and `notice` is the digest of
    what they were shown.
    """

    title: str
    allowed: Sequence[str]
    not_allowed: Sequence[str]
    valid_until: str
    language: str = ""
    tag: str = ""
    direction: str = ""
    button: str = ""
    place: str = ""
    signals: str = ""
    host: str = ""
    controller: str = ""
    id: str = ""
    notice: str = ""


class OwnRecord:
    """Says in one language what was decided under a policy."""

    def __init__(self, policy: Policy, words: Texts, listing: Listing) -> None:
        self._policy = policy
        self._texts = words
        self._listing = listing

    def says(self, known: Known) -> str:
        """Return what the page says of what is `known`."""
        words = self._texts.record
        return {
            Known.NOTHING: words.none,
            Known.COUNTED: words.counted,
            Known.COOKIE_ONLY: words.cookie_only,
            Known.MISSING: words.missing,
            Known.GONE: words.gone,
            Known.KEPT: words.kept,
        }[known]

    def has_older(self, records: Sequence[Record]) -> bool:
        """Say whether there may be records before those that were read."""
        return len(records) >= LONGEST_HISTORY

    def of_records(self, records: Sequence[Record]) -> list[Decided]:
        """Return what the `records` say, the newest first."""
        granted = {record.id: _granted(record) for record in records}
        return [
            self._of_record(record, _granted(record) - granted.get(record.replaces, frozenset()))
            for record in reversed(records)
        ]

    def of_cookie(self, choice: Choice, end: int) -> Decided:
        """Return what a grant in a cookie says, which is valid until the second `end`."""
        answers = {
            unit.id: digest in choice.granted
            for unit, digest in digests(self._policy).items()
            if digest != UNOBJECTED
        }
        title = self._texts.record.given.format(at=self._moment(choice.at))
        signals = self._signals(sorted(choice.signals))
        return Decided(title, *self._sides(answers), self._day(end), signals=signals)

    def _of_record(self, record: Record, added: Set[str]) -> Decided:
        words = self._texts.record
        titles = {
            Event.GIVEN: words.given,
            Event.RENEWED: words.renewed,
            Event.REDUCED: words.reduced,
            Event.WITHDRAWN: words.withdrawn,
        }
        own = {f"{category}/own": granted for category, granted in record.categories.items()}
        language = texts(record.language).cldr if has_texts(record.language) else None
        return Decided(
            titles[record.event].format(at=self._moment(record.at)),
            *self._sides(own | dict(record.services)),
            self._day(record.valid_until) if record.valid_until else "",
            language=language.endonym if language is not None else record.language,
            tag=record.language,
            direction=language.direction if language is not None else "auto",
            button=self._button(record, added),
            place=self._places.get(record.source, ""),
            signals=self._signals(record.signals),
            host=record.host,
            controller=record.controller,
            id=record.id,
            notice=record.notice,
        )

    def _button(self, record: Record, added: Set[str]) -> str:
        """Return what was written on the button that made a decision by which these services were `added`."""
        words = self._texts.banner if record.source == "banner" else self._texts.choices
        names = {unit.id: self._name(unit) for unit in self._policy.claims.units}
        allowed = ", ".join(names.get(id, id) for id in sorted(added))
        written = {
            "accept": words.accept,
            "save": words.save,
            "refuse": words.refuse,
            "withdraw": self._texts.choices.withdraw,
            "allow": self._texts.placeholder.always.format(service=allowed),
        }
        return written.get(record.control, "")

    @property
    def _places(self) -> Mapping[str, str]:
        words = self._texts.record
        return {
            "banner": words.banner,
            "choices": self._texts.choices.title,
            "placeholder": words.placeholder,
        }

    def _sides(self, answers: Mapping[str, bool]) -> tuple[list[str], list[str]]:
        """Return the names of what was allowed and of what was not, by the ids of units."""
        objectable = {unit.id for unit in self._policy.claims.objectable}
        names = {unit.id: self._name(unit) for unit in self._policy.claims.units}
        # What the policy does not have any more has no other name.
        order = [*(id for id in names if id in answers), *(id for id in answers if id not in names)]
        asked = [id for id in order if id not in objectable]
        return (
            [names.get(id, id) for id in asked if answers[id]],
            [names.get(id, id) for id in asked if not answers[id]],
        )

    def _name(self, unit: Unit) -> str:
        category = next(one for one in self._policy.categories if one.id == unit.category)
        if unit.service == OWN:
            return f"{self._listing.title(category)}: {self._texts.choices.own}"
        if unit.service == UNDECLARED:
            return f"{self._listing.title(category)}: {self._texts.choices.unlisted}"
        return next(one.name for one in self._policy.services if one.id == unit.service)

    def _signals(self, signals: Sequence[str]) -> str:
        return ", ".join(SIGNAL_NAMES.get(signal, signal) for signal in signals)

    def _moment(self, second: int) -> str:
        at = datetime.datetime.fromtimestamp(second, datetime.UTC)
        return f"{self._texts.for_day(at.date())}, {at:%H:%M} UTC"

    def _day(self, second: int) -> str:
        return self._texts.for_day(datetime.datetime.fromtimestamp(second, datetime.UTC).date())


def _granted(record: Record) -> frozenset[str]:
    return frozenset(id for id, granted in record.services.items() if granted)

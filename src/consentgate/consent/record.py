"""The record of a decision: the proof that a controller must be able to show (GDPR, article 7(1)).

It says what was decided, when, and what the visitor had been told. It says nothing of who the visitor is: no
address, no browser, no page, no account.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import cached_property
from typing import Literal, Protocol, runtime_checkable

import msgspec

FORM = 2
"""The form of the records that this version writes. A later form may have more fields: the second has
`withdrawn`."""
SINCE = {"withdrawn": 2}
"""The form since which records have a field, where that is not the first."""

Control = Literal["accept", "save", "allow", "refuse", "withdraw", "object", "permit", "erase"]
"""The button that was pressed, by its value in the form."""
Source = Literal["banner", "choices", "placeholder", "unknown"]
"""Where the button was: in the banner of a page, on the page of the choices, or in the placeholder of a
blocked embed. Where browsers do not send a Referer header, nobody knows."""


class Event(StrEnum):
    """What a decision did. The W3C's Data Privacy Vocabulary calls them ConsentGiven,
    RenewedConsentGiven, ConsentWithdrawn and ConsentRefused; `REDUCED` is a grant with less than before.
    `OBJECTED` and `PERMITTED` are about what passes unless the visitor objects, which needs no consent.
    `ERASED` withdraws a grant, and has its record erased with all that came before and after it."""

    GIVEN = "given"
    RENEWED = "renewed"
    REDUCED = "reduced"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    OBJECTED = "objected"
    PERMITTED = "permitted"
    ERASED = "erased"


GRANTS = frozenset((Event.GIVEN, Event.RENEWED, Event.REDUCED))
"""The events by which something is granted."""
TAKING_BACK = frozenset((Event.REDUCED, Event.WITHDRAWN, Event.ERASED))
"""The events by which something is not granted any more."""
COUNTED = frozenset((Event.REFUSED, Event.OBJECTED, Event.PERMITTED, Event.ERASED))
"""The events that are only counted: they prove no consent, and an id would follow a visitor who said no."""


@dataclass(frozen=True, slots=True)
class Record:
    """One decision.

    `id` is random, and "" for what is counted and not kept. `replaces` is the id of the grant that it ends,
    if any, or of the one to erase. `at` and `valid_until` are in seconds since the epoch, of a refusal the
    beginning of the day. `categories` and `services` say of each id whether it was granted. `policy` and
    `notice` are digests of the policy and of what the visitor was shown, in this `language`. `signals` are
    those that the browser sent along. `account` is for consent that goes with an account, and not used yet.
    `withdrawn` has the ids of the services that were granted before and are not any more.

    Raises ValueError for a text that no database keeps as it is.
    """

    event: Event
    at: int
    host: str
    controller: str
    categories: Mapping[str, bool] = field(default_factory=dict)
    services: Mapping[str, bool] = field(default_factory=dict)
    id: str = ""
    replaces: str = ""
    policy: str = ""
    notice: str = ""
    language: str = ""
    control: str = ""
    source: str = ""
    signals: tuple[str, ...] = ()
    valid_until: int = 0
    account: str = ""
    form: int = FORM
    withdrawn: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        texts = [getattr(self, name) for name in _TEXTS]
        # Every record that is written, moved or verified comes by here: one search is a tenth of the time.
        if _UNSTORABLE.search("".join(texts)):
            name, value = next(
                both for both in zip(_TEXTS, texts, strict=True) if _UNSTORABLE.search(both[1])
            )
            raise ValueError(f"{name}: a record cannot keep {value!a}")

    @property
    def is_grant(self) -> bool:
        """True where something is granted by it."""
        return self.event in GRANTS

    @property
    def takes_back(self) -> bool:
        """True where it takes back what a record before it has granted, or a part of that."""
        return self.event in TAKING_BACK

    @property
    def is_counted(self) -> bool:
        """True where it is only counted, and not kept."""
        return self.event in COUNTED

    @property
    def canonical(self) -> bytes:
        """The bytes that stand for this record in digests: JSON in UTF-8 with all fields of its form, the
        keys sorted, no spaces."""
        if self.form >= FORM:
            return _canonical.encode(self)
        known = (one.name for one in fields(self) if SINCE.get(one.name, 0) <= self.form)
        return _canonical.encode({name: getattr(self, name) for name in known})

    @property
    def digest(self) -> bytes:
        """The SHA-256 of the canonical bytes."""
        return hashlib.sha256(self.canonical).digest()


_TEXTS = tuple(one.name for one in fields(Record) if one.type == "str")
_canonical = msgspec.json.Encoder(order="sorted")
# PostgreSQL keeps no NUL, and UTF-8 has no lone surrogates.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def storable(text: str) -> str:
    """Return `text` with what no database keeps replaced."""
    return _UNSTORABLE.sub("\ufffd", text)


@dataclass(frozen=True)
class Notice:
    """What a visitor was shown before the decision, in one language: the HTML of the banner and of the page
    of the choices, as everyone gets them."""

    language: str
    banner: str
    choices: str

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the notice, in hexadecimal digits: of a JSON list of its three texts in UTF-8."""
        parts = msgspec.json.encode([self.language, self.banner, self.choices])
        return hashlib.sha256(parts).hexdigest()


class NotRecorded(Exception):
    """A record that could not be written anywhere that lasts."""


class NotReadable(Exception):
    """Records that cannot be read at the moment."""


LONGEST_HISTORY = 100
"""The most records of one visitor that are read at once."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a database: so many bytes (`size`) and `entries` of this process, the oldest for so many
    `seconds`; and the bytes that processes which are no more have `left_behind`."""

    size: int = 0
    entries: int = 0
    seconds: float = 0.0
    left_behind: int = 0


class RecordMeter(Protocol):
    """Shows how a recorder does. Threads share one."""

    def waits(self, waiting: Waiting) -> None:
        """Show what waits for the database."""

    def database_failing(self, failing: bool) -> None:
        """Show whether the database does not work."""


@runtime_checkable
class Metered(Protocol):
    """A recorder that shows how it does."""

    def metered_by(self, meter: RecordMeter) -> None:
        """Show it to this meter from now on."""


class Recorder(Protocol):
    """Keeps records. Threads share one."""

    def record(self, record: Record, notice: Notice | None = None) -> None:
        """Keep a `record`, and the `notice` that it cites. Return when both would survive a loss of power.

        One of the event ERASED is an order instead: the record that it replaces goes, with all that came
        before it and after it, wherever those are still on their way. Return when it cannot be lost any more.

        Raises NotRecorded where that is not possible.
        """

    @property
    def kept_for(self) -> str:
        """How long a record is kept after its consent has ended, like "3 years"; "" where nobody knows."""

    def history(self, id: str) -> Sequence[Record]:
        """Return the record with this id, those that came before it and those that came after it, from the
        oldest to the newest: the LONGEST_HISTORY nearest ones. None where there is none, or none any more.

        Raises NotReadable.
        """

    def notice(self, digest: str) -> Notice | None:
        """Return the notice with this digest, None where there is none. Raises NotReadable."""

    def signing_with(self, secret_keys: tuple[str | bytes, ...]) -> Recorder:
        """Return the recorder that signs with these keys, oldest first, unless it has keys of its own."""

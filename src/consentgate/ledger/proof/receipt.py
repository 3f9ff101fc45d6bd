"""The receipt of a consent: what its visitor may have, with the names of ISO/IEC TS 27560:2023.

The standard has fields that only a site can fill, such as the address of the controller: they are left out.
"""

from __future__ import annotations

import datetime
import html
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from consentgate.consent.record import Event, Notice, Record

SCHEMA = "ISO/IEC TS 27560:2023"
_GIVEN, _RENEWED, _WITHDRAWN = "ConsentGiven", "RenewedConsentGiven", "ConsentWithdrawn"
"""The states of events, by the W3C's Data Privacy Vocabulary 2.3."""
_CHOICES = re.compile(r"""<form\b[^>]*\baction=["']([^"'?]*choices)["'?]""")


def receipt(
    records: Sequence[Record], *, before: Record | None = None, notice: Notice | None = None
) -> dict[str, Any]:
    """Return the receipt of a consent: its record first, then those that came after it.

    What is `consented` is so after the last of them. `before` is the record that the first one replaced, if
    it is there, and `notice` what its visitor was shown.
    """
    first, last = records[0], records[-1]
    befores = [before, *records]
    return {
        "schema_version": SCHEMA,
        "record_id": first.id,
        "pii_principal_id": first.id,
        "privacy_notice": first.notice,
        "language": first.language,
        **_consented(last.categories, last.services),
        "pii_controllers": [{"party_name": first.controller, "party_type": "controller"}],
        "withdrawal_method": _choices_address(first.host, notice),
        "replaced_by": records[1].id if len(records) > 1 else None,
        "events": [
            event for one, record in zip(befores, records, strict=False) for event in _events(one, record)
        ],
    }


def _choices_address(host: str, notice: Notice | None) -> str:
    """Return the address of the page of the choices. Nobody has recorded its scheme and port."""
    form = _CHOICES.search(notice.choices) or _CHOICES.search(notice.banner) if notice is not None else None
    path = html.unescape(form[1]) if form is not None else ""
    return path if "//" in path else f"{host}{path}"


def _events(before: Record | None, record: Record) -> Iterator[dict[str, Any]]:
    """Yield the events of a record. One that took something back is two: a withdrawal of that, and a renewal
    of what is left."""
    categories, services = record.categories, record.services
    if record.event is Event.WITHDRAWN:
        yield _event(record, _WITHDRAWN, categories, services)
    elif record.event is Event.REDUCED:
        yield _event(record, _WITHDRAWN, *_taken_back(before, record))
        yield _event(record, _RENEWED, _granted(categories), _granted(services))
    else:
        yield _event(record, _GIVEN if record.event is Event.GIVEN else _RENEWED, categories, services)


_Answers = Mapping[str, bool]


def _taken_back(before: Record | None, record: Record) -> tuple[_Answers, _Answers]:
    """Return what `record` took back. Where the record before it is gone, nobody knows."""
    if before is None:
        return {}, {}
    categories = {id: False for id in _granted(before.categories) if not record.categories.get(id)}
    services = {id: False for id in _granted(before.services) if not record.services.get(id)}
    return categories, services


def _granted(answers: _Answers) -> _Answers:
    return {id: True for id, granted in answers.items() if granted}


def _event(record: Record, state: str, categories: _Answers, services: _Answers) -> dict[str, Any]:
    event = {
        "record_id": record.id,
        "event_time": _time(record.at),
        "event_type": record.control,
        "event_state": state,
        "entity_id": record.controller,
        **_consented(categories, services),
    }
    has_end = record.valid_until and state != _WITHDRAWN
    return event | ({"valid_until": _time(record.valid_until)} if has_end else {})


def _consented(categories: _Answers, services: _Answers) -> dict[str, Any]:
    return {
        "purposes": [
            {"purpose": id, "lawful_basis": "consent", "consented": granted}
            for id, granted in sorted(categories.items())
        ],
        "recipient_third_parties": [
            {"recipient": id, "consented": granted} for id, granted in sorted(services.items())
        ],
    }


def _time(second: int) -> str:
    return datetime.datetime.fromtimestamp(second, datetime.UTC).isoformat().replace("+00:00", "Z")

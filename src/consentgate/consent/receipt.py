"""The receipt of a consent, with the names of ISO/IEC TS 27560:2023: for its visitor, and as an export.

A record has what was decided. What the standard asks for besides is the site's to say, in its policy. Where
nobody has said it, the field is there and empty. `receipt.schema.json` is the JSON Schema of it.
"""

from __future__ import annotations

import datetime
import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from consentgate.policy import Policy
from consentgate.policy.lifetime import DAY

from .record import Event, Notice, Record, storable

SCHEMA_VERSION = "ISO/IEC TS 27560:2023"
STATES: Mapping[Event, str] = {
    Event.GIVEN: "ConsentGiven",
    Event.RENEWED: "RenewedConsentGiven",
    Event.REDUCED: "RenewedConsentGiven",
    Event.WITHDRAWN: "ConsentWithdrawn",
    Event.REFUSED: "ConsentRefused",
    Event.ERASED: "ConsentWithdrawn",
    # They say nothing of consent.
    Event.OBJECTED: "ConsentUnknown",
    Event.PERMITTED: "ConsentUnknown",
}
"""The state of consent after each event, by the W3C's Data Privacy Vocabulary 2.3. Only ConsentGiven and
RenewedConsentGiven are valid consent. What `REDUCED` takes back is an event of its own, a withdrawal."""
_JURISDICTIONS = {"eu": "EU", "uk": "GB", "us": "US"}
_SHARED = ("IP address", "address of the site", "details of the browser", "cookies and other stored data")
"""The kinds of data that services get when a browser contacts them, in the words of the declaration."""
_CHOICES = re.compile(r"""<form\b[^>]*\baction=["']([^"'?]*choices)["'?]""")


@cache
def receipt_schema() -> dict[str, Any]:
    """Return the JSON Schema of receipts."""
    schema: dict[str, Any] = json.loads((files(__package__) / "receipt.schema.json").read_text("utf-8"))
    return schema


def receipt(
    records: Sequence[Record],
    *,
    before: Record | None = None,
    notice: Notice | None = None,
    policy: Policy | None = None,
    kept: str = "",
    choices: str = "",
) -> dict[str, Any]:
    """Return the receipt of a consent: its record first, then those that came after it.

    What is `consented` is so after the last of them. `before` is the record that the first one replaced, if
    it is there, and `notice` what its visitor was shown. `policy` says who the parties are, if it is the one
    of the records' controller; `kept` is how long records are, and `choices` the address of the choices, as
    far as that is known: a record has neither its scheme nor its port.
    """
    first, last = records[0], records[-1]
    befores = [before, *records]
    if policy is not None and storable(policy.site.controller) != first.controller:
        policy = None
    return {
        "schema_version": SCHEMA_VERSION,
        "record_id": first.id,
        "pii_principal_id": first.id,
        "privacy_notice": first.notice,
        "language": first.language,
        "purposes": _purposes(last.categories),
        "recipient_third_parties": [
            one | _recipient(one["recipient"], policy) for one in _recipients(last.services)
        ],
        "pii_information": [{"pii_type": shared} for shared in _SHARED],
        "pii_controllers": [_controller(first, policy)],
        "storage_locations": [],
        "retention_period": kept,
        "jurisdiction": _JURISDICTIONS.get(policy.site.regime, "") if policy is not None else "",
        "withdrawal_method": choices or _recorded_address(first.host, notice),
        "replaced_by": records[1].id if len(records) > 1 else None,
        "events": [
            event for one, record in zip(befores, records, strict=False) for event in _events(one, record)
        ],
    }


def _controller(record: Record, policy: Policy | None) -> dict[str, Any]:
    return {
        "party_id": record.controller,
        "party_name": record.controller,
        "party_address": policy.declaration.address if policy is not None else "",
        "party_contact": policy.site.contact if policy is not None else "",
        "party_type": "controller",
    }


def _recipient(id: str, policy: Policy | None) -> dict[str, Any]:
    """Return what is known of who receives data with a service."""
    service = next((one for one in policy.services if one.id == id), None) if policy is not None else None
    return {
        "party_id": id,
        "party_name": (service.controller or service.name) if service is not None else id,
        "party_address": "",
        "party_contact": service.privacy_url if service is not None else "",
        "party_type": "third party",
    }


def _recorded_address(host: str, notice: Notice | None) -> str:
    """Return the address of the choices as it was recorded, without a scheme and a port."""
    form = _CHOICES.search(notice.choices) or _CHOICES.search(notice.banner) if notice is not None else None
    path = html.unescape(form[1]) if form is not None else ""
    return path if "//" in path else f"{host}{path}"


def _events(before: Record | None, record: Record) -> Iterator[dict[str, Any]]:
    """Yield the events of a record. One that took something back is two: a withdrawal of that, and a renewal
    of what is left."""
    categories, services = record.categories, record.services
    if record.event is Event.REDUCED:
        yield _event(record, Event.WITHDRAWN, *_taken_back(before, record))
        yield _event(record, Event.REDUCED, _granted(categories), _granted(services))
    else:
        yield _event(record, record.event, categories, services)


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


def _event(record: Record, event: Event, categories: _Answers, services: _Answers) -> dict[str, Any]:
    ends = record.valid_until if event is not Event.WITHDRAWN else 0
    return {
        "record_id": record.id,
        "event_time": _time(record.at),
        "validity_duration": f"P{max(0, ends - record.at) // DAY}D",
        "event_type": record.control,
        "event_state": STATES[event],
        "entity_id": record.controller,
        "purposes": _purposes(categories),
        "recipient_third_parties": _recipients(services),
        **({"valid_until": _time(ends)} if ends else {}),
    }


def _purposes(categories: _Answers) -> list[dict[str, Any]]:
    return [
        {"purpose": id, "lawful_basis": "consent", "consented": granted}
        for id, granted in sorted(categories.items())
    ]


def _recipients(services: _Answers) -> list[dict[str, Any]]:
    return [{"recipient": id, "consented": granted} for id, granted in sorted(services.items())]


def _time(second: int) -> str:
    return datetime.datetime.fromtimestamp(second, datetime.UTC).isoformat().replace("+00:00", "Z")

"""The receipt of a consent: what its visitor may have, with the names of ISO/IEC TS 27560:2023.

The standard has fields that only a site can fill, such as the address of the controller: they are left out.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from consentgate.consent.record import Event, Record

SCHEMA = "ISO/IEC TS 27560:2023"
_STATES = {
    Event.GIVEN: "ConsentGiven",
    Event.RENEWED: "RenewedConsentGiven",
    Event.REDUCED: "RenewedConsentGiven",
    Event.WITHDRAWN: "ConsentWithdrawn",
}
"""The state of each event, by the W3C's Data Privacy Vocabulary 2.3."""


def receipt(records: Sequence[Record]) -> dict[str, Any]:
    """Return the receipt of a consent: its record first, then those that came after it."""
    first = records[0]
    return {
        "schema_version": SCHEMA,
        "record_id": first.id,
        "pii_principal_id": first.id,
        "privacy_notice": first.notice,
        "language": first.language,
        "purposes": [
            {"purpose": id, "lawful_basis": "consent", "consented": granted}
            for id, granted in sorted(first.categories.items())
        ],
        "recipient_third_parties": [
            {"recipient": id, "consented": granted} for id, granted in sorted(first.services.items())
        ],
        "pii_controllers": [{"party_name": first.controller, "party_type": "controller"}],
        "withdrawal_method": f"https://{first.host}: the page of the choices",
        "events": [_event(record) for record in records],
    }


def _event(record: Record) -> dict[str, Any]:
    event = {
        "event_time": _time(record.at),
        "event_type": record.control,
        "event_state": _STATES[record.event],
        "entity_id": record.controller,
    }
    return event | ({"valid_until": _time(record.valid_until)} if record.valid_until else {})


def _time(second: int) -> str:
    return datetime.datetime.fromtimestamp(second, datetime.UTC).isoformat().replace("+00:00", "Z")

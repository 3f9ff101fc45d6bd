"""What is recorded of a decision."""

from __future__ import annotations

import secrets
import time
from dataclasses import replace

from consentgate.consent import Choice
from consentgate.consent.choice import takes_back
from consentgate.consent.choice_validity import Validity
from consentgate.consent.coverage import digests
from consentgate.consent.record import (
    COUNTED,
    GRANTS,
    TAKING_BACK,
    Control,
    Event,
    Notice,
    Record,
    Source,
    storable,
)
from consentgate.gate.request.origin import page_before
from consentgate.gate.request.visit import Visit
from consentgate.policy import OWN, Policy
from consentgate.policy.lifetime import DAY
from consentgate.web.paths import normal_path

_LONGEST_HOST = 253
"""The longest name of a host (RFC 1035, section 2.3.4, without the root). Longer ones are made up."""


def record_of(choice: Choice, control: Control, visit: Visit, notice: Notice, version: str) -> Record:
    """Return the record of a `choice` that was made on a `visit` with the button `control`, by who was shown
    the `notice`, under this `version` of the policy."""
    policy, before = visit.judge.policy, visit.consent.choice
    event, site = event_of(before, choice, control), policy.site
    is_grant = event in GRANTS
    categories, services = _units(policy, choice)
    now = int(time.time())
    return Record(
        event,
        at=choice.at if is_grant else now - now % DAY if event in COUNTED else now,
        host=host_in_records(visit.host),
        controller=storable(site.controller),
        categories=categories,
        services=services,
        id=choice.id.hex() if is_grant else secrets.token_hex(16) if event is Event.WITHDRAWN else "",
        replaces=before.id.hex() if before is not None and before.is_grant and event not in COUNTED else "",
        policy=version,
        notice=notice.digest,
        language=notice.language,
        control=control,
        source=_source(control, visit),
        signals=tuple(sorted(visit.signals)),
        valid_until=Validity.of(site).end(choice) if is_grant else 0,
        withdrawn=withdrawn_by(policy, before, choice) if event in TAKING_BACK else (),
    )


def host_in_records(host: str) -> str:
    """Return a visit's `host` as records have it."""
    return storable(host[:_LONGEST_HOST])


def is_repeat(before: Choice | None, choice: Choice) -> bool:
    """Say whether a `choice` says what the one `before` has said within the last day."""
    if before is None or not 0 <= choice.at - before.at < DAY:
        return False
    return replace(choice, at=before.at, id=before.id) == before


def event_of(before: Choice | None, choice: Choice, control: Control) -> Event:
    """Return what a `choice` did that was made with the button `control`, after the one `before`."""
    if control == "object":
        return Event.OBJECTED
    if control == "permit":
        return Event.PERMITTED
    had_granted = before is not None and before.is_grant
    if not choice.is_grant:
        return Event.WITHDRAWN if had_granted else Event.REFUSED
    if takes_back(before, choice):
        return Event.REDUCED
    return Event.RENEWED if had_granted else Event.GIVEN


def _units(policy: Policy, choice: Choice) -> tuple[dict[str, bool], dict[str, bool]]:
    """Return of each category and service whether it was granted: of a category, whether for the site's own
    use."""
    categories: dict[str, bool] = {}
    services: dict[str, bool] = {}
    for unit, digest in digests(policy).items():
        named = categories if unit.service == OWN else services
        named[unit.category if unit.service == OWN else unit.id] = digest in choice.granted
    return categories, services


def withdrawn_by(policy: Policy, before: Choice | None, choice: Choice) -> tuple[str, ...]:
    """Return the services that were granted `before`, and which the new `choice` does not grant."""
    gone = before.granted - choice.granted if before is not None else frozenset[bytes]()
    units = digests(policy).items()
    return tuple(sorted(unit.id for unit, digest in units if unit.service != OWN and digest in gone))


def _source(control: Control, visit: Visit) -> Source:
    if control == "allow":
        return "placeholder"
    path = page_before(visit.request, visit.host).partition("?")[0]
    if not path:
        return "unknown"
    return "choices" if normal_path(path) == visit.endpoint("choices") else "banner"

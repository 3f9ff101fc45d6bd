"""Consent mode: which vendors' tags a policy has told of consent, and what grants each type of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from consentgate.catalogue import KnownConsentMode, catalogue

from .claims import OWN, Claim, Claims, Unit
from .errors import Found
from .messages import but_not, did_you_mean, listed
from .model import NECESSARY, ConsentMode, Service


@dataclass(frozen=True, slots=True)
class ToldVendor:
    """A vendor whose tags are told of consent as soon as one of the claims `on_tags` is covered.

    Of the claims on a type of consent, any one that is covered grants it.
    """

    vendor: str
    on_tags: tuple[Claim, ...]
    types: Mapping[str, tuple[Claim, ...]]


def told_vendors(table: ConsentMode, services: Iterable[Service], claims: Claims) -> tuple[ToldVendor, ...]:
    """Return the vendors that a policy with these parts has told of consent."""
    declared: dict[str, tuple[Claim, ...]] = {}
    for service in services:
        if service.use:
            declared[service.use] = (*declared.get(service.use, ()), claims.of_service(service.id))
    told = [
        _told(known, granted_by if isinstance(granted_by, Mapping) else {}, declared, claims)
        for known in catalogue().consent_modes
        if (granted_by := getattr(table, known.vendor)) is not False
    ]
    return tuple(vendor for vendor in told if vendor.on_tags)


def _told(
    known: KnownConsentMode,
    granted_by: Mapping[str, str],
    declared: Mapping[str, tuple[Claim, ...]],
    claims: Claims,
) -> ToldVendor:
    named = {type: _claim_of(id, claims) for type, id in granted_by.items()}
    by_catalogue = {
        type: tuple(claim for id in services for claim in declared.get(id, ()))
        for type, services in known.types.items()
    }
    on_tags = [claim for id in known.services for claim in declared.get(id, ())]
    # What is necessary anyway is no sign that there are tags.
    on_tags += [claim for claim in named.values() if claim.category != NECESSARY]
    types = {**by_catalogue, **{type: (claim,) for type, claim in named.items()}}
    return ToldVendor(known.vendor, tuple(on_tags), types)


def _claim_of(id: str, claims: Claims) -> Claim:
    """Return the claim of the service, or else of the site's own use of the category, that is called `id`."""
    if claims.has_service(id):
        return claims.of_service(id)
    return Claim(None, id, id, None if id == NECESSARY else Unit(OWN, id))


def check_consent_mode(table: ConsentMode, ids: Iterable[str]) -> Iterator[Found]:
    """Check what grants each type of consent. `ids` are those of the policy's categories and services."""
    known_ids = tuple(ids)
    for known in catalogue().consent_modes:
        granted_by = getattr(table, known.vendor)
        if not isinstance(granted_by, Mapping):
            continue
        place = f"[consent_mode.{known.vendor}]"
        for type, id in granted_by.items():
            if type not in known.types:
                hint = did_you_mean(type, known.types) or f"; known here: {listed(known.types)}"
                yield place, type, f"unknown type of consent{hint}"
            if id not in known_ids:
                hint = did_you_mean(id, known_ids)
                expected = f"expected the id of a category or service of this policy{but_not(id)}{hint}"
                yield place, type, expected

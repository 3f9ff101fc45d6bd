"""Consent mode: which vendors' tags a policy has told of consent, and what grants each type of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from consentgate.catalogue import KnownConsentMode, catalogue
from consentgate.policy.claims.claim import OWN, Claim, Unit
from consentgate.policy.claims.claims import Claims
from consentgate.policy.errors import Found
from consentgate.policy.findings import PolicyFinding, PolicyParts
from consentgate.policy.messages import but_not, did_you_mean, listed, shown
from consentgate.policy.model import NECESSARY, NEVER, ConsentMode, Service


@dataclass(frozen=True, slots=True)
class ToldVendor:
    """A vendor whose tags are told of consent. `claims` are those on the vendor's services in the policy.

    A type of consent is granted where all of its claims are covered, and never where it has none.
    """

    vendor: str
    claims: tuple[Claim, ...]
    types: Mapping[str, tuple[Claim, ...]]


def told_vendors(table: ConsentMode, services: Sequence[Service], claims: Claims) -> tuple[ToldVendor, ...]:
    """Return the vendors that a policy with these parts has told of consent: those of the services in it, and
    those that its `table` names."""
    used: dict[str, tuple[Claim, ...]] = {}
    for service in services:
        if service.use:
            used[service.use] = (*used.get(service.use, ()), claims.of_service(service.id))

    def of_all(ids: Iterable[str]) -> tuple[Claim, ...]:
        return tuple(claim for id in ids for claim in used.get(id, ()))

    told = []
    for known in catalogue().consent_modes:
        chosen = getattr(table, known.vendor)
        named = chosen if isinstance(chosen, Mapping) else None
        its_claims = of_all(known.services)
        if named is not None or (chosen and its_claims):
            types = {kind: of_all(about) for kind, about in known.types.items()}
            types |= {kind: _named(id, services, claims) for kind, id in (named or {}).items()}
            told.append(ToldVendor(known.vendor, its_claims, types))
    return tuple(told)


def _named(id: str, services: Iterable[Service], claims: Claims) -> tuple[Claim, ...]:
    """Return the claims on the service, or on all services of the category, that is called `id`. A category
    without services stands for the site's own use of it."""
    if id == NEVER:
        return ()
    if claims.has_service(id):
        return (claims.of_service(id),)
    if id == NECESSARY:
        return (Claim(None, id, id, None),)
    members = tuple(claims.of_service(service.id) for service in services if service.category == id)
    return members or (Claim(None, id, id, Unit(OWN, id)),)


def tags_always_denied(policy: PolicyParts) -> Iterator[PolicyFinding]:
    """Yield a finding for each vendor whose tags are told that everything is denied, whatever is allowed."""
    used = {service.use for service in policy.services}
    for known in catalogue().consent_modes:
        about = dict.fromkeys(id for ids in known.types.values() for id in ids)
        loads = used.intersection(known.services)
        if getattr(policy.consent_mode, known.vendor) is True and loads and used.isdisjoint(about):
            yield PolicyFinding(
                "warning",
                "[consent_mode]",
                "",
                f"the tags of {listed(sorted(loads))} are told that everything is denied, also where a "
                f"visitor accepts, since the policy uses none of {listed(about)}",
                "Add a [[service]] for what the tags load, or name what grants a type of consent in "
                f"[consent_mode.{known.vendor}]",
            )


def check_consent_mode(
    table: ConsentMode, categories: Iterable[str], services: Iterable[Service]
) -> Iterator[Found]:
    """Check what grants each type of consent, in a policy with these ids of categories and these services."""
    ids = (*categories, *(service.id for service in services), NEVER)
    for known in catalogue().consent_modes:
        named = getattr(table, known.vendor)
        if isinstance(named, Mapping):
            for kind, id in named.items():
                yield from _check_type(known, kind, id, ids)


def _check_type(known: KnownConsentMode, kind: str, id: object, ids: Sequence[str]) -> Iterator[Found]:
    place = f"[consent_mode.{known.vendor}]"
    if kind not in known.types:
        hint = did_you_mean(kind, known.types) if len(known.types) > 1 else ""
        yield place, kind, f"unknown type of consent{hint or f'; known here: {listed(known.types)}'}"
    elif not isinstance(id, str):
        yield place, kind, f"expected the id of one category or service in quotes{but_not(id)}"
    elif id not in ids:
        yield (
            place,
            kind,
            f"expected the id of a category or service of this policy{but_not(id)}{_hint(id, ids)}",
        )
    elif id == NECESSARY and known.types[kind]:
        expected = f"expected the id of something that visitors are asked for{but_not(id)}"
        yield place, kind, f"{expected}: this type is about {listed(known.types[kind])}"


def _hint(id: str, ids: Sequence[str]) -> str:
    known = catalogue().named(id)
    if known is not None and known.id in ids:
        return f"; did you mean {shown(known.id)}?"
    if known is not None:
        return f"; to use that service, add a [[service]] with use = {shown(known.id)}"
    return did_you_mean(id, ids) or f"; they are {listed(ids)}"

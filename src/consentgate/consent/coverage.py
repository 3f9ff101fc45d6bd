"""Digests of the services that a consent covers, short enough for a cookie."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from consentgate.policy import Policy, Unit
from consentgate.policy.memories import remembered

DIGEST_SIZE = 3
MOST_LISTED = 96
"""The most units with a digest each: more would not fit into a cookie of 512 bytes. Where there are more, a
category is covered as a whole."""

UNOBJECTED = b"-"
"""Stands among digests for everything that passes unless the visitor objects. It is shorter than a digest, so
that neither is ever taken for the other."""


@remembered(1)
def digests(policy: Policy) -> Mapping[Unit, bytes]:
    """Return the digest of each unit that `policy` asks for, or that passes unless the visitor objects.

    A digest is made of the service and its category, so that a service which moves to another category gets a
    new one. In a policy with more than `MOST_LISTED` units, all units of a category share one digest. A
    category that changes is then asked for again.
    """
    units = policy.claims.units
    unobjected = dict.fromkeys(policy.claims.objectable, UNOBJECTED)
    if len(units) <= MOST_LISTED:
        return MappingProxyType({unit: _digest(unit) for unit in units} | unobjected)
    members: dict[str, list[Unit]] = {}
    for unit in units:
        members.setdefault(unit.category, []).append(unit)
    shared = {category: _digest(*sorted(group)) for category, group in members.items()}
    return MappingProxyType({unit: shared[unit.category] for unit in units} | unobjected)


@remembered(1)
def everything(policy: Policy) -> frozenset[bytes]:
    """Return the digests of all units that `policy` asks for."""
    return frozenset(digests(policy).values()) - {UNOBJECTED}


@remembered(1)
def unobjected(policy: Policy) -> frozenset[bytes]:
    """Return what is in effect while the visitor has not objected: UNOBJECTED, or nothing where there is
    nothing to object to."""
    return frozenset((UNOBJECTED,)) if policy.claims.objectable else frozenset()


def covered_by(policy: Policy, ids: Iterable[str]) -> frozenset[bytes]:
    """Return the digests that consent to `ids` covers, which are ids of categories and units.

    A digest that several units share is covered only where `ids` name all of them. Unknown ids cover nothing.
    """
    wanted = frozenset(ids)
    given: set[bytes] = set()
    withheld: set[bytes] = set()
    for unit, digest in digests(policy).items():
        chosen = unit.category in wanted or unit.id in wanted
        (given if chosen else withheld).add(digest)
    return frozenset(given - withheld) - {UNOBJECTED}


def _digest(*units: Unit) -> bytes:
    text = "\n".join(f"{unit.service}\t{unit.category}" for unit in units)
    return hashlib.sha256(text.encode()).digest()[:DIGEST_SIZE]

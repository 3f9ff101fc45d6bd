"""What a consent covers, as short digests that fit into a cookie."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

from consentgate.policy import Policy, Unit

DIGEST_SIZE = 3
MOST_LISTED = 96
"""Above so many units a digest would not fit into a cookie of 512 bytes, and a category is covered whole."""


@lru_cache(maxsize=256)
def digests(policy: Policy) -> Mapping[Unit, bytes]:
    """The digest of each thing that `policy` asks for.

    It is made of the service and its category, so that a service which moves to another category has a
    new one. In a policy with more than 96 units those of one category share a digest made of them all: a
    category that changes is then asked again.
    """
    units = policy.claims.units
    if len(units) <= MOST_LISTED:
        return MappingProxyType({unit: _digest(unit) for unit in units})
    members: dict[str, list[Unit]] = {}
    for unit in units:
        members.setdefault(unit.category, []).append(unit)
    shared = {category: _digest(*sorted(group)) for category, group in members.items()}
    return MappingProxyType({unit: shared[unit.category] for unit in units})


@lru_cache(maxsize=256)
def everything(policy: Policy) -> frozenset[bytes]:
    """The digests of all that `policy` asks for."""
    return frozenset(digests(policy).values())


def covered_by(policy: Policy, ids: Iterable[str]) -> frozenset[bytes]:
    """The digests that consent to `ids` (of categories and services) covers: those of which every unit
    was consented to, so that a shared digest is never covered by a part of its category. What is not the
    id of a category or service covers nothing."""
    wanted = policy.ids.intersection(ids)
    if not wanted:
        return frozenset()
    given: set[bytes] = set()
    withheld: set[bytes] = set()
    for unit, digest in digests(policy).items():
        chosen = unit.category in wanted or unit.service in wanted
        (given if chosen else withheld).add(digest)
    return frozenset(given - withheld)


def _digest(*units: Unit) -> bytes:
    text = "\n".join(f"{unit.service}\t{unit.category}" for unit in units)
    return hashlib.sha256(text.encode()).digest()[:DIGEST_SIZE]

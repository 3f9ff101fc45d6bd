"""Writes the lines of a policy that would let pass what a build removed. On a site without a server nobody
can be asked, so what may load there has to be necessary."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from consentgate.catalogue import catalogue
from consentgate.policy import Policy
from consentgate.policy.advice.proposals import LONGEST, asked_reason, toml_text
from consentgate.policy.model import Regime

from .findings import Found

_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")


def declarations(found: Iterable[Found], policy: Policy) -> dict[str, str]:
    """Return the lines that declare what was `found`, by the id of a service or by a host. They fit into the
    `policy` once the site has filled in the reason."""
    declared = {service.id: service.category for service in policy.services}
    regime = policy.site.regime
    taken = {*declared, *(category.id for category in policy.categories)}
    lines: dict[str, str] = {}
    for one in found:
        key = one.service or one.host
        if not key or key in lines:
            continue
        if one.service in declared:
            lines[key] = f"# {one.service} is declared, but not as necessary on this page."
        elif one.service and catalogue().service(one.service) is not None:
            lines[key] = "\n".join(_necessary(f"use = {toml_text(one.service)}", one.service, regime))
        elif _HOST.fullmatch(key) and len(key) <= LONGEST:
            id = _free_id(key, taken)
            taken.add(id)
            named = f"id = {toml_text(id)}\nname = {toml_text(key)}\nhosts = [{toml_text(key)}]"
            lines[key] = "\n".join(_necessary(named, key, regime))
    return lines


def _necessary(named: str, name: str, regime: Regime) -> Iterator[str]:
    yield "[[service]]"
    yield named
    yield 'category = "necessary"'
    yield asked_reason(name, regime)


def _free_id(host: str, taken: set[str]) -> str:
    stem = re.sub(r"[^a-z0-9_-]", "-", host).strip("-_")[:56] or "service"
    number = 1
    while (id := stem if number == 1 else f"{stem}-{number}") in taken:
        number += 1
    return id

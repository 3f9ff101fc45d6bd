"""Reads and writes the headers that say where browsers send reports (Reporting API)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from consentgate.gate.message import Header
from consentgate.web.structured_fields import members

Group = tuple[str, list[str]]
"""The name of a group of endpoints, and their URLs."""

PassAll = Callable[[Iterable[str]], bool]
"""Says whether reports may go to all of these URLs."""

FORGET_POLICY = '{"max_age":0}'
"""The NEL header that makes a browser forget a policy on network errors (Network Error Logging, max_age)."""

FORGET_REPORTS: list[Header] = [("Report-To", '{"max_age":0,"endpoints":[]}'), ("NEL", FORGET_POLICY)]
"""The headers that make a browser forget what an open page may have set up: the default endpoints and a
policy on network errors."""

_ENDPOINT = re.compile(
    r'[\t ]*([a-z*][a-z0-9_.*-]*)[\t ]*=[\t ]*"((?:[^"\\]++|\\.)*+)"[\t ]*(?:;[^,"]*)?', re.S
)


def groups_in_endpoints(value: str) -> Iterator[Group]:
    """Yield the endpoints in a Reporting-Endpoints header. One that cannot be read has no name."""
    for member in members(value):
        match = _ENDPOINT.fullmatch(member)
        yield (match[1], [re.sub(r"\\(.)", r"\1", match[2])]) if match else ("", [])


def kept_endpoints(value: str, pass_all: PassAll) -> str | None:
    """Return a Reporting-Endpoints header without the endpoints that do not pass."""
    listed = members(value)
    good = [bool(urls) and pass_all(urls) for _, urls in groups_in_endpoints(value)]
    if all(good):
        return value
    return ", ".join(member.strip() for member, passes in zip(listed, good, strict=True) if passes) or None


def groups_in_report_to(value: str) -> Iterator[Group]:
    """Return the groups in a Report-To header."""
    return ((_name(group), _urls(group)) for group in _groups(value))


def kept_groups(value: str, pass_all: PassAll) -> str | None:
    """Return a Report-To header which makes browsers forget each group with an endpoint that does not pass.
    None where browsers cannot read the header."""
    groups = _groups(value)
    good = [pass_all(_urls(group)) for group in groups]
    if all(good):
        return value if groups else None
    kept = (
        group if passes else {"group": _name(group), "max_age": 0, "endpoints": []}
        for group, passes in zip(groups, good, strict=True)
    )
    return ", ".join(json.dumps(group, separators=(",", ":")) for group in kept)


def group_of_errors(value: str) -> str | None:
    """Return the group that a NEL header names; "" where it only makes browsers forget a policy, None where
    they read no policy in it."""
    policy = _json(value)
    if not isinstance(policy, dict):
        return None
    return "" if policy.get("max_age") == 0 else str(policy.get("report_to", ""))


def _groups(value: str) -> list[dict[str, Any]]:
    groups = _json(f"[{value}]")
    if not isinstance(groups, list) or not all(isinstance(group, dict) for group in groups):
        return []
    return groups


def _name(group: dict[str, Any]) -> str:
    return str(group.get("group", "default"))


def _urls(group: dict[str, Any]) -> list[str]:
    endpoints = group.get("endpoints")
    listed = endpoints if isinstance(endpoints, list) else []
    return [str(one.get("url", "")) for one in listed if isinstance(one, dict)]


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None

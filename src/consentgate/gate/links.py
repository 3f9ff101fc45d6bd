"""The `Link` header (RFC 8288), which loads as `<link>` does."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from consentgate.consent import Judge
from consentgate.html.elements import INERT_RELATIONS
from consentgate.html.srcset import candidates
from consentgate.html.urls import Url, resolve
from consentgate.policy import Claim

_LINK = re.compile(r"(?P<link><(?P<url>[^<>]*+)>(?P<parameters>(?:[^,\"]++|\"(?:[^\"\\]++|\\.)*+\"?)*+))")
_PARAMETER = re.compile(r";[\t ]*([^\s=;,\"]+)[\t ]*(?:=[\t ]*(?:\"((?:[^\"\\]++|\\.)*+)\"?|([^;,\"]*)))?")


@dataclass
class FilteredLinks:
    """A header's `value` without the links that may not load ("" where none is left), and whose those were
    with their URLs. `loads` says that it made browsers load something: what that may be is not the same for
    every visitor."""

    value: str
    blocked: list[tuple[Claim, str]] = field(default_factory=list)
    loads: bool = False


def filter_link(value: str, base: Url, judge: Judge) -> FilteredLinks:
    """The header `value` of a page at `base`, as `judge` allows it."""
    result = FilteredLinks(value)
    kept: list[str] = []
    for link in _LINK.finditer(value):
        passes = True
        for url in _loaded_by(link):
            target = resolve(url, base)
            result.loads = True
            claim = judge.url(target.host, target.path) if target.host else None
            if claim is not None:
                result.blocked.append((claim, url))
                passes = False
        if passes:
            kept.append(link["link"].strip())
    if result.blocked:
        result.value = ", ".join(kept)
    return result


def _loaded_by(link: re.Match[str]) -> tuple[str, ...]:
    parameters: dict[str, str] = {}
    for name, quoted, bare in _PARAMETER.findall(link["parameters"]):
        parameters.setdefault(name.lower(), re.sub(r"\\(.)", r"\1", quoted) or bare.strip())
    relations = frozenset(parameters.get("rel", "").lower().split())
    if relations <= INERT_RELATIONS:
        return ()
    return (link["url"], *candidates(parameters.get("imagesrcset", "")))

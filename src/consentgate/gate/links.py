"""The `Link` header (RFC 8288), which loads as `<link>` does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from consentgate.html.elements import INERT_RELATIONS
from consentgate.html.srcset import candidates

_LINK = re.compile(r"(?P<link><(?P<url>[^<>]*+)>(?P<parameters>(?:[^,\"]++|\"(?:[^\"\\]++|\\.)*+\"?)*+))")
_PARAMETER = re.compile(r";[\t ]*([^\s=;,\"]+)[\t ]*(?:=[\t ]*(?:\"((?:[^\"\\]++|\\.)*+)\"?|([^;,\"]*)))?")


def filter_links(value: str, pass_all: Callable[[Iterable[str]], bool]) -> str | None:
    """The header `value` without the links that would load from URLs which do not all pass; None where none
    is left."""
    kept: list[str] = []
    complete = True
    for link in _LINK.finditer(value):
        if pass_all(_loaded_by(link)):
            kept.append(link["link"].strip())
        else:
            complete = False
    if complete:
        return value
    return ", ".join(kept) or None


def _loaded_by(link: re.Match[str]) -> tuple[str, ...]:
    parameters: dict[str, str] = {}
    for name, quoted, bare in _PARAMETER.findall(link["parameters"]):
        parameters.setdefault(name.lower(), re.sub(r"\\(.)", r"\1", quoted) or bare.strip())
    relations = frozenset(parameters.get("rel", "").lower().split())
    if relations <= INERT_RELATIONS:
        return ()
    return (link["url"], *candidates(parameters.get("imagesrcset", "")))

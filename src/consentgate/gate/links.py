"""The `Link` header (RFC 8288), which loads as `<link>` does."""

from __future__ import annotations

import re

from consentgate.consent import Judge
from consentgate.html.elements import INERT_RELATIONS
from consentgate.html.srcset import candidates
from consentgate.html.urls import Url, resolve
from consentgate.policy import Claim

_LINK = re.compile(
    r"[\t ,]*(?P<link><(?P<url>[^>]*)>(?P<parameters>(?:[^,\"]++|\"(?:[^\"\\]++|\\.)*+\"?)*+))"
)
_PARAMETER = re.compile(r";[\t ]*([^\s=;,\"]+)[\t ]*(?:=[\t ]*(?:\"((?:[^\"\\]++|\\.)*+)\"?|([^;,\"]*)))?")


def filter_link(value: str, base: Url, judge: Judge) -> tuple[str, list[tuple[Claim, str]]]:
    """The header's value without the links that may not load ("" where none is left), and whose they
    were with their URLs."""
    kept: list[str] = []
    blocked: list[tuple[Claim, str]] = []
    for link in _LINK.finditer(value):
        found = _blocked_url(link, base, judge)
        if found is None:
            kept.append(link["link"].strip())
        else:
            blocked.append(found)
    return (", ".join(kept) if blocked else value), blocked


def _blocked_url(link: re.Match[str], base: Url, judge: Judge) -> tuple[Claim, str] | None:
    parameters: dict[str, str] = {}
    for name, quoted, bare in _PARAMETER.findall(link["parameters"]):
        parameters.setdefault(name.lower(), re.sub(r"\\(.)", r"\1", quoted) or bare.strip())
    relations = frozenset(parameters.get("rel", "").lower().split())
    if relations <= INERT_RELATIONS:
        return None
    for url in (link["url"], *candidates(parameters.get("imagesrcset", ""))):
        target = resolve(url, base)
        claim = judge.url(target.host, target.path) if target.host else None
        if claim is not None:
            return claim, url
    return None

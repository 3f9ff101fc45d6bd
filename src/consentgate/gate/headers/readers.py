"""Judges the values of the application's headers: each function returns the part of a value that may leave,
None for none of it.

`allowed` says what the visitor allows. The table in `rules` has the function for each header.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from consentgate.html.values.refresh import refresh_url
from consentgate.web.client_hints import asks_of_the_device, plain_hints
from consentgate.web.structured_fields import members

from .link import AmbiguousLink, filter_links
from .permissions import Allowed
from .reporting_api import FORGET_POLICY, group_of_errors, kept_endpoints, kept_groups

Reader = Callable[[str, Allowed, str], str | None]
"""Takes a header's value, what is allowed, and the header's lowercase name."""

_REPORT_TO = re.compile(r';[\t ]*report-to=(?:"((?:[^"\\]++|\\.)*+)"|([^;,\s"]*+))')
_ENDPOINTS = re.compile(r"(\bendpoints=\()([^()]*+)(?=\))")
_ALTERNATIVE = re.compile(r'[\t ]*[^\s="]++="([^"\\]*):[0-9]*"(?:[\t ]*;.*)?', re.S)
_HINT = re.compile(r"[\t ]*ch-[^=\s]*+")
_ORIGIN = re.compile(r'"([^"\\]*+)"')
_NO_HOST = re.compile(r"(?i)(?:data|javascript|blob|filesystem|mailto):")
_URL = re.compile(r"(?i)(?:https?:)?//[^\"\s,;]++")


def links(value: str, allowed: Allowed, name: str) -> str | None:
    """Judge links. Caches and networks replay them to other visitors as early hints."""
    try:
        return filter_links(value, allowed.urls_for_everyone)
    except AmbiguousLink:
        allowed.ambiguous.append(name)
        return None


def refresh(value: str, allowed: Allowed, name: str) -> str | None:
    """Judge seconds and the URL of the page that comes next. A URL that is not plain ASCII may lead anywhere,
    and so may one whose content is in itself."""
    url = refresh_url(value) if value.isascii() else None
    if url is None or _NO_HOST.match(url):
        return undeclared(value, allowed, name)
    return value if not url or allowed.url(url) else None


def url(value: str, allowed: Allowed, name: str) -> str | None:
    """Judge a URL."""
    return value if allowed.url(value) else None


def urls_in_text(value: str, allowed: Allowed, name: str) -> str | None:
    """Judge a text by the URLs in it."""
    return value if allowed.urls(_URL.findall(value)) else None


def reporting_endpoints(value: str, allowed: Allowed, name: str) -> str | None:
    """Judge endpoints, which are names and the URLs that these stand for."""
    return kept_endpoints(value, allowed.urls)


def report_to(value: str, allowed: Allowed, name: str) -> str | None:
    """Judge groups of endpoints. Browsers remember groups, and are told to forget those that are not
    allowed."""
    return kept_groups(value, allowed.urls)


def network_errors(value: str, allowed: Allowed, name: str) -> str | None:
    """Judge a policy on network errors. Browsers remember it, and are told to forget one that is not
    allowed."""
    group = group_of_errors(value)
    return value if group is not None and (not group or allowed.group(group)) else FORGET_POLICY


def csp(value: str, allowed: Allowed, name: str) -> str | None:
    """Judge where Content-Security-Policies send reports. Nothing else in them is touched."""
    policies = [_without_reports(policy, allowed) for policy in value.split(",")]
    return ",".join(policies)


def _without_reports(policy: str, allowed: Allowed) -> str:
    kept = []
    for directive in policy.split(";"):
        name, *words = directive.split() or [""]
        if name.lower() == "report-to":
            if not all(map(allowed.group, words)):
                continue
        elif name.lower() == "report-uri":
            passing = [word for word in words if allowed.url(word)]
            if words and not passing:
                continue
            if passing != words:
                directive = " ".join((" report-uri", *passing))
        kept.append(directive)
    return ";".join(kept)


def report_parameter(value: str, allowed: Allowed, name: str) -> str | None:
    """Judge a value with a parameter `report-to`, the name of endpoints."""
    return _REPORT_TO.sub(lambda match: match[0] if allowed.group(_group_in(match)) else "", value)


def _group_in(match: re.Match[str]) -> str:
    return re.sub(r"\\(.)", r"\1", match[1]) if match[1] is not None else match[2]


def integrity(value: str, allowed: Allowed, name: str) -> str | None:
    """Judge the member `endpoints`, a list of names."""
    return _ENDPOINTS.sub(lambda match: match[1] + " ".join(filter(allowed.group, match[2].split())), value)


def permissions(value: str, allowed: Allowed, name: str) -> str | None:
    """Judge permissions: none may send client hints to others."""
    given = members(value)
    kept = [member for member in given if not _HINT.match(member) or _stays_here(member, allowed)]
    if len(kept) < len(given):
        value = ", ".join(member.strip() for member in kept)
    return report_parameter(value, allowed, name) or None


def _stays_here(member: str, allowed: Allowed) -> bool:
    return "*" not in member and allowed.urls(_ORIGIN.findall(member))


def hints(value: str, allowed: Allowed, name: str) -> str | None:
    """Judge client hints that are to be sent from now on. An empty list makes browsers forget those that were
    asked for before (RFC 8942, section 3.1)."""
    if not asks_of_the_device(value) or allowed.undeclared(name):
        return value
    return ", ".join(plain_hints(value))


def critical_hints(value: str, allowed: Allowed, name: str) -> str | None:
    """Judge client hints for which the browser is to repeat its request."""
    return hints(value, allowed, name) or None


def undeclared(value: str, allowed: Allowed, name: str) -> str | None:
    """Judge a header that no policy can declare."""
    return value if allowed.undeclared(name) else None


def login(value: str, allowed: Allowed, name: str) -> str | None:
    """Judge the keys of a session."""
    return value if allowed.login(name) else None


def service_worker(value: str, allowed: Allowed, name: str) -> str | None:
    """Judge the scope of a service worker, which stays after consent was withdrawn."""
    return value if allowed.service_worker(name) else None


def alternatives(value: str, allowed: Allowed, name: str) -> str | None:
    """Judge alternative services for the site: the same host at another port or protocol is allowed."""
    given = members(value)
    kept = [member for member in given if _is_here(member, allowed)]
    if len(kept) == len(given):
        return value
    return ", ".join(member.strip() for member in kept) or None


def _is_here(member: str, allowed: Allowed) -> bool:
    match = _ALTERNATIVE.fullmatch(member)
    return allowed.own_host(match[1]) if match else member.strip().lower() == "clear"

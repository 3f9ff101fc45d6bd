"""Finds the third parties in a project's templates and pages, with the gate itself."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from consentgate.gate import Gate
from consentgate.html.tokenizer.encoding import Unreadable
from consentgate.policy import Policy
from consentgate.web.host import parse_host
from consentgate.web.url import Url, resolve

from .files import Place, Track, read, untracked
from .look import Project

_NOWHERE = "site.invalid"
"""The host of pages whose site has none yet (RFC 6761, section 6.4)."""
_OF_TEMPLATES = ("{{", "{%", "<%", "${")


@dataclass(frozen=True, slots=True)
class ThirdParty:
    """Something that would be blocked: the catalogue's `service`, or "", the `host` that it leads to, or "",
    the `url` in the markup, and where that stands."""

    service: str
    host: str
    url: str
    place: Place


def third_parties_of(
    project: Project, host: str = "", hosts: tuple[str, ...] = (), track: Track = untracked
) -> list[ThirdParty]:
    """List what the templates and pages of `project` would have browsers contact, in their order.

    `host` is where the site's pages are, and `hosts` are all of its own, as in a policy. Values that
    templates fill in are left out. `track` is told of the files. Raises PolicyError where a policy could not
    have these hosts.
    """
    undeclared = Policy()
    policy = replace(undeclared, site=msgspec.structs.replace(undeclared.site, hosts=hosts))
    gate = Gate(policy, secret_key=secrets.token_hex())
    page = Url("https", host or _NOWHERE, "/")
    found: dict[tuple[str, str, str], ThirdParty] = {}
    for file in track(project.markup, "Reading pages"):
        for third_party in _in_file(gate, page, file, file.relative_to(project.folder).as_posix()):
            key = third_party.service, third_party.host, third_party.url
            found.setdefault(key, third_party)
    return list(found.values())


def _in_file(gate: Gate, page: Url, file: Path, name: str) -> Iterator[ThirdParty]:
    data = read(file)
    if data is None:
        return
    try:
        blocked = gate.rewrite(data, url=f"https://{page.host}/").blocked
    except Unreadable:
        return
    for one in blocked:
        if one.kind in ("ambiguous", "base"):
            continue
        host = _host_of(one.url, page)
        if one.service or host:
            place = Place(name, data.count(b"\n", 0, one.start) + 1)
            yield ThirdParty(one.service or "", host, one.url, place)


def _host_of(url: str, page: Url) -> str:
    """Return the host that `url` leads to; "" where it leads to none, or a template fills it in."""
    authority = url.partition("//")[2].partition("/")[0]
    if not url or any(mark in authority for mark in _OF_TEMPLATES):
        return ""
    host = resolve(url, page).host
    return host if host != page.host and parse_host(host) == host else ""

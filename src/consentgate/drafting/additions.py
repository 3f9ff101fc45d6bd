"""Proposes what a policy lacks, from the findings that a running site has written down."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from consentgate.catalogue import UrlPattern, catalogue
from consentgate.policy import Policy, PolicyError, own_hosts
from consentgate.policy.errors import Mistake
from consentgate.policy.messages import listed
from consentgate.policy.reading.lines import Lines
from consentgate.web.url import Url, resolve

from .tables import TableWriter
from .toml import comment

_FROM_SITE = {
    "cookie": "The site set this cookie.",
    "entry": "A script stored something under this name.",
    "host": "A page or a header leads to this host.",
    "service": "Its markup is in a page.",
}
_FROM_BROWSERS = {
    "cookie sent": "A browser sent this cookie.",
    "cookie reported": "A script was to set this cookie.",
    "entry reported": "A script was to store something under this name.",
    "database reported": "A script was to make a database of this name.",
    "cache reported": "A script was to make a cache of this name.",
    "host reported": "A script was to contact this host.",
}
_WORDS = {**_FROM_SITE, **_FROM_BROWSERS}
_HEADER = "header"
# The line of a table that says what it is about: the first of these that there is.
_ABOUT = tuple(
    re.compile(rf"(?:# )?{line}")
    for line in (r'hosts = \["[^"]*"\]\Z', r'use = "[^"]*"', r'name = "(?:[^"\\]|\\.)*"', r".* has closed: ")
)
_HOSTS = ("host", "host reported")
_LISTS = ("category", "service", "cookie")
_NOWHERE = Url("https", "", "/")


@dataclass(frozen=True, slots=True)
class Sighting:
    """A finding without its count: what was seen in some process. The fields are those of `Finding`.

    A scan knows more: `where` it was, in a sentence, the `url` that leads to a host, and the `lifetime` of a
    cookie, as a policy writes it.
    """

    kind: str
    name: str
    service: str
    where: str = ""
    url: str = ""
    lifetime: str = ""


@dataclass(frozen=True, slots=True)
class Additions:
    """The `text` to add to a policy file, "" for none, with ids of `services` and names of `cookies` in it,
    and the `questions`: names that stand there in comments. Those that stand in comments of the file already
    are `waiting` for an answer."""

    text: str
    services: tuple[str, ...] = ()
    cookies: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """The contents of a file of findings: the `sightings`, each once, and the numbers of lines that are
    `broken` or about `others`, which are other policies."""

    sightings: tuple[Sighting, ...]
    broken: int = 0
    others: int = 0


def read_sightings(text: str, policy: str) -> Read:
    """Read the lines of a file of findings that are about the policy file of the name `policy`, or name no
    policy."""
    found: dict[Sighting, None] = {}
    broken = others = 0
    for line in filter(str.strip, text.splitlines()):
        value = _object_in(line)
        sighting = _sighting(value)
        if sighting is None:
            broken += 1
        elif "policy" in value and _file_name(value["policy"]) != policy:
            others += 1
        else:
            found.setdefault(sighting)
    return Read(tuple(found), broken, others)


def _file_name(policy: object) -> str:
    # The process that wrote it may run on another system.
    return str(policy).replace("\\", "/").rpartition("/")[2]


def _object_in(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _sighting(value: Mapping[str, Any]) -> Sighting | None:
    parts = [value.get(key) for key in ("kind", "name", "service")]
    if not all(isinstance(part, str) for part in parts) or parts[0] not in (*_WORDS, _HEADER):
        return None
    return Sighting(*map(str, parts))


def additions_to(text: str, file: str, sightings: Iterable[Sighting], host: str = "") -> Additions:
    """Propose what the policy in `text` lacks of the `sightings` on a site on `host`.

    What the site does itself comes first. What only browsers tell of, and what is in comments there already,
    adds nothing but a question, or nothing. Raises PolicyError where `text` is no policy, or can take no more
    tables.
    """
    policy = Policy.parse(text, file)
    writer = TableWriter(policy, host)
    ordered = sorted(sightings, key=lambda one: one.kind not in _FROM_SITE)
    missing = [one for one in ordered if one.kind != _HEADER and not _is_declared(one, policy, host)]
    blocks, questions, waiting = [], [], []
    before = as_it_was = text.replace("\r\n", "\n")
    for one in missing:
        # A table comes as one text of several lines.
        lines = "\n".join(_lines(one, writer)).splitlines()
        if not lines:
            continue
        if _is_there(lines, before):
            if _is_there(lines, as_it_was) and not _declares(lines):
                waiting.append(one.name)
            continue
        before = "\n".join((before, *lines))
        blocks.append("\n".join(lines))
        if not _declares(lines):
            questions.append(one.name)
    headers = sorted({one.name for one in ordered if one.kind == _HEADER})
    blocks += [block for block in _headers(headers) if block not in before]
    added = "\n\n".join(blocks)
    _check_lists(text, file, added)
    whole = Policy.parse(f"{text}\n{added}", file)
    return Additions(
        f"{added}\n" if added else "",
        tuple(service.id for service in whole.services[len(policy.services) :]),
        tuple(cookie.name for cookie in whole.cookies[len(policy.cookies) :]),
        tuple(dict.fromkeys(questions)),
        tuple(dict.fromkeys(waiting)),
    )


def _check_lists(text: str, file: str, added: str) -> None:
    """Raise PolicyError where `added` has tables for a list that the policy in `text` has in one piece: TOML
    lets no table follow it, in comments neither once these are taken away."""
    closed = [
        name
        for name in _LISTS
        if re.search(rf"^(?:# )?\[\[{name}\]\]$", added, re.M) and not _takes_tables(text, name)
    ]
    lines = Lines.of(text) if closed else None
    mistakes = [
        Mistake(
            file,
            "",
            name,
            f"this list takes no more tables. Write each of its entries as a [[{name}]] table of its own, "
            "with a line for each key",
            lines.by_path.get((name,)) if lines else None,
        )
        for name in closed
    ]
    if mistakes:
        raise PolicyError(mistakes)


def _takes_tables(text: str, name: str) -> bool:
    try:
        tomllib.loads(f"{text}\n[[{name}]]\n")
    except tomllib.TOMLDecodeError:
        return False
    return True


def _is_there(lines: Sequence[str], before: str) -> bool:
    """Say whether a table about the same stands in the text `before` already, in comments where it would.

    What it is about counts, and not the words: the same thing is found in several ways, and what is proposed
    for it changes with the policy.
    """
    for about in _ABOUT:
        found = [match[0] for line in lines if (match := about.match(line))]
        if found:
            return all(f"\n{one}" in f"\n{before}\n" for one in found)
    return "\n".join(lines) in before


def _declares(lines: Sequence[str]) -> bool:
    """Say whether a table is more than a comment."""
    return any(line and not line.startswith("#") for line in lines)


def _is_declared(one: Sighting, policy: Policy, host: str) -> bool:
    """Say whether the policy has something to say of it already."""
    if one.service and policy.claims.has_service(one.service):
        return True
    if one.kind in _HOSTS:
        if policy.site.hosts and one.name in own_hosts(policy.site.hosts, host):
            return True
        return any(
            claim.declared
            for path in _paths_of(one, policy)
            for group in policy.claims.by_url(one.name, path, own=False)
            for claim in group
        )
    return one.kind != "service" and policy.claims.cookie_is_declared(one.name)


def _paths_of(one: Sighting, policy: Policy) -> Iterator[str]:
    """Yield the paths by which to look for whose the host is: that of its URL. Where nothing tells, they are
    those that the catalogue has on it for the service, or for all that the policy declares."""
    if one.url:
        yield resolve(one.url, _NOWHERE).path
        return
    yield "/"
    services = (one.service,) if one.service else [service.id for service in policy.services]
    for known in filter(None, map(catalogue().service, services)):
        yield from (pattern.path.replace("*", "") for pattern in known.urls if _is_on(pattern, one.name))


def _is_on(pattern: UrlPattern, host: str) -> bool:
    return host.endswith(f".{pattern.host}") if pattern.subdomains else host == pattern.host


def _lines(one: Sighting, writer: TableWriter) -> Iterator[str]:
    certain = one.kind in _FROM_SITE
    where = one.where or _WORDS[one.kind]
    if one.kind in _HOSTS:
        return writer.third_party(one.service, one.name, where, url=one.url, certain=certain)
    if one.kind == "service":
        return writer.service(one.service, where)
    # A cookie that the site's own code sets is the site's, whoever else uses the name.
    if certain or catalogue().service(one.service) is None:
        return writer.cookie(one.name, where, certain=certain, lifetime=one.lifetime)
    return writer.service(one.service, f"{where[:-1]}: {one.name}.", certain=False)


def _headers(names: list[str]) -> Iterator[str]:
    if names:
        yield "\n".join(
            (
                comment(f"Headers that are held back: {', '.join(names)}."),
                comment("No table declares these. The log says of each what can be done."),
            )
        )


def lacks_nothing(file: str, waiting: Sequence[str]) -> str:
    """Say that a policy `file` has all that was found, and how much of it is `waiting` for an answer."""
    if not waiting:
        return f"{file} lacks nothing of what was found."
    number = f"{len(waiting)} questions are" if len(waiting) > 1 else "1 question is"
    return f"{file} lacks nothing of what was found, but {number} open in its comments: {listed(waiting)}"

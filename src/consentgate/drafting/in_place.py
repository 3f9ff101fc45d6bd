"""Writes into the tables of a policy file, and leaves every other byte of it as it is.

Each table is taken out of the file, edited with tomlkit by itself, and put back. tomlkit would put the tables
of a whole file in order, and a line that is new below the comments that stand before the next table.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Array, InlineTable, Table

from consentgate.catalogue import catalogue


class NewCookie(NamedTuple):
    """A cookie that a service was seen to set, and its lifetime as a policy writes it."""

    name: str
    lifetime: str


class _Section(NamedTuple):
    """The lines of a file from the header of a table to its last key: the `text`, and where it is."""

    text: str
    start: int
    end: int


_HEADER = re.compile(r"^[ \t]*\[", re.M)
_SERVICE = re.compile(r"[ \t]*\[\[[ \t]*service[ \t]*\]\]")
_PART_OF_SERVICE = re.compile(r"[ \t]*\[{1,2}[ \t]*service[ \t]*\.")
_NOTHING = re.compile(r"^(?:[ \t\r]*(?:#[^\n]*)?\n)*[ \t]*(?:#[^\n]*)?\Z", re.M)
"""Blank lines and comments at the end."""


def with_cookies(text: str, cookies: Mapping[str, Sequence[NewCookie]]) -> tuple[str, dict[str, list[str]]]:
    """Return the policy `text` with `cookies` in the tables of the services of these ids, and the names that
    were written, by service.

    A service whose table cannot be edited without a doubt stays as it is.
    """
    written: dict[str, list[str]] = {}
    for id, new in cookies.items():
        edited = _edited(text, id, new)
        if edited is not None:
            text = edited
            written[id] = [cookie.name for cookie in new]
    return text, written


def _edited(text: str, id: str, new: Sequence[NewCookie]) -> str | None:
    end = "\r\n" if "\r\n" in text else "\n"
    if end == "\r\n" and text.count("\r\n") != text.count("\n"):
        return None
    sections = _services_in(text)
    found = [one for one in sections if _id_of(one.text) == id]
    if len(found) != 1:
        return None
    section = found[0]
    try:
        table = _with_cookies(section.text.replace(end, "\n"), new)
    except (TOMLKitError, TypeError, ValueError):
        return None
    edited = f"{text[: section.start]}{table.replace(chr(10), end)}{text[section.end :]}"
    return edited if _says_more(text, edited, id, new) else None


def _services_in(text: str) -> list[_Section]:
    """Return the tables of services in a file; none where a line that looks like a header may be another's
    text."""
    starts = [match.start() for match in _HEADER.finditer(text)]
    sections = []
    for at, start in enumerate(starts):
        if not _SERVICE.match(text, start):
            continue
        after = (other for other in starts[at + 1 :] if not _PART_OF_SERVICE.match(text, other))
        end = next(after, len(text))
        nothing = _NOTHING.search(text, start, end)
        end = nothing.start() if nothing else end
        sections.append(_Section(text[start:end], start, end))
    services = tomllib.loads(text).get("service", [])
    try:
        read = [tomllib.loads(one.text)["service"][0] for one in sections]
    except tomllib.TOMLDecodeError:
        return []
    return sections if read == services else []


def _id_of(table: str) -> str:
    service = tomllib.loads(table)["service"][0]
    known = catalogue().named(str(service.get("use", "")))
    return str(service.get("id") or (known.id if known else ""))


def _with_cookies(table: str, new: Sequence[NewCookie]) -> str:
    document = tomlkit.parse(table)
    if tomlkit.dumps(document) != table:
        raise ValueError("it is not written the way it is read")
    services = document["service"]
    assert isinstance(services, AoT)
    service = services[0]
    cookies = service.get("cookies")
    if cookies is None:
        # The list takes the place of the catalogue's, so it begins with that.
        array = tomlkit.array()
        for known in _known_cookies(service):
            array.append(_inline(known))
        array.multiline(len(array) > 1)
        service["cookies"] = array
        cookies = service["cookies"]
    for cookie in new:
        if isinstance(cookies, AoT):
            item = tomlkit.table()
            item.update(_keys(cookie))
            cookies.append(item)
        elif isinstance(cookies, Array):
            cookies.append(_inline(cookie))
        else:
            raise TypeError("cookies is no list")
    written = tomlkit.dumps(document)
    return written if written.endswith("\n") or not table.endswith("\n") else f"{written}\n"


def _known_cookies(service: Table) -> Iterator[NewCookie]:
    known = catalogue().named(str(service.get("use", "")))
    if known is not None:
        yield from (NewCookie(cookie.name, cookie.lifetime) for cookie in known.cookies)


def _inline(cookie: NewCookie) -> InlineTable:
    item = tomlkit.inline_table()
    item.update(_keys(cookie))
    return item


def _keys(cookie: NewCookie) -> dict[str, str]:
    keys = {"name": cookie.name, "lifetime": cookie.lifetime}
    return {key: value for key, value in keys.items() if value}


def _says_more(before: str, after: str, id: str, new: Sequence[NewCookie]) -> bool:
    """Say whether a file says the same as before, but for the `new` cookies of one service."""
    old, now = tomllib.loads(before), tomllib.loads(after)
    for one in (old, now):
        for service in one["service"]:
            if _is(service, id):
                service.pop("cookies", None)
    if old != now:
        return False
    services = [service for service in tomllib.loads(after)["service"] if _is(service, id)]
    return {cookie.name for cookie in new} <= {c["name"] for s in services for c in s["cookies"]}


def _is(service: dict[str, Any], id: str) -> bool:
    known = catalogue().named(str(service.get("use", "")))
    return id == (service.get("id") or (known.id if known else ""))

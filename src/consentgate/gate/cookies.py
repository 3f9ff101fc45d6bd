"""Cookies on their way in and out (RFC 6265bis)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Container, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from consentgate.policy.own import parent_domains

_SPACE = " \t"
_DELIMITER = r"[\t\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]"
_TIME = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\D|\Z)")
_DAY = re.compile(r"(\d{1,2})(?:\D|\Z)")
_YEAR = re.compile(r"(\d{2,4})(?:\D|\Z)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MAX_AGE = re.compile(r"-?[0-9]+")
_LONGEST_ATTRIBUTE = 1024
_OLDEST_YEAR = 1601
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class SetCookie(NamedTuple):
    """A Set-Cookie header's value, taken apart as far as the gate needs it.

    `age` is for how many seconds the browser would keep the cookie, None until it is closed.
    """

    line: str
    name: str
    age: float | None

    @classmethod
    def parse(cls, line: str, now: float) -> SetCookie:
        """Read `line` as browsers do (RFC 6265bis, section 5.6): a pair without "=" has no name; Max-Age
        counts before Expires, and of each the last valid one. What they ignore does not count here either:
        it must not make a cookie that they keep look like the deletion of one."""
        pair, *attributes = line.split(";")
        name = pair.partition("=")[0].strip(_SPACE) if "=" in pair else ""
        age: float | None = None
        dates: list[str] = []
        for attribute in attributes:
            key, _, value = attribute.partition("=")
            key, value = key.strip(_SPACE).lower(), value.strip(_SPACE)
            if len(value) > _LONGEST_ATTRIBUTE:
                continue
            if key == "max-age" and _MAX_AGE.fullmatch(value):
                age = float(value[:20])
            elif key == "expires":
                dates.append(value)
        if age is None:
            valid = [date for date in map(parse_cookie_date, dates) if date is not None]
            age = valid[-1] - now if valid else None
        return cls(line, name, age)

    def is_sent_as(self, name: str) -> bool:
        """True when browsers would send this cookie back as one called `name` (in small letters). One without
        a name comes back as its value alone, which may look like a pair."""
        pair = self.line.partition(";")[0].strip(_SPACE)
        return pair.removeprefix("=").partition("=")[0].strip(_SPACE).lower() == name

    @property
    def deletes(self) -> bool:
        return self.age is not None and self.age <= 0

    def clamped(self, lifetime: int) -> str:
        """The line with a lifetime of at most `lifetime` seconds; 0 is until the browser closes."""
        if self.age is None or (lifetime and self.age <= lifetime):
            return self.line
        pair, *attributes = self.line.split(";")
        kept = [
            a for a in attributes if a.partition("=")[0].strip(_SPACE).lower() not in ("max-age", "expires")
        ]
        return ";".join((pair, *kept, *([f" Max-Age={lifetime}"] if lifetime else ())))


def parse_cookie_date(text: str) -> float | None:
    """Seconds since the epoch of a cookie date, None where browsers see none (RFC 6265bis, 5.1.1)."""
    time: tuple[int, int, int] | None = None
    day = month = year = None
    for token in re.split(_DELIMITER, text):
        if time is None and (match := _TIME.match(token)):
            time = (int(match[1]), int(match[2]), int(match[3]))
        elif day is None and (match := _DAY.match(token)):
            day = int(match[1])
        elif month is None and token[:3].lower() in _MONTHS:
            month = _MONTHS.index(token[:3].lower()) + 1
        elif year is None and (match := _YEAR.match(token)):
            year = int(match[1])
    if time is None or day is None or month is None or year is None:
        return None
    if year < 100:
        year += 1900 if year >= 70 else 2000
    if year < _OLDEST_YEAR:
        return None
    try:
        hour, minute, second = time
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()
    except (ValueError, OverflowError):
        return None


class SentCookies:
    """The cookies that a browser sends: the `values` of a request's `cookie` headers. `names` has the name of
    each, "" where it has none, in order."""

    def __init__(self, values: tuple[str, ...]) -> None:
        self._values = values
        self._pairs: list[tuple[str, str]] = []
        for value in values:
            for pair in value.split(";"):
                text = pair.strip(_SPACE)
                if text:
                    name, equals, _ = text.partition("=")
                    self._pairs.append((name.strip(_SPACE) if equals else "", text))
        self.names = [name for name, _ in self._pairs]

    def called(self, name: str) -> list[str]:
        """The values of every cookie with this name."""
        return [text.partition("=")[2].strip(_SPACE) for found, text in self._pairs if found == name]

    def but_for(self, names: Container[str]) -> tuple[str, ...]:
        """The headers in one, without the cookies with these `names`: in their order and bytes. None where
        nothing is left."""
        kept = [text for name, text in self._pairs if name not in names]
        if not kept:
            return ()
        unchanged = len(self._values) == 1 and len(kept) == len(self._pairs)
        return self._values if unchanged else ("; ".join(kept),)


def expiries(names: Collection[str], host: str, path: str, *, room: int, secure: bool) -> list[str]:
    """Set-Cookie values that delete the cookies `names` wherever a request for `path` on `host` can have
    got them from: every path above it, the host alone and each of its domains, partitioned or not.

    With their headers' names they take at most `room` bytes. Where that is not enough, half of it is for the
    places where cookies mostly are, and the lines begin at a random one: whatever has to wait, no cookie is
    kept back for ever by others that cannot be deleted.
    """
    fit = [name for name in names if not _CONTROL.search(name)]
    domains = ["", *(f"; Domain={domain}" for domain in parent_domains(host))]
    paths = _paths_above(path)
    every = [line for name in fit for line in _expiries_of(name, domains, paths, secure=secure)]
    if sum(map(_size, every)) <= room:
        return every
    likely = [line for name in fit for line in _expiries_of(name, domains, ["/"], secure=False)]
    if secure:
        likely = [f"{line}; Secure" for line in likely]
    chosen = _some(likely, room // 2)
    room -= sum(map(_size, chosen))
    taken = frozenset(chosen)
    return chosen + _some([line for line in every if line not in taken], room)


def _some(lines: list[str], room: int) -> list[str]:
    """As many of the lines as there is room for, from a random one on."""
    first = secrets.randbelow(len(lines)) if sum(map(_size, lines)) > room else 0
    chosen: list[str] = []
    for line in (*lines[first:], *lines[:first]):
        room -= _size(line)
        if room < 0:
            break
        chosen.append(line)
    return chosen


def _size(line: str) -> int:
    return len(line) + len("Set-Cookie: \r\n")


def _expiries_of(name: str, domains: list[str], paths: list[str], *, secure: bool) -> Iterator[str]:
    if name.lower().startswith("__host-"):
        domains, paths = [""], ["/"]
    # Neither name nor value is no cookie at all.
    pair = f"{name}=" if name else "=x"
    for path in paths:
        for domain in domains:
            line = f"{pair}; Path={path}{domain}; Max-Age=0"
            if not secure:
                yield line
                continue
            yield f"{line}; Secure"
            yield f"{line}; Secure; SameSite=None; Partitioned"


def _paths_above(path: str) -> list[str]:
    """The values of Path with which a cookie is sent to `path` (RFC 6265bis, section 5.1.4)."""
    ends = [at for at, character in enumerate(path) if character == "/"]
    found = ["/", *(path[: at + more] for at in ends if at for more in (0, 1)), path]
    return [prefix for prefix in dict.fromkeys(found) if ";" not in prefix]

"""Cookies on their way in and out (RFC 6265bis)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from consentgate.policy.own import parent_domains

_SPACE = " \t"
_DELIMITER = r"[\t\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]"
_TIME = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\D|\Z)")
_DAY = re.compile(r"(\d{1,2})(?:\D|\Z)")
_YEAR = re.compile(r"(\d{2,4})(?:\D|\Z)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MAX_AGE = re.compile(r"-?[0-9]+")

MOST_EXPIRED = 4096
"""So many bytes of headers a response spends on expiring cookies; the next one goes on."""


@dataclass(frozen=True, slots=True)
class SetCookie:
    """A Set-Cookie header's value, taken apart as far as the gate needs it.

    `age` is for how many seconds the browser would keep the cookie, None until it is closed.
    """

    line: str
    name: str
    age: float | None

    @classmethod
    def parse(cls, line: str, now: float) -> SetCookie:
        """Read `line` as browsers do (RFC 6265bis, section 5.6): a pair without "=" has no name; Max-Age
        counts before Expires, and of each the last valid one."""
        pair, *attributes = line.split(";")
        name = pair.partition("=")[0].strip(_SPACE) if "=" in pair else ""
        max_age: float | None = None
        expires: float | None = None
        for attribute in attributes:
            key, _, value = attribute.partition("=")
            key, value = key.strip(_SPACE).lower(), value.strip(_SPACE)
            if key == "max-age" and _MAX_AGE.fullmatch(value):
                max_age = float(value[:20])
            elif key == "expires":
                date = parse_cookie_date(value)
                expires = date - now if date is not None else expires
        return cls(line, name, expires if max_age is None else max_age)

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
    try:
        hour, minute, second = time
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()
    except (ValueError, OverflowError):
        return None


def pairs(values: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each cookie in a request's `cookie` headers: its name, "" where it has none, and its bytes."""
    for value in values:
        for pair in value.split(";"):
            text = pair.strip(_SPACE)
            if text:
                yield (text.partition("=")[0].strip(_SPACE) if "=" in text else ""), text


def cookie_values(values: Iterable[str], name: str) -> list[str]:
    """The values of every cookie called `name` in a request's `cookie` headers."""
    return [text.partition("=")[2].strip(_SPACE) for found, text in pairs(values) if found == name]


def filter_cookies(values: list[str], allowed: Callable[[str], bool]) -> str:
    """The `cookie` headers in one, with the cookies whose name is `allowed`, in their order and bytes."""
    kept = [text for name, text in pairs(values) if allowed(name)]
    if len(values) == 1 and len(kept) == sum(1 for _ in pairs(values)):
        return values[0]
    return "; ".join(kept)


def expiries(names: list[str], host: str, path: str, now: float, *, secure: bool) -> list[str]:
    """Set-Cookie values that delete the cookies `names` wherever a request for `path` on `host` can have
    got them from: every path above it, the host alone and each of its domains, partitioned or not.

    They take at most 4 KiB, name by name, and begin with another name from second to second, so that a
    name which cannot be deleted does not keep the others from it.
    """
    lines: list[str] = []
    room = MOST_EXPIRED
    first = int(now) % len(names) if names else 0
    for name in (*names[first:], *names[:first]):
        for line in _expiries_of(name, host, path, secure=secure):
            room -= len(line) + len("Set-Cookie: \r\n")
            if room < 0:
                return lines
            lines.append(line)
    return lines


def _expiries_of(name: str, host: str, path: str, *, secure: bool) -> Iterator[str]:
    host_only = name.lower().startswith("__host-")
    domains = [""] if host_only else ["", *(f"; Domain={domain}" for domain in parent_domains(host))]
    for prefix in ["/"] if host_only else _paths_above(path):
        for domain in domains:
            line = f"{name}=; Path={prefix}{domain}; Max-Age=0"
            if not secure:
                yield line
                continue
            yield f"{line}; Secure"
            yield f"{line}; Secure; SameSite=None; Partitioned"


def _paths_above(path: str) -> Iterator[str]:
    yield "/"
    parts = path.strip("/").split("/")
    for count in range(1, len(parts) + 1):
        prefix = "/" + "/".join(parts[:count])
        if prefix != "/" and ";" not in prefix:
            yield prefix
            if count < len(parts) or path.endswith("/"):
                yield f"{prefix}/"

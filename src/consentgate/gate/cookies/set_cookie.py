"""Set-Cookie headers (RFC 6265bis).

A line is relied on in its plain form only: each attribute once, `Max-Age` in digits, `Expires` as
servers write it. Browsers differ on every other form. Such a line never counts as a deletion, and its
lifetime is written anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from .dates import parse_cookie_date

SPACE = " \t"
_MAX_AGE = re.compile(r"-?[0-9]+")
LONGEST_ATTRIBUTE = 1024
"""Browsers ignore an attribute whose value is longer (RFC 6265bis, section 5.6)."""
# Chromium drops a line with one of these, or reads it only up to there.
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")

# The dates that frameworks write: RFC 9110, section 5.6.7, with dashes and a short year too. On other dates
# browsers differ: Firefox heeds a zone that is not GMT, and takes the 31st of February for a day in March.
_PLAIN_LIFETIME = re.compile(
    r"(?i: ?max-age=-?[0-9]{1,10}| ?expires=(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}, "
    r"[0-9]{2}[ -](?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[ -]"
    r"(?:[0-9]{2}|19[7-9][0-9]|[2-9][0-9]{3}) [0-9]{2}:[0-9]{2}:[0-9]{2} gmt)"
)
_LIFETIME = ("max-age", "expires")
# The attributes that say which cookie is meant, and whether the browser takes the line at all.
_IDENTITY = ("path", "domain", "secure", "httponly", "samesite", "partitioned")


class SetCookie(NamedTuple):
    """A Set-Cookie header's value, taken apart as far as the gate needs it.

    `name` is "" where browsers would store the cookie under no name or drop the line. `age` is the number of
    seconds for which they would keep the cookie, None for until they are closed. If the line `is_plain`, all
    browsers do so.
    """

    line: str
    name: str
    age: float | None
    is_plain: bool = True

    @classmethod
    def parse(cls, line: str, now: float) -> SetCookie:
        """Read `line` as browsers do (RFC 6265bis, section 5.6): Max-Age counts before Expires, and of each
        the last valid one."""
        pair, _, attributes = line.partition(";")
        name = pair.partition("=")[0].strip(SPACE) if "=" in pair else ""
        if CONTROL.search(line):
            name = ""
        # An application writes the same few attributes again and again: the cache spares 8 microseconds.
        read = _lifetime if len(attributes) <= LONGEST_ATTRIBUTE else _lifetime.__wrapped__
        plain, age, date = read(attributes)
        if age is None and date is not None:
            age = date - now
        return cls(line, name, age, plain)

    @property
    def deletes(self) -> bool:
        """True when every browser deletes the cookie."""
        return self.is_plain and self.age is not None and self.age <= 0

    @property
    def deletion(self) -> str:
        """A line that deletes the same cookie, written our way."""
        kept = (a.strip(SPACE) for a in self.line.split(";")[1:] if _key(a) in _IDENTITY)
        return "; ".join((f"{self.name}=", *kept, "Max-Age=0"))

    @property
    def domains(self) -> list[str]:
        """The domains that the line names. The cookie goes to all hosts of one of them, mostly the last (RFC
        6265bis, section 5.6)."""
        given = (a.partition("=")[2].strip(SPACE) for a in self.line.split(";")[1:] if _key(a) == "domain")
        return [domain.removeprefix(".").lower() for domain in given if domain]

    def clamped(self, lifetime: int) -> str:
        """Return the line with a lifetime of at most `lifetime` seconds in every browser; 0 is until the
        browser closes."""
        if self.is_plain and (self.age is None or (lifetime and self.age <= lifetime)):
            return self.line
        pair, *attributes = self.line.split(";")
        kept = [attribute for attribute in attributes if _key(attribute) not in _LIFETIME]
        if self.age is not None and lifetime:
            kept.append(f" Max-Age={max(0, min(int(self.age), lifetime))}")
        return ";".join((pair, *kept))


def _key(attribute: str) -> str:
    return attribute.partition("=")[0].strip(SPACE).lower()


@lru_cache(maxsize=256)
def _lifetime(text: str) -> tuple[bool, float | None, float | None]:
    """Return whether the attributes in `text` are plain, and how long they keep a cookie: the seconds of
    Max-Age, else the time of Expires in seconds since the epoch."""
    attributes = text.split(";") if text else []
    keys = [_key(attribute) for attribute in attributes]
    plain = len(keys) == len(set(keys)) and len(text) <= LONGEST_ATTRIBUTE
    given = [(key, a) for key, a in zip(keys, attributes, strict=True) if key in _LIFETIME]
    plain = plain and all(_PLAIN_LIFETIME.fullmatch(attribute) for _, attribute in given)
    age = _last(_read_max_age, given, "max-age")
    if age is not None:
        return plain, age, None
    date = _last(parse_cookie_date, given, "expires")
    return plain and (date is not None or not given), None, date


def _last(read: Callable[[str], float | None], given: list[tuple[str, str]], wanted: str) -> float | None:
    """Return the value of the last valid attribute called `wanted`."""
    for key, attribute in reversed(given):
        if key == wanted:
            value = attribute.partition("=")[2].strip(SPACE)
            found = read(value) if len(value) <= LONGEST_ATTRIBUTE else None
            if found is not None:
                return found
    return None


def _read_max_age(text: str) -> float | None:
    return float(text[:20]) if _MAX_AGE.fullmatch(text) else None

"""Cookies on their way in and out (RFC 6265bis).

A Set-Cookie line is relied on in its plain form only: each attribute once, `Max-Age` in digits, `Expires` as
servers write it. Of every other form browsers make different things. Such a line never counts as a deletion,
and its lifetime is written anew.
"""

from __future__ import annotations

import re
import secrets
from bisect import bisect_right
from collections.abc import Callable, Container, Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from itertools import accumulate, islice
from typing import NamedTuple

from consentgate.policy.first_party import parent_domains

_SPACE = " \t"
_DELIMITER = r"[\t\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]"
_TIME = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\D|\Z)")
_DAY = re.compile(r"(\d{1,2})(?:\D|\Z)")
_YEAR = re.compile(r"(\d{2,4})(?:\D|\Z)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MAX_AGE = re.compile(r"-?[0-9]+")
_LONGEST_ATTRIBUTE = 1024
"""Browsers ignore an attribute whose value is longer (RFC 6265bis, section 5.6)."""
_OLDEST_YEAR = 1601
# Chromium drops a line with one of these, or reads it only up to there.
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")

# What frameworks write: RFC 9110, section 5.6.7, with dashes and a short year too. Firefox adds a zone that
# is not GMT, and takes the 31st of February for a day in March; Chromium does neither.
_PLAIN_LIFETIME = re.compile(
    r"(?i: ?max-age=-?[0-9]{1,10}| ?expires=(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}, "
    r"[0-9]{2}[ -](?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[ -]"
    r"(?:[0-9]{2}|19[7-9][0-9]|[2-9][0-9]{3}) [0-9]{2}:[0-9]{2}:[0-9]{2} gmt)"
)
_LIFETIME = ("max-age", "expires")
# What says which cookie is meant, and whether the browser takes the line at all.
_IDENTITY = ("path", "domain", "secure", "httponly", "samesite", "partitioned")


class SetCookie(NamedTuple):
    """A Set-Cookie header's value, taken apart as far as the gate needs it.

    `name` is "" where browsers would store the cookie under no name or drop the line. `age` is for how many
    seconds they would keep the cookie, None until they are closed; all of them do so if the line `is_plain`.
    """

    line: str
    name: str
    age: float | None
    is_plain: bool = True

    @classmethod
    def parse(cls, line: str, now: float) -> SetCookie:
        """Read `line` as RFC 6265bis says (section 5.6): Max-Age counts before Expires, and of each the last
        valid one."""
        pair, _, attributes = line.partition(";")
        name = pair.partition("=")[0].strip(_SPACE) if "=" in pair else ""
        if _CONTROL.search(line):
            name = ""
        # An application writes the same few attributes again and again.
        read = _lifetime if len(attributes) <= _LONGEST_ATTRIBUTE else _lifetime.__wrapped__
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
        kept = (a.strip(_SPACE) for a in self.line.split(";")[1:] if _key(a) in _IDENTITY)
        return "; ".join((f"{self.name}=", *kept, "Max-Age=0"))

    def clamped(self, lifetime: int) -> str:
        """The line with a lifetime of at most `lifetime` seconds in every browser; 0 is until the browser
        closes."""
        if self.is_plain and (self.age is None or (lifetime and self.age <= lifetime)):
            return self.line
        pair, *attributes = self.line.split(";")
        kept = [attribute for attribute in attributes if _key(attribute) not in _LIFETIME]
        if self.age is not None and lifetime:
            kept.append(f" Max-Age={max(0, min(int(self.age), lifetime))}")
        return ";".join((pair, *kept))


def _key(attribute: str) -> str:
    return attribute.partition("=")[0].strip(_SPACE).lower()


@lru_cache(maxsize=256)
def _lifetime(text: str) -> tuple[bool, float | None, float | None]:
    """Whether the attributes in `text` are plain, for how many seconds they keep a cookie by Max-Age, and,
    where they do not say that, until when by Expires."""
    attributes = text.split(";") if text else []
    keys = [_key(attribute) for attribute in attributes]
    plain = len(keys) == len(set(keys)) and len(text) <= _LONGEST_ATTRIBUTE
    given = [(key, a) for key, a in zip(keys, attributes, strict=True) if key in _LIFETIME]
    plain = plain and all(_PLAIN_LIFETIME.fullmatch(attribute) for _, attribute in given)
    age = _last(_read_max_age, given, "max-age")
    if age is not None:
        return plain, age, None
    date = _last(parse_cookie_date, given, "expires")
    return plain and (date is not None or not given), None, date


def _last(read: Callable[[str], float | None], given: list[tuple[str, str]], wanted: str) -> float | None:
    """Read the last valid attribute called `wanted`."""
    for key, attribute in reversed(given):
        if key == wanted:
            value = attribute.partition("=")[2].strip(_SPACE)
            found = read(value) if len(value) <= _LONGEST_ATTRIBUTE else None
            if found is not None:
                return found
    return None


def _read_max_age(text: str) -> float | None:
    return float(text[:20]) if _MAX_AGE.fullmatch(text) else None


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


_MOST_PAIRS = 1000
"""Browsers keep a few hundred cookies for a site at most. What comes after so many is dropped unread."""


class SentCookies:
    """The cookies that a browser sends: the `values` of a request's `cookie` headers. `names` has the name of
    each, "" where it has none, in order."""

    def __init__(self, values: tuple[str, ...]) -> None:
        self._values = values
        self._pairs: list[tuple[str, str]] = []
        room = _MOST_PAIRS
        for value in values:
            parts = value.split(";", room)
            # The last one is all that there is no room for.
            cut = len(parts) > room
            for part in parts[:room]:
                text = part.strip(_SPACE)
                if text:
                    name, equals, _ = text.partition("=")
                    self._pairs.append((name.strip(_SPACE) if equals else "", text))
            room -= len(parts)
            if cut:
                break
        self._is_whole = room >= 0
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
        unchanged = self._is_whole and len(self._values) == 1 and len(kept) == len(self._pairs)
        return self._values if unchanged else ("; ".join(kept),)


def expiries(names: Iterable[str], host: str, path: str, *, room: int, secure: bool) -> list[str]:
    """Set-Cookie values that delete the cookies `names` wherever a request for `path` on `host` can have
    got them from: every path above it, the host alone and each of its domains, partitioned or not.

    With their headers' names they take at most `room` bytes. Where that is not enough, half of it is for the
    places where cookies mostly are, and the lines begin at a random one: whatever has to wait, no cookie is
    kept back for ever by others that cannot be deleted. Lines are only made as far as there is room for them.
    """
    fit = [name for name in names if not _CONTROL.search(name)]
    domains = ["", *(f"; Domain={domain}" for domain in parent_domains(host))]
    kinds = ["; Secure", "; Secure; SameSite=None; Partitioned"] if secure else [""]
    every = _Expiries(fit, domains, path, _paths_above(path), kinds)
    lines = _fitting(every.from_on(0), room)
    if len(lines) == len(every):
        return lines
    likely = _Expiries(fit, domains, "/", [1], kinds[:1])
    chosen = _fitting(likely.from_random(), room // 2)
    taken = frozenset(chosen)
    room -= sum(map(_size, chosen))
    return chosen + _fitting((line for line in every.from_random() if line not in taken), room)


_MOST_MISSES = 8
"""After so many lines that there is no room for, no more are tried."""


def _fitting(lines: Iterator[str], room: int) -> list[str]:
    """The first lines that there is room for."""
    chosen: list[str] = []
    misses = 0
    for line in lines:
        size = _size(line)
        if size <= room:
            chosen.append(line)
            room -= size
        else:
            misses += 1
            if misses == _MOST_MISSES:
                break
    return chosen


def _size(line: str) -> int:
    return len(line) + len("Set-Cookie: \r\n")


class _Expiries:
    """The lines that delete each of `names` in each place: `domains`, the first of `lengths` characters of
    `path`, and `kinds`. There may be millions of them, so they are counted, and made one by one."""

    def __init__(
        self, names: list[str], domains: list[str], path: str, lengths: list[int], kinds: list[str]
    ) -> None:
        self._names = names
        self._path = path
        self._axes = lengths, domains, kinds
        everywhere = len(lengths) * len(domains) * len(kinds)
        counts = (len(kinds) if _is_bound_to_host(name) else everywhere for name in names)
        self._ends = [*accumulate(counts)]

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def from_random(self) -> Iterator[str]:
        """All the lines, from a random one on."""
        return self.from_on(secrets.randbelow(len(self))) if len(self) else iter(())

    def from_on(self, first: int) -> Iterator[str]:
        """All the lines, from the one numbered `first` on."""
        return (self._line(number % len(self)) for number in range(first, first + len(self)))

    def _line(self, number: int) -> str:
        at = bisect_right(self._ends, number)
        name = self._names[at]
        within = number - (self._ends[at - 1] if at else 0)
        lengths, domains, kinds = self._axes
        within, kind = divmod(within, len(kinds))
        length, domain = 1, ""
        if not _is_bound_to_host(name):
            step, place = divmod(within, len(domains))
            length, domain = lengths[step], domains[place]
        # Neither name nor value is no cookie at all.
        pair = f"{name}=" if name else "=x"
        where = f"; Path={self._path[:length]}" if length else ""
        only_http = "; HttpOnly" if name.lower().startswith(_ONLY_HTTP) else ""
        return f"{pair}{where}{domain}; Max-Age=0{kinds[kind]}{only_http}"


# Browsers take cookies of these names with Secure, Path=/ and no Domain; or with HttpOnly.
_BOUND_TO_HOST = ("__host-",)
_ONLY_HTTP = ("__http-", "__host-http-")


def _is_bound_to_host(name: str) -> bool:
    return name.lower().startswith(_BOUND_TO_HOST)


def _paths_above(path: str) -> list[int]:
    """The values of Path with which a cookie is sent to `path` (RFC 6265bis, section 5.1.4), as lengths of
    it; 0 where only a line without Path names the directory of `path`."""
    # Neither what is longer nor a semicolon can stand in an attribute.
    longest = min(_LONGEST_ATTRIBUTE, path.find(";") if ";" in path else len(path))
    ends = (
        at + more for at, character in enumerate(islice(path, longest)) if character == "/" for more in (0, 1)
    )
    lengths = dict.fromkeys(length for length in (1, *ends, len(path)) if 0 < length <= longest)
    return [*lengths] if max(path.rfind("/"), 1) in lengths else [*lengths, 0]

"""Writes Set-Cookie lines that delete cookies which a browser still has, as many as a response has room
for."""

from __future__ import annotations

import secrets
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from itertools import accumulate, islice

from consentgate.gate.message import Header, Request
from consentgate.policy.claims.first_party import parent_domains

from .set_cookie import CONTROL, LONGEST_ATTRIBUTE

LARGEST_HEAD = 3584
"""The bytes of headers up to which the gate adds lines that delete cookies. The next response goes on with
the rest. Proxies refuse a response whose headers do not fit into one buffer, which is 4 KiB in nginx."""
LEAST_EXPIRED = 640
MOST_EXPIRED = 4096
"""The least and the most bytes of these lines, however large or small the other headers are."""


class Deletions:
    """Makes the headers that delete cookies after a `request` for `host`."""

    def __init__(self, request: Request, host: str, *, secure: bool) -> None:
        self._request = request
        self._host = host
        self._secure = secure

    def of(self, names: Collection[str], beside: list[Header], path: str = "") -> list[Header]:
        """Return headers that delete the cookies `names`, as many as fit `beside` the other headers.

        Cookies are deleted for every path above `path`, by default the path of the request.
        """
        if not names:
            return []
        room = LARGEST_HEAD - sum(len(name) + len(value) + len(": \r\n") for name, value in beside)
        lines = expiries(
            names,
            self._host,
            self._request.root + (path or self._request.path),
            room=min(max(room, LEAST_EXPIRED), MOST_EXPIRED),
            secure=self._secure,
        )
        return [("Set-Cookie", line) for line in lines]


def expiries(names: Iterable[str], host: str, path: str, *, room: int, secure: bool) -> list[str]:
    """Return Set-Cookie values that delete the cookies `names` under every Path and Domain with which a
    browser sends them to `path` on `host`, partitioned or not.

    With their headers' names they take at most `room` bytes. Where that is not enough, half of the room is
    for the places where cookies mostly are, and the lines begin at a random one. So no cookie waits for ever
    behind others that cannot be deleted. Lines are only made as far as there is room for them.
    """
    fit = [name for name in names if not CONTROL.search(name)]
    domains = ["", *(f"; Domain={domain}" for domain in parent_domains(host))]
    kinds = ["; Secure", "; Secure; SameSite=None; Partitioned"] if secure else [""]
    every = _Expiries(fit, domains, path, _paths_above(path), kinds)
    lines = _fitting(every.starting_at(0), room)
    if len(lines) == len(every):
        return lines
    likely = _Expiries(fit, domains, "/", [1], kinds[:1])
    chosen = _fitting(likely.starting_anywhere(), room // 2)
    taken = frozenset(chosen)
    room -= sum(map(_size, chosen))
    return chosen + _fitting((line for line in every.starting_anywhere() if line not in taken), room)


_MOST_MISSES = 8
"""The most lines that are tried although they do not fit."""


def _fitting(lines: Iterator[str], room: int) -> list[str]:
    """Return the first lines that fit into `room` bytes."""
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
    """The lines that delete each of `names` in each place: every combination of `domains`, of the beginnings
    of `path` with these `lengths`, and of `kinds`. There may be millions, so they are numbered, and made one
    by one."""

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

    def starting_anywhere(self) -> Iterator[str]:
        """Return all the lines, from a random one on."""
        return self.starting_at(secrets.randbelow(len(self))) if len(self) else iter(())

    def starting_at(self, first: int) -> Iterator[str]:
        """Return all the lines, from the one numbered `first` on."""
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
        # A line with neither name nor value sets no cookie. A cookie without a name needs a value.
        pair = f"{name}=" if name else "=x"
        where = f"; Path={self._path[:length]}" if length else ""
        only_http = "; HttpOnly" if name.lower().startswith(_ONLY_HTTP) else ""
        return f"{pair}{where}{domain}; Max-Age=0{kinds[kind]}{only_http}"


# Prefixes of names that browsers take only with Secure, Path=/ and no Domain, or only with HttpOnly (RFC
# 6265bis, section 4.1.3, and Layered Cookies).
_BOUND_TO_HOST = ("__host-",)
_ONLY_HTTP = ("__http-", "__host-http-")


def _is_bound_to_host(name: str) -> bool:
    return name.lower().startswith(_BOUND_TO_HOST)


def _paths_above(path: str) -> list[int]:
    """Return the values of Path with which a cookie is sent to `path` (RFC 6265bis, section 5.1.4), as
    lengths of `path`. 0 is a line without Path, which is added where no length names the directory of
    `path`."""
    # An attribute's value can neither be longer nor hold a semicolon.
    longest = min(LONGEST_ATTRIBUTE, path.find(";") if ";" in path else len(path))
    ends = (
        at + more for at, character in enumerate(islice(path, longest)) if character == "/" for more in (0, 1)
    )
    lengths = dict.fromkeys(length for length in (1, *ends, len(path)) if 0 < length <= longest)
    return [*lengths] if max(path.rfind("/"), 1) in lengths else [*lengths, 0]

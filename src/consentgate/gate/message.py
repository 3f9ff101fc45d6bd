"""HTTP messages as the gate handles them, free of WSGI and ASGI."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

Header = tuple[str, str]
"""A header's name, in the case it was sent in, and its value; both text of latin-1 characters."""


# Each request makes some objects like this one: a NamedTuple would take three times as long.
class Request(msgspec.Struct, frozen=True):
    """A request on its way to the application.

    `path` is percent-encoded, begins with a slash and lacks `root`, the path that the application is
    mounted at. `headers` has the values of each header by its lowercase name. `server` is the name and port
    of the machine, for a request without a Host header. `client` is the address that the connection comes
    from, which may be a proxy's.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, Sequence[str]]
    root: str = ""
    server: str = "localhost"
    client: str = ""

    def values(self, name: str) -> tuple[str, ...]:
        """Return the values of the headers called `name` (lowercase), in order."""
        return tuple(self.headers.get(name, ()))

    def named(self, names: Iterable[str]) -> list[Header]:
        """Return the headers called one of `names` (lowercase), by name."""
        return [(name, value) for name in names for value in self.headers.get(name, ())]


class Head(msgspec.Struct, frozen=True):
    """The head of a response, which goes out before its body."""

    status: int
    headers: list[Header]


class Answer(NamedTuple):
    """A whole response of the gate's own. `afterwards` is to be called once it has been sent."""

    status: int
    headers: list[Header]
    body: bytes = b""
    afterwards: Callable[[], None] | None = None


def header_values(headers: Iterable[Header], name: str) -> list[str]:
    """Return the values of the headers called `name` (lowercase), in order."""
    return [value for key, value in headers if key.lower() == name]


def without(headers: Iterable[Header], *names: str) -> list[Header]:
    """Return the headers without those called one of `names` (lowercase)."""
    return [(key, value) for key, value in headers if key.lower() not in names]

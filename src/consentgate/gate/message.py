"""HTTP messages as the gate handles them, free of WSGI and ASGI."""

from __future__ import annotations

from collections.abc import Iterable, KeysView
from dataclasses import InitVar, dataclass, field

Header = tuple[str, str]
"""A header's name, in the case it was sent in, and its value; both text of latin-1 characters."""


@dataclass(slots=True)
class Request:
    """A request on its way to the application.

    `path` is percent-encoded, begins with a slash and lacks `root`, the path that the application is
    mounted at. `server` is the name and port of the machine, for a request without a Host header.
    """

    method: str
    path: str
    query: str
    headers: InitVar[Iterable[Header]]
    root: str = ""
    server: str = "localhost"
    _by_name: dict[str, list[str]] = field(init=False, repr=False)

    def __post_init__(self, headers: Iterable[Header]) -> None:
        # A request is asked for a dozen names, most of which it does not have.
        found: dict[str, list[str]] = {}
        for name, value in headers:
            found.setdefault(name.lower(), []).append(value)
        self._by_name = found

    @property
    def names(self) -> KeysView[str]:
        """The names of the headers, each once and in small letters."""
        return self._by_name.keys()

    def values(self, name: str) -> tuple[str, ...]:
        """The values of the headers called `name` (in small letters), in order."""
        return tuple(self._by_name.get(name, ()))

    def named(self, names: Iterable[str]) -> list[Header]:
        """The headers called one of `names` (in small letters), by name."""
        return [(name, value) for name in names for value in self._by_name.get(name, ())]


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a response: what goes out before its body."""

    status: int
    headers: list[Header]


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole response of the gate's own."""

    status: int
    headers: list[Header]
    body: bytes = b""


def header_values(headers: Iterable[Header], name: str) -> list[str]:
    """The values of the headers called `name` (in small letters), in order."""
    return [value for key, value in headers if key.lower() == name]


def without(headers: Iterable[Header], *names: str) -> list[Header]:
    """The headers but for those called any of `names` (in small letters)."""
    return [(key, value) for key, value in headers if key.lower() not in names]

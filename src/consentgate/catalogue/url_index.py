"""An index over many URL patterns.

It finds the most specific pattern with a few dict lookups: a policy of ten thousand services costs a request
no more than one of ten.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from .patterns import LONGEST_HOST, Glob, UrlPattern

T = TypeVar("T")

_Entry = tuple[str, Glob, T]
"""The beginning of all paths that the glob matches, the glob, and its value."""


class UrlIndex(Generic[T]):
    """Finds the value of the most specific of many patterns.

    The exact host comes before `*.` patterns, and a longer suffix before a shorter one. Within one host, the
    path glob with more literal characters comes first. Of two equal patterns the first one counts.
    """

    __slots__ = ("_below", "_domains", "_exact")

    def __init__(self, entries: Iterable[tuple[UrlPattern, T]]) -> None:
        self._exact: dict[str, list[_Entry[T]]] = {}
        self._below: dict[str, list[_Entry[T]]] = {}
        for pattern, value in entries:
            hosts = self._below if pattern.subdomains else self._exact
            glob = Glob(pattern.path)
            hosts.setdefault(pattern.host, []).append((glob.first, glob, value))
        for hosts in (self._exact, self._below):
            for paths in hosts.values():
                if len(paths) > 1:
                    paths.sort(key=lambda entry: entry[1].specificity, reverse=True)
        self._domains: frozenset[str] | None = None

    def find(self, host: str, path: str = "/") -> T | None:
        """Return the value for this host (lowercase ASCII) and path (without its query), or None."""
        if len(host) > LONGEST_HOST:
            return None
        # In every URL that is sent, an empty path is written "/".
        path = path or "/"
        for paths in self._candidates(host):
            for first, glob, value in paths:
                if path.startswith(first) and glob.matches(path):
                    return value
        return None

    def on_host(self, host: str) -> list[T]:
        """Return the values of the patterns that any URL of this host (lowercase ASCII) may match."""
        return [value for paths in self._candidates(host) for _, _, value in paths]

    def has_host(self, host: str) -> bool:
        """Say whether any URL of this host (lowercase ASCII) has a value."""
        return any(self._candidates(host))

    def has_host_below(self, domain: str) -> bool:
        """Say whether any URL of a host at or below this domain (lowercase ASCII) may have a value."""
        if self._domains is None:
            parents = (parent for host in self._exact for parent in _parents(host))
            wild = (parent for host in self._below for parent in (host, *_parents(host)))
            self._domains = frozenset((*parents, *wild))
        return domain in self._domains or self.has_host(domain)

    def is_whole(self, host: str) -> bool:
        """Say whether all paths of this host (lowercase ASCII) have the same value."""
        return all(glob.text == "/*" for paths in self._candidates(host) for _, glob, _ in paths)

    def _candidates(self, host: str) -> Iterator[list[_Entry[T]]]:
        if host in self._exact:
            yield self._exact[host]
        for suffix in _parents(host):
            if suffix in self._below:
                yield self._below[suffix]


def _parents(host: str) -> Iterator[str]:
    """Yield the domains that a host is below, the longest first."""
    _, dot, suffix = host.partition(".")
    while dot:
        yield suffix
        _, dot, suffix = suffix.partition(".")

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
"""How the paths begin that the glob matches, the glob, and what it stands for."""


class UrlIndex(Generic[T]):
    """Finds what the most specific of many patterns was given for.

    Of hosts, the exact name comes before `*.` patterns and a longer suffix before a shorter one; within
    one host, the path glob with more literal characters. Of two equal patterns the first one counts.
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
        """What the URL of this host (lower-case ASCII) and path (without its query) belongs to, or None."""
        if len(host) > LONGEST_HOST:
            return None
        # An empty path is written "/" in every URL that is sent.
        path = path or "/"
        for paths in self._candidates(host):
            for first, glob, value in paths:
                if path.startswith(first) and glob.matches(path):
                    return value
        return None

    def has_host(self, host: str) -> bool:
        """True when the URLs of this host (lower-case ASCII) belong to anybody, on any path."""
        return any(self._candidates(host))

    def has_host_below(self, domain: str) -> bool:
        """True when the URLs of a host below this domain (lower-case ASCII) may belong to anybody."""
        if self._domains is None:
            parents = (parent for host in self._exact for parent in _parents(host))
            wild = (parent for host in self._below for parent in (host, *_parents(host)))
            self._domains = frozenset((*parents, *wild))
        return domain in self._domains or self.has_host(domain)

    def is_whole(self, host: str) -> bool:
        """True when the paths of this host (lower-case ASCII) make no difference to whose its URLs are."""
        return all(glob.text == "/*" for paths in self._candidates(host) for _, glob, _ in paths)

    def _candidates(self, host: str) -> Iterator[list[_Entry[T]]]:
        if host in self._exact:
            yield self._exact[host]
        for suffix in _parents(host):
            if suffix in self._below:
                yield self._below[suffix]


def _parents(host: str) -> Iterator[str]:
    """The domains that a host is below, the longest first."""
    _, dot, suffix = host.partition(".")
    while dot:
        yield suffix
        _, dot, suffix = suffix.partition(".")

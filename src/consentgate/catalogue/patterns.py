"""Patterns of URLs, as policies and the catalogue write them: `host[/path]`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

LONGEST_HOST = 254
"""The longest host name (RFC 1035, section 2.3.4) with a trailing dot. Longer ones cannot be contacted."""

_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*+)(?:\.[a-z0-9_][a-z0-9_-]*+)*+")
_UNFIT_IN_PATH = re.compile(r"[\x00-\x20\x7f?#\\]")
# None of these is in the "path percent-encode set" (WHATWG URL). Existing escapes stay.
_NOT_ESCAPED = "!$%&'()*+,/:;=@[\\]|~"
_SHAPE = 'like "example.com", "*.example.com" or "example.com/embed/*"'


class Glob:
    """A path pattern in which `*` stands for any characters, slashes included.

    Without a `*` it matches only itself. Characters that browsers escape in paths may be written plainly.
    Matching walks the path once, whatever is in it. Every path that matches begins with `first` and ends
    with `last`.
    """

    __slots__ = ("_middle", "_whole", "first", "last", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        pieces = quote(text, safe=_NOT_ESCAPED).split("*")
        self._whole = len(pieces) == 1
        self.first, self.last = pieces[0], pieces[-1]
        self._middle = tuple(piece for piece in pieces[1:-1] if piece)

    def matches(self, path: str) -> bool:
        """Say whether the whole of `path` (without its query) matches."""
        if self._whole:
            return path == self.first
        if not (path.endswith(self.last) and path.startswith(self.first)):
            return False
        at, end = len(self.first), len(path) - len(self.last)
        if at > end:
            return False
        # The leftmost match of each piece leaves the most room for the next, so nothing is tried twice.
        for piece in self._middle:
            at = path.find(piece, at, end)
            if at < 0:
                return False
            at += len(piece)
        return True

    @property
    def specificity(self) -> tuple[int, int]:
        """The sort key that puts the narrower of two globs last: by literal characters, then by stars."""
        stars = self.text.count("*")
        return len(self.text) - stars, -stars

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Glob) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Glob({self.text!r})"


@dataclass(frozen=True, slots=True)
class UrlPattern:
    """The URLs of one host, or of its subdomains, whose path matches a glob.

    `host` is lowercase ASCII. With `subdomains` it stands for every name below `host`, and never for `host`
    itself. `path` is matched with the URL's path, without the query; an empty one matches every path.
    """

    host: str
    subdomains: bool = False
    path: str = "/*"

    def __post_init__(self) -> None:
        if not self.path:
            object.__setattr__(self, "path", "/*")

    @classmethod
    def parse(cls, text: str) -> UrlPattern:
        """Make the pattern that `text`, of the form `host[/path]`, stands for.

        Raises ValueError with a sentence that says what is wrong.
        """
        if "://" in text or text.startswith("//"):
            raise ValueError(f"expected a host without a scheme, {_SHAPE}")
        name, slash, rest = text.partition("/")
        subdomains = name.startswith("*.")
        return cls(_host(name[2:] if subdomains else name), subdomains, _path(slash + rest))

    def matches(self, host: str, path: str) -> bool:
        """Say whether the URL of this host (lowercase ASCII) and path (without its query) matches."""
        fits = host.endswith(f".{self.host}") if self.subdomains else host == self.host
        return fits and Glob(self.path).matches(path)

    def __str__(self) -> str:
        host = f"*.{self.host}" if self.subdomains else self.host
        return host if self.path == "/*" else host + self.path


def _host(name: str) -> str:
    if not name:
        raise ValueError(f"expected a host, {_SHAPE}")
    if not name.isascii():
        raise ValueError("expected a host in ASCII; write an international name in its xn-- form")
    if "*" in name:
        raise ValueError('a "*" in a host may only stand at its start and before a dot, like "*.example.com"')
    if ":" in name:
        raise ValueError("expected a host without a port")
    name = name.lower()
    if len(name) >= LONGEST_HOST or _HOST.fullmatch(name) is None:
        raise ValueError(f"expected a host, {_SHAPE}")
    return name


def _path(path: str) -> str:
    if _UNFIT_IN_PATH.search(path):
        raise ValueError("expected a path without spaces, backslashes, query or fragment")
    # Several stars in a row match what one matches.
    return re.sub(r"\*{2,}", "*", path)

"""The cookies that a browser sends."""

from __future__ import annotations

from collections.abc import Container

from .set_cookie import SPACE

_MOST_PAIRS = 1000
"""The most cookies that are read. The rest is dropped. Browsers keep at most a few hundred for a site."""


class SentCookies:
    """The cookies in the `values` of a request's `cookie` headers. `names` has the name of each in order, ""
    for a cookie without one."""

    def __init__(self, values: tuple[str, ...]) -> None:
        self._values = values
        self._pairs: list[tuple[str, str]] = []
        parts = ";".join(values).split(";", _MOST_PAIRS)
        self._is_whole = len(parts) <= _MOST_PAIRS
        for part in parts[:_MOST_PAIRS]:
            text = part.strip(SPACE)
            if text:
                name, equals, _ = text.partition("=")
                self._pairs.append((name.strip(SPACE) if equals else "", text))
        self.names = [name for name, _ in self._pairs]

    def values_of(self, name: str) -> list[str]:
        """Return the values of every cookie called `name`."""
        return [text.partition("=")[2].strip(SPACE) for found, text in self._pairs if found == name]

    def without(self, names: Container[str]) -> tuple[str, ...]:
        """Return one header with all cookies but those called one of `names`, in their order and bytes; no
        header where none is left."""
        kept = [text for name, text in self._pairs if name not in names]
        if not kept:
            return ()
        unchanged = self._is_whole and len(self._values) == 1 and len(kept) == len(self._pairs)
        return self._values if unchanged else ("; ".join(kept),)

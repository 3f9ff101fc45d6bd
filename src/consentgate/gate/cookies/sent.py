"""The cookies that a browser sends."""

from __future__ import annotations

from collections.abc import Container

from .set_cookie import SPACE

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
                text = part.strip(SPACE)
                if text:
                    name, equals, _ = text.partition("=")
                    self._pairs.append((name.strip(SPACE) if equals else "", text))
            room -= len(parts)
            if cut:
                break
        self._is_whole = room >= 0
        self.names = [name for name, _ in self._pairs]

    def called(self, name: str) -> list[str]:
        """The values of every cookie with this name."""
        return [text.partition("=")[2].strip(SPACE) for found, text in self._pairs if found == name]

    def but_for(self, names: Container[str]) -> tuple[str, ...]:
        """The headers in one, without the cookies with these `names`: in their order and bytes. None where
        nothing is left."""
        kept = [text for name, text in self._pairs if name not in names]
        if not kept:
            return ()
        unchanged = self._is_whole and len(self._values) == 1 and len(kept) == len(self._pairs)
        return self._values if unchanged else ("; ".join(kept),)

"""Patterns for long runs of markup, built from named pieces."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .pcre2 import Pcre2Pattern, is_here

_PIECE = re.compile(rb"\(\?&(?P<name>[a-z_]++)\)")
_GROUP = re.compile(rb"\(\?P<(?P<name>[a-z_]++)>")


class Run:
    """A pattern that says how far a run of what it describes goes; it always matches, if only nothing.

    In `pattern`, and in the `pieces` themselves, `(?&name)` stands for a piece. Pieces have no groups. It is
    matched by PCRE2, or by `re` where there is none, with the same result. `groups` are the names of its
    groups in order.
    """

    def __init__(self, pattern: bytes, pieces: Mapping[str, bytes] | None = None) -> None:
        self.groups = tuple(name.decode() for name in _GROUP.findall(pattern))
        self._pattern = pattern
        self._pieces = pieces or {}
        self._pcre2 = Pcre2Pattern.compile(self._with_definitions(), len(self.groups))
        # Where it is never asked for, it is not worth the time; where it is, no page has to wait for it.
        self._re = None if is_here() else self._compiled_by_re()

    @property
    def is_fast(self) -> bool:
        """True where PCRE2 matches it."""
        return self._pcre2 is not None

    def match(self, data: bytes, start: int, end: int) -> list[int]:
        """Where the run ends that begins at `start`, and where each of the pattern's groups last ended, -1
        for one that did not match; nothing of them if none did. As if `data` ended at `end`."""
        found = self._pcre2.match(data, start, min(end, len(data))) if self._pcre2 is not None else None
        return self.match_by_re(data, start, end) if found is None else found

    def match_by_re(self, data: bytes, start: int, end: int) -> list[int]:
        """The same, whatever this machine has."""
        if self._re is None:
            self._re = self._compiled_by_re()
        match = self._re.match(data, start, end)
        assert match is not None
        return [match.end()] if match.lastindex is None else [last for _, last in match.regs]

    def _compiled_by_re(self) -> re.Pattern[bytes]:
        return re.compile(self._spelt_out(self._pattern))

    def _spelt_out(self, pattern: bytes) -> bytes:
        """The pattern with its pieces in place: `re` has nothing to call them by."""
        return _PIECE.sub(lambda piece: b"(?:%b)" % self._spelt_out(self._piece(piece)), pattern)

    def _piece(self, piece: re.Match[bytes]) -> bytes:
        return self._pieces[piece["name"].decode()]

    def _with_definitions(self) -> bytes:
        """The pattern with its pieces defined behind it."""
        defined = (b"(?P<%b>%b)" % (name.encode(), piece) for name, piece in self._pieces.items())
        return self._pattern + b"(?(DEFINE)%b)" % b"".join(defined)

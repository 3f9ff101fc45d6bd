"""Patterns that match long runs of markup or CSS in one go.

Most of a page is skipped by one match of a large pattern, so how fast that is makes the rewriter fast or
slow. PCRE2 takes a third of the time that `re` takes, but not every machine has it. Therefore each pattern
can be matched by both, with the same result, and is written in the form that both can be given:

- A pattern names pieces, `(?&name)`, instead of repeating them. PCRE2 calls a piece like a subroutine, which
  keeps the compiled pattern under its limit of 64 KiB. `re` has no such call and gets the pieces in place.
- A pattern marks what it passes by empty named groups, `(?P<name>)`: a group's end is where it last matched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from .pcre2 import Match, Pcre2Pattern, is_available

_CALL = re.compile(rb"\(\?&(?P<name>[a-z_]++)\)")
_GROUP = re.compile(rb"\(\?P<(?P<name>[a-z_]++)>")


class Run:
    """A pattern for a run of anything that it describes. It always matches, if only the empty run.

    `pattern` and the `pieces` themselves may call pieces by `(?&name)`; pieces have no groups. `groups` are
    the names of the pattern's groups in order.

    `match(data, start, end)` matches the run that begins at `start`, as if `data` ended at `end`. It returns
    the run's end, followed by the end of each of the `groups` where it last matched, -1 for one that did not;
    the end alone if none of them did.
    """

    def __init__(self, pattern: bytes, pieces: Mapping[str, bytes] | None = None) -> None:
        self.groups = tuple(name.decode() for name in _GROUP.findall(pattern))
        self._pattern = pattern
        self._pieces = pieces or {}
        self._pcre2 = Pcre2Pattern.compile(self._with_definitions(), len(self.groups), self.match_by_re)
        # Not a method, which would be one more call for each of a page's thousands of matches.
        self.match: Match = self._pcre2.match if self._pcre2 is not None else self.match_by_re
        # `re` takes long to compile these patterns. Without PCRE2 that is done now, so that no page waits for
        # it. With PCRE2 it is done when it is needed, which is hardly ever.
        self._re = None if is_available() else self._compile_for_re()

    @property
    def is_fast(self) -> bool:
        """True where PCRE2 matches it."""
        return self._pcre2 is not None

    def match_by_re(self, data: bytes, start: int, end: int) -> list[int]:
        """Match as `match` does, without PCRE2."""
        if self._re is None:
            self._re = self._compile_for_re()
        match = self._re.match(data, start, end)
        assert match is not None
        return [match.end()] if match.lastindex is None else [last for _, last in match.regs]

    def _compile_for_re(self) -> re.Pattern[bytes]:
        return re.compile(self._with_pieces_in_place(self._pattern))

    def _with_pieces_in_place(self, pattern: bytes) -> bytes:
        return _CALL.sub(lambda call: b"(?:%b)" % self._with_pieces_in_place(self._piece(call)), pattern)

    def _piece(self, call: re.Match[bytes]) -> bytes:
        return self._pieces[call["name"].decode()]

    def _with_definitions(self) -> bytes:
        """Return the pattern with its pieces defined behind it, as PCRE2 takes them."""
        definitions = (b"(?P<%b>%b)" % (name.encode(), piece) for name, piece in self._pieces.items())
        return self._pattern + b"(?(DEFINE)%b)" % b"".join(definitions)

"""Pieces that patterns over bytes are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable


def in_any_case(name: bytes) -> bytes:
    """Return a pattern for `name` in uppercase and lowercase. It is faster than `(?i:...)`: what stands
    before the first letter is searched for as a literal."""
    return b"".join(b"[%c%c]" % (c, c ^ 0x20) if chr(c).isalpha() else re.escape(bytes((c,))) for c in name)


def any_of(*patterns: bytes) -> bytes:
    """Return a pattern that matches any of `patterns`; with none it matches nothing."""
    return rb"(?:" + rb"|".join(patterns) + rb")" if patterns else rb"(?!)"


def one_of(names: Iterable[bytes]) -> bytes:
    """Return a pattern for any of these names, in uppercase and lowercase. Each alternative begins with
    another letter, so that a mismatch costs one comparison."""
    by_letter: dict[bytes, list[bytes]] = {}
    for name in sorted(names):
        by_letter.setdefault(name[:1], []).append(in_any_case(name[1:]))
    return any_of(*(in_any_case(letter) + any_of(*rest) for letter, rest in by_letter.items()))

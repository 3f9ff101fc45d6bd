"""Comma-separated lists in HTTP header fields (RFC 9110, section 5.6.1; RFC 9651)."""

from __future__ import annotations

import re
from collections.abc import Iterable

# A quoted string may hold commas. One that never ends reaches to the end of the field.
_MEMBER = re.compile(r'(?:[^,"]++|"(?:[^"\\]++|\\.)*+"?)++', re.S)


def members(value: str) -> list[str]:
    """Return the members of a list or dictionary in which strings may be quoted. Each keeps the spaces around
    it."""
    return _MEMBER.findall(value)


def words(values: Iterable[str]) -> list[str]:
    """Return the members of the lists in `values`, in order, where no member is quoted. Empty members are
    left out, as recipients must do (RFC 9110, section 5.6.1.2)."""
    return [word for value in values for member in value.split(",") if (word := member.strip())]

"""Comma-separated lists in HTTP header fields (RFC 9110, section 5.6.1; RFC 9651)."""

from __future__ import annotations

import re
from collections.abc import Iterable

# A quoted string may hold commas. One that never ends reaches to the end of the field.
_MEMBER = re.compile(r'(?:[^,"]++|"(?:[^"\\]++|\\.)*+"?)++', re.S)


def members(value: str) -> list[str]:
    """Return the members of a list or dictionary in which strings may be quoted, with the spaces around
    each."""
    return _MEMBER.findall(value)


def words(values: Iterable[str]) -> list[str]:
    """Return what the lists in `values` name, in order. Nothing in such a list is quoted; empty members are
    left out, as recipients must."""
    return [word for value in values for member in value.split(",") if (word := member.strip())]

"""The candidates of a `srcset` (WHATWG HTML, 4.8.4.3.5 "Parsing a srcset attribute")."""

from __future__ import annotations

import re
from collections.abc import Iterator

_URL = re.compile(r"[\t\n\f\r ,]*+([^\t\n\f\r ]++)")
_DESCRIPTORS = re.compile(r"(?:[^(),]++|\([^)]*+(?:\)|\Z)|\))*+")


def candidates(value: str) -> Iterator[str]:
    """The URLs that `value` offers. A comma inside one belongs to it; commas at its end do not."""
    position = 0
    while found := _URL.match(value, position):
        position = found.end()
        url = found[1]
        if url.endswith(","):
            yield url.rstrip(",")
            continue
        yield url
        descriptors = _DESCRIPTORS.match(value, position)
        position = descriptors.end() + 1 if descriptors else len(value)

"""The image candidates of a `srcset` (WHATWG HTML, 4.8.4.3.5 "Parsing a srcset attribute")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from consentgate.web.whitespace import ASCII_WHITESPACE

_URL = re.compile(rf"[{ASCII_WHITESPACE},]*+([^{ASCII_WHITESPACE}]++)")
_DESCRIPTORS = re.compile(r"(?:[^(),]++|\([^)]*+(?:\)|\Z)|\))*+")


def image_candidates(value: str) -> Iterator[str]:
    """Yield the URLs of the candidates in `value`. A comma inside a URL belongs to it; commas at its end do
    not."""
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

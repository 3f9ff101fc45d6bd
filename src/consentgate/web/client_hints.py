"""Client hints: what a browser tells about itself, its machine and its network when asked (RFC 8942)."""

from __future__ import annotations

import re

# The hints that browsers send unasked (UA Client Hints, section 3), and visitors' own preferences, which a
# page can read in CSS as well (User Preference Media Features Client Hints Headers, section 2).
_HARMLESS = frozenset(
    (
        *("sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-platform", "save-data", "sec-gpc"),
        *("sec-ch-prefers-color-scheme", "sec-ch-prefers-contrast", "sec-ch-forced-colors"),
        *("sec-ch-prefers-reduced-data", "sec-ch-prefers-reduced-motion"),
        *("sec-ch-prefers-reduced-transparency",),
    )
)
# Hints that are older than the prefix "Sec-CH-".
_WITHOUT_PREFIX = frozenset(
    ("device-memory", "dpr", "width", "viewport-width", "downlink", "ect", "rtt", "content-dpr")
)
_SEPARATORS = re.compile(r"[\s,]+")


def tells_of_the_device(header: str) -> bool:
    """Say whether a request header (lowercase) helps to tell one browser from another."""
    return header in _WITHOUT_PREFIX or (header.startswith("sec-ch-") and header not in _HARMLESS)


def plain_hints(names: str) -> list[str]:
    """Return the hints that tell nothing of the device, in a list such as the value of Accept-CH."""
    return [name for name in _SEPARATORS.split(names) if name.lower() in _HARMLESS]


def asks_of_the_device(names: str) -> bool:
    """Say whether a list of hints, such as the value of Accept-CH, holds one that may tell of the device. An
    unknown name counts as such."""
    return len(plain_hints(names)) < len(list(filter(None, _SEPARATORS.split(names))))

"""Client hints: what a browser says of itself, its machine and its network when asked (RFC 8942)."""

from __future__ import annotations

import re

# What browsers send unasked (UA Client Hints, section 3), and what visitors have set themselves, which a
# page reads in CSS as well (User Preference Media Features Client Hints Headers, section 2).
_PLAIN = frozenset(
    (
        *("sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-platform", "save-data", "sec-gpc"),
        *("sec-ch-prefers-color-scheme", "sec-ch-prefers-contrast", "sec-ch-forced-colors"),
        *("sec-ch-prefers-reduced-data", "sec-ch-prefers-reduced-motion"),
        *("sec-ch-prefers-reduced-transparency",),
    )
)
# Older than the prefix.
_WITHOUT_PREFIX = frozenset(
    ("device-memory", "dpr", "width", "viewport-width", "downlink", "ect", "rtt", "content-dpr")
)


def tells_of_the_device(header: str) -> bool:
    """True for a request header (in small letters) that serves to tell one browser from another."""
    return header in _WITHOUT_PREFIX or (header.startswith("sec-ch-") and header not in _PLAIN)


def plain_hints(names: str) -> list[str]:
    """Of a list of hints, like the value of Accept-CH, those that tell nothing of the device."""
    return [name for name in re.split(r"[\s,]+", names) if name.lower() in _PLAIN]


def asks_of_the_device(names: str) -> bool:
    """True when the list holds any other hint. What is no hint is for browsers to ignore."""
    return len(plain_hints(names)) < len(list(filter(None, re.split(r"[\s,]+", names))))

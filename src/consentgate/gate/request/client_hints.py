"""Reads the version of a browser from its request (User-Agent Client Hints)."""

from __future__ import annotations

import re

from consentgate.gate.message import Request

_CHROMIUM = re.compile(r'"Chromium";\s*v="(\d{1,4})"')


def chromium_version(request: Request) -> int:
    """Return the version of Chromium that a browser says it is; 0 where it does not say so."""
    found = _CHROMIUM.search(", ".join(request.values("sec-ch-ua")))
    return int(found[1]) if found else 0

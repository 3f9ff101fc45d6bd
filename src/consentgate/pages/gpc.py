"""The site's statement on Global Privacy Control."""

from __future__ import annotations

import datetime
import json

HONOURED_SINCE = datetime.date(2026, 11, 23)
"""The day on which this package last changed how it honours the signal: the statement's date where the
policy has none."""


def gpc_resource(updated: datetime.date | None) -> bytes:
    """Write the file `/.well-known/gpc.json` (W3C Global Privacy Control, section 4)."""
    day = updated or HONOURED_SINCE
    return json.dumps({"gpc": True, "lastUpdate": day.isoformat()}).encode()

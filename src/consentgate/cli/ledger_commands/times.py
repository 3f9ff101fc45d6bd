"""Moments as the ledger's commands print them."""

from __future__ import annotations

import datetime


def utc_text(seconds: int) -> str:
    """Return a moment in `seconds` since the epoch as a day and time in UTC."""
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat(" ")

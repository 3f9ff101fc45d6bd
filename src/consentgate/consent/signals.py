"""Signals by which a browser refuses for its user. They can only deny."""

from __future__ import annotations

from collections.abc import Iterable

GPC = "gpc"
DNT = "dnt"
SIGNALS = {"sec-gpc": GPC, "dnt": DNT}
"""The headers that carry them."""


def signals_in(headers: Iterable[tuple[str, str]], *, dnt: bool = True) -> frozenset[str]:
    """The signals that a request's `headers` (names in any case) carry.

    Global Privacy Control counts only where a value is exactly `1`; of several headers one is enough,
    also where a server joined them with commas (W3C Global Privacy Control, section 3.2). Do Not Track
    counts unless `dnt` is off.
    """
    sent = [
        signal
        for name, value in headers
        if (signal := SIGNALS.get(name.lower())) and "1" in (part.strip(" \t") for part in value.split(","))
    ]
    return frozenset(sent if dnt else [signal for signal in sent if signal != DNT])

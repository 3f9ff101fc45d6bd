"""Signals with which a browser refuses on its user's behalf. They can only deny."""

from __future__ import annotations

from collections.abc import Iterable

GPC = "gpc"
DNT = "dnt"
SIGNALS = {"sec-gpc": GPC, "dnt": DNT}
"""The request headers that carry a signal."""


def signals_in(headers: Iterable[tuple[str, str]], *, dnt: bool = True) -> frozenset[str]:
    """Return the signals in a request's `headers`, whose names may be in any case.

    Global Privacy Control counts only where a value is exactly `1` (W3C Global Privacy Control, section
    3.2). Of several headers one is enough, even where a server joined them with commas. Do Not Track counts
    unless `dnt` is off.
    """
    sent = [
        signal
        for name, value in headers
        if (signal := SIGNALS.get(name.lower())) and "1" in (part.strip(" \t") for part in value.split(","))
    ]
    return frozenset(sent if dnt else [signal for signal in sent if signal != DNT])

"""JSON in a page, as browsers read it."""

from __future__ import annotations

import json


def read_json(text: str) -> object:
    """What JSON.parse makes of `text`, numbers left aside; None where it throws.

    Raises RecursionError for what is nested too deep to be read here.
    """
    try:
        return json.loads(text, parse_constant=_refuse, parse_int=float, parse_float=float)
    except ValueError:
        return None


def _refuse(constant: str) -> object:
    raise ValueError(constant)

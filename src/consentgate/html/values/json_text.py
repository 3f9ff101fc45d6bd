"""JSON in a page, as far as all browsers read it alike."""

from __future__ import annotations

import json
import re


class NotPlain(ValueError):
    """Says that a text is no JSON by the strictest reading. Some browsers may read it all the same: Chromium
    takes NUL and `\\v` in strings."""


_NUL = re.compile(r"\0|\\u0000")
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


def read_json(text: str) -> object:
    """Return what `text` holds, with all numbers as floats; None for an empty text. Raise NotPlain unless all
    browsers find the same in it, and where it is nested too deep to be read here."""
    if not text.strip("\t\n\r "):
        return None
    if _NUL.search(text):
        raise NotPlain
    try:
        parsed = json.loads(
            text,
            parse_constant=_refuse,
            parse_int=float,
            parse_float=float,
            object_pairs_hook=_object,
        )
        if "\\u" in text and _LONE_SURROGATE.search(json.dumps(parsed, ensure_ascii=False)):
            raise NotPlain
    except (ValueError, RecursionError) as error:
        raise NotPlain from error
    return parsed


def _refuse(constant: str) -> object:
    raise NotPlain(constant)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return the object of these `pairs`. Parsers differ in which of two equal keys counts."""
    members = dict(pairs)
    if len(members) < len(pairs):
        raise NotPlain
    return members

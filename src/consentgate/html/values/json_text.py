"""JSON in a page, as far as every browser reads it alike."""

from __future__ import annotations

import json
import re


class NotPlain(ValueError):
    """A text that is no JSON by the strictest reading. Some browser may read it all the same: Chromium takes
    NUL and `\\v` in strings."""


_NUL = re.compile(r"\0|\\u0000")
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


def read_json(text: str) -> object:
    """Return what `text` says, numbers left aside; None for a text without anything in it. Raise NotPlain
    unless every browser finds the same in it, and where it is nested too deep to be read here."""
    if not text.strip("\t\n\r "):
        return None
    if _NUL.search(text):
        raise NotPlain
    try:
        read = json.loads(
            text,
            parse_constant=_refuse,
            parse_int=float,
            parse_float=float,
            object_pairs_hook=_object,
        )
        if "\\u" in text and _LONE_SURROGATE.search(json.dumps(read, ensure_ascii=False)):
            raise NotPlain
    except (ValueError, RecursionError) as error:
        raise NotPlain from error
    return read


def _refuse(constant: str) -> object:
    raise NotPlain(constant)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return the object of these `pairs`. Which of two equal keys counts is for each parser to say."""
    read = dict(pairs)
    if len(read) < len(pairs):
        raise NotPlain
    return read

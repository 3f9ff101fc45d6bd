"""Finds and reads the texts of a language. Each language is a TOML file of this package."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from .check import faults
from .cldr import cldr
from .lookup import lookup
from .model import Texts

FALLBACK = "en"
DRAFT = "draft"


def texts(language: str = FALLBACK) -> Texts:
    """Return the texts of a `language` ("en", "de-AT").

    They are from the file of that language, else of the language without its region, else from the English
    one."""
    return _load(lookup(language, languages()) or FALLBACK)


def has_texts(language: str) -> bool:
    """Say whether there are texts in this `language`, or in the language without its region."""
    return lookup(language, languages()) is not None


@cache
def languages() -> frozenset[str]:
    """Return the languages that there are texts in. The files have lowercase names, like `pt-br.toml`."""
    return frozenset(tag for tag in cldr() if (files(__package__) / f"{tag}.toml").is_file())


@cache
def read(tag: str) -> dict[str, Any]:
    """Return the file of a language as it is written."""
    # The tag is one of `languages()`, never a part of a request: it cannot name another file.
    return tomllib.loads((files(__package__) / f"{tag}.toml").read_text("utf-8"))


def english() -> dict[str, Any]:
    """Return the English texts as they are written: the keys that every language has."""
    return read(FALLBACK)


@cache
def _load(tag: str) -> Texts:
    table = {**read(tag)}
    draft = table.pop(DRAFT, False)
    found = faults(table, english(), [cldr()[tag]], complete=True)
    if found:
        listed = "".join(f"\n  {'.'.join(fault.path)}: {fault.expected}" for fault in found)
        raise ValueError(f"texts/{tag}.toml:{listed}")
    raw = {**table, "draft": draft, "cldr": msgspec.to_builtins(cldr()[tag])}
    return msgspec.convert(raw, Texts, strict=True)

"""Finds and reads the texts of a language. Each language is a TOML file of this package."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

import msgspec

from .model import Texts

FALLBACK = "en"


def texts(language: str = FALLBACK) -> Texts:
    """Return the texts of a `language` ("en", "de-AT").

    They are from the file of that name, else of the language without its region, else of English.
    """
    return _load(_tag_of(language) or FALLBACK)


def has_texts(language: str) -> bool:
    """Say whether there are texts in this `language`, or in the language without its region."""
    return bool(_tag_of(language))


def _tag_of(language: str) -> str:
    tag = language.strip().lower().replace("_", "-")
    while tag and tag not in languages():
        tag = tag.rpartition("-")[0]
    return tag


@cache
def languages() -> frozenset[str]:
    """Return the languages that there are texts in. The files have lowercase names, like `pt-br.toml`."""
    return frozenset(
        file.name.removesuffix(".toml")
        for file in files(__package__).iterdir()
        if file.name.endswith(".toml")
    )


@cache
def _load(tag: str) -> Texts:
    # The tag is one of `languages()`, never a part of a request: it cannot name another file.
    raw = (files(__package__) / f"{tag}.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(raw), Texts, strict=True)

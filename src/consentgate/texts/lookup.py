"""Finds the language that comes nearest to a tag (BCP 47), by the lookup of RFC 4647, section 3.4."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

_LONGEST = 64
"""The longest tag that is read in full, in characters. RFC 5646, section 4.4.1, reckons with 35."""

_REPLACED = {"no": "nb", "iw": "he", "mo": "ro"}
"""Outdated codes of languages that pages still have, and the codes that the texts have for them."""


def lookup(tag: str, languages: Iterable[str]) -> str | None:
    """Return the language among `languages` that `tag` names, or None.

    Subtags are taken off the end of `tag` until one matches: "fr-CA" finds "fr". Case does not count, and "_"
    counts as "-".
    """
    by_tag = {canonical(language): language for language in reversed([*languages])}
    subtags = canonical(tag).split("-")
    while subtags:
        found = by_tag.get("-".join(subtags))
        if found is not None:
            return found
        subtags.pop()
        # A single letter or digit introduces what follows it, and means nothing by itself.
        while subtags and len(subtags[-1]) == 1:
            subtags.pop()
    return None


# Asked for each page, which nearly always says one of a few.
@lru_cache(maxsize=128)
def nearest(tag: str, languages: tuple[str, ...]) -> str | None:
    """Return what `lookup` finds in `languages`, else the first variety of the same language: "pt" finds
    "pt-BR"."""
    language = primary(tag)
    return lookup(tag, languages) or next((one for one in languages if primary(one) == language), None)


def primary(tag: str) -> str:
    """Return the language of a `tag`, without region and script."""
    return canonical(tag).partition("-")[0]


def canonical(tag: str) -> str:
    """Return a `tag` in a form in which tags can be compared."""
    language, *subtags = tag.strip()[:_LONGEST].lower().replace("_", "-").split("-")
    return "-".join((_REPLACED.get(language, language), *subtags))

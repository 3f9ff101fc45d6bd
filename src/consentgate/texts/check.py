"""Checks a table of texts against the English one, for the same keys and the same words in braces."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from .cldr import CATEGORIES, Language

NUMBER = "n"
"""The word in braces that stands for the number in a text that counts."""

_IN_BRACES = re.compile(r"\{([^{}]*)\}")


class Fault(NamedTuple):
    """Something wrong with a table of texts: where, what was expected there, and the `value` that is there.

    `known` lists the keys that could have been meant by an unknown one, which has no value here.
    """

    path: tuple[str, ...]
    expected: str
    value: object = None
    known: tuple[str, ...] = ()


def faults(
    table: Mapping[str, Any], english: Mapping[str, Any], languages: Iterable[Language], *, complete: bool
) -> list[Fault]:
    """Return what is wrong with a `table` that is to be for these `languages`. Only one that has to be
    `complete` must have all of the keys."""
    return [*_Check([*languages], complete).table((), table, english)]


def is_numbered(english: object) -> bool:
    """Say whether a text depends on a number: it is a table with a form for each plural category."""
    return isinstance(english, Mapping) and bool(english) and set(english) <= set(CATEGORIES)


def words_in_braces(text: str) -> frozenset[str] | None:
    """Return the words in braces in a text; None where the braces do not match."""
    if "{" in (rest := _IN_BRACES.sub("", text)) or "}" in rest:
        return None
    return frozenset(_IN_BRACES.findall(text))


class _Check:
    """Walks through a table and the English one side by side."""

    def __init__(self, languages: Collection[Language], complete: bool) -> None:
        self._languages = languages
        self._complete = complete

    def table(
        self, path: tuple[str, ...], table: Mapping[str, Any], english: Mapping[str, Any]
    ) -> Iterator[Fault]:
        for key, value in table.items():
            if key not in english:
                yield Fault((*path, key), "unknown key", known=(*english,))
            elif is_numbered(english[key]):
                yield from self._numbered((*path, key), value, english[key])
            elif isinstance(english[key], str):
                yield from self._text((*path, key), value, words_in_braces(english[key]))
            elif isinstance(value, Mapping):
                yield from self.table((*path, key), value, english[key])
            else:
                yield Fault((*path, key), "expected a table of texts", value)
        yield from self._missing(path, table, english)

    def _numbered(self, path: tuple[str, ...], value: object, english: Mapping[str, str]) -> Iterator[Fault]:
        categories = dict.fromkeys(name for language in self._languages for name in language.plurals)
        if not isinstance(value, Mapping):
            yield Fault(path, f"expected a table with a text for each of {', '.join(categories)}", value)
            return
        expected = words_in_braces(english["other"]) or frozenset()
        for category, text in value.items():
            if category not in categories:
                yield Fault((*path, category), "unknown key", known=(*categories,))
            elif not (self._is_for_one_number(category) and _leaves_out_number(text, expected)):
                yield from self._text((*path, category), text, expected)
        yield from self._missing(path, value, categories)

    def _is_for_one_number(self, category: str) -> bool:
        return all(
            language.is_for_one_number(category)
            for language in self._languages
            if category in language.plurals
        )

    def _text(self, path: tuple[str, ...], value: object, expected: frozenset[str] | None) -> Iterator[Fault]:
        if not isinstance(value, str):
            yield Fault(path, "expected text in quotes", value)
        elif not value.strip():
            yield Fault(path, "expected a text that is not empty", value)
        elif (found := words_in_braces(value)) is None:
            yield Fault(path, "expected each { with its }", value)
        elif found != expected:
            words = " and ".join(f"{{{word}}}" for word in sorted(expected or ()))
            yield Fault(path, f"expected {words} in it" if words else "expected a text without braces", value)

    def _missing(
        self, path: tuple[str, ...], table: Mapping[str, Any], known: Iterable[str]
    ) -> Iterator[Fault]:
        if self._complete:
            for key in known:
                if key not in table:
                    yield Fault((*path, key), "missing")


def _leaves_out_number(text: object, expected: frozenset[str]) -> bool:
    return isinstance(text, str) and bool(text.strip()) and words_in_braces(text) == expected - {NUMBER}

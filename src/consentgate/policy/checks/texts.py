"""The `[texts]` of a policy, which replace ours: their check, and those that count in a language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from consentgate.policy.errors import Found
from consentgate.policy.messages import but_not, did_you_mean, listed
from consentgate.policy.model import Category
from consentgate.policy.reading.hints import language_hint
from consentgate.texts import Fault, canonical, english, faults, has_texts, texts


def spoken(languages: Iterable[str]) -> tuple[str, ...]:
    """Return those of a policy's `languages` that there are texts in; English where there are none."""
    return tuple(filter(has_texts, languages)) or ("en",)


def replaced_in(language: str, replaced: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the tables of `[texts]` that count in a `language`: for all languages, then for this one."""
    tables = [{key: table for key, table in replaced.items() if key in english()}]
    return tables + [table for key, table in replaced.items() if canonical(key) == canonical(language)]


def check_texts(
    replaced: Mapping[str, Any], languages: Sequence[str], categories: Iterable[Category]
) -> Iterator[Found]:
    """Yield every mistake in `[texts]`: in the tables for all of the `languages`, and for one of them."""
    known = _with_categories(english(), categories)
    by_language = {canonical(language): language for language in languages if has_texts(language)}
    for key, table in replaced.items():
        if key in known:
            place, given, read_in = "texts", {key: table}, languages
        elif canonical(key) in by_language:
            place, given, read_in = f"texts.{key}", table, [by_language[canonical(key)]]
        else:
            is_language = has_texts(key)
            expected = f"expected one of the languages in [site], {listed(languages)}"
            unknown = _misplaced(key, known) or _unknown(key, [*known, *by_language.values()])
            yield "[texts]", key, expected if is_language else unknown
            continue
        if not isinstance(given, Mapping):
            yield "[texts]", key, f"expected a table of texts{but_not(given)}"
            continue
        for fault in faults(given, known, [texts(one).cldr for one in read_in], complete=False):
            yield _found(place, fault)


def _with_categories(english: Mapping[str, Any], categories: Iterable[Category]) -> dict[str, Any]:
    """Return the `english` texts with texts for the policy's own `categories` added, which has their keys."""
    own = {category.id: {"title": "", "description": ""} for category in categories}
    return {**english, "categories": {**own, **english["categories"]}}


def _found(place: str, fault: Fault) -> Found:
    *tables, key = fault.path
    table = f"[{'.'.join((place, *tables))}]"
    if fault.known:
        if has_texts(key):
            return table, key, f"unknown key; the language comes first, as in [texts.{key}.banner]"
        return table, key, _unknown(key, fault.known)
    return table, key, f"{fault.expected}{but_not(fault.value)}"


def _misplaced(key: str, known: Mapping[str, Any]) -> str:
    """Say where a text goes that stands outside of its table, or a language by its name; else ""."""
    table = next(
        (name for name, texts_ in known.items() if isinstance(texts_, Mapping) and key in texts_), None
    )
    if table is not None:
        return f"unknown key; it belongs under [texts.{table}]"
    code = language_hint(key)
    return f"unknown key{code}" if code else ""


def _unknown(key: str, known: Sequence[str]) -> str:
    return f"unknown key{did_you_mean(key, known) or f'; known here: {listed(known)}'}"

"""Reads TOML tables into the objects of the model, key by key."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeGuard, TypeVar

import msgspec

from consentgate.policy.errors import Found
from consentgate.policy.lifetime import EXPECTED as EXPECTED_LIFETIME
from consentgate.policy.lifetime import EXPECTED_KEPT
from consentgate.policy.messages import but_not, closest, did_you_mean, listed, path_of, place_of
from consentgate.policy.model import (
    CONDITIONS,
    REASONS,
    Banner,
    BannerPosition,
    Category,
    Condition,
    ConsentMode,
    Cookie,
    CspMode,
    Declaration,
    EarlierVersion,
    Measurement,
    Reason,
    Regime,
    Service,
    ServiceCookie,
    SettingsPosition,
    ShareLinkMode,
    Site,
    Theme,
)

from .hints import hint_for, key_hint, key_meant

Table = TypeVar("Table", bound=msgspec.Struct)

_BY_TYPE: dict[object, str] = {
    str: "expected text in quotes",
    str | None: "expected text in quotes",
    bool: "expected true or false, without quotes",
    bool | Mapping[str, object]: (
        "expected true, false, or a table with the ids that grant types of consent, like "
        '{ ad_storage = "marketing" }'
    ),
    datetime.date | None: "expected a date without quotes, like 2026-11-23",
    datetime.date: "expected a date without quotes, like 2026-11-23",
    tuple[str, ...]: "expected a list of texts",
    Reason | None: f"expected one of {listed(REASONS)}",
    tuple[Condition, ...]: "expected a list of conditions, some of "
    f"{listed(dict.fromkeys(word for words in CONDITIONS.values() for word in words))}",
    Measurement
    | None: 'expected a table, like { conditions = ["anonymous-statistics"], data_kept = "25 months" }',
    Regime: 'expected one of "eu", "uk", "us"',
    CspMode: 'expected one of "on", "report-only", "off"',
    BannerPosition: 'expected one of "bar", "box", "dialog"',
    SettingsPosition: 'expected one of "start", "end", "none"',
    ShareLinkMode: 'expected one of "links", "placeholder", "none"',
    tuple[ServiceCookie, ...]: 'expected a list of tables, like [{ name = "_st*", lifetime = "13 months" }]',
    tuple[EarlierVersion, ...]: 'expected a list of tables, like [{ version = "1", date = 2025-01-31 }]',
}
_BY_KEY = {
    "hosts": 'expected a list of hosts, like ["example.com", "*.example.com"]',
    "paths": 'expected a list of paths, like ["/collect/*"]',
    "not_on": 'expected a list of paths, like ["/admin/*"]',
    "pages": 'expected a list of paths, like ["/checkout/*"]',
    "urls": 'expected a list of hosts with a path, like ["example.com/embed/*"]',
    "languages": 'expected a list of languages, like ["en", "fr"]',
    "covers": 'expected a list of the catalogue\'s categories, like ["marketing", "social"]',
    "lifetime": EXPECTED_LIFETIME,
    "data_kept": 'expected how long the data are kept, like "25 months"',
    "keep_grants": EXPECTED_KEPT,
    "keep_refusals": EXPECTED_KEPT,
}
_INNER_TABLES: dict[object, tuple[type[msgspec.Struct], str]] = {
    tuple[ServiceCookie, ...]: (ServiceCookie, "name"),
    tuple[EarlierVersion, ...]: (EarlierVersion, "version"),
}
"""The lists of tables inside a table, with the key that tells one of them from another."""
_MISSING: dict[tuple[type[msgspec.Struct], str], str] = {
    (Site, "name"): 'the name of the site, like "Example"',
    (Site, "controller"): 'who answers for the site, like "Example Ltd"',
    (Site, "contact"): 'where visitors can write to, like "privacy@example.org"',
    (Category, "id"): 'a short name, like "performance"',
    (Cookie, "name"): 'the name of the cookie, like "sid" or "_st*"',
    (Cookie, "category"): 'the id of a category, like "performance"',
    (ServiceCookie, "name"): 'the name of the cookie, like "_st*"',
    (EarlierVersion, "version"): 'what it was called, like "1"',
    (EarlierVersion, "date"): "the day from which it was in effect, like 2025-01-31",
    (Service, "id"): 'a short name, like "stats" (or use = "..." with one from the catalogue)',
    (Service, "category"): 'the id of a category, like "performance"',
}


class TableReader:
    """Turns tables into objects, and collects the mistakes in them.

    The key's default, or an empty text, stands in for a wrong value, so that the rest of the table can still
    be checked. What a check finds wrong with a stand-in is no mistake in the file: `is_settled` says which
    keys to be silent about.
    """

    def __init__(self) -> None:
        self.mistakes: list[Found] = []
        self._settled: set[tuple[object, str]] = set()

    def report(self, place: str, key: str, expected: str) -> None:
        """Collect a mistake, and be silent about that key from then on."""
        self.mistakes.append((place, key, expected))
        self.settle(place, key)

    def settle(self, place: str, *keys: str) -> None:
        """Be silent about what further checks find at these keys, and about the table as a whole."""
        self._settled.update((_table_at(place), key) for key in (*keys, ""))

    def is_settled(self, place: str, key: str) -> bool:
        """Say whether to be silent about this key."""
        return (_table_at(place), key) in self._settled

    def object_from(self, place: str, table: Mapping[str, Any], model: type[Table]) -> Table:
        """Make the object that `table` describes."""
        return self.complete(place, self.values(place, table, model), model)

    def values(self, place: str, table: Mapping[str, Any], model: type[Table], *also: str) -> dict[str, Any]:
        """Return the values of `table` that are right. Keys in `also` are known, but not read here."""
        types = {field.name: field.type for field in _fields(model)}
        values: dict[str, Any] = {}
        for key, value in table.items():
            if key in types:
                try:
                    values[key] = self._value(place, key, value, types[key], table.get("reason"))
                except msgspec.ValidationError:
                    expected = _BY_KEY.get(key) or _BY_TYPE[types[key]]
                    self.report(place, key, f"{expected}{but_not(value)}{hint_for(key, value)}")
            elif key not in also:
                self._unknown_key(place, key, [*also, *types], table)
        return values

    def complete(self, place: str, values: Mapping[str, Any], model: type[Table]) -> Table:
        """Make the object with these `values`, and report the required ones that are missing."""
        stand_ins: dict[str, str] = {}
        for field in _fields(model):
            if field.required and field.name not in values:
                stand_ins[field.name] = ""
                if not self.is_settled(place, field.name):
                    self.report(place, field.name, f"missing: expected {_MISSING[model, field.name]}")
        return model(**{**stand_ins, **values})

    def _value(self, place: str, key: str, value: object, type_: Any, reason: object) -> object:
        if type_ == Measurement | None:
            table, inside = msgspec.convert(value, dict[str, Any], strict=True), f"{place}, {key}"
            if strange := _strange_condition(table.get("conditions"), reason):
                self.report(inside, "conditions", strange)
                table = {**table, "conditions": []}
            return self.object_from(inside, table, Measurement)
        if type_ not in _INNER_TABLES:
            return msgspec.convert(value, type_, strict=True)
        model, label = _INNER_TABLES[type_]
        tables = msgspec.convert(value, list[dict[str, Any]], strict=True)
        return tuple(
            self.object_from(place_of(f"{place}, {key}", number, table.get(label)), table, model)
            for number, table in enumerate(tables, 1)
        )

    def _unknown_key(self, place: str, key: str, known: list[str], table: Mapping[str, Any]) -> None:
        elsewhere = _read_by_visitors(place, key) or belongs_elsewhere(key)
        spelt = did_you_mean(key, known, least=_ALMOST)
        hint = elsewhere or spelt or key_hint(key, known) or did_you_mean(key, known)
        self.report(place, key, f"unknown key{hint or f'; known here: {listed(known)}'}")
        near = None if elsewhere else (None if spelt else key_meant(key, known)) or closest(key, known)
        if near and near not in table:
            # The key is misspelt, not missing.
            self.settle(place, near)


_ALMOST = 0.8
"""How like each other two words are that differ by a letter or two."""


def _read_by_visitors(place: str, key: str) -> str:
    if place == "[banner]" and key in ("text", "message", "content", "title", "intro", "accept", "refuse"):
        return "; what visitors read is replaced under [texts.banner]"
    return ""


def _table_at(place: str) -> object:
    """Return what tells the table at a `place` from all others. A service may have two labels: the alias in
    its table, and the catalogue's id."""
    return path_of(place) or place


def belongs_elsewhere(key: str) -> str:
    """Return a hint to the table that `key` belongs to, where it is a key of one that stands once, or a table
    itself; else empty."""
    if key in _LISTS:
        return f"; write each under a [[{key}]] in double brackets"
    table = next((table for table, model in _SINGLE.items() if key in model.__struct_fields__), None)
    if any(key in model.__struct_fields__ for model in (Category, Cookie, Service)):
        table = None
    if table is None:
        return f"; write a table of its own, under [{key}]" if key in _SINGLE else ""
    return f"; it belongs under [{table}], before the next table begins"


def _strange_condition(conditions: object, reason: object) -> str:
    """Say what was expected in the place of a word that is no condition for any reason; "" where there is
    none."""
    every = {word for words in CONDITIONS.values() for word in words}
    strange = [word for word in conditions if word not in every] if _is_texts(conditions) else []
    if not strange:
        return ""
    known = CONDITIONS.get(reason, every) if isinstance(reason, str) else every
    return f"expected some of {listed(sorted(known))}{but_not(strange[0])}{did_you_mean(strange[0], known)}"


def _is_texts(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


_SINGLE: dict[str, type[msgspec.Struct]] = {
    "site": Site,
    "banner": Banner,
    "theme": Theme,
    "consent_mode": ConsentMode,
    "declaration": Declaration,
}
_LISTS = ("category", "cookie", "service")


@cache
def _fields(model: type[msgspec.Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    return msgspec.structs.fields(model)

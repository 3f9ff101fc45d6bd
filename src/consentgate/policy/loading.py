"""From the text of a policy file to a checked `Policy`."""

from __future__ import annotations

import datetime
import difflib
import logging
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec

from consentgate.catalogue import KnownService, catalogue

from .check import check
from .mistakes import Mistake, PolicyError
from .model import (
    DEFAULT_CATEGORIES,
    NECESSARY,
    REASONS,
    Category,
    Cookie,
    CspMode,
    Reason,
    Service,
    ServiceCookie,
    Site,
)

_log = logging.getLogger("consentgate")

Table = TypeVar("Table", bound=msgspec.Struct)
Parts = tuple[Site, tuple[Category, ...], tuple[Cookie, ...], tuple[Service, ...]]

_EXPECTED: dict[object, str] = {
    str: "expected text in quotes",
    str | None: "expected text in quotes",
    bool: "expected true or false",
    datetime.date | None: "expected a date, like 2026-11-23",
    tuple[str, ...]: 'expected a list of texts, like ["a", "b"]',
    Reason | None: f"expected one of {', '.join(REASONS)}",
    CspMode: 'expected one of "on", "report-only", "off"',
    tuple[ServiceCookie, ...]: 'expected a list of tables, like [{ name = "_st*", lifetime = "13 months" }]',
}


def parse(text: str, file: str) -> Parts:
    """The checked parts of a policy written as TOML. `file` is the name that messages show.

    Raises PolicyError with every mistake found.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError([Mistake(file, "", "", f"not readable as TOML: {error}")]) from None
    reader = _Reader(file)
    parts = reader.read(document)
    mistakes = reader.mistakes or [Mistake(file, *found) for found in check(*parts)]
    if mistakes:
        raise PolicyError(mistakes)
    return parts


class _Reader:
    """Turns tables into objects and keeps what went wrong on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.mistakes: list[Mistake] = []

    def read(self, document: Mapping[str, Any]) -> Parts:
        known = ("site", "category", "cookie", "service")
        for key in document:
            if key not in known:
                self._mistake("", key, _unknown(key, known))
        site = self._site(document.get("site"))
        categories = tuple(self._tables(document, "category", Category))
        if not categories:
            categories = DEFAULT_CATEGORIES
        elif all(category.id != NECESSARY for category in categories):
            categories = (DEFAULT_CATEGORIES[0], *categories)
        cookies = tuple(self._tables(document, "cookie", Cookie))
        services = tuple(self._services(document, categories, site.undeclared))
        return site, categories, cookies, services

    def _site(self, table: object) -> Site:
        if isinstance(table, dict):
            site = self._table("[site]", table, Site)
            if site is not None:
                return site
        else:
            expected = "expected a table that says who answers for the site: name, controller, contact"
            self._mistake("[site]", "", expected)
        return Site(name="", controller="", contact="")

    def _tables(self, document: Mapping[str, Any], kind: str, model: type[Table]) -> Iterable[Table]:
        for place, table in self._raw_tables(document, kind):
            item = self._table(place, table, model)
            if item is not None:
                yield item

    def _raw_tables(self, document: Mapping[str, Any], kind: str) -> Iterable[tuple[str, dict[str, Any]]]:
        tables = document.get(kind, [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self._mistake(f"[[{kind}]]", "", f"expected tables, each written as [[{kind}]]")
            return
        for number, table in enumerate(tables, 1):
            label = table.get("id") or table.get("use") or table.get("name")
            yield f"[[{kind}]] {number}" + (f' "{label}"' if isinstance(label, str) else ""), table

    def _services(
        self, document: Mapping[str, Any], categories: tuple[Category, ...], undeclared: str
    ) -> Iterable[Service]:
        for place, table in self._raw_tables(document, "service"):
            written = dict(table)
            if "use" in written:
                known = self._known(place, written.pop("use"))
                if known is None:
                    continue
                written = _from_catalogue(known, categories, undeclared, written)
            written.setdefault("name", written.get("id"))
            item = self._table(place, written, Service)
            if item is not None:
                yield item

    def _known(self, place: str, use: object) -> KnownService | None:
        known = catalogue().service(use) if isinstance(use, str) else None
        if known is None:
            ids = [service.id for service in catalogue().services]
            near = difflib.get_close_matches(str(use), ids, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            self._mistake(place, "use", f"expected the id of a service in the catalogue, not {use!r}{hint}")
        return known

    def _table(self, place: str, table: Mapping[str, Any], model: type[Table]) -> Table | None:
        before = len(self.mistakes)
        fields = {field.name: field for field in msgspec.structs.fields(model)}
        values: dict[str, Any] = {}
        for key, value in table.items():
            if key not in fields:
                self._mistake(place, key, _unknown(key, fields))
            elif fields[key].type == tuple[ServiceCookie, ...]:
                values[key] = self._service_cookies(place, key, value)
            else:
                try:
                    values[key] = msgspec.convert(value, fields[key].type, strict=True)
                except msgspec.ValidationError:
                    self._mistake(place, key, f"{_EXPECTED[fields[key].type]}, not {_shown(value)}")
        for name, field in fields.items():
            if field.required and name not in table:
                self._mistake(place, name, "missing, and it has no default")
        return model(**values) if len(self.mistakes) == before else None

    def _service_cookies(self, place: str, key: str, value: object) -> tuple[ServiceCookie, ...]:
        if isinstance(value, tuple):
            return value
        if not isinstance(value, list) or not all(isinstance(table, dict) for table in value):
            self._mistake(place, key, f"{_EXPECTED[tuple[ServiceCookie, ...]]}, not {_shown(value)}")
            return ()
        read = (self._table(f"{place}, cookies", table, ServiceCookie) for table in value)
        return tuple(cookie for cookie in read if cookie is not None)

    def _mistake(self, table: str, key: str, expected: str) -> None:
        self.mistakes.append(Mistake(self.file, table, key, expected))


def _from_catalogue(
    known: KnownService, categories: tuple[Category, ...], undeclared: str, written: Mapping[str, Any]
) -> dict[str, Any]:
    """The keys that the catalogue fills in, under the ones `written` in the policy: hosts or paths that
    are written there replace all of the catalogue's. A service whose category the policy does not have
    goes by the switch for what is undeclared."""
    category = category_for(known.category, categories)
    if category is None and "category" not in written:
        category = undeclared
        _log.warning(
            "policy: the service %s is filed under %r, which no category of the policy covers; it goes by "
            'undeclared = %r. To ask for it, add: category = "..."',
            known.id,
            known.category,
            undeclared,
        )
    located = "hosts" in written or "paths" in written
    return {
        "id": known.id,
        "name": known.name,
        "urls": [] if located else [str(pattern) for pattern in known.urls],
        "paths": [] if located else list(known.paths),
        "cookies": tuple(ServiceCookie(name=c.name, lifetime=c.lifetime) for c in known.cookies),
        "controller": known.controller,
        "privacy_url": known.privacy_url,
        "category": category,
        **written,
    }


def category_for(raw: str, categories: Iterable[Category]) -> str | None:
    """The id of the policy's category for the catalogue's category `raw`: the one that covers it, else
    the one of the same name. Never `necessary`, which only the site itself can claim."""
    askable = [category for category in categories if category.id != NECESSARY]
    for category in askable:
        if raw in category.covers:
            return category.id
    return next((category.id for category in askable if category.id == raw), None)


def _unknown(key: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(key, list(known), n=1)
    hint = f"; did you mean {near[0]!r}?" if near else f"; known here: {', '.join(known)}"
    return f"unknown key{hint}"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."

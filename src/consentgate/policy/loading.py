"""Reads the text of a policy file into the checked parts of a policy."""

from __future__ import annotations

import codecs
import dataclasses
import logging
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from msgspec.structs import replace

from consentgate.catalogue import KnownService, catalogue
from consentgate.log_fields import fields

from .categories import DEFAULT_CATEGORIES
from .checks.check import check
from .errors import Mistake, PolicyError, in_file
from .findings import PolicyFinding
from .lifetime import THIRTEEN_MONTHS, lifetime_seconds
from .messages import but_not, place_of, shown, suggestion
from .model import (
    AUDIENCE,
    NECESSARY,
    NEVER,
    Banner,
    Category,
    Colours,
    ConsentMode,
    Cookie,
    DarkColours,
    Declaration,
    Service,
    ServiceCookie,
    Site,
    Theme,
)
from .reading.filing import file_service
from .reading.hints import table_meant, use_hint
from .reading.lines import Lines
from .reading.syntax import say_what_is_wrong
from .reading.tables import TableReader, belongs_elsewhere
from .review import review_at_start

Colouring = TypeVar("Colouring", bound=Colours)

_log = logging.getLogger("consentgate")

_TABLES = ("site", "banner", "theme", "category", "cookie", "service", "texts", "consent_mode", "declaration")
_ONE_ANSWER = re.compile("accept|refus|reject|den[iy]|allow|agree")


# The time to read a key, ours and tomllib's, grows with the square of its parts. No real one has many.
_DEEP_KEY = re.compile(r"(?:\.[ \t]*+[\w\"'-]++[ \t]*+){100}")


class Parts(NamedTuple):
    """The parts of a policy file, one for each kind of table."""

    site: Site
    categories: tuple[Category, ...]
    cookies: tuple[Cookie, ...]
    services: tuple[Service, ...]
    banner: Banner
    texts: Mapping[str, Any]
    theme: Theme
    consent_mode: ConsentMode
    declaration: Declaration


def read_text(file: Path) -> str:
    """Return the text of a policy file. Raises PolicyError where it is not in UTF-8."""
    return decode(file.read_bytes(), str(file))


def decode(raw: bytes, file: str) -> str:
    """Return the text of a policy file that has these bytes, and that messages call `file`. Raises
    PolicyError where it is not in UTF-8."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        expected = f"expected text in UTF-8; this line has a byte 0x{raw[error.start]:02X} that is not"
        if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            expected = "expected text in UTF-8, and this is UTF-16: save it in that encoding"
            line = 1
        raise PolicyError([Mistake(file, "", "", expected, line)]) from None


def parse(text: str, file: str) -> Parts:
    """Parse a policy written in TOML into its checked parts, and log what is found in it at the start.

    `file` is the name that messages show. Raises PolicyError with every mistake found.
    """
    parts, filed = read(text, file)
    for finding in located(review_at_start(parts, filed), text):
        _log.warning("%s: %s", in_file(file, finding.line), finding, extra=fields("policy", about="finding"))
    return parts


def located(findings: Iterable[PolicyFinding], text: str) -> list[PolicyFinding]:
    """Return `findings` about the policy in `text` with their lines."""
    found = [*findings]
    # Most policies have none, and then their text is not gone through again.
    lines = Lines.of(text) if found else None
    return (
        [dataclasses.replace(one, line=lines.line_of(one.table, one.key)) for one in found] if lines else []
    )


def read(text: str, file: str) -> tuple[Parts, tuple[PolicyFinding, ...]]:
    """Parse a policy as `parse` does. Return its parts, and what is found of the services that tables file by
    what they leave out."""
    if deep := _DEEP_KEY.search(text):
        its_line = text.count("\n", 0, deep.start()) + 1
        raise PolicyError([Mistake(file, "", "", "expected no key of more than a hundred parts", its_line)])
    try:
        document = tomllib.loads(text)
    except ValueError as error:
        expected, line = say_what_is_wrong(text, error)
        raise PolicyError([Mistake(file, "", "", expected, line)]) from None
    except RecursionError:
        expected = "not readable as TOML: its lists and tables are nested too deeply"
        raise PolicyError([Mistake(file, "", "", expected)]) from None
    reader = _PolicyReader()
    parts = reader.parts_of(document)
    found = [mistake for mistake in check(*parts) if not reader.tables.is_settled(*mistake[:2])]
    found = [*reader.tables.mistakes, *found]
    if found:
        lines = Lines.of(text, reader.read_as)
        mistakes = [Mistake(file, *mistake, lines.line_of(*mistake[:2])) for mistake in found]
        raise PolicyError(sorted(mistakes, key=lambda mistake: mistake.line or 0))
    return parts, tuple(reader.filed)


def read_service(
    table: Mapping[str, Any], source: str, categories: tuple[Category, ...], undeclared: str
) -> Service:
    """Read a service that code describes as a policy file would. `source` is what messages name.

    Raises PolicyError with every mistake in the table itself.
    """
    reader = _PolicyReader()
    ((place, written),) = reader.tables_of({"service": [dict(table)]}, "service", "id", "use")
    service = reader.service(place, written, categories, undeclared)
    if reader.tables.mistakes:
        raise PolicyError(Mistake(source, *mistake) for mistake in reader.tables.mistakes)
    for finding in reader.filed:
        _log.warning("%s: %s", source, finding, extra=fields("policy", about="finding"))
    return service


class _PolicyReader:
    """Reads a whole document table by table, and goes on after a mistake."""

    def __init__(self) -> None:
        self.tables = TableReader()
        self.filed: list[PolicyFinding] = []
        self.read_as: dict[str, tuple[str, int]] = {}
        """The misspelt tables, as `Lines.of` wants them."""

    def parts_of(self, document: Mapping[str, Any]) -> Parts:
        """Return the parts that `document` describes, with stand-ins for what is wrong."""
        document = self._respelt(document)
        site = self._site(document.get("site"))
        banner = self._banner(document.get("banner", {}))
        theme = self._theme(document.get("theme", {}))
        written = self.tables_of(document, "category", "id")
        categories = tuple(self.tables.object_from(place, table, Category) for place, table in written)
        categories = categories or DEFAULT_CATEGORIES
        cookies = tuple(
            self.tables.object_from(place, table, Cookie)
            for place, table in self.tables_of(document, "cookie", "name")
        )
        askable = {category.id for category in categories} - {NECESSARY}
        undeclared = site.undeclared if site.undeclared in askable else NEVER
        services = tuple(
            self.service(place, table, categories, undeclared)
            for place, table in self.tables_of(document, "service", "id", "use")
        )
        texts_ = self._texts(document.get("texts", {}))
        consent_mode = self._consent_mode(document.get("consent_mode", {}))
        declaration = self._declaration(document.get("declaration", {}))
        return Parts(site, categories, cookies, services, banner, texts_, theme, consent_mode, declaration)

    def _respelt(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Report the tables that no policy has. Return the others, with those that are misspelt under the
        names that were meant: a mistake in a name shall not hide those in the table."""
        tables = {key: value for key, value in document.items() if key in _TABLES}
        for key, value in document.items():
            if key in _TABLES:
                continue
            meant = table_meant(key, _TABLES)
            hint = suggestion([meant] if meant else []) or belongs_elsewhere(key)
            expected = (
                "unknown here: expected [site], [banner], [theme], [[category]], [[cookie]], "
                "[[service]], [texts], [consent_mode] and [declaration] tables only"
            )
            self.tables.report("", key, f"{expected}{hint}")
            before = tables.get(meant or "", [])
            if meant is None or not _holds_tables(value):
                continue
            if meant not in tables:
                tables[meant] = value
                self.read_as[key] = meant, 0
            elif isinstance(before, list) and isinstance(value, list):
                tables[meant] = [*before, *value]
                self.read_as[key] = meant, len(before)
        return tables

    def _site(self, table: object) -> Site:
        place = "[site]"
        if isinstance(table, dict):
            return self.tables.object_from(place, table, Site)
        expected = (
            "missing: expected a [site] table that says who answers for the site: name, controller, contact"
        )
        if table is not None:
            expected = "expected one table, under a [site] in single brackets"
        self.tables.report(place, "", expected)
        self.tables.settle(place, "name", "controller", "contact")
        return Site(name="", controller="", contact="")

    def _banner(self, table: object) -> Banner:
        place = "[banner]"
        if isinstance(table, dict):
            return self.tables.object_from(place, table, Banner)
        self.tables.report(place, "", "expected one table, under a [banner] in single brackets")
        return Banner()

    def _theme(self, table: object) -> Theme:
        if not isinstance(table, dict):
            self.tables.report("[theme]", "", "expected one table, under a [theme] in single brackets")
            return Theme()
        dark = table.get("dark", {})
        theme = self._colours("[theme]", {key: table[key] for key in table if key != "dark"}, Theme)
        if not isinstance(dark, dict):
            expected = f"expected a table, under [theme.dark]{but_not(dark)}"
            self.tables.report("[theme]", "dark", expected)
            return theme
        return replace(theme, dark=self._colours("[theme.dark]", dark, DarkColours))

    def _colours(self, place: str, table: dict[str, Any], model: type[Colouring]) -> Colouring:
        shared = {key: value for key, value in table.items() if not _ONE_ANSWER.search(key.lower())}
        for key in table:
            if key not in shared:
                expected = "expected nothing for one answer alone: accepting and refusing look alike"
                self.tables.report(place, key, f"{expected}, and both are styled by button and button_text")
        values = self.tables.values(place, shared, model)
        # A colour of ours in the place of a wrong one would be compared with those beside it.
        wrong = {key: "" for key in shared if key in model.__struct_fields__ and key not in values}
        return self.tables.complete(place, {**wrong, **values}, model)

    def _texts(self, table: object) -> dict[str, Any]:
        if isinstance(table, dict):
            return table
        self.tables.report("[texts]", "", f"expected a table of texts{but_not(table)}")
        return {}

    def _consent_mode(self, table: object) -> ConsentMode:
        place = "[consent_mode]"
        if isinstance(table, dict):
            return self.tables.object_from(place, table, ConsentMode)
        self.tables.report(place, "", f"expected a table{but_not(table)}")
        return ConsentMode()

    def _declaration(self, table: object) -> Declaration:
        place = "[declaration]"
        if isinstance(table, dict):
            return self.tables.object_from(place, table, Declaration)
        self.tables.report(place, "", f"expected a table{but_not(table)}")
        return Declaration()

    def tables_of(
        self, document: Mapping[str, Any], kind: str, *labels: str
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the tables of one kind, each with its place.

        The place has the table's number and the value of the first of `labels` that it has.
        """
        written = document.get(kind, [])
        tables = written if isinstance(written, list) else [written]
        if not isinstance(written, list) or not all(isinstance(table, dict) for table in tables):
            expected = f"expected tables, each under a [[{kind}]] in double brackets"
            if _holds_named_tables(written):
                # Each is named in its brackets, as in [service.films].
                expected += (
                    f", with {labels[0]} = {shown(next(iter(written)))} for [{kind}.{next(iter(written))}]"
                )
                tables = [{labels[0]: name, **table} for name, table in written.items()]
            self.tables.report(f"[[{kind}]]", "", expected)
        for number, table in enumerate((table for table in tables if isinstance(table, dict)), 1):
            label = next((table[key] for key in labels if isinstance(table.get(key), str)), None)
            place = place_of(f"[[{kind}]]", number, label)
            yield place, table

    def service(
        self, place: str, table: dict[str, Any], categories: tuple[Category, ...], undeclared: str
    ) -> Service:
        """Return the service that a table at `place` describes, filled in from the catalogue."""
        # Whether it is right is for the catalogue to say.
        written = {key: value for key, value in table.items() if key != "use"}
        values = self.tables.values(place, written, Service)
        filled_in: dict[str, Any] = {"name": values.get("id") or place}
        if "use" in table:
            known = self._known(place, table["use"])
            if known is None:
                # The catalogue would have filled these in: they are not missing.
                self.tables.settle(place, *(key for key in ("id", "category") if key not in table))
                filled_in["id"] = table["use"] if isinstance(table["use"], str) else ""
            else:
                filled_in = _from_catalogue(known, table)
                filed = file_service(place, known, values.get("category"), categories, undeclared)
                filled_in["category"] = filed.category
                self.filed.extend(filed.findings)
        elif "category" not in table and (known := catalogue().named(str(values.get("id")))):
            hint = f"; to use that of the catalogue, write use = {shown(known.id)}"
            self.tables.report(
                place, "category", f'missing: expected the id of a category, like "performance"{hint}'
            )
        return self.tables.complete(place, {**filled_in, **values}, Service)

    def _known(self, place: str, use: object) -> KnownService | None:
        known = catalogue().named(use) if isinstance(use, str) else None
        if known is None:
            expected = f"expected the id of a service in the catalogue{but_not(use)}{use_hint(use)}"
            self.tables.report(place, "use", expected)
        return known


def _holds_tables(value: object) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list) and all(isinstance(one, dict) for one in value)
    )


def _holds_named_tables(value: object) -> bool:
    return isinstance(value, dict) and bool(value) and all(isinstance(one, dict) for one in value.values())


def _from_catalogue(known: KnownService, table: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that the catalogue gives to keys which the policy's `table` may lack.

    Hosts or paths in the table replace all of the catalogue's.
    """
    located = any(key in table for key in ("hosts", "paths", "urls"))
    # The gate ends what counts visits without consent then, whatever the vendor's own setting is.
    longest = THIRTEEN_MONTHS if table.get("reason") == AUDIENCE else None
    return {
        "id": known.id,
        "use": known.id,
        "name": known.name,
        "urls": () if located else tuple(map(str, (*known.urls, *known.needs))),
        "paths": () if located else known.paths,
        "cookies": tuple(
            ServiceCookie(name=c.name, lifetime=_kept_at_most(c.lifetime, longest)) for c in known.cookies
        ),
        "controller": known.controller,
        "privacy_url": known.privacy_url,
    }


def _kept_at_most(lifetime: str | None, longest: str | None) -> str | None:
    if lifetime is None or longest is None:
        return lifetime
    return min(lifetime, longest, key=lifetime_seconds)

"""The JSON Schema of the policy file, for editors. It is made of the model, so that it cannot drift.

It knows each table by itself. What takes several tables, such as the categories that a cookie can be in, only
loading the file checks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

import msgspec

from consentgate.catalogue import catalogue
from consentgate.texts import english, languages
from consentgate.texts.check import is_numbered
from consentgate.texts.cldr import CATEGORIES

from .checks.check import ID
from .checks.check_site import PREFIX
from .checks.theme import COLOUR, COLOURS, RADIUS
from .descriptions import DESCRIPTIONS
from .lifetime import LIFETIME
from .model import (
    NECESSARY,
    Banner,
    Category,
    ConsentMode,
    Cookie,
    DarkColours,
    Declaration,
    EarlierVersion,
    Measurement,
    Service,
    ServiceCookie,
    Site,
    Theme,
)

Schema: TypeAlias = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
"""The version of JSON Schema (its core, section 8.1.1)."""

_TEXT: Schema = {"type": "string", "pattern": r"\S"}
_ANY_ID: Schema = {"type": "string"}
_KEPT = rf"^(?:{LIFETIME})$"
_LIFETIME = rf"^(?:session|{LIFETIME})$"

_PATTERNS: dict[type[msgspec.Struct], dict[str, str]] = {
    Site: {
        "name": r"\S",
        "controller": r"\S",
        "contact": r"\S",
        "prefix": f"^{PREFIX}$",
        "keep_grants": _KEPT,
        "keep_refusals": _KEPT,
    },
    Category: {"id": f"^{ID}$"},
    Cookie: {"lifetime": _LIFETIME},
    ServiceCookie: {"lifetime": _LIFETIME},
    Measurement: {"data_kept": _KEPT},
    Service: {"id": f"^{ID}$", "name": r"\S"},
    Theme: {
        **dict.fromkeys(COLOURS, f"^{COLOUR}$"),
        "radius": f"^{RADIUS}$",
        "button_radius": f"^{RADIUS}$",
    },
    DarkColours: dict.fromkeys(COLOURS, f"^{COLOUR}$"),
}
"""The patterns that values are checked by when a policy is loaded."""


class _File(msgspec.Struct, kw_only=True):
    """The tables of a policy file; `[texts]` has no model of its own."""

    site: Site
    banner: Banner = Banner()
    theme: Theme = Theme()
    category: tuple[Category, ...] = ()
    cookie: tuple[Cookie, ...] = ()
    service: tuple[Service, ...] = ()
    consent_mode: ConsentMode = ConsentMode()
    declaration: Declaration = Declaration()


def policy_schema() -> Schema:
    """Return the JSON Schema (2020-12) of the policy file."""
    models: tuple[type[msgspec.Struct], ...] = (
        *(Site, Banner, Theme, DarkColours, Category),
        *(Cookie, ServiceCookie, Service, Measurement, ConsentMode, Declaration, EarlierVersion),
    )
    _, parts = msgspec.json.schema_components([_File], schema_hook=lambda _: _ANY_ID)
    file = _closed(parts.pop("_File"))
    file["properties"]["texts"] = {"$ref": "#/$defs/Texts"}
    for model in models:
        parts[model.__name__] = _table(parts[model.__name__], model)
    _complete_service(parts["Service"])
    for name in ("Cookie", "Service"):
        parts[name] |= _asks_for_reason()
    covered = sorted({service.category for service in catalogue().services})
    parts["Category"]["properties"]["covers"]["items"] = {"enum": covered}
    parts["Site"]["properties"]["languages"]["minItems"] = 1
    parts["ConsentMode"]["properties"] = dict(_vendors(parts["ConsentMode"]["properties"]))
    sections = _sections(english())
    by_language: Schema = {tag: {"$ref": "#/$defs/Sections"} for tag in sorted(languages())}
    parts["Sections"] = sections
    # A language may be written in other ways, like "pt_BR": what is in its table then goes unchecked here.
    parts["Texts"] = {
        "type": "object",
        "description": "Your own words instead of ours, in all languages or in one.",
        "properties": {**sections["properties"], **by_language},
        "patternProperties": {_TAG: {"type": "object"}},
        "additionalProperties": False,
    }
    file["title"], file["description"] = "consentgate.toml", "A consentgate policy: what the site uses."
    return {"$schema": DIALECT, **file, "$defs": parts}


_TAG = "^[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*$"


def _closed(schema: Schema) -> Schema:
    """Return the schema of a table, in which unknown keys are mistakes and nothing is null."""
    properties = {key: _without_null(value) for key, value in schema["properties"].items()}
    required = {"required": schema["required"]} if schema.get("required") else {}
    return {"type": "object", "properties": properties, **required, "additionalProperties": False}


def _table(schema: Schema, model: type[msgspec.Struct]) -> Schema:
    """Return the schema of a table that `model` describes, with what is said and checked of its keys."""
    table = _closed(schema)
    patterns = _PATTERNS.get(model, {})
    for key, value in table["properties"].items():
        if key in patterns:
            value["pattern"] = patterns[key]
        if description := DESCRIPTIONS[model].get(key):
            table["properties"][key] = {"description": description, **value}
    summary = str(schema.get("description", "")).partition("\n\n")[0].replace("\n", " ")
    return {"description": summary, **table}


def _without_null(schema: Schema) -> Schema:
    """Return the schema of a value: TOML knows no null, and an empty default tells nothing."""
    given = {key: value for key, value in schema.items() if key != "default" or _tells(value)}
    choices = [choice for choice in given.pop("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) > 1:
        return {"anyOf": choices, **given}
    return {**(choices[0] if choices else {}), **given}


def _tells(default: object) -> bool:
    return default is False or bool(default and not isinstance(default, Mapping))


def _complete_service(schema: Schema) -> None:
    """A service is one of the catalogue's, or has to be described."""
    known = catalogue().services
    names = sorted({name for service in known for name in (service.id, *service.aliases)})
    schema["properties"]["use"] |= {"enum": names}
    del schema["required"]
    schema["anyOf"] = [{"required": ["use"]}, {"required": ["id", "category"]}]


def _asks_for_reason() -> Schema:
    is_necessary = {"properties": {"category": {"const": NECESSARY}}, "required": ["category"]}
    return {"if": is_necessary, "then": {"required": ["reason"]}, "else": {"not": {"required": ["reason"]}}}


def _vendors(properties: Mapping[str, Schema]) -> Iterator[tuple[str, Schema]]:
    """Yield the schema of what each vendor's tags are told, with the types of consent that it knows."""
    types = {known.vendor: known.types for known in catalogue().consent_modes}
    for vendor, schema in properties.items():
        table = {
            "type": "object",
            "properties": dict.fromkeys(types[vendor], _ANY_ID),
            "additionalProperties": False,
        }
        yield vendor, {**schema, "anyOf": [{"type": "boolean"}, table]}


def _sections(texts: Mapping[str, Any]) -> Schema:
    """Return the schema of a table of texts which may have those that English has."""
    properties = {key: _text(value) for key, value in texts.items()}
    own = {"type": "object", "properties": _texts_of(("title", "description")), "additionalProperties": False}
    properties["categories"]["additionalProperties"] = own
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _text(value: object) -> Schema:
    if not isinstance(value, Mapping):
        return _TEXT
    properties = _texts_of(CATEGORIES) if is_numbered(value) else {key: _text(value[key]) for key in value}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _texts_of(keys: Iterable[str]) -> Schema:
    return dict.fromkeys(keys, _TEXT)

"""A validator for the part of JSON Schema (2020-12) that our schema uses. Other keywords are an error."""

import datetime
import re
from collections.abc import Callable, Iterator
from typing import Any

Schema = dict[str, Any]
_TYPES = {"object": dict, "array": list, "string": str, "boolean": bool}


def errors(value: Any, schema: Schema, root: Schema, place: str = "") -> list[str]:
    """List what is wrong with `value` by `schema`, a part of `root`, each with its place."""
    if isinstance(value, datetime.date):
        value = value.isoformat()
    found: list[str] = []
    for keyword, argument in schema.items():
        found += (f"{place or '/'}: {one}" if ": " not in one else one
                  for one in _KEYWORDS[keyword](value, argument, schema, root, place))  # fmt: skip
    return found


def _fits(value: Any, schema: Schema, root: Schema) -> bool:
    return not errors(value, schema, root)


def _ref(value, target, schema, root, place):
    node = root
    for step in target.removeprefix("#/").split("/"):
        node = node[step]
    yield from errors(value, node, root, place)


def _type(value, name, schema, root, place):
    if not isinstance(value, _TYPES[name]):
        yield f"expected {name}"


def _enum(value, values, schema, root, place):
    if value not in values:
        yield "not one of the values"


def _pattern(value, pattern, schema, root, place):
    if isinstance(value, str) and not re.search(pattern, value):
        yield f"does not match {pattern!r}"


def _required(value, keys, schema, root, place):
    if isinstance(value, dict):
        yield from (f"lacks {key}" for key in keys if key not in value)


def _properties(value, properties, schema, root, place):
    for key in value if isinstance(value, dict) else ():
        if key in properties:
            yield from errors(value[key], properties[key], root, f"{place}/{key}")


def _pattern_properties(value, properties, schema, root, place):
    for key in value if isinstance(value, dict) else ():
        for pattern, inner in properties.items():
            if re.search(pattern, key):
                yield from errors(value[key], inner, root, f"{place}/{key}")


def _additional(value, inner, schema, root, place):
    for key in value if isinstance(value, dict) else ():
        others = schema.get("patternProperties", {})
        if key in schema.get("properties", {}) or any(re.search(one, key) for one in others):
            continue
        if inner is False:
            yield f"unknown key {key}"
        else:
            yield from errors(value[key], inner, root, f"{place}/{key}")


def _items(value, inner, schema, root, place):
    for number, one in enumerate(value if isinstance(value, list) else ()):
        yield from errors(one, inner, root, f"{place}/{number}")


def _any_of(value, choices, schema, root, place):
    if not any(_fits(value, choice, root) for choice in choices):
        yield "fits none of the choices"


def _if(value, condition, schema, root, place):
    then = schema["then"] if _fits(value, condition, root) else schema["else"]
    yield from errors(value, then, root, place)


def _not(value, inner, schema, root, place):
    if _fits(value, inner, root):
        yield "is what it must not be"


def _min_items(value, least, schema, root, place):
    if isinstance(value, list) and len(value) < least:
        yield "is too short"


def _says_nothing(value, argument, schema, root, place) -> Iterator[str]:
    return iter(())


_KEYWORDS: dict[str, Callable[..., Iterator[str]]] = {
    "$ref": _ref,
    "type": _type,
    "enum": _enum,
    "const": lambda value, constant, *rest: _enum(value, [constant], *rest),
    "pattern": _pattern,
    "required": _required,
    "properties": _properties,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional,
    "items": _items,
    "minItems": _min_items,
    "anyOf": _any_of,
    "not": _not,
    "if": _if,
    **dict.fromkeys(
        ("then", "else", "$schema", "$defs", "title", "description", "default", "format"), _says_nothing
    ),
}

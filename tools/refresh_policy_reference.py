"""Writes the tables of keys in the documentation from the policy's model, its schema and its descriptions.

    python tools/refresh_policy_reference.py        # docs/policy.md and docs/theming.md

Run it after a key was added or a description changed. A test fails until then.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec

from consentgate.catalogue import catalogue
from consentgate.policy import Banner, Category, Cookie, Declaration, Service, Site, Theme
from consentgate.policy.descriptions import DESCRIPTIONS
from consentgate.policy.model import ConsentMode, Measurement
from consentgate.policy.schema import policy_schema

DOCS = Path(__file__).resolve().parents[1] / "docs"
MODELS: Mapping[str, type[msgspec.Struct]] = {
    "`[site]`": Site,
    "`[banner]`": Banner,
    "`[[category]]`": Category,
    "`[[cookie]]`": Cookie,
    "`[[service]]`": Service,
    "`[declaration]`": Declaration,
    "Counting visits without consent": Measurement,
}
"""What each heading of the policy's page is about."""

Rows = Iterable[Sequence[str]]

_MORE = {
    (Site, "hosts"): "many-domains.md",
    (Site, "consent_domain"): "many-domains.md#one-answer-for-a-domain",
    (Site, "undeclared"): "#what-is-not-declared",
    (Site, "regime"): "regimes.md",
    (Site, "report_only"): "#switch-on-safely",
    (Cookie, "measurement"): "#counting-visits-without-consent",
    (Service, "measurement"): "#counting-visits-without-consent",
    (Site, "csp"): "csp.md",
    (Site, "connection_allowlist"): "csp.md#connection-allowlist",
    (Site, "guard"): "guard.md",
    (Site, "languages"): "languages.md",
    (Banner, "not_on"): "django.md#the-admin",
    (Theme, "templates"): "#templates-of-your-own",
    (Service, "use"): "cli.md#consentgate-services-what-the-catalogue-knows",
}
"""Where a page of its own says more of a key."""

_TABLE = re.compile(r"(?m)^\| key \|.*\n(?:\|.*\n)+")
# A key or value in a description: in quotes, with an underscore, or with a star.
_CODE = re.compile(r'"[a-z0-9/*._-]+"|\b[a-z]+_[a-z_]+\b|(?<![\w.])\*(?:\.\w+)?')


def policy_page(text: str) -> str:
    """Return the policy's page with its tables as they should be."""
    schema = policy_schema()["$defs"]
    for heading, model in MODELS.items():
        before, title, section = text.partition(f"\n## {heading}\n")
        rows = _keys(model, schema, section.partition("\n## ")[0])
        text = before + title + _with_table(section, ("key", "value", "default", "what it says"), rows)
    before, title, section = text.partition("\n## `[consent_mode]`\n")
    columns = ("key", "default", "what it says", "services", "types of consent")
    return before + title + _with_table(section, columns, _vendors())


def theming_page(text: str) -> str:
    """Return the page on themes with its table as it should be."""
    light = Theme()
    rows = (
        (
            _code(key),
            _default(getattr(light, key)) or "none",
            _default(getattr(light.dark, key, "")),
            _says(Theme, key),
        )
        for key in Theme.__struct_fields__
        if key != "dark"
    )
    return _with_table(text, ("key", "light", "dark", "what it is for"), rows)


def _with_table(text: str, columns: Sequence[str], rows: Rows) -> str:
    """Return the text with the rows in place of its first table of keys."""
    lines = (f"| {' | '.join(row)} |" for row in (columns, ["---"] * len(columns), *rows))
    table = re.sub(r" {2,}", " ", "\n".join(lines))
    return _TABLE.sub(lambda _: f"{table}\n", text, count=1)


def _keys(model: type[msgspec.Struct], schema: Mapping[str, Any], section: str) -> Iterator[Sequence[str]]:
    table = schema[model.__name__]
    for key in DESCRIPTIONS[model]:
        value = table["properties"][key]
        below = " See below." if f"**`{key}`.**" in section else ""
        says = _says(model, key, below)
        yield _code(key), _value(model, key, value, schema), _required(table, key, value), says


def _says(model: type[msgspec.Struct], key: str, below: str = "") -> str:
    target = _MORE.get((model, key))
    # A key or value in a description is code in a page.
    description = _CODE.sub(lambda match: _code(match[0]), DESCRIPTIONS[model][key])
    return description + below + (f" [More]({target})" if target else "")


def _value(model: type[msgspec.Struct], key: str, value: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """Return in words what may stand for the value of a key."""
    match value:
        case {"type": "boolean"}:
            return "`true` or `false`"
        case {"enum": [*_]} if key == "reason":
            return "a [reason](#reasons)"
        case {"enum": [*_]} if key != "use":
            # In the order of the model, not of the alphabet.
            *most, last = map(_default, get_args(get_type_hints(model)[key]))
            return f"{', '.join(most)} or {last}"
        case {"format": "date"}:
            return "a date"
        case {"type": "array", "items": {"$ref": str(target)}}:
            keys = schema[target.rpartition("/")[2]]["properties"]
            return f"a list of tables: {', '.join(map(_code, keys))}"
        case {"type": "array"}:
            return "a list of texts"
        case {"$ref": _}:
            return "a table"
        case {"pattern": str(pattern)} if "minute" in pattern:
            session = '`"session"`, or ' if "session" in pattern else ""
            return f"{session}a number of minutes, hours, days, months or years"
    return "a text"


def _required(table: Mapping[str, Any], key: str, value: Mapping[str, Any]) -> str:
    """Return the default, or when the key is required."""
    if key in table.get("required", ()):
        return "required"
    for others in table.get("anyOf", ()):
        if key in others["required"] and key != "use":
            return "required without `use`"
    if key in table.get("then", {}).get("required", ()):
        return "required where necessary"
    return _default(value["default"]) if "default" in value else ""


def _vendors() -> Iterator[Sequence[str]]:
    known = {one.vendor: one for one in catalogue().consent_modes}
    for key in msgspec.structs.fields(ConsentMode):
        vendor = known[key.name]
        yield (
            _code(key.name),
            _default(key.default),
            _says(ConsentMode, key.name),
            ", ".join(map(_code, vendor.services)),
            ", ".join(map(_code, vendor.types)),
        )


def _default(value: object) -> str:
    """Return a value as TOML writes it, or nothing for an empty text: JSON writes these alike."""
    return _code(json.dumps(value)) if value != "" else ""


def _code(text: str) -> str:
    return f"`{text}`"


def main() -> None:
    """Write both pages."""
    for name, page in (("policy.md", policy_page), ("theming.md", theming_page)):
        file = DOCS / name
        file.write_text(page(file.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()

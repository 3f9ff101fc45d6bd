"""Writes what the Unicode CLDR knows of our languages into the package, as `texts/cldr.toml`.

    python tools/refresh_cldr.py        # for each file in texts/; needs Babel

Run it after a file for another language was added, or for a newer CLDR.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel import Locale
from babel.core import get_cldr_version

TEXTS = Path(__file__).resolve().parents[1] / "src" / "consentgate" / "texts"
DATA = TEXTS / "cldr.toml"

_VARIETIES = {"en": "en_GB", "pt": "pt_PT"}
"""Which variety of a language its texts are in, where CLDR means another one."""

_CATEGORIES = ("zero", "one", "two", "few", "many", "other")
# No rule tells two numbers below a million apart that agree in their last three digits, but for small ones.
_SAMPLE = range(2000)
_RELATION = re.compile(r"(?P<operand>[a-z])(?P<modulo> mod \d+)? (?P<sign>not in|in) (?P<ranges>\S+)")
_OF_INTEGERS = "ni"
"""CLDR's names for the number and for its integer part. All others are 0 for integers below a million."""

_DATE_FIELD = re.compile(r"'(?P<quoted>[^']*)'|(?P<field>[A-Za-z]+)|(?P<other>[^A-Za-z'{}]+)")
_FIELDS = {"d": "{day}", "MMMM": "{month}", "M": "{number}", "y": "{year}"}


def tables(tags: Iterable[str]) -> str:
    """Return the TOML that has a table for each of the languages `tags`."""
    heading = f"# Made by tools/refresh_cldr.py from CLDR {get_cldr_version()}; its licence is in NOTICE.md."
    return "\n".join([heading, "", *(line for tag in tags for line in _table(tag))])


def languages() -> list[str]:
    """Return the languages that there are files for."""
    return sorted(file.stem for file in TEXTS.glob("*.toml") if file != DATA)


def _table(tag: str) -> Iterator[str]:
    locale = Locale.parse(_VARIETIES.get(tag, tag))
    endonym = locale.languages[locale.language]
    yield f"[{tag}]"
    # CLDR writes it as within a sentence.
    yield f"endonym = {_toml(endonym[0].upper() + endonym[1:])}"
    yield f"direction = {_toml(locale.text_direction)}"
    yield f"date = {_toml(_date(locale.date_formats['long'].pattern))}"
    yield f"months = {_toml([locale.months['format']['wide'][number] for number in range(1, 13)])}"
    plurals = (f"{name} = {_toml(rule)}" for name, rule in _plurals(locale).items())
    yield f"plurals = {{ {', '.join(plurals)} }}"
    yield ""


def _date(pattern: str) -> str:
    """Return CLDR's pattern for a date (UTS 35, Part 4) as one for `str.format`."""
    parts = [*_DATE_FIELD.finditer(pattern)]
    assert "".join(part[0] for part in parts) == pattern, pattern
    return "".join(
        _FIELDS[part["field"]] if part["field"] else part["quoted"] or part["other"] or "" for part in parts
    )


def _plurals(locale: Locale) -> dict[str, str]:
    """Return the categories that an integer can be in, and the condition for each. The last has none."""
    reached = {locale.plural_form(number) for number in _SAMPLE}
    rules = locale.plural_form.rules
    names = [name for name in _CATEGORIES if name in reached]
    return {name: _of_integers(rules[name]) for name in names[:-1]} | {names[-1]: ""}


def _of_integers(rule: str) -> str:
    """Return a rule (UTS 35, Part 3) without what is for fractions only, in CLDR's own notation."""
    branches = []
    for branch in rule.split(" or "):
        relations = [_RELATION.fullmatch(relation) for relation in branch.split(" and ")]
        assert all(relations), rule
        of_integers = [relation for relation in relations if relation and relation["operand"] in _OF_INTEGERS]
        others = [relation for relation in relations if relation and relation not in of_integers]
        if all(_holds_for_zero(relation) for relation in others):
            branches.append(" and ".join(map(_written, of_integers)))
    return " or ".join(branches)


def _holds_for_zero(relation: re.Match[str]) -> bool:
    lows = [bounds.partition("..")[0] for bounds in relation["ranges"].split(",")]
    return ("0" in lows) == (relation["sign"] == "in")


def _written(relation: re.Match[str]) -> str:
    modulo = (relation["modulo"] or "").replace("mod", "%")
    return f"n{modulo} {'=' if relation['sign'] == 'in' else '!='} {relation['ranges']}"


def _toml(value: str | list[str]) -> str:
    """Write a text, or a list of them. JSON's escapes are TOML's as well."""
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    DATA.write_text(tables(languages()), "utf-8")

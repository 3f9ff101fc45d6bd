"""What is known of each language is what CLDR says."""

from __future__ import annotations

import datetime
import runpy
from pathlib import Path

import pytest

from consentgate.texts import languages, texts
from consentgate.texts.cldr import Language

TOOL = Path(__file__).parents[2] / "tools" / "refresh_cldr.py"


def a_language(plurals: dict[str, str]) -> Language:
    return Language("xx", "X", "ltr", "{day} {month} {year}", tuple("abcdefghijkl"), plurals)


def test_the_data_is_what_the_tool_makes() -> None:
    pytest.importorskip("babel", reason="the tool reads CLDR with Babel")
    tool = runpy.run_path(str(TOOL))
    assert tool["DATA"].read_text("utf-8") == tool["tables"](tool["languages"]())


@pytest.mark.parametrize("tag", sorted(languages()))
def test_numbers_are_in_the_categories_that_babel_puts_them_in(tag: str) -> None:
    babel = pytest.importorskip("babel")
    plural_form = babel.Locale.parse({"pt": "pt_PT"}.get(tag, tag)).plural_form
    language = texts(tag).cldr
    numbers = [*range(1200), 10_000, 99_999, 999_999]
    assert [language.category_of(n) for n in numbers] == [plural_form(n) for n in numbers]


def test_every_language_has_twelve_months_and_a_form_for_every_number() -> None:
    for tag in languages():
        language = texts(tag).cldr
        assert len(set(language.months)) == 12
        assert [*language.plurals.values()][-1] == ""


@pytest.mark.parametrize(
    ("number", "category"),
    [(0, "many"), (1, "one"), (2, "few"), (4, "few"), (5, "many"), (12, "many"), (22, "few"), (101, "many")],
)
def test_a_condition_may_have_modulos_ranges_and_negations(number: int, category: str) -> None:
    language = a_language({"one": "n = 1", "few": "n % 10 = 2..4 and n % 100 != 12..14", "many": ""})
    assert language.category_of(number) == category


def test_a_condition_may_have_alternatives() -> None:
    language = a_language({"few": "n = 0,7 or n != 1 and n % 100 = 1..19", "other": ""})
    assert [n for n in range(130) if language.category_of(n) == "few"] == [0, *range(2, 20), *range(101, 120)]


@pytest.mark.parametrize(("tag", "expected"), [("en", "3 November 2026"), ("fr", "3 novembre 2026")])
def test_a_day_is_said_in_words(tag: str, expected: str) -> None:
    assert texts(tag).for_day(datetime.date(2026, 11, 3)) == expected

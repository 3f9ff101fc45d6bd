"""The texts of a language as the pages use them."""

from __future__ import annotations

import datetime

import pytest

from consentgate.texts import has_texts, languages, texts


@pytest.mark.parametrize("language", ["en", "EN", "en-GB", "en_GB", "tlh", "", "../en", "x/../en", "cldr"])
def test_a_language_without_texts_falls_back_to_english(language: str) -> None:
    assert texts(language).language == "en"


def test_a_region_falls_back_to_its_language() -> None:
    assert texts("fr-CA").language == "fr"
    assert has_texts("fr-CA")
    assert not has_texts("tlh")


def test_texts_are_read_once() -> None:
    assert texts("en") is texts("en-GB")


def test_the_data_of_cldr_is_no_language() -> None:
    assert "cldr" not in languages()


@pytest.mark.parametrize(
    ("lifetime", "expected"),
    [
        ("session", "until you close the browser"),
        (None, "time not stated"),
        ("1 day", "1 day"),
        ("1 days", "1 day"),
        ("14 days", "14 days"),
        ("13 months", "13 months"),
        ("30 minute", "30 minutes"),
        ("2 years", "2 years"),
    ],
)
def test_a_lifetime_is_said_in_words(lifetime: str | None, expected: str) -> None:
    assert texts().for_lifetime(lifetime) == expected


def test_a_day_is_said_in_words() -> None:
    assert texts().for_day(datetime.date(2026, 11, 3)) == "3 November 2026"


def test_a_text_can_be_replaced_and_the_rest_stays() -> None:
    first, second = {"banner": {"title": "One", "accept": "Yes"}}, {"banner": {"title": "Two"}}
    replaced = texts().replacing(first, second)
    assert (replaced.banner.title, replaced.banner.accept) == ("Two", "Yes")
    assert replaced.banner.refuse == texts().banner.refuse
    assert texts().banner.title != "Two"


def test_a_category_can_be_added() -> None:
    added = texts().replacing({"categories": {"films": {"title": "Films"}}}).categories
    assert (added["films"].title, added["films"].description) == ("Films", "")
    assert added["necessary"] == texts().categories["necessary"]

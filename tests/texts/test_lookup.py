"""Which language comes nearest to what a page says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentgate.texts.lookup import lookup, nearest


@pytest.mark.parametrize(
    ("tag", "languages", "found"),
    [
        ("fr", ["en", "fr"], "fr"),
        ("fr-CA", ["en", "fr"], "fr"),
        ("FR_ca", ["en", "fr"], "fr"),
        (" fr ", ["en", "fr"], "fr"),
        ("fr-CA", ["fr", "fr-CA"], "fr-CA"),
        ("pt-br", ["pt", "pt-BR"], "pt-BR"),
        ("zh-Hant-TW", ["zh", "zh-Hant"], "zh-Hant"),
        ("zh-Hant-CN-x-private1-private2", ["zh-Hant-CN-x-private1"], "zh-Hant-CN-x-private1"),
        ("zh-Hant-CN-x-private1-private2", ["zh-Hant-CN"], "zh-Hant-CN"),
        ("zh-x", ["zh"], "zh"),
        ("pt", ["pt-BR"], None),
        ("fro", ["fr"], None),
        ("", ["en"], None),
        ("-", ["en"], None),
        ("x-klingon", ["en"], None),
        ("no", ["nb"], "nb"),
        ("nb-NO", ["no"], "no"),
        ("iw", ["he"], "he"),
    ],
)
def test_subtags_are_taken_off_the_end_until_one_matches(
    tag: str, languages: list[str], found: str | None
) -> None:
    assert lookup(tag, languages) == found


@pytest.mark.parametrize(
    ("tag", "languages", "found"),
    [
        ("pt", ["en", "pt-BR", "pt-PT"], "pt-BR"),
        ("pt-AO", ["en", "pt-BR"], "pt-BR"),
        ("pt-PT", ["pt-BR", "pt-PT"], "pt-PT"),
        ("de", ["en", "fr"], None),
        ("", ["en"], None),
    ],
)
def test_where_none_matches_another_variety_of_the_language_does(
    tag: str, languages: list[str], found: str | None
) -> None:
    assert nearest(tag, tuple(languages)) == found


@given(st.text(), st.lists(st.sampled_from(["en", "fr", "pt-BR", "zh-Hant"])))
def test_whatever_a_page_says_one_of_the_languages_is_found_or_none(tag: str, languages: list[str]) -> None:
    assert lookup(tag, languages) in {*languages, None}
    assert nearest(tag, tuple(languages)) in {*languages, None}


def test_a_tag_without_end_is_read_to_a_limit() -> None:
    assert lookup("fr" + "-a1" * 100_000, ["fr"]) == "fr"

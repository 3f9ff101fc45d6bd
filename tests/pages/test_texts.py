import datetime
import tomllib
from importlib.resources import files

import pytest

from consentgate.pages import Pages
from consentgate.policy import REASONS, Policy, Site
from consentgate.texts import languages, texts


@pytest.mark.parametrize("language", ["en", "EN", "en-GB", "en_GB", "de-AT", "tlh", "", "../en", "x/../en"])
def test_a_language_without_texts_falls_back(language):
    assert texts(language).language == "en"


def test_a_region_falls_back_to_its_language(monkeypatch):
    from consentgate.texts import loading

    asked = []
    monkeypatch.setattr(loading, "languages", lambda: frozenset({"en", "de"}))
    monkeypatch.setattr(loading, "_load", asked.append)
    for language in ("de-AT", "de-Latn-AT", "fr"):
        texts(language)
    assert asked == ["de", "de", "en"]


def test_texts_are_read_once():
    assert texts("en") is texts("en-GB")


@pytest.mark.parametrize("language", sorted(languages()))
class TestEachLanguage:
    def test_it_says_which_it_is(self, language):
        assert texts(language).language.lower() == language

    def test_it_has_words_for_every_reason(self, language):
        assert set(texts(language).reasons) == set(REASONS)

    def test_it_names_the_default_categories(self, language):
        found = texts(language).categories
        assert {category.id for category in Policy().categories} <= set(found)

    def test_it_has_twelve_months(self, language):
        assert len(texts(language).date.months) == 12

    def test_it_keeps_the_braces(self, language):
        def braces(table, path=()):
            for key, value in table.items():
                if isinstance(value, dict):
                    yield from braces(value, (*path, key))
                elif isinstance(value, str) and "{" in value:
                    yield (*path, key), tuple(sorted(part.split("}")[0] for part in value.split("{")[1:]))

        def read(name):
            return dict(
                braces(tomllib.loads((files("consentgate.texts") / f"{name}.toml").read_text("utf-8")))
            )

        assert read(language) == read("en")


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
def test_a_lifetime_is_said_in_words(lifetime, expected):
    assert texts().for_lifetime(lifetime) == expected


def test_a_day_is_said_in_words():
    assert texts().for_day(datetime.date(2026, 11, 3)) == "3 November 2026"


def test_pages_speak_the_policy_s_first_language_and_say_so():
    policy = Policy(
        site=Site(name="S", controller="C", contact="c", languages=("de-AT", "en"), undeclared="third-party")
    )
    assert b'lang="en"' in Pages(policy).banner("/")
    assert b'lang="en"' in Pages(policy, language="en-GB").problem(400)

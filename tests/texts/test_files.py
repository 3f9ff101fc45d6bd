"""The file of each language is complete."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import get_args

import msgspec
import pytest

from consentgate.catalogue import CookiePurpose
from consentgate.policy import REASONS, Policy
from consentgate.texts import Fault, english, faults, languages, texts
from consentgate.texts.cldr import cldr

CAREFUL = {"ar", "de", "en", "es", "fr", "it", "nl", "pl", "pt"}
"""The languages that are no drafts."""


@pytest.mark.parametrize("tag", sorted(cldr()))
class TestEachLanguage:
    def test_it_has_each_text_with_the_same_words_in_braces(self, tag: str) -> None:
        table = tomllib.loads((files("consentgate.texts") / f"{tag}.toml").read_text("utf-8"))
        table.pop("draft", None)
        assert faults(table, english(), [cldr()[tag]], complete=True) == []

    def test_it_is_found_by_its_name(self, tag: str) -> None:
        assert texts(tag).language == tag

    def test_it_has_words_for_every_reason_and_category(self, tag: str) -> None:
        assert set(texts(tag).reasons) == set(REASONS)
        assert {category.id for category in Policy().categories} <= set(texts(tag).categories)

    def test_it_has_words_for_everything_that_a_known_cookie_may_be_for(self, tag: str) -> None:
        assert set(texts(tag).cookie_purposes) == {*get_args(CookiePurpose)} - {""}

    def test_it_is_a_draft_unless_it_was_written_with_care(self, tag: str) -> None:
        assert texts(tag).draft is (tag not in CAREFUL)

    def test_accepting_and_refusing_take_about_the_same_room(self, tag: str) -> None:
        banner, choices = texts(tag).banner, texts(tag).choices
        for accept, refuse in ((banner.accept, banner.refuse), (choices.accept, choices.refuse)):
            assert max(len(accept), len(refuse)) <= 1.6 * min(len(accept), len(refuse)) + 1


def test_every_file_is_a_language() -> None:
    names = {file.name for file in files("consentgate.texts").iterdir() if file.name.endswith(".toml")}
    assert names == {f"{tag}.toml" for tag in languages()} | {"cldr.toml"}


# -- what is a fault -----------------------------------------------------------------------------------------

ENGLISH = {
    "title": "Hello",
    "named": "{service} is here",
    "both": "{at} to {until}",
    "inner": {"text": "Text"},
    "days": {"one": "{n} day", "other": "{n} days"},
}
EN = {"one": "n = 1", "other": ""}
PL = {"one": "n = 1", "few": "n % 10 = 2..4 and n % 100 != 12..14", "many": ""}
UK = {"one": "n % 10 = 1 and n % 100 != 11", "few": "n % 10 = 2..4 and n % 100 != 12..14", "many": ""}
JA = {"other": ""}


def found(
    table: dict[str, object], *plurals: dict[str, str], complete: bool = False
) -> list[tuple[str, str]]:
    """The faults in a table for languages with these plurals, by default those of English."""
    given = [msgspec.structs.replace(cldr()["en"], plurals=one) for one in plurals or (EN,)]
    return [
        (".".join(fault.path), fault.expected) for fault in faults(table, ENGLISH, given, complete=complete)
    ]


def test_the_english_texts_are_without_fault() -> None:
    assert found(ENGLISH, complete=True) == []


def test_everything_that_is_missing_is_listed_where_all_has_to_be_there() -> None:
    table = {"title": "x", "inner": {}, "days": {"other": "{n}"}}
    assert found(table, complete=True) == [
        ("inner.text", "missing"),
        ("days.one", "missing"),
        ("named", "missing"),
        ("both", "missing"),
    ]
    assert found(table) == []


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ({"titel": "x"}, ("titel", "unknown key")),
        ({"inner": {"txet": "x"}}, ("inner.txet", "unknown key")),
        ({"inner": "x"}, ("inner", "expected a table of texts")),
        ({"title": {"a": "b"}}, ("title", "expected text in quotes")),
        ({"title": 3}, ("title", "expected text in quotes")),
        ({"title": " "}, ("title", "expected a text that is not empty")),
        ({"title": "{service}"}, ("title", "expected a text without braces")),
        ({"title": "a } b"}, ("title", "expected each { with its }")),
        ({"title": "{{x}}"}, ("title", "expected each { with its }")),
        ({"named": "here"}, ("named", "expected {service} in it")),
        ({"named": "{servcie}"}, ("named", "expected {service} in it")),
        ({"named": "{service.name}"}, ("named", "expected {service} in it")),
        ({"named": "{service!r:>9}"}, ("named", "expected {service} in it")),
        ({"named": "{}"}, ("named", "expected {service} in it")),
        ({"both": "{at}"}, ("both", "expected {at} and {until} in it")),
        ({"days": "{n}"}, ("days", "expected a table with a text for each of one, other")),
        ({"days": {"other": "days"}}, ("days.other", "expected {n} in it")),
        ({"days": {"one": "{day}"}}, ("days.one", "expected {n} in it")),
        ({"days": {"few": "{n}"}}, ("days.few", "unknown key")),
        ({"days": {"one": 1}}, ("days.one", "expected text in quotes")),
    ],
)
def test_a_fault_is_found_with_its_place(table: dict[str, object], fault: tuple[str, str]) -> None:
    assert found(table) == [fault]


def test_a_form_for_one_number_may_leave_it_out() -> None:
    assert found({"days": {"one": "a day"}}) == []
    # In Ukrainian this form is for 21 and 31 too.
    assert found({"days": {"one": "день"}}, UK) == [("days.one", "expected {n} in it")]
    assert found({"days": {"one": "a day"}}, EN, UK) == [("days.one", "expected {n} in it")]
    assert found({"days": {"one": " "}}) == [("days.one", "expected a text that is not empty")]


def test_a_language_has_the_forms_that_it_needs() -> None:
    forms = {"one": "{n}", "few": "{n}", "many": "{n}"}
    assert found({"days": forms}, PL) == []
    missing = [("days.few", "missing"), ("days.many", "missing")]
    assert found({"days": {"one": "{n}"}}, PL, complete=True)[:2] == missing
    assert found({"days": forms}, JA)[0] == ("days.one", "unknown key")


def test_a_fault_says_what_is_there() -> None:
    [fault] = faults({"title": 3}, ENGLISH, [], complete=False)
    assert fault == Fault(("title",), "expected text in quotes", 3)

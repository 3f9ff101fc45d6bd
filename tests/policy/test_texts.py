"""A policy chooses the languages of its visitors, and may replace any text."""

from __future__ import annotations

import logging

import pytest

from consentgate.policy import Category, Policy, PolicyError, Site
from consentgate.texts import texts

SITE = '[site]\nname = "S"\ncontroller = "C"\ncontact = "c@example.org"\n'


def a_policy(text: str = "", languages: str = '["en", "fr"]') -> Policy:
    return Policy.parse(f"{SITE}languages = {languages}\n{text}")


def mistakes(text: str, languages: str = '["en", "fr"]') -> list[str]:
    with pytest.raises(PolicyError) as caught:
        a_policy(text, languages)
    return [str(mistake).removeprefix("policy: ") for mistake in caught.value.mistakes]


# -- which language ------------------------------------------------------------------------------------------


def test_the_first_language_is_the_default() -> None:
    policy = a_policy(languages='["fr", "en"]')
    assert policy.languages == ("fr", "en")
    assert policy.language_for("") == policy.language_for("de") == "fr"


@pytest.mark.parametrize(
    ("page", "language"), [("fr", "fr"), ("FR-ca", "fr"), ("en-GB", "en"), ("de-AT", "en"), ("pt", "pt-BR")]
)
def test_a_page_s_language_counts_where_it_is_one_of_the_policy_s(page: str, language: str) -> None:
    policy = Policy(
        site=Site(
            name="S", controller="C", contact="c", languages=("en", "fr", "pt-BR"), undeclared="third-party"
        )
    )
    assert policy.language_for(page) == language


def test_a_language_without_texts_is_left_out_and_named(caplog: pytest.LogCaptureFixture) -> None:
    policy = a_policy(languages='["tlh", "fr"]')
    assert policy.languages == ("fr",)
    [record] = caplog.records
    assert 'no texts in "tlh"' in record.getMessage()
    assert a_policy(languages='["tlh"]').languages == ("en",)


def test_a_draft_is_used_and_said_to_be_one(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "consentgate"):
        policy = a_policy(languages='["en", "cs"]')
    [record] = caplog.records
    assert '"cs" is a draft. Have it read by a speaker' in record.getMessage()
    assert policy.language_for("cs-CZ") == "cs"


# -- texts that replace ours ---------------------------------------------------------------------------------


def test_a_text_is_replaced_in_one_language_or_in_all() -> None:
    policy = a_policy(
        """
        [texts.banner]
        title = "Everywhere"
        accept = "OK"
        [texts.fr.banner]
        title = "En français"
        """
    )
    english, french = policy.texts_in("en").banner, policy.texts_in("fr").banner
    assert (english.title, english.accept) == ("Everywhere", "OK")
    assert (french.title, french.accept) == ("En français", "OK")


def test_a_policy_made_in_code_has_its_texts_checked_too() -> None:
    with pytest.raises(PolicyError, match=r"\[texts.banner\], titel: unknown key; did you mean \"title\"?"):
        Policy(texts={"banner": {"titel": "x"}})


def test_categories_are_named_by_the_policy_in_each_language() -> None:
    policy = a_policy(
        """
        [[category]]
        id = "films"
        name = "Films"
        description = "Shows films."
        [[category]]
        id = "performance"
        [[category]]
        id = "bare"
        [texts.fr.categories.films]
        title = "Cinéma"
        """
    )
    english, french = policy.texts_in("en").categories, policy.texts_in("fr").categories
    assert (english["films"].title, english["films"].description) == ("Films", "Shows films.")
    assert (french["films"].title, french["films"].description) == ("Cinéma", "Shows films.")
    assert english["performance"].title == "Performance"
    assert french["performance"] == texts("fr").categories["performance"]
    assert (english["bare"].title, english["bare"].description) == ("bare", "")


def test_what_the_category_table_says_replaces_our_words() -> None:
    policy = Policy(categories=(Category(id="third-party", name="Others"),))
    found = policy.texts_in("en").categories["third-party"]
    assert found.title == "Others"
    assert found.description == texts("en").categories["third-party"].description


def test_a_language_may_be_written_with_its_region() -> None:
    policy = a_policy('[texts.FR-ca.banner]\ntitle = "Québec"', '["en", "fr-CA"]')
    assert policy.texts_in("fr-CA").banner.title == "Québec"


def test_a_form_of_a_text_that_counts_can_be_replaced() -> None:
    found = a_policy('[texts.en.lifetime.day]\none = "a day"').texts_in("en")
    assert (found.for_lifetime("1 day"), found.for_lifetime("2 days")) == ("a day", "2 days")


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("[texts]\nbaner = {}", '[texts], baner: unknown key; did you mean "banner"?'),
        ("[texts.banner]\ntitel = 'x'", '[texts.banner], titel: unknown key; did you mean "title"?'),
        ("[texts.fr.banner]\ntitle = 3", "[texts.fr.banner], title: expected text in quotes, not 3"),
        (
            "[texts.banner]\naccept = ' '",
            '[texts.banner], accept: expected a text that is not empty, not " "',
        ),
        (
            "[texts.fr.placeholder]\nblocked = 'Bloqué'",
            '[texts.fr.placeholder], blocked: expected {service} in it, not "Bloqué"',
        ),
        (
            "[texts.banner]\naccept = 'OK {site}'",
            '[texts.banner], accept: expected a text without braces, not "OK {site}"',
        ),
        ("[texts]\nbanner = 'x'", '[texts], banner: expected a table of texts, not "x"'),
        ("[texts]\nfr = 'x'", '[texts], fr: expected a table of texts, not "x"'),
        ("[texts.de.banner]\ntitle = 'x'", "[texts], de: expected one of the languages in [site]"),
        (
            "[texts.fr.lifetime.day]\nfew = '{n}'",
            '[texts.fr.lifetime.day], few: unknown key; known here: "one", "other"',
        ),
        (
            "[texts.categories.film]\ntitle = 'x'",
            '[texts.categories], film: unknown key; known here: "necessary", "performance", "marketing",',
        ),
    ],
)
def test_a_mistake_in_the_texts_is_said_with_its_place(text: str, mistake: str) -> None:
    [found] = mistakes(text)
    place, said = mistake.split(": ", 1)
    assert f": {place}: {said}" in found


def test_texts_that_are_no_table_are_a_mistake() -> None:
    with pytest.raises(PolicyError, match=r"\[texts\]: expected a table of texts, not 3"):
        Policy.parse(f"texts = 3\n{SITE}")


def test_mistakes_in_texts_stand_in_the_order_of_the_file() -> None:
    found = mistakes('[texts.banner]\ntitle = 3\n[[cookie]]\nname = "a"\ncategory = "x"')
    assert [line.partition(",")[0] for line in found] == [
        "policy:7: [texts.banner]",
        'policy:10: [[cookie]] 1 "a"',
    ]

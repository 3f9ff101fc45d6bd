"""The `[declaration]` table, and what a policy leaves empty in its declaration."""

from __future__ import annotations

import datetime
from dataclasses import replace

import msgspec
import pytest

from consentgate import Policy, PolicyError
from consentgate.policy import Declaration, EarlierVersion
from consentgate.policy.advice.declaration_gaps import missing_in

SITE = """
[site]
name = "Example"
controller = "Example Ltd"
contact = "privacy@example.org"
updated = 2026-05-04
"""
ANSWERED = """
[declaration]
dpo = "none"
authority = "Authority"
transfers = "none"
"""


def mistakes(table: str) -> list[tuple[str, str, str]]:
    with pytest.raises(PolicyError) as caught:
        Policy.parse(f"{SITE}{table}")
    return [(mistake.table, mistake.key, mistake.expected) for mistake in caught.value.mistakes]


def missing(tables: str) -> list[tuple[str, str]]:
    return [(place, key) for place, key, _ in missing_in(Policy.parse(f"{SITE}{tables}"))]


def test_the_table_is_read() -> None:
    policy = Policy.parse(
        f"""{SITE}
        [declaration]
        address = "1 Quay Street"
        dpo = "dpo@example.org"
        authority = "Authority"
        authority_url = "https://authority.example/"
        transfers = "To the USA."
        version = "2"
        earlier = [{{ version = "1", date = 2025-01-31, url = "/old" }}]
        """
    )
    assert policy.declaration == Declaration(
        address="1 Quay Street",
        dpo="dpo@example.org",
        authority="Authority",
        authority_url="https://authority.example/",
        transfers="To the USA.",
        version="2",
        earlier=(EarlierVersion(version="1", date=datetime.date(2025, 1, 31), url="/old"),),
    )


def test_every_mistake_in_it_is_named_with_its_place() -> None:
    found = mistakes(
        """
        [declaration]
        version = 3
        authority_url = "authority"
        earlier = [
            { version = "1", date = "yesterday" },
            { date = 2025-01-01, url = "javascript:alert(1)" },
            { version = " ", date = 2025-01-01 },
        ]
        adress = "x"
        """
    )
    assert [(table, key) for table, key, _ in found] == [
        ("[declaration]", "version"),
        ("[declaration]", "authority_url"),
        ('[declaration], earlier 1 "1"', "date"),
        ("[declaration], earlier 2", "version"),
        ("[declaration], earlier 2", "url"),
        ('[declaration], earlier 3 " "', "version"),
        ("[declaration]", "adress"),
    ]
    assert found[-1][2] == 'unknown key; did you mean "address"?'


@pytest.mark.parametrize("table", ['declaration = "x"', "[[declaration]]"])
def test_it_is_one_table(table: str) -> None:
    with pytest.raises(PolicyError, match=r"\[declaration\]: expected a table"):
        Policy.parse(f"{table}\n{SITE}")


def test_mistakes_in_it_stand_where_it_stands_in_the_file() -> None:
    found = mistakes('[declaration]\nearlier = [{ version = "1" }]\n[[cookie]]\nname = "x"')
    assert [table for table, _, _ in found] == ['[declaration], earlier 1 "1"', '[[cookie]] 1 "x"']


# -- what is missing -----------------------------------------------------------------------------------------


def test_a_policy_loads_without_what_the_law_asks_for() -> None:
    assert missing("") == [("[declaration]", "dpo"), ("[declaration]", "authority")]
    assert missing(ANSWERED) == []


def test_each_finding_says_what_is_expected_and_which_law_asks_for_it() -> None:
    service = (
        '[[service]]\nid = "s"\ncategory = "performance"\nhosts = ["s.example"]\ncookies = [{ name = "a" }]'
    )
    for place, key, expected in missing_in(Policy.parse(f"{SITE}{service}")):
        assert expected.startswith("expected "), (place, key)
        assert "GDPR" in expected or "C-673/17" in expected


def test_the_declaration_has_to_be_dated() -> None:
    policy = Policy.parse(f"{SITE}{ANSWERED}")
    undated = replace(policy, site=msgspec.structs.replace(policy.site, updated=None))
    assert [(place, key) for place, key, _ in missing_in(undated)] == [("[site]", "updated")]


def test_who_receives_data_has_to_be_named_with_how_long_its_cookies_live_B7() -> None:
    service = """
    [[service]]
    id = "stats"
    category = "performance"
    hosts = ["stats.example"]
    cookies = [{ name = "_a", lifetime = "1 day" }, { name = "_b" }]
    """
    place = '[[service]] 1 "stats"'
    assert missing(ANSWERED + service) == [
        (place, "controller"),
        (place, "privacy_url"),
        (f'{place}, cookies 2 "_b"', "lifetime"),
    ]
    known = 'controller = "Stats Ltd"\nprivacy_url = "https://stats.example/privacy"'
    assert missing(f"{ANSWERED}{service}\n{known}") == [(f'{place}, cookies 2 "_b"', "lifetime")]


def test_transfers_are_asked_for_where_data_go_to_others() -> None:
    unanswered = ANSWERED.replace('transfers = "none"', "")
    assert missing(unanswered) == []
    assert missing(f'{unanswered}[[service]]\nuse = "youtube"') == [("[declaration]", "transfers")]


def test_a_service_on_the_own_host_is_the_sites_own() -> None:
    assert missing(f'{ANSWERED}[[service]]\nid = "own"\ncategory = "performance"\npaths = ["/count"]') == []


def test_what_is_never_used_needs_no_answers() -> None:
    never = '[[service]]\nid = "x"\ncategory = "never"\nhosts = ["x.example"]\ncookies = [{ name = "_x" }]'
    assert missing(f'{ANSWERED}{never}\n[[cookie]]\nname = "_y"\ncategory = "never"') == []


def test_own_cookies_have_to_say_how_long_they_live_unless_the_gate_does() -> None:
    cookies = """
    [[cookie]]
    name = "sid"
    category = "necessary"
    reason = "authentication"
    [[cookie]]
    name = "_ab"
    category = "performance"
    """
    assert missing(ANSWERED + cookies) == [('[[cookie]] 2 "_ab"', "lifetime")]


def test_a_category_of_ones_own_has_to_say_what_it_is_for_in_every_language() -> None:
    policy = f"""{SITE}
    languages = ["en", "fr"]
    {ANSWERED}
    [[category]]
    id = "films"
    [[service]]
    use = "youtube"
    category = "films"
    """
    asked = [('[[category]] "films"', "description")]
    assert [found[:2] for found in missing_in(Policy.parse(policy))] == asked
    english = '[texts.en.categories.films]\ndescription = "To watch films."\n'
    assert [found[:2] for found in missing_in(Policy.parse(policy + english))] == asked
    french = '[texts.fr.categories.films]\ndescription = "Pour voir des films."\n'
    assert [*missing_in(Policy.parse(policy + english + french))] == []

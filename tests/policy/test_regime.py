"""The key `regime`: whose law a policy keeps, and what is found where it lacks something."""

from __future__ import annotations

import datetime

import pytest

from consentgate import Policy
from consentgate.policy import Mistake, PolicyError
from consentgate.policy.advice.declaration_gaps import missing_in
from consentgate.policy.advice.proposals import Proposals
from consentgate.policy.loading import read
from consentgate.policy.review import review

from .measurements import UK_STATISTICS

SITE = '[site]\nname = "Example"\ncontroller = "Example Ltd"\ncontact = "privacy@example.org"\n'
STATISTICS = (
    '[[cookie]]\nname = "v"\ncategory = "necessary"\nreason = "uk-statistics"\nlifetime = "1 day"\n'
    + UK_STATISTICS
)
APPEARANCE = STATISTICS.replace("uk-statistics", "uk-appearance").replace(UK_STATISTICS, "")
COUNTER = '[[service]]\nid = "c"\ncategory = "necessary"\nreason = "uk-statistics"\nhosts = ["c.example"]\n'


def mistakes(tables: str) -> list[Mistake]:
    with pytest.raises(PolicyError) as caught:
        Policy.parse(SITE + tables)
    return list(caught.value.mistakes)


def findings(tables: str) -> list[tuple[str, str, str]]:
    parts, filed = read(SITE + "updated = 2026-11-23\n" + tables, "consentgate.toml")
    found = review(parts, datetime.date(2026, 11, 30), filed)
    return [(finding.level, finding.table, finding.key) for finding in found]


def test_it_is_that_of_the_european_union_unless_the_file_says_otherwise() -> None:
    assert Policy.parse(SITE).site.regime == "eu"
    assert Policy.parse(SITE + 'regime = "uk"\n').site.regime == "uk"


@pytest.mark.parametrize("value", ['"gb"', '"EU"', '""', "true"])
def test_it_is_one_of_three(value: str) -> None:
    (found,) = mistakes(f"regime = {value}\n")
    assert (found.table, found.key) == ("[site]", "regime")
    assert found.expected.startswith('expected one of "eu", "uk", "us"')


@pytest.mark.parametrize("regime", ["", 'regime = "eu"\n', 'regime = "us"\n'])
@pytest.mark.parametrize("table", [STATISTICS, APPEARANCE, COUNTER])
def test_its_reasons_are_a_mistake_in_any_other_which_says_what_to_do_A22(regime: str, table: str) -> None:
    (found,) = mistakes(regime + table)
    assert found.key == "reason"
    assert 'regime = "uk"' in found.expected
    assert "another category" in found.expected


def test_in_its_own_they_load_A22() -> None:
    policy = Policy.parse(f'{SITE}regime = "uk"\n{STATISTICS}{APPEARANCE.replace("v", "w")}')
    assert not policy.askable
    assert policy.claims.objectable


@pytest.mark.parametrize("missing", ["sole-purpose", "not-shared"])
def test_statistics_state_their_conditions_A22(missing: str) -> None:
    table = STATISTICS.replace(f'"{missing}"', "").replace("[, ", "[").replace(", ]", "]")
    (found,) = mistakes(f'regime = "uk"\n{table}')
    assert found.key == "conditions"
    assert f'"{missing}"' in found.expected


def test_statistics_of_others_name_who_measures_A22() -> None:
    (found,) = mistakes(f'regime = "uk"\n{COUNTER}{UK_STATISTICS}')
    assert found.key == "processor"


def test_the_conditions_of_one_reason_are_none_of_another() -> None:
    table = STATISTICS.replace('"not-shared"', '"not-shared", "not-matched"')
    (found,) = mistakes(f'regime = "uk"\n{table}')
    assert found.expected.endswith('not "not-matched"')


def test_refusals_are_kept_for_a_year_in_the_united_states() -> None:
    us = f'{SITE}regime = "us"\n'
    assert Policy.parse(us).site.refusals_kept == "13 months"
    assert Policy.parse(us + 'keep_refusals = "12 months"\n').site.refusals_kept == "12 months"
    (found,) = mistakes('regime = "us"\nkeep_refusals = "11 months"\n')
    assert found.key == "keep_refusals"
    assert found.expected.startswith('expected at least "12 months", not "11 months": ')


@pytest.mark.parametrize("table", [STATISTICS, APPEARANCE])
def test_visitors_read_what_it_is_for_A22(table: str) -> None:
    policy = Policy.parse(f'{SITE}regime = "uk"\n{table}')
    assert "purpose" in {key for _, key, _ in missing_in(policy)}
    told = Policy.parse(f'{SITE}regime = "uk"\n{table}purpose = "Counts."\n')
    assert "purpose" not in {key for _, key, _ in missing_in(told)}


@pytest.mark.parametrize("tables", [f'regime = "uk"\n{STATISTICS}', 'regime = "us"\n'])
def test_pages_without_the_corner_are_found_fault_with(tables: str) -> None:
    without = ("warning", "[banner]", "settings")
    assert without in findings(tables + '[banner]\nsettings = "none"\n')
    assert without not in findings(tables)
    assert without not in findings('regime = "uk"\n[banner]\nsettings = "none"\n')


@pytest.mark.parametrize(
    ("regime", "more", "grants", "refusals"),
    [
        ("eu", "", "6 months", "6 months"),
        ("uk", "", "6 months", "6 months"),
        ("us", "", "13 months", "13 months"),
        ("us", 'keep_grants = "6 months"', "6 months", "13 months"),
        ("us", 'keep_refusals = "12 months"', "12 months", "12 months"),
        ("eu", 'keep_grants = "8 months"', "8 months", "8 months"),
    ],
)
def test_how_long_answers_count(regime: str, more: str, grants: str, refusals: str) -> None:
    site = Policy.parse(f'{SITE}regime = "{regime}"\n{more}\n').site
    assert (site.grants_kept, site.refusals_kept) == (grants, refusals)


@pytest.mark.parametrize(("regime", "offered"), [("eu", False), ("us", False), ("uk", True)])
def test_reasons_of_another_law_are_not_offered(regime: str, offered: bool) -> None:
    site = f'regime = "{regime}"\n'
    (found,) = mistakes(site + '[[cookie]]\nname = "v"\ncategory = "necessary"\nlifetime = "1 day"\n')
    assert ("uk-statistics" in found.expected) == offered
    assert '"audience"' in found.expected
    proposed = Proposals(Policy.parse(SITE + site))
    for lines in (proposed.own_cookie("v"), proposed.own_cookie("basket")):
        assert ("uk-appearance" in lines) == offered
        assert '"payment"' in lines


@pytest.mark.parametrize(
    ("regime", "kept", "is_soon"),
    [("us", "", False), ("us", "12 months", False), ("us", "6 months", True), ("eu", "6 months", False)],
)
def test_who_said_no_to_a_part_is_left_in_peace_for_a_year(regime: str, kept: str, is_soon: bool) -> None:
    kept = f'keep_grants = "{kept}"\n' if kept else ""
    found = findings(f'regime = "{regime}"\n{kept}')
    assert (("warning", "[site]", "keep_grants") in found) == is_soon

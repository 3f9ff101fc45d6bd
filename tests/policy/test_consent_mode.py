"""The `[consent_mode]` table: what is wrong in it is said in words that help."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from consentgate import Policy
from consentgate.catalogue import catalogue
from consentgate.policy import PolicyError
from consentgate.policy.model import ConsentMode

ROOT = Path(__file__).parents[2]
ONE_OF = (
    "expected true, false, or a table with the ids that grant types of consent, like "
    '{ ad_storage = "marketing" }, not '
)
SITE = '[site]\nname = "Example"\ncontroller = "Example Ltd"\ncontact = "privacy@example.org"\n'


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (
            '[consent_mode.google]\nad_storge = "marketing"',
            '[consent_mode.google], ad_storge: unknown type of consent; did you mean "ad_storage"?',
        ),
        (
            '[consent_mode.clarity]\nad_storage = "marketing"',
            '[consent_mode.clarity], ad_storage: unknown type of consent; did you mean "ad_Storage"?',
        ),
        (
            '[consent_mode.google]\nad_storage = "marketting"',
            "[consent_mode.google], ad_storage: expected the id of a category or service of this policy, "
            'not "marketting"; did you mean "marketing"?',
        ),
        (
            '[consent_mode.google]\nad_storage = "all"',
            "[consent_mode.google], ad_storage: expected the id of a category or service of this policy, "
            'not "all"; they are "necessary", "performance", "marketing", "third-party", "never"',
        ),
        (
            '[consent_mode.google]\nad_storage = "google-adsense"',
            "[consent_mode.google], ad_storage: expected the id of a category or service of this policy, "
            'not "google-adsense"; to use that service, add a [[service]] with use = "google-adsense"',
        ),
        (
            '[consent_mode.google]\nad_storage = "necessary"',
            "[consent_mode.google], ad_storage: expected the id of something that visitors are asked for, "
            'not "necessary": this type is about "google-ads", "google-adsense", "google-ad-manager"',
        ),
        (
            '[consent_mode.google]\nad_storage = ["google-ads"]',
            "[consent_mode.google], ad_storage: expected the id of one category or service in quotes, "
            'not ["google-ads"]',
        ),
        (
            "[consent_mode.google]\nwait_for_update = 500",
            '[consent_mode.google], wait_for_update: unknown type of consent; known here: "ad_storage", ',
        ),
        (
            '[consent_mode.uet]\nanalytics_storage = "performance"',
            '[consent_mode.uet], analytics_storage: unknown type of consent; known here: "ad_storage"',
        ),
        (
            '[consent_mode]\ngoogle = "off"',
            f'[consent_mode], google: {ONE_OF}"off"',
        ),
        (
            "[consent_mode.uet]\nad_storage = true",
            "[consent_mode.uet], ad_storage: expected the id of one category or service in quotes, not true",
        ),
        (
            "[consent_mode]\ngoogel = false",
            '[consent_mode], googel: unknown key; did you mean "google"?',
        ),
        ("[[consent_mode]]\ngoogle = false", "[consent_mode]: expected a table, not [{"),
    ],
)
def test_a_mistake_says_what_is_expected(table: str, expected: str) -> None:
    with pytest.raises(PolicyError) as caught:
        Policy.parse(SITE + table, "")
    (mistake,) = caught.value.mistakes
    assert str(mistake).startswith(expected)


def test_mistakes_come_in_the_order_of_the_file() -> None:
    text = SITE + '[[service]]\nuse = "nobody"\n[consent_mode.google]\nad_storage = "x"\n'
    with pytest.raises(PolicyError) as caught:
        Policy.parse(text, "")
    assert [mistake.table for mistake in caught.value.mistakes] == [
        '[[service]] 1 "nobody"',
        "[consent_mode.google]",
    ]


def test_the_table_names_the_vendors_of_the_catalogue() -> None:
    assert ConsentMode.__struct_fields__ == tuple(mode.vendor for mode in catalogue().consent_modes)


def test_the_catalogue_knows_the_services_that_types_are_about() -> None:
    for mode in catalogue().consent_modes:
        about = [id for ids in mode.types.values() for id in ids]
        assert [id for id in (*mode.services, *about) if catalogue().service(id) is None] == []


@pytest.mark.parametrize(
    ("services", "warns"),
    [
        (("google-tag-manager",), True),
        (("google-tag",), True),
        (("google-tag-manager", "google-analytics"), False),
        (("youtube",), False),
    ],
)
def test_a_container_that_would_only_hear_no_is_a_warning(
    services: tuple[str, ...], warns: bool, caplog: pytest.LogCaptureFixture
) -> None:
    used = "".join(f'[[service]]\nuse = "{id}"\n' for id in services)
    Policy.parse(SITE + used)
    assert ("told that everything is denied" in caplog.text) is warns
    caplog.clear()
    for table in ("[consent_mode]\ngoogle = false\n", '[consent_mode.google]\nad_storage = "marketing"\n'):
        Policy.parse(SITE + used + table)
        assert "told that everything is denied" not in caplog.text


def test_the_script_knows_how_to_tell_the_vendors_of_the_catalogue() -> None:
    source = (ROOT / "static/snippet/consent_mode.js").read_text("utf-8")
    named = re.findall(r"^  (\w+): \(command, answers\) =>", source, re.MULTILINE)
    assert named == [mode.vendor for mode in catalogue().consent_modes]

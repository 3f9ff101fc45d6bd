"""The `[consent_mode]` table: what is wrong in it is said in words that help."""

from __future__ import annotations

import pytest

from consentgate import Policy
from consentgate.catalogue import catalogue
from consentgate.policy import PolicyError
from consentgate.policy.model import ConsentMode

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
            '[consent_mode]\ngoogle = "off"',
            f'[consent_mode], google: {ONE_OF}"off"',
        ),
        (
            "[consent_mode.uet]\nad_storage = true",
            f'[consent_mode], uet: {ONE_OF}{{"ad_storage": true}}',
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
        assert [id for id in mode.services if catalogue().service(id) is None] == []

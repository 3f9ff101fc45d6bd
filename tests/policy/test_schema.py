"""The JSON Schema of the policy file: what loads fits it, and what is wrong in a table does not."""

import tomllib

import msgspec
import pytest

from consentgate import Policy
from consentgate.policy import PolicyError, model
from consentgate.policy.descriptions import DESCRIPTIONS
from consentgate.policy.loading import _TABLES
from consentgate.policy.schema import policy_schema

from .json_schema import errors
from .test_docs import SITE, TOML

SCHEMA = policy_schema()
COOKIE = "[[cookie]]\nname = 'a'\ncategory = 'performance'\n"


def found(text: str) -> list[str]:
    return errors(tomllib.loads(text), SCHEMA, SCHEMA)


@pytest.mark.parametrize("block", TOML, ids=str)
def test_every_policy_in_the_documentation_fits_or_is_shown_for_its_mistakes(block):
    text = block.text if "[site]" in block.text else SITE + block.text
    assert bool(found(text)) == (block.words == ("mistakes",))


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("dtn = false", "/site: unknown key dtn"),
        ("dnt = 'no'", "/site/dnt: expected boolean"),
        ("csp = 'reports'", "/site/csp: not one of the values"),
        ("languages = []", "/site/languages: is too short"),
        ("keep_grants = 'session'", "/site/keep_grants: does not match"),
        ("prefix = 'privacy'", "/site/prefix: does not match"),
        ("[banners]", "/: unknown key banners"),
        ("[banner]\nposition = 'top'", "/banner/position: not one of the values"),
        ("[theme]\ntext = 'red'", "/theme/text: does not match"),
        ("[theme.dark]\nradius = '2px'", "/theme/dark: unknown key radius"),
        ("[category]\nid = 'stats'", "/category: expected array"),
        ("[[category]]\nid = 'Stats'", "/category/0/id: does not match"),
        ("[[category]]\nid = 'stats'\ncovers = ['statistics']", "/category/0/covers/0: not one"),
        ("[[cookie]]\nname = 'sid'\ncategory = 'necessary'", "/cookie/0: lacks reason"),
        (COOKIE + "reason = 'security'", "/cookie/0: is what it must"),
        (COOKIE + "lifetime = 14", "/cookie/0/lifetime: expected string"),
        (COOKIE + "lifetime = 'long'", "/cookie/0/lifetime: does not"),
        (
            "[[cookie]]\nname = 'v'\ncategory = 'necessary'\nreason = 'audience'\n"
            "measurement = { conditions = ['anonymous'] }",
            "/cookie/0/measurement/conditions/0: not one of the values",
        ),
        ("[[service]]\nuse = 'yuotube'", "/service/0/use: not one of the values"),
        ("[[service]]\nid = 'stats'", "/service/0: fits none of the choices"),
        ("[[service]]\nuse = 'youtube'\ncookies = ['a']", "/service/0/cookies/0: expected object"),
        ("[texts.banner]\nacept = 'Yes'", "/texts/banner: unknown key acept"),
        ("[texts.fr.banner]\naccept = ''", "/texts/fr/banner/accept: does not match"),
        ("[consent_mode.google]\nads = 'marketing'", "/consent_mode/google: fits none of the choices"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_table_does_not_fit_and_does_not_load(text, error):
    assert any(one.startswith(error) for one in found(SITE + text)), found(SITE + text)
    with pytest.raises(PolicyError):
        Policy.parse(SITE + text)


@pytest.mark.parametrize(
    "text",
    [
        "updated = 2026-11-23\nkeep_grants = '13 months'",
        "[[service]]\nuse = 'ga4'\n[[service]]\nid = 'a'\ncategory = 'never'\nhosts = ['a.example']",
        "[[service]]\nuse = 'stripe'\ncategory = 'necessary'\nreason = 'payment'\npages = ['/pay']",
        "[[cookie]]\nname = '_a*'\ncategory = 'performance'\nlifetime = 'session'",
        "[[category]]\nid = 'own'\n[texts.categories.own]\ntitle = 'Ours'",
        "languages = ['pt-BR']\n[texts.pt_BR.banner]\naccept = 'Sim'",
        "[consent_mode]\nuet = false\n[consent_mode.google]\nad_storage = 'never'",
    ],
)
def test_what_loads_fits(text):
    Policy.parse(SITE + text)
    assert found(SITE + text) == []


def test_every_kind_of_table_is_in_it():
    assert set(SCHEMA["properties"]) == set(_TABLES)


@pytest.mark.parametrize("name", sorted(set(SCHEMA["$defs"]) - {"Texts", "Sections"}))
def test_every_key_is_described_and_in_it(name):
    keys = [field.name for field in msgspec.structs.fields(getattr(model, name))]
    properties = SCHEMA["$defs"][name]["properties"]
    assert sorted(properties) == sorted(keys) == sorted(DESCRIPTIONS[getattr(model, name)])
    assert all(properties[key]["description"] for key in keys)

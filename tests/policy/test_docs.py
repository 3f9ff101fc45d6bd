"""The documentation shows policy files: they load, and what is shown of mistakes is what is said."""

import re
import runpy

import pytest
from documentation.pages import PAGES, ROOT, read

from consentgate import Policy, PolicyError
from consentgate.catalogue import catalogue
from consentgate.policy import REASONS
from consentgate.policy.descriptions import DESCRIPTIONS
from consentgate.policy.model import EarlierVersion, ServiceCookie

TOOL = runpy.run_path(str(ROOT / "tools" / "refresh_policy_reference.py"))
# Their keys are in the row of the key that holds them.
IN_OTHERS = (ServiceCookie, EarlierVersion)
SITE = '[site]\nname = "a"\ncontroller = "b"\ncontact = "c"\n'


TOML = [
    block
    for page in PAGES
    for block in read(page).blocks
    if block.language == "toml" and block.words in ((), ("mistakes",))
]


@pytest.mark.parametrize("block", TOML, ids=str)
def test_a_policy_that_is_shown_whole_is_loaded_without_a_warning(block, caplog):
    if not block.words and "[site]" in block.text and block.page != "docs/cli.md":
        Policy.parse(block.text)
        assert not caplog.records


@pytest.mark.parametrize(("name", "site"), [("docs/policy.md", ""), ("docs/theming.md", SITE)])
def test_the_mistakes_that_are_shown_are_those_that_are_reported(name, site):
    document = (ROOT / name).read_text("utf-8")
    (wrong,) = (block.text for block in read(name).blocks if block.words == ("mistakes",))
    with pytest.raises(PolicyError) as caught:
        Policy.parse(site + wrong, "consentgate.toml")
    assert f"```text\n{caught.value}\n```" in document


@pytest.mark.parametrize(("name", "page"), [("policy.md", "policy_page"), ("theming.md", "theming_page")])
def test_the_tables_of_keys_say_what_the_model_and_its_descriptions_say(name, page):
    document = (ROOT / "docs" / name).read_text("utf-8")
    assert TOOL[page](document) == document, "run tools/refresh_policy_reference.py"


def test_every_table_of_a_policy_file_is_in_one_of_the_pages():
    documents = "".join((ROOT / "docs" / name).read_text("utf-8") for name in ("policy.md", "theming.md"))
    for model, keys in DESCRIPTIONS.items():
        assert model in IN_OTHERS or all(f"\n| `{key}` |" in documents for key in keys if key != "dark")


def test_every_reason_is_described():
    document = (ROOT / "docs/policy.md").read_text("utf-8")
    section = document.partition("\n## Reasons\n")[2].partition("\n## ")[0]
    assert tuple(re.findall(r"^\| `([\w-]+)` \|", section, re.MULTILINE)) == REASONS


def test_the_catalogues_categories_are_named():
    document = (ROOT / "docs/policy.md").read_text("utf-8")
    assert all(f"`{known.category}`" in document for known in catalogue().services)

"""The documentation shows policy files: they load, and what is shown of mistakes is what is said."""

import re

import msgspec
import pytest
from documentation.pages import PAGES, ROOT, read

from consentgate import Policy, PolicyError
from consentgate.catalogue import catalogue
from consentgate.policy import REASONS, Banner, Category, Cookie, Declaration, Service, Site, Theme
from consentgate.policy.model import ConsentMode

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


@pytest.mark.parametrize(
    ("heading", "model"),
    [
        ("`[site]`", Site),
        ("`[banner]`", Banner),
        ("`[consent_mode]`", ConsentMode),
        ("`[declaration]`", Declaration),
        ("`[[category]]`", Category),
        ("`[[cookie]]`", Cookie),
        ("`[[service]]`", Service),
    ],
)
def test_every_key_is_described(heading, model):
    document = (ROOT / "docs/policy.md").read_text("utf-8")
    section = document.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    described = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
    assert described == {field.name for field in msgspec.structs.fields(model)}


def test_every_key_of_a_theme_is_described_with_what_it_is_without_it():
    document = (ROOT / "docs/theming.md").read_text("utf-8")
    rows = re.findall(r'^\| `(\w+)` \| `"(.+?)"` \| (?:`"(.+?)"`)? ?\|', document, re.MULTILINE)
    theme = Theme()
    assert "`templates`" in document
    assert rows == [
        (key, getattr(theme, key), getattr(theme.dark, key, ""))
        for key in Theme.__struct_fields__
        if key not in ("dark", "templates")
    ]


def test_every_reason_is_described():
    document = (ROOT / "docs/policy.md").read_text("utf-8")
    section = document.partition("\n## Reasons\n")[2].partition("\n## ")[0]
    assert tuple(re.findall(r"^\| `([\w-]+)` \|", section, re.MULTILINE)) == REASONS


def test_the_catalogues_categories_are_named():
    document = (ROOT / "docs/policy.md").read_text("utf-8")
    assert all(f"`{known.category}`" in document for known in catalogue().services)

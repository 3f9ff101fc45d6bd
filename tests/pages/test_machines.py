"""What docs/machines.md promises to machines is in the page, and the rules in contrib/ use nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from selectolax.lexbor import LexborHTMLParser

from consentgate.consent.choice import ALLOW, OBJECT, PERMIT, SEEN, Decision
from consentgate.gate.endpoints.routes import GPC_PATH
from consentgate.pages.assets import INTERACTION
from consentgate.policy.model import CONSENT_COOKIE

from .support import PAGES

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "machines.md").read_text("utf-8")
HOOKS = dict(re.findall(r"^\| `([^`]+)` \| (shadow root|style sheets|document) \|", DOCUMENT, re.M))
FIELDS = dict(re.findall(r"^\| `(decision|category|next)`[^|]*\| ([^|]+) \|$", DOCUMENT, re.M))
AUTOCONSENT = json.loads((ROOT / "contrib" / "autoconsent.json").read_text("utf-8"))
CONSENT_O_MATIC = json.loads((ROOT / "contrib" / "consent-o-matic.json").read_text("utf-8"))


def in_shadow_root() -> LexborHTMLParser:
    """The content of the shadow root, as a document of its own."""
    html = PAGES.banner("/")
    return LexborHTMLParser(html[html.index(b">") + 1 : html.rindex(b"</template>")])


def hooks(where: str) -> list[str]:
    return [selector for selector, place in HOOKS.items() if place == where]


def strings(value: object) -> Iterator[object]:
    """Every string and list of strings in a rule."""
    if isinstance(value, dict):
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, list) and not all(isinstance(one, str) for one in value):
        for one in value:
            yield from strings(one)
    else:
        yield value


@pytest.mark.parametrize("selector", hooks("shadow root"))
def test_the_shadow_root_has_its_hooks(selector: str) -> None:
    assert in_shadow_root().css_first(selector) is not None


@pytest.mark.parametrize("value", ["accept", "refuse", "save"])
def test_a_button_s_hook_is_one_button(value: str) -> None:
    [button] = in_shadow_root().css(f".consentgate-banner [value={value}]")
    assert (button.tag, button.attributes["name"]) == ("button", "decision")


def test_style_sheets_reach_the_banner_and_no_more_of_it() -> None:
    [selector] = hooks("style sheets")
    parts = [element.attributes["part"] for element in in_shadow_root().css("[part]")]
    assert [f"body::part({part})" for part in parts] == [selector]
    assert in_shadow_root().css_first(".consentgate-banner").attributes["part"] == parts[0]


def test_the_script_makes_the_hooks_of_the_document() -> None:
    names = {name for selector in hooks("document") for name in re.findall(r"> ([\w-]+)", selector)}
    assert names == {"consentgate-question", "consentgate-refuse"}
    for name in names:
        assert f'"{name}"'.encode() in INTERACTION.content


def test_the_rule_for_autoconsent_uses_hooks_only() -> None:
    selectors = [value for value in strings(AUTOCONSENT) if isinstance(value, list)]
    assert selectors
    for host, selector in selectors:
        assert (host, HOOKS[selector]) == ("body", "shadow root")


def test_the_rule_for_consent_o_matic_uses_hooks_only() -> None:
    selectors = re.findall(r'"selector": "([^"]+)"', json.dumps(CONSENT_O_MATIC))
    assert set(selectors) - {"body"}
    for selector in set(selectors) - {"body"}:
        assert HOOKS[selector] == "shadow root"


def test_the_fields_of_the_form_are_those_that_the_gate_reads() -> None:
    assert set(re.findall(r"`(\w+)`", FIELDS["decision"])) == {
        *get_args(Decision),
        ALLOW,
        OBJECT,
        PERMIT,
        SEEN,
    }
    forms = in_shadow_root().css("form")
    names = {field.attributes["name"] for form in forms for field in form.css("[name]")}
    assert names == set(FIELDS)
    assert {form.attributes["action"] for form in forms} == {"/_privacy/choices"}
    assert "`/_privacy/choices`" in DOCUMENT


def test_the_names_are_those_of_the_gate() -> None:
    assert f"`{CONSENT_COOKIE}`" in DOCUMENT
    assert f"`{GPC_PATH}`" in DOCUMENT

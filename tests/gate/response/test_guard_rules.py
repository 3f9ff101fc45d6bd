"""What the script of a page is told that its scripts may contact and store."""

from __future__ import annotations

import json
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from gate.conftest import MakeSite
from gate.driver import POLICY, Page, Reply

PAGE = Page(b"<!doctype html><title>t</title><p>one")
OWN = ["*.example.org", "example.org", "www.example.org"]
NECESSARY = ["cart", "sid", "ui*"]


def rules(reply: Reply) -> dict[str, Any]:
    """Read the rules from a page; without any the script waits for the page."""
    script = LexborHTMLParser(reply.body).css_first('script[src*="/_privacy/"]')
    said = script.attributes.get("data-guard")
    assert ("defer" in script.attributes) is (said is None)
    if not said:
        return {}
    hosts, names, refused, *forms = json.loads(said)
    found = {"hosts": sorted(hosts), "names": sorted(names), "refused": refused, "forms": forms}
    return {key: value for key, value in found.items() if value}


@pytest.mark.parametrize("decision", ["", "refuse"])
def test_without_consent_they_are_what_is_necessary(make_site: MakeSite, decision: str) -> None:
    site = make_site(PAGE)
    reply = site.gets(cookie=site.chooses(decision) if decision else "")
    assert rules(reply) == {"hosts": OWN, "names": NECESSARY}
    assert reply.body.index(b"data-guard") < reply.body.index(b"<title>")


def test_with_consent_they_have_what_was_granted(make_site: MakeSite) -> None:
    site = make_site(PAGE)
    cookie = site.chooses("save", service=["stats"])
    found = rules(site.gets(cookie=cookie))
    assert found == {"hosts": sorted([*OWN, "stats.vendor.example"]), "names": ["_st*", *NECESSARY]}


def test_what_is_necessary_on_some_pages_is_allowed_there(make_site: MakeSite) -> None:
    site = make_site(PAGE)
    assert "pay.example" in rules(site.gets("/checkout/1"))["hosts"]
    assert "pay.example" not in rules(site.gets("/other"))["hosts"]


def test_a_category_that_covers_the_catalogue_brings_the_names_that_it_knows(make_site: MakeSite) -> None:
    site = make_site(PAGE, policy=POLICY.replace("[site]", '[site]\nundeclared = "third-party"'))
    assert "_ga" not in rules(site.gets())["names"]
    found = rules(site.gets(cookie=site.chooses("save", category=["performance"])))
    assert {"_ga", "_hj*", "_st*"} <= {*found["names"]}
    assert "*.google-analytics.com" in found["hosts"]


def test_whoever_allows_what_nobody_declared_has_no_guard(make_site: MakeSite) -> None:
    site = make_site(PAGE, policy=POLICY.replace("[site]", '[site]\nundeclared = "third-party"'))
    assert rules(site.gets(cookie=site.chooses("accept"))) == {}


def test_the_policy_turns_it_off(make_site: MakeSite) -> None:
    site = make_site(PAGE, policy=POLICY.replace("[site]", "[site]\nguard = false"))
    assert rules(site.gets()) == {}


def test_forms_are_gated_where_the_policy_gates_them(make_site: MakeSite) -> None:
    site = make_site(PAGE, policy=POLICY.replace("[site]", "[site]\ngate_forms = true"))
    assert rules(site.gets())["forms"] == [True]


@pytest.mark.parametrize(
    ("decision", "refused"),
    [("refuse", ["_ab", "_film", "_heat", "_st*"]), ("accept", []), ("save", ["_ab", "_film", "_heat"])],
)
def test_the_script_is_told_what_to_delete(make_site: MakeSite, decision: str, refused: list[str]) -> None:
    site = make_site(PAGE)
    cookie = site.chooses(decision, service=["stats"] if decision == "save" else [])
    reply = site.gets("/_privacy/refused", cookie=cookie)
    assert (reply.value("content-type"), reply.value("cache-control")) == ("application/json", "no-store")
    names, found = json.loads(reply.body)
    assert sorted(found) == refused
    assert {*found} <= {*names}


OVERLAPPING = (
    POLICY
    + """
[[cookie]]
name = "ui_test*"
category = "performance"

[[cookie]]
name = "ui_test_kept"
category = "necessary"
reason = "ui-preference"
"""
)


def test_of_names_that_overlap_the_narrower_decides_as_it_does_for_cookies(make_site: MakeSite) -> None:
    site = make_site(PAGE, policy=OVERLAPPING)
    script = LexborHTMLParser(site.gets().body).css_first('script[src*="/_privacy/"]')
    _, names, refused = json.loads(script.attributes["data-guard"] or "")
    assert [name for name in names if name.startswith("ui")] == ["ui_test_kept", "ui_test*", "ui*"]
    assert refused == ["ui_test*"]

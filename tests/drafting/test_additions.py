"""What a policy lacks is proposed, and nothing is asked that it answers already."""

from __future__ import annotations

import pytest

from consentgate.drafting.additions import Additions, Sighting, additions_to
from consentgate.policy import PolicyError

SITE = '[site]\nname = "Shop"\ncontroller = "Shop Ltd"\ncontact = "privacy@shop.example"\n'
ANALYTICS = f'{SITE}\n[[service]]\nuse = "google-analytics"\n'
TAGS = "www.googletagmanager.com"


def added(text: str, *sightings: Sighting) -> Additions:
    return additions_to(text, "consentgate.toml", sightings, "shop.example")


@pytest.mark.parametrize(
    ("service", "url"),
    [
        ("google-tag", ""),
        ("google-tag", f"https://{TAGS}/gtag/js?id=G-1"),
        ("google-analytics", f"https://{TAGS}/gtag/js?id=G-1"),
        ("", f"https://{TAGS}/gtag/js?id=G-1"),
        ("", ""),
    ],
)
def test_a_host_that_a_declared_service_claims_needs_no_question(service: str, url: str) -> None:
    assert added(ANALYTICS, Sighting("host", TAGS, service, url=url)).text == ""


@pytest.mark.parametrize(
    ("service", "url"), [("google-tag-manager", ""), ("", f"https://{TAGS}/gtm.js?id=GTM-1")]
)
def test_another_service_on_the_same_host_is_not_declared_with_it(service: str, url: str) -> None:
    assert added(ANALYTICS, Sighting("host", TAGS, service, url=url)).services == ("google-tag-manager",)


def test_a_host_of_a_known_service_that_the_policy_leaves_out_is_asked_about() -> None:
    narrow = f'{SITE}\n[[service]]\nuse = "google-analytics"\nhosts = ["www.google-analytics.com"]\n'
    found = added(narrow, Sighting("host", "analytics.google.com", "", url="https://analytics.google.com/g"))
    assert found.questions == ("analytics.google.com",)


def test_a_host_of_which_only_some_paths_are_declared_is_asked_about() -> None:
    some = f'{SITE}\n[[service]]\nid = "a"\nname = "A"\ncategory = "performance"\nhosts = ["cdn.example"]\n'
    found = added(f'{some}paths = ["/a/*"]\n', Sighting("host", "cdn.example", ""))
    assert found.questions == ("cdn.example",)


@pytest.mark.parametrize(
    ("key", "value", "sighting"),
    [
        ("service", '{ use = "youtube" }', Sighting("host", "nobody.example", "")),
        ("service", '{ use = "youtube" }', Sighting("host", "player.vimeo.com", "vimeo")),
        ("cookie", '{ name = "a", category = "performance" }', Sighting("cookie", "sessionid", "")),
    ],
)
def test_a_list_that_takes_no_more_tables_is_named_with_its_line(
    key: str, value: str, sighting: Sighting
) -> None:
    with pytest.raises(PolicyError) as refused:
        added(f"# ours\n{key} = [{value}]\n{SITE}", sighting)
    [mistake] = refused.value.mistakes
    assert (mistake.file, mistake.key, mistake.line) == ("consentgate.toml", key, 2)
    assert f"[[{key}]]" in mistake.expected
    assert "TOML" not in mistake.expected


def test_a_list_that_takes_no_more_is_no_mistake_where_it_lacks_nothing() -> None:
    text = f'service = [{{ use = "youtube" }}]\n{SITE}'
    found = added(text, Sighting("host", "www.youtube.com", "youtube"), Sighting("cookie", "sessionid", ""))
    assert found.cookies == ("sessionid",)

"""`consentgate services`: what the catalogue knows, and how to find it."""

import json
import re

import pytest
from click.testing import CliRunner, Result
from documentation.pages import blocks

from consentgate import Policy
from consentgate.catalogue import catalogue
from consentgate.cli import main

SITE = '[site]\nname = "Example"\ncontroller = "Example Ltd"\ncontact = "privacy@example.org"\n'


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["services", *arguments])


def ids(*arguments: str) -> list[str]:
    return [service["id"] for service in json.loads(run(*arguments, "--json").stdout)]


def test_all_services_are_listed_one_a_line():
    lines = run().stdout.splitlines()
    assert [line.split()[0] for line in lines] == [service.id for service in catalogue().services]
    assert any(
        re.fullmatch(r"google-analytics +performance +Google Analytics \(ga, ga4, .*\)", x) for x in lines
    )
    assert any(re.fullmatch(r"digg +social +Digg \(closed\)", line) for line in lines)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("youtube", "youtube"),
        ("GA4", "google-analytics"),
        ("meta platforms", "meta-pixel"),
        ("fullstory", "fullstory"),
        ("script.hotjar.com", "hotjar"),
        ("hotjar.io", "hotjar"),
        ("_hjsession", "hotjar"),
        ("_ga_X12", "google-analytics"),
        ("piwik.js", "matomo"),
    ],
)
def test_a_service_is_found_by_whatever_one_knows_of_it(query, found):
    assert found in ids(query)


def test_an_id_or_alias_finds_its_service_alone():
    assert ids("youtube") == ["youtube"]
    assert ids("gtag") == ["google-tag"]


def test_several_words_are_one_query():
    assert ids("google", "maps") == ["google-maps"]


def test_of_a_single_service_all_is_shown():
    shown = run("hotjar").stdout
    for known in ("Hotjar Limited", "*.hotjar.com", "_hj* (365 days)", "https://www.hotjar.com/", "hj\n"):
        assert known in shown


def test_the_lines_that_are_shown_declare_the_service(caplog):
    for described in json.loads(run("--json").stdout):
        if described["closed"]:
            assert described["declaration"] == ""
        else:
            (declared,) = Policy.parse(SITE + described["declaration"]).services
            assert declared.use == described["id"]
    # A tag manager alone is told nothing of consent, and Google's ads for publishers ask for more.
    known = (": [consent_mode]: ", "a consent platform that Google has certified")
    assert all(any(one in message for one in known) for message in caplog.messages)


def test_what_has_closed_is_not_to_be_declared():
    assert run("digg").stdout.startswith("Digg has closed: take its markup out of your pages\n")


def test_what_is_not_found_is_an_error_with_the_nearest_ids():
    result = run("yuotube")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        'Error: QUERY: no service of the catalogue has "yuotube" in it; did you mean "youtube"?\n'
    )


def test_what_is_like_nothing_is_an_error_that_says_how_to_list_all():
    result = run("qqqqqqqqq", "--json")
    assert result.exit_code == 1
    assert result.stderr.endswith('has "qqqqqqqqq" in it; `consentgate services` lists all\n')


def test_the_documentation_shows_what_is_printed():
    assert run("google-ad-manager").stdout in blocks("docs/cli.md", "text")

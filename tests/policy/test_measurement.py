"""What counts visits without consent (requirements A9, A10): a policy states every condition of the law."""

from __future__ import annotations

import datetime
import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentgate import Policy
from consentgate.pages import Pages
from consentgate.policy import Mistake, PolicyError
from consentgate.policy.model import CONDITIONS
from consentgate.policy.review import review

SITE = '[site]\nname = "Example"\ncontroller = "Example Ltd"\ncontact = "privacy@example.org"\n'
COOKIE = '[[cookie]]\nname = "visits"\ncategory = "necessary"\nreason = "audience"\n'
SERVICE = '[[service]]\nid = "stats"\ncategory = "necessary"\nreason = "audience"\n'
ALL = tuple(CONDITIONS["audience"])


def stated(conditions: tuple[str, ...] = ALL, data_kept: str = "25 months", processor: str = "") -> str:
    """The measurement of the last table."""
    kept = f"data_kept = {json.dumps(data_kept)}" if data_kept else ""
    by = f"processor = {json.dumps(processor)}" if processor else ""
    words = ", ".join(filter(None, (f"conditions = {json.dumps(conditions)}", kept, by)))
    return f"measurement = {{ {words} }}\n"


def mistakes(tables: str, site: str = "") -> list[Mistake]:
    with pytest.raises(PolicyError) as caught:
        Policy.parse(SITE + site + tables)
    return list(caught.value.mistakes)


def mistake(tables: str, site: str = "") -> Mistake:
    (only,) = mistakes(tables, site)
    return only


@pytest.mark.parametrize("table", [COOKIE, SERVICE + 'paths = ["/stats/*"]\n'])
def test_with_every_condition_it_loads_and_asks_nobody_A9(table: str) -> None:
    policy = Policy.parse(SITE + table + stated())
    assert not policy.askable


@given(st.sets(st.sampled_from(ALL), max_size=len(ALL) - 1))
def test_each_condition_that_is_missing_is_named_A9(given: set[str]) -> None:
    found = mistake(COOKIE + stated(tuple(given)))
    assert (found.table, found.key) == ('[[cookie]] 1 "visits", measurement', "conditions")
    assert {word for word in ALL if f'"{word}"' in found.expected} == set(ALL) - given


def test_nothing_stated_is_one_mistake_with_the_line_to_write_A9() -> None:
    found = mistake(COOKIE)
    assert found.key == "measurement"
    line = found.expected.partition("measurement = ")[2].partition(", which says")[0]
    assert Policy.parse(f"{SITE}{COOKIE}measurement = {line}\n").cookies[0].measurement is not None


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ('conditions = ["anonymous"], data_kept = "1 year"', "conditions"),
        ('conditions = "all", data_kept = "1 year"', "conditions"),
        (f'conditions = {json.dumps(ALL)}, data_kept = "26 months"', "data_kept"),
        (f'conditions = {json.dumps(ALL)}, data_kept = "session"', "data_kept"),
        (f'conditions = {json.dumps(ALL)}, data_kept = "long"', "data_kept"),
        (f"conditions = {json.dumps(ALL)}, data_kept = 25", "data_kept"),
        (f"conditions = {json.dumps(ALL)}", "data_kept"),
        (f'conditions = {json.dumps(ALL)}, data_kept = "1 year", kept = "1 year"', "kept"),
    ],
)
def test_what_is_wrong_in_it_is_one_mistake_A9_A10(words: str, key: str) -> None:
    assert mistake(f"{COOKIE}measurement = {{ {words} }}\n").key == key


@pytest.mark.parametrize("value", ['"all"', "true", "[]"])
def test_it_is_a_table(value: str) -> None:
    assert mistake(f"{COOKIE}measurement = {value}\n").expected.startswith("expected a table")


@pytest.mark.parametrize(
    "table",
    [
        COOKIE + 'lifetime = "14 months"\n' + stated(),
        SERVICE + 'cookies = [{ name = "v", lifetime = "400 days" }]\n' + stated(),
    ],
)
def test_no_cookie_of_it_outlives_13_months_A10(table: str) -> None:
    assert mistake(table).key == "lifetime"


def test_a_known_services_cookies_do_not_either_A10() -> None:
    known = SERVICE.replace('id = "stats"', 'use = "matomo"')
    (service,) = Policy.parse(SITE + known + stated(processor="InnoCraft")).services
    assert {cookie.lifetime for cookie in service.cookies} >= {"13 months", "30 minutes"}
    assert not any("year" in (cookie.lifetime or "") for cookie in service.cookies)


@pytest.mark.parametrize(
    ("site", "hosts", "own"),
    [
        ("", 'hosts = ["stats.example.org"]', False),
        ('hosts = ["example.org"]', 'hosts = ["stats.example.org"]', False),
        ('hosts = ["example.org"]', 'hosts = ["*.example.org"]', False),
        ('hosts = ["*.example.org"]', 'hosts = ["stats.example.org"]', True),
        ('hosts = ["*.example.org"]', 'hosts = ["*.stats.example.org"]', True),
        ('hosts = ["*.example.org"]', 'urls = ["stats.vendor.example/x/*"]', False),
        ("", 'paths = ["/stats/*"]', True),
        ("", 'cookies = [{ name = "v", lifetime = "1 day" }]', True),
    ],
)
def test_hosts_of_others_need_a_processor_A9(site: str, hosts: str, own: bool) -> None:
    table = f"{SERVICE}{hosts}\n"
    if own:
        Policy.parse(f"{SITE}{site}\n{table}{stated()}")
    else:
        assert mistake(table + stated(), f"{site}\n").key == "processor"
    Policy.parse(f"{SITE}{site}\n{table}{stated(processor='Measuring Ltd')}")


@pytest.mark.parametrize(
    "table",
    [
        COOKIE.replace("audience", "security"),
        '[[cookie]]\nname = "_ab"\ncategory = "performance"\n',
        '[[service]]\nid = "a"\ncategory = "never"\npaths = ["/a/*"]\n',
    ],
)
def test_nothing_else_is_measured(table: str) -> None:
    assert mistake(table + stated()).key == "measurement"


def test_two_mistakes_are_told_in_the_order_of_the_file() -> None:
    found = mistakes(COOKIE + stated(ALL[:4]) + COOKIE.replace("visits", "more") + stated(ALL[1:]))
    assert [one.table for one in found] == [
        '[[cookie]] 1 "visits", measurement',
        '[[cookie]] 2 "more", measurement',
    ]


SHOWN = Policy.parse(
    SITE
    + COOKIE
    + stated(data_kept="18 months")
    + SERVICE
    + 'hosts = ["stats.example.net"]\n'
    + stated(processor="Measuring <b>Ltd</b>")
)


def test_visitors_read_it_in_every_form_A10() -> None:
    pages = Pages(SHOWN)
    html, markdown = pages.declaration_part("/"), pages.declaration_markdown()
    for text, said in itertools.product((html, markdown), ("18 months", "25 months", "anonymous statistics")):
        assert said in text
    assert (
        "Measured on the site\N{RIGHT SINGLE QUOTATION MARK}s behalf by: Measuring &lt;b&gt;Ltd&lt;/b&gt;."
        in html
    )
    data = json.loads(pages.declaration_json())
    (necessary,) = data["categories"]
    cookie = next(cookie for cookie in necessary["cookies"] if cookie["name"] == "visits")
    assert cookie["measurement"] == {"conditions": list(ALL), "data_kept": "18 months", "processor": None}
    (service,) = necessary["services"]
    assert service["measurement"]["processor"] == "Measuring <b>Ltd</b>"


def test_nothing_is_said_of_it_elsewhere() -> None:
    other = Policy.parse(SITE + COOKIE.replace("audience", "security"))
    assert "measurement" not in json.dumps(json.loads(Pages(other).declaration_json()))


def test_a_mistyped_condition_is_shown_the_one_that_was_meant() -> None:
    lines = stated(("this-site-only", "anonymous-statistic"))
    found = mistake(COOKIE + lines)
    assert (found.table, found.key) == ('[[cookie]] 1 "visits", measurement', "conditions")
    assert 'not "anonymous-statistic"; did you mean "anonymous-statistics"?' in found.expected
    assert "sole-purpose" not in found.expected


def test_uk_statistics_elsewhere_is_shown_what_counts_there() -> None:
    for reason, named in (("uk-statistics", True), ("uk-appearance", False)):
        lines = COOKIE.replace('"audience"', f'"{reason}"')
        assert ('expected "audience" on its own conditions' in mistake(lines).expected) is named


def test_who_measures_on_the_sites_own_host_is_the_site_itself() -> None:
    def lacks(by: str) -> set[str]:
        table = f'{SERVICE}name = "Stats"\npaths = ["/stats/*"]\n{stated(processor=by)}'
        return {one.key for one in review(Policy.parse(SITE + table), datetime.date(2026, 11, 30))}

    assert not {"controller", "privacy_url"} & lacks("")
    assert {"controller", "privacy_url"} <= lacks("Counting Ltd")

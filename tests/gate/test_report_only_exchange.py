"""A gate that only reports: nothing is changed, everything is found."""

from __future__ import annotations

import gzip
import json
import logging
from collections.abc import Iterable
from typing import Any

import pytest

from consentgate import Policy
from consentgate.gate.log.allowance import REPORTS_A_MINUTE
from consentgate.gate.log.findings import FIRST_SUMMARY, MOST, OTHERS, Finding, Findings

from .conftest import Clock, MakeSite
from .csp.browser import Csp
from .driver import HTML, JSON, PAGE, POLICY, App, Headers, Page, Reply, Site

REPORT_ONLY = POLICY.replace("[site]", "[site]\nreport_only = true")
CSP = "content-security-policy-report-only"
LOUD: Headers = [
    HTML,
    ("Content-Length", str(len(PAGE))),
    ("ETag", '"1"'),
    ("Last-Modified", "Mon, 23 Nov 2026 00:00:00 GMT"),
    ("Cache-Control", "public, max-age=60"),
    ("Set-Cookie", "_ab=1; Path=/"),
    ("Set-Cookie", "who=secret-value"),
    ("Link", "<https://linked.example/secret-path>; rel=preload"),
    ("Accept-CH", "DPR"),
    ("Refresh", "9; url=https://films.example/secret-path"),
    ("Content-Security-Policy", "img-src *"),
]


@pytest.fixture
def make_watched(make_site: MakeSite) -> MakeSite:
    def make(page: Any = None, *, policy: str = REPORT_ONLY, **options: Any) -> Site:
        return make_site(page, policy=policy, **options)

    return make


def found(site: Site) -> dict[tuple[str, str], int]:
    return {(finding.kind, finding.name): finding.count for finding in site.gate.findings}


def report(url: Any) -> bytes:
    return json.dumps(
        {"csp-report": {"blocked-uri": url, "document-uri": "https://www.example.org/s"}}
    ).encode()


def sends_report(
    site: Site, body: bytes, kind: str = "application/csp-report", *more: tuple[str, str]
) -> Reply:
    return site.asks("/_privacy/reports", "POST", [("Content-Type", kind), *more], body)


def test_nothing_changes_but_a_policy_that_reports(make_watched: MakeSite) -> None:
    site = make_watched(Page(headers=LOUD))
    reply = site.gets("/", "_ab=1; sid=2; who=3", Accept="text/html", Range="bytes=0-9", If_None_Match='"1"')
    assert reply.body == PAGE
    *headers, (name, value) = reply.lowered
    assert headers == [(name.lower(), value) for name, value in LOUD]
    assert name == CSP
    policy, _, reports = value.rpartition("; report-uri ")
    assert reports == "/_privacy/reports"
    assert not Csp(policy, "https://www.example.org/").allows("img-src", "https://films.example/")
    seen = site.app.seen[-1]
    assert seen.cookie == "_ab=1; sid=2; who=3"
    assert (seen.values("range"), seen.values("if-none-match")) == (["bytes=0-9"], ['"1"'])
    assert not seen.consent.allows("performance")


def test_what_would_have_been_blocked_is_counted_by_name(make_watched: MakeSite) -> None:
    site = make_watched(Page(headers=LOUD))
    for _ in range(3):
        site.gets("/", "_ab=1; sid=2; came=3")
    assert found(site) == {
        ("cookie", "_ab"): 3,
        ("cookie", "who"): 3,
        ("cookie sent", "_ab"): 3,
        ("cookie sent", "came"): 3,
        ("host", "linked.example"): 3,
        ("host", "films.example"): 6,
        ("host", "stats.vendor.example"): 3,
        ("host", "heat.example"): 3,
        ("host", "nobody.example"): 3,
        ("header", "accept-ch"): 3,
    }
    assert site.gate.findings[0] == Finding("host", "films.example", "films", 6)


def test_the_log_has_the_lines_that_declare_it_and_no_more_than_names(
    make_watched: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    site = make_watched(Page(headers=LOUD))
    for _ in range(2):
        site.gets("/secret-path?q=secret-query", "came=secret-value")
    messages = [record.getMessage() for record in caplog.records]
    assert len([m for m in messages if m.startswith("report_only is on")]) == 1
    assert not any("secret" in message for message in messages)
    assert not any(message.startswith("blocked") for message in messages)
    lines = [m.partition("To declare it:\n")[2] for m in messages if m.startswith("would block")]
    policy = Policy.parse(POLICY + "\n" + "\n".join(lines))
    assert {"who", "came"} <= {cookie.name for cookie in policy.cookies}
    assert {"linked.example", "nobody.example"} <= {h for s in policy.services for h in s.hosts}


def test_bodies_of_any_kind_keep_their_bytes(make_watched: MakeSite) -> None:
    zipped = gzip.compress(PAGE)
    for body, headers in (
        ([zipped[:50], zipped[50:]], [HTML, ("Content-Encoding", "gzip")]),
        (b"not gzip", [HTML, ("Content-Encoding", "gzip")]),
        (PAGE, [HTML, ("Content-Encoding", "unheard-of")]),
        (PAGE, []),
        (b"plain text", []),
        (PAGE.decode().encode("utf-16"), [("Content-Type", "text/html; charset=utf-16")]),
        ([PAGE[n : n + 1] for n in range(len(PAGE))], [HTML]),
        (b"<div " * 10, [HTML]),
        (b"{}", [JSON]),
        ([], [HTML]),
    ):
        page = Page(body, headers=headers)
        # Without a type the validators complain of the application itself.
        reply = make_watched(page, validated=bool(headers)).gets()
        assert reply.body == b"".join(page.chunks)
        assert reply.status == 200


@pytest.mark.parametrize("headers", [[HTML, ("Content-Encoding", "gzip")], []])
def test_they_are_read_all_the_same(make_watched: MakeSite, headers: Headers) -> None:
    site = make_watched(
        Page(gzip.compress(PAGE) if headers else PAGE, headers=headers), validated=bool(headers)
    )
    site.gets()
    assert ("host", "films.example") in found(site)


@pytest.mark.parametrize(
    ("method", "status"), [("HEAD", 200), ("GET", 304), ("GET", 206), ("GET", 302), ("GET", 500)]
)
def test_other_answers_pass_as_they_are(make_watched: MakeSite, method: str, status: int) -> None:
    headers = [("Location", "https://films.example/")] if status == 302 else []
    typed = [] if status == 304 else [HTML]
    page = Page(b"" if status == 304 else PAGE, status, [*typed, *headers, ("Set-Cookie", "_ab=1")])
    site = make_watched(page, policy=REPORT_ONLY.replace("[site]", "[site]\ngate_redirects = true"))
    reply = site.asks(method=method)
    assert (reply.status, reply.set_names) == (status, {"_ab"})
    assert reply.body == (b"" if method == "HEAD" or status == 304 else PAGE)
    assert (("host", "films.example") in found(site)) == (status in (302, 500))


def test_a_fault_of_the_reader_changes_nothing(
    make_watched: MakeSite, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*args: Any) -> bytes:
        raise RuntimeError("secret")

    monkeypatch.setattr("consentgate.html.Rewriter.feed", fails)
    site = make_watched(Page([PAGE, PAGE]))
    assert site.gets().body == site.gets().body == PAGE * 2
    messages = [r.getMessage() for r in caplog.records if "could not be read" in r.getMessage()]
    assert len(messages) == 1
    assert "RuntimeError" in messages[0]
    assert "secret" not in messages[0]


def test_the_choices_page_says_nothing_that_is_not_true_yet(make_watched: MakeSite) -> None:
    site = make_watched()
    for cookie in ("", site.chooses("accept"), site.chooses("refuse")):
        reply = site.gets("/_privacy/choices", cookie)
        assert reply.status == 200
        assert b"nothing is blocked yet" in reply.body
        assert b"Example Ltd" in reply.body
        for untrue in (b"<form", b"is blocked, whatever", b"You have not decided", b"is used in any case"):
            assert untrue not in reply.body


def test_a_decision_is_kept_and_changes_nothing_yet(make_watched: MakeSite) -> None:
    site = make_watched()
    for decision in ("accept", "refuse"):
        assert site.gets("/", site.chooses(decision)).body == PAGE


def test_what_is_said_of_the_signal_is_the_applications(make_watched: MakeSite) -> None:
    reply = make_watched(Page(b'{"gpc": false}', headers=[JSON])).gets("/.well-known/gpc.json")
    assert reply.body == b'{"gpc": false}'


# -- what browsers report ----------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", [REPORT_ONLY, POLICY.replace("[site]", '[site]\ncsp = "report-only"')])
def test_browsers_reports_are_counted_by_host(
    make_watched: MakeSite, caplog: pytest.LogCaptureFixture, policy: str
) -> None:
    site = make_watched(policy=policy)
    assert site.gets().value(CSP).endswith("; report-uri /_privacy/reports")
    for url in ("https://new.example/secret?q", "wss://new.example", "https://stats.vendor.example"):
        assert sends_report(site, report(url)).status == 204
    reports = [
        {"type": "csp-violation", "body": {"blockedURL": "https://new.example/x"}},
        {"type": "deprecation", "body": {"blockedURL": "https://no.example/x"}},
        {"type": "csp-violation", "body": None},
        "x",
    ]
    assert (
        sends_report(site, json.dumps(reports).encode(), "application/reports+json; charset=utf-8").status
        == 204
    )
    reported = {name: count for (kind, name), count in found(site).items() if kind == "host reported"}
    assert reported == {"new.example": 3, "stats.vendor.example": 1}
    messages = [m for m in (r.getMessage() for r in caplog.records) if "new.example" in m]
    assert len(messages) == 1
    assert messages[0].startswith("would block the host")
    assert "secret" not in messages[0]


@pytest.mark.parametrize(
    "url",
    [
        *("inline", "eval", "self", "data", "", "blob:x", "chrome-extension://abc/x", "about:blank", 5, None),
        *("https://www.example.org/own", "https://static.example.org", ["https://a.example"]),
    ],
)
def test_what_is_no_other_host_does_not_count(make_watched: MakeSite, url: Any) -> None:
    site = make_watched()
    assert sends_report(site, report(url)).status == 204
    assert found(site) == {}


@pytest.mark.parametrize(
    ("body", "kind", "more", "status"),
    [
        (b"{", "application/csp-report", (), 400),
        (b"[" * 9000, "application/csp-report", (), 400),
        (b"\xff", "application/csp-report", (), 400),
        (report("https://x.example"), "application/json", (), 400),
        (report("https://x.example") + b" " * 17_000, "application/csp-report", (), 413),
        (report("https://x.example"), "application/csp-report", [("Sec-Fetch-Site", "cross-site")], 403),
        (report("https://x.example"), "application/csp-report", [("Sec-Fetch-Site", "same-origin")], 204),
        (b"[]", "application/csp-report", (), 204),
        (b"{}", "application/reports+json", (), 204),
        (b'{"csp-report":[]}', "application/csp-report", (), 204),
    ],
)
def test_anything_may_be_sent_there(
    make_watched: MakeSite, body: bytes, kind: str, more: Iterable[tuple[str, str]], status: int
) -> None:
    site = make_watched()
    reply = sends_report(site, body, kind, *more)
    assert (reply.status, reply.body, reply.values("set-cookie")) == (status, b"", [])
    assert bool(found(site)) == (status == 204 and b"x.example" in body)


def test_a_flood_of_reports_is_not_read(make_watched: MakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consentgate.gate.log.allowance.REPORTS_A_MINUTE", 3)
    now = Clock(60_000.0)
    monkeypatch.setattr("time.monotonic", now)
    site = make_watched()
    statuses = [sends_report(site, report(f"https://x{n}.example")).status for n in range(5)]
    assert statuses == [204, 204, 204, 429, 429]
    now.now += 60
    assert sends_report(site, report("https://x9.example")).status == 204
    assert len(found(site)) == 4
    assert REPORTS_A_MINUTE > 3


@pytest.mark.parametrize("setting", ["", 'csp = "off"', 'report_only = true\ncsp = "off"'])
def test_where_nobody_is_asked_for_reports_none_are_taken(make_site: MakeSite, setting: str) -> None:
    site = make_site(policy=POLICY.replace("[site]", f"[site]\n{setting}"))
    assert sends_report(site, report("https://x.example")).status == 405
    assert site.asks("/_privacy/reports").status == 404
    assert site.gets().values(CSP) == []
    assert not any(kind == "host reported" for kind, _ in found(site))


def test_the_gates_own_pages_are_there_and_a_consent_counts(make_watched: MakeSite) -> None:
    site = make_watched(App(Page(headers=[HTML, ("Set-Cookie", "_film=1"), ("Set-Cookie", "_ab=1")])))
    assert site.gets("/_privacy/choices").status == 200
    reply = site.gets("/", site.chooses("save", service="films"))
    assert reply.set_names == {"_film", "_ab"}
    assert reply.value(CSP) == site.gets().value(CSP)
    assert found(site)["cookie", "_film"] == 1
    assert found(site)["cookie", "_ab"] == 2


# -- counting ----------------------------------------------------------------------------------------------


def test_it_is_summed_up_after_a_hundred_and_whenever_there_are_twice_as_many(
    caplog: pytest.LogCaptureFixture,
) -> None:
    findings = Findings()
    for number in range(4 * FIRST_SUMMARY):
        findings.add(
            "host", "often.example" if number % 3 else "seldom.example", "stats" if number % 3 else ""
        )
    messages = [record.getMessage() for record in caplog.records]
    assert len(messages) == 3
    assert messages[0].splitlines() == [
        "findings: 100 times something was blocked, or would have been:",
        "  66 x host 'often.example' (stats)",
        "  34 x host 'seldom.example'",
    ]


def test_made_up_names_do_not_fill_the_memory(caplog: pytest.LogCaptureFixture) -> None:
    findings = Findings()
    for number in range(MOST + 50):
        findings.add("host reported", f"x{number}\n.example")
    found = findings.all()
    assert len(found) == MOST + 1
    assert found[0] == Finding("host reported", OTHERS, "", 50)
    assert not any("\n.example" in record.getMessage() for record in caplog.records)


def test_a_page_that_would_be_cut_is_logged_without_its_path(
    make_watched: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    body = (
        b"<!doctype html><body><img src=//x.example "
        + b" ".join(b"a%d" % n for n in range(40_000))
        + b">text"
    )
    site = make_watched(Page(body))
    assert site.gets("/secret-path").body == site.gets("/secret-path").body == body
    messages = [m for m in (r.getMessage() for r in caplog.records) if "attributes" in m]
    assert messages
    assert len(messages) == len(set(messages))
    assert not any("secret" in message for message in messages)

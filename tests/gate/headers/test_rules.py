"""Each header that loads, remembers, reports or hands out something: what of it reaches whom (H9).

The table below has at least a row for each of the rules.
"""

from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentgate import Gate
from consentgate.gate import Request
from consentgate.gate.headers.rules import PREFIXES, RULES
from gate.conftest import MakeSite
from gate.driver import HTML, JSON, POLICY, App, Headers, Page, make_gate

FILMS = "https://films.example"
FORGET = '{"group":"default","max_age":0,"endpoints":[]}'
OWN_REPORTS = '{"group":"o","max_age":9,"endpoints":[{"url":"/r"}]}'
OWN_GROUP = ("Reporting-Endpoints", 'own="/r", films="https://films.example/r"')
GROUPED = (OWN_GROUP, ("Report-To", f'{{"group":"old","max_age":9,"endpoints":[{{"url":"{FILMS}/r"}}]}}'))

# A header's name and value, other headers beside it, and the value that leaves: closed, and where the service
# films was granted.
Row = tuple[str, str, Headers, str | None, str | None]


def same(name: str, value: str, *beside: tuple[str, str]) -> Row:
    return name, value, [*beside], value, value


def of_films(name: str, value: str, closed: str | None, *beside: tuple[str, str]) -> Row:
    return name, value, [*beside], closed, value


def never(name: str, value: str, left: str | None, *beside: tuple[str, str]) -> Row:
    return name, value, [*beside], left, left


ROWS: list[Row] = [
    never("Link", f"<{FILMS}/x>; rel=preload, </x>; rel=preload", "</x>; rel=preload"),
    of_films("Refresh", f"0; url={FILMS}/", None),
    of_films("Refresh", f"5;URL='{FILMS}/'", None),
    of_films("Refresh", "1,//films.example", None),
    same("Refresh", "300"),
    same("Refresh", "0; url=/next"),
    same("Refresh", "0;url='https://www.example.org/next'"),
    never("Refresh", "0;url='https://www.example.org'@films.example/'", None),
    never("Refresh", "0;url=\x0b/next", None),
    never("Refresh", "0;url=\xa0/next", None),
    never("Refresh", "0;url=/\xc3\xa9", None),
    never("Refresh", "/next", None),
    never("Refresh", "1;url=x@films.example/", None),
    never("Refresh", "0;url=data:text/html,<p>", None),
    of_films("SourceMap", f"{FILMS}/x.map", None),
    same("SourceMap", "x.map"),
    of_films("X-SourceMap", "//films.example/x.map", None),
    never("Alt-Svc", 'h3="films.example:443"; ma=2592000', None),
    never("Alt-Svc", 'h3=":443"; ma=9, h2="alt.example.org:443"; ma=9', 'h3=":443"; ma=9'),
    same("Alt-Svc", 'h3=":443"; ma=9; persist=1, h2="www.example.org:8443"'),
    same("Alt-Svc", "clear"),
    never("Alt-Svc", "h3=films.example:443", None),
    # Reports.
    of_films("Reporting-Endpoints", f'a="{FILMS}/r", b="/r"', 'b="/r"'),
    of_films("Reporting-Endpoints", f'a="{FILMS}/r,b"', None),
    same("Reporting-Endpoints", 'default="https://reports.example.org/", x="a, b"'),
    never("Reporting-Endpoints", 'a="/r", B=https://films.example', 'a="/r"'),
    of_films("Report-To", f'{{"max_age":9,"endpoints":[{{"url":"{FILMS}/r"}}]}}', FORGET),
    of_films(
        "Report-To",
        f'{OWN_REPORTS}, {{"max_age":9,"endpoints":[{{"url":"{FILMS}"}}]}}',
        f"{OWN_REPORTS}, {FORGET}",
    ),
    same("Report-To", '{"group":"o","max_age":9,"endpoints":[{"url":"/r"}]}'),
    never("Report-To", "{nonsense", None),
    never("Report-To", "[" * 20_000, None),
    of_films("NEL", '{"report_to":"old","max_age":9}', '{"max_age":0}', *GROUPED),
    same("NEL", '{"report_to":"own","max_age":9}', *GROUPED),
    never("NEL", '{"report_to":"of another response","max_age":9}', '{"max_age":0}'),
    same("NEL", '{"max_age":0}'),
    never("NEL", "nonsense", '{"max_age":0}'),
    of_films(
        "Content-Security-Policy",
        f"img-src *; report-uri {FILMS}/r /r; script-src 'self'",
        "img-src *; report-uri /r; script-src 'self'",
    ),
    of_films(
        "Content-Security-Policy", f"a b; REPORT-URI {FILMS}/r, c; report-to films", "a b, c", OWN_GROUP
    ),
    same("Content-Security-Policy", "default-src 'self'; report-to own", OWN_GROUP),
    of_films("Content-Security-Policy-Report-Only", f"report-uri {FILMS}/r", ""),
    of_films("Cross-Origin-Opener-Policy", 'same-origin; report-to="films"', "same-origin", OWN_GROUP),
    same("Cross-Origin-Opener-Policy", 'same-origin; report-to="own"', OWN_GROUP),
    of_films(
        "Cross-Origin-Opener-Policy-Report-Only", 'same-origin;report-to="films"', "same-origin", OWN_GROUP
    ),
    never("Cross-Origin-Embedder-Policy", 'require-corp; report-to="elsewhere"', "require-corp"),
    of_films(
        "Cross-Origin-Embedder-Policy-Report-Only",
        'require-corp; report-to="films"',
        "require-corp",
        OWN_GROUP,
    ),
    of_films(
        "Document-Policy",
        "sync-xhr=?0;report-to=films, *;report-to=own",
        "sync-xhr=?0, *;report-to=own",
        OWN_GROUP,
    ),
    of_films("Document-Policy-Report-Only", "*;report-to=films", "*", OWN_GROUP),
    of_films("Require-Document-Policy", "*;report-to=films", "*", OWN_GROUP),
    of_films(
        "Integrity-Policy",
        "blocked-destinations=(script), endpoints=(films own)",
        "blocked-destinations=(script), endpoints=(own)",
        OWN_GROUP,
    ),
    of_films("Integrity-Policy-Report-Only", "endpoints=(films)", "endpoints=()", OWN_GROUP),
    of_films("Connection-Allowlist", "(response-origin);report-to=films", "(response-origin)", OWN_GROUP),
    of_films(
        "Connection-Allowlist-Report-Only",
        "(response-origin);report-to=films",
        "(response-origin)",
        OWN_GROUP,
    ),
    of_films("Expect-CT", f'max-age=9, report-uri="{FILMS}/r"', None),
    same("Expect-CT", "max-age=9, enforce"),
    # Who may be told what.
    never("Permissions-Policy", "ch-ua-model=*, camera=()", "camera=()"),
    of_films("Permissions-Policy", f'camera=(), ch-ua-model=(self "{FILMS}")', "camera=()"),
    same("Permissions-Policy", "ch-ua-model=(self), camera=(self)"),
    of_films("Permissions-Policy-Report-Only", "camera=();report-to=films", "camera=()", OWN_GROUP),
]

# What no service can declare: value, and what is left unless undeclared things were consented to.
UNDECLARED = [
    ("Speculation-Rules", '"/rules.json"', None),
    ("Accept-CH", "Sec-CH-UA-Model, DPR, Sec-CH-UA, Save-Data", "Sec-CH-UA, Save-Data"),
    ("Accept-CH", "Sec-CH-UA-Full-Version-List", ""),
    ("Critical-CH", "Sec-CH-UA-Model", None),
    ("Critical-CH", "Sec-CH-Prefers-Color-Scheme", "Sec-CH-Prefers-Color-Scheme"),
    ("Use-As-Dictionary", 'match="/js/*", id="visitor-1"', None),
    ("Service-Worker-Allowed", "/", None),
    ("Set-Login", "logged-in", None),
    ("Activate-Storage-Access", "load", None),
    ("Secure-Session-Registration", '(ES256);path="s"', None),
    ("Secure-Session-Challenge", '"c"', None),
    ("Sec-Session-Registration", '(ES256);path="s"', None),
    ("Sec-Session-Challenge", '"c"', None),
    ("Observe-Browsing-Topics", "?1", None),
    ("Shared-Storage-Write", 'set;key="a";value="b"', None),
    ("Shared-Storage-Cross-Origin-Worklet-Allowed", "?1", None),
    ("Sec-Private-State-Token", "x", None),
    ("Sec-Private-State-Token-Lifetime", "1", None),
    ("X-Allow-FLEDGE", "true", None),
    ("Ad-Auction-Allowed", "?1", None),
    ("Ad-Auction-Signals", "[]", None),
    ("Attribution-Reporting-Register-Source", '{"destination":"https://shop.example"}', None),
    ("ATTRIBUTION-REPORTING-REGISTER-TRIGGER", "{}", None),
]
NO_LOGIN = POLICY.replace('reason = "authentication"', 'reason = "security"')


def left(gate: Gate, headers: Headers, cookie: str = "", path: str = "/") -> Headers:
    asked = {"host": ["www.example.org"], "cookie": [cookie] if cookie else []}
    exchange = gate.exchange(Request("GET", path, "", asked))
    head = exchange.start(200, [JSON, *headers])
    assert head is not None
    return head.headers


def values(headers: Headers, name: str) -> list[str]:
    return [value for key, value in headers if key.lower() == name.lower()]


def consents(gate: Gate, *ids: str) -> str:
    from gate.driver import Site

    site = Site("wsgi", App(), gate)
    return site.chooses("save", service=[*ids]) if ids else site.chooses("accept")


def listed(value: str | None) -> list[str]:
    return [] if value is None else [value]


@pytest.mark.parametrize(("name", "value", "beside", "closed", "opened"), ROWS)
def test_what_leads_to_a_service_waits_for_its_consent_H9(
    name: str, value: str, beside: Headers, closed: str | None, opened: str | None
) -> None:
    gate = make_gate()
    headers = [*beside, (name, value)]
    for cookie in ("", consents(gate, "stats")):
        assert values(left(gate, headers, cookie), name) == listed(closed)
    assert values(left(gate, headers, consents(gate, "films")), name) == listed(opened)


@pytest.mark.parametrize(("name", "value", "closed"), UNDECLARED)
def test_what_nothing_declares_waits_for_the_undeclared_H9(name: str, value: str, closed: str | None) -> None:
    gate = make_gate(NO_LOGIN)
    for cookie in ("", consents(gate, "films"), consents(gate)):
        assert values(left(gate, [(name, value)], cookie), name) == listed(closed)
    switched = make_gate(NO_LOGIN.replace("[site]", '[site]\nundeclared = "third-party"'))
    assert values(left(switched, [(name, value)]), name) == listed(closed)
    assert values(left(switched, [(name, value)], consents(switched)), name) == [value]


def test_every_rule_has_a_row_and_a_source() -> None:
    named = {row[0].lower() for row in ROWS} | {row[0].lower() for row in UNDECLARED}
    assert set(RULES) <= named
    assert all(any(name.startswith(beginning) for name in named) for beginning in PREFIXES)
    assert all(rule.source for rule in (*RULES.values(), *PREFIXES.values()))


@pytest.mark.parametrize(
    "name", ["Secure-Session-Registration", "Secure-Session-Challenge", "Sec-Session-Registration"]
)
def test_the_keys_of_a_session_pass_where_the_site_has_logins(name: str) -> None:
    assert values(left(make_gate(), [(name, "(ES256)")]), name) == ["(ES256)"]


def test_a_withdrawal_makes_browsers_forget_where_reports_went(make_site: MakeSite) -> None:
    site = make_site()
    granted = site.chooses("accept")
    for reply in (site.decides("accept"), site.decides("refuse"), site.decides("accept", granted)):
        assert reply.values("report-to") + reply.values("nel") == []
    for reply in (site.decides("withdraw", granted), site.decides("save", granted, service="films")):
        assert reply.value("report-to") == '{"max_age":0,"endpoints":[]}'
        assert reply.value("nel") == '{"max_age":0}'


def test_a_service_workers_reach_goes_by_who_declares_its_script() -> None:
    policy = POLICY + (
        '[[service]]\nid = "app"\ncategory = "necessary"\nreason = "requested-service"\npaths = ["/sw.js"]\n'
        '[[service]]\nid = "push"\ncategory = "performance"\npaths = ["/push.js"]\n'
    )
    gate, header = make_gate(policy), ("Service-Worker-Allowed", "/")
    granted = consents(gate, "push")
    kept = {
        (path, bool(cookie)): bool(values(left(gate, [header], cookie, path), header[0]))
        for path in ("/sw.js", "/push.js", "/other.js")
        for cookie in ("", granted)
    }
    assert {key for key, value in kept.items() if value} == {
        ("/sw.js", False),
        ("/sw.js", True),
        ("/push.js", True),
    }


def test_a_service_worker_that_is_not_allowed_is_not_there(make_site: MakeSite) -> None:
    policy = POLICY + '[[service]]\nid = "push"\ncategory = "performance"\npaths = ["/push.js"]\n'
    site = make_site(Page(b"self", headers=[("Content-Type", "text/javascript")]), policy=policy)
    assert site.gets("/push.js").status == 200
    refused = site.gets("/push.js", Service_Worker="script")
    assert (refused.status, b"self" in refused.body) == (404, False)
    assert site.gets("/push.js", site.chooses("accept"), Service_Worker="script").body == b"self"
    assert site.gets("/sw.js", Service_Worker="script").body == b"self"


@pytest.mark.parametrize("destination", ["worker", "sharedworker", "serviceworker"])
def test_a_worker_gets_the_net_with_its_script(make_site: MakeSite, destination: str) -> None:
    script = ("Content-Type", "text/javascript")
    site = make_site(Page(b"self", headers=[script, ("ETag", '"1"')]))
    reply = site.gets("/w.js", Sec_Fetch_Dest=destination)
    assert "films.example" not in reply.value("content-security-policy")
    opened = site.gets("/w.js", site.chooses("accept"), Sec_Fetch_Dest=destination)
    assert "films.example" in opened.value("content-security-policy")
    assert opened.value("etag") != reply.value("etag")
    assert opened.body == reply.body == b"self"
    assert site.gets("/w.js", Sec_Fetch_Dest="script").lowered == [
        ("content-type", script[1]),
        ("etag", '"1"'),
    ]


def test_the_request_tells_no_more_than_an_untouched_browser_would(make_site: MakeSite) -> None:
    told = {
        "Dictionary-ID": '"visitor-1"',
        "Available-Dictionary": ":x:",
        "Sec-Browsing-Topics": "();p=P",
        "Sec-CH-UA-Model": '"Pixel"',
        "Sec-CH-UA-Platform-Version": '"1"',
        "Device-Memory": "8",
        "DPR": "2",
        "Sec-CH-UA": '"x"',
        "Sec-CH-UA-Mobile": "?0",
        "Sec-CH-Prefers-Color-Scheme": "dark",
        "Sec-GPC": "0",
        "Save-Data": "on",
    }
    site = make_site(policy=POLICY.replace("[site]", '[site]\nundeclared = "third-party"'))
    site.asks(headers=[*told.items()])
    seen = {name.lower() for name, _ in site.app.seen[-1].headers}
    plain = {"sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-prefers-color-scheme", "sec-gpc", "save-data"}
    assert seen & {name.lower() for name in told} == plain
    site.asks(headers=[*told.items(), ("Cookie", site.chooses("accept"))])
    assert {name.lower() for name in told} <= {name.lower() for name, _ in site.app.seen[-1].headers}


@pytest.mark.parametrize("kind", [HTML, JSON])
def test_over_either_interface_and_on_any_response_H9(make_site: MakeSite, kind: tuple[str, str]) -> None:
    dropped = [("Refresh", f"0;url={FILMS}"), ("SOURCEMAP", FILMS), ("observe-browsing-topics", "?1")]
    kept = [("X-Own", "1"), ("Report-To", '{"group":"o","max_age":9,"endpoints":[{"url":"/r"}]}')]
    for status in (200, 302, 304, 404, 500):
        typed = [] if status == 304 else [kind]
        site = make_site(Page(b"" if status == 304 else b"{}", status, [*typed, *dropped, *kept]))
        headers = site.gets().lowered
        assert not {name.lower() for name, _ in dropped} & {name for name, _ in headers}
        assert {(name.lower(), value) for name, value in kept} <= set(headers)


def test_a_first_deployment_reads_in_the_log_what_was_dropped(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    dropped = [("Refresh", "0;url=https://refresh.example/a?b"), ("Use-As-Dictionary", 'id="visitor-1"')]
    site = make_site(Page(headers=[JSON, *dropped]))
    site.gets(), site.gets()
    messages = [record.getMessage() for record in caplog.records]
    assert len(messages) == 2
    assert 'hosts = ["refresh.example"]' in messages[0]
    assert '"use-as-dictionary"' in messages[1]
    assert not any("visitor-1" in message or "a?b" in message for message in messages)


@pytest.mark.parametrize(
    ("meta", "stays"),
    [
        ('<meta http-equiv="Accept-CH" content="Sec-CH-UA-Model, Sec-CH-UA">', False),
        ("<META HTTP-EQUIV=delegate-ch CONTENT='sec-ch-ua-model https://films.example'>", False),
        ('<meta http-equiv="accept-ch" content="Sec-CH-UA Save-Data">', True),
        ('<meta http-equiv="accept-ch" content="">', True),
        ('<meta name="accept-ch" content="DPR">', True),
    ],
)
def test_a_page_asks_for_no_more_than_its_headers_may(meta: str, stays: bool) -> None:
    page, url = meta.encode(), "https://www.example.org/"
    assert make_gate().rewrite(page, url=url).html == (page if stays else b"")
    switched = make_gate(POLICY.replace("[site]", '[site]\nundeclared = "third-party"'))
    assert switched.rewrite(page, url=url, grants=["third-party"]).html == page


HEADERS = st.sampled_from(sorted(RULES))
PARTS = st.sampled_from(
    (
        *("https://films.example", "//films.example/x", "/r", "own", "films", "rel=preload", "report-uri"),
        *("report-to", "url", '"endpoints"', "0", "ch-dpr", "DPR"),
        *" \t\"=;,()\\{}[]<>:*'\xe9",
    )
)


@given(HEADERS, st.lists(PARTS, max_size=12).map("".join))
def test_whatever_a_value_is_what_leaves_would_leave_again(name: str, value: str) -> None:
    gate = make_gate()
    sent = left(gate, [OWN_GROUP, (name, value)])
    assert left(gate, sent[1:])[1:] == sent[1:]

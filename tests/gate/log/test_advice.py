"""What is logged of undeclared things (a first deployment must never fail silently)."""

from __future__ import annotations

import asyncio
import logging
import re
import tomllib
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest

from consentgate import Policy, asgi, wsgi
from consentgate.gate.log.once import MOST
from consentgate.policy import PolicyError
from gate.conftest import MakeSite
from gate.driver import HTML, POLICY, App, Page, make_gate


def proposals(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The lines that each message proposes, "" where there are none."""
    messages = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    return [message.partition("To declare it:\n")[2] for message in messages]


def test_each_undeclared_thing_is_logged_once_with_lines_that_load(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    body = b'<img src="https://nobody.example/1"><script src="https://unheard-of.example:8443/x"></script>'
    headers = [
        HTML,
        ("Set-Cookie", "who=1"),
        ("Set-Cookie", "o'dd=1"),
        ("Link", "<//linked.example>; rel=preload"),
    ]
    site = make_site(Page(body, headers=headers))
    for _ in range(3):
        site.gets("/", "who=1; came=2; _film=3; sid=4")
    lines = proposals(caplog)
    # The seventh says that no consent opens a Link header.
    assert len(lines) == len(set(lines)) == 7, lines
    policy = Policy.parse(POLICY + "\n" + "\n".join(lines))
    assert {c.name for c in policy.cookies} >= {"who", "o'dd", "came"}
    hosts = {host for service in policy.services for host in service.hosts}
    assert hosts >= {"nobody.example", "unheard-of.example", "linked.example"}
    # Declared so, they are asked for, and nothing is left to be proposed.
    caplog.clear()
    again = make_site(site.app, policy=policy)
    again.gets("/", f"{again.chooses('accept')}; who=1; came=2")
    assert b"nobody.example" in again.gets("/", again.chooses("accept")).body
    # But for the Link header, which no consent opens.
    assert proposals(caplog) == [""]


@pytest.mark.parametrize("undeclared", ["never", "third-party", "performance"])
def test_what_the_catalogue_knows_is_proposed_by_its_name(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture, undeclared: str
) -> None:
    policy = POLICY.replace("[site]", f'[site]\nundeclared = "{undeclared}"')
    body = b'<iframe src="https://www.youtube.com/embed/x"></iframe><script src="https://js.stripe.com/v3/"></script>'
    make_site(Page(body), policy=policy).gets("/", "_ga=1")
    lines = "\n".join(proposals(caplog))
    used = [table["use"] for table in tomllib.loads(lines)["service"]]
    assert {"youtube", "stripe", "google-analytics"} <= set(used)
    loaded = Policy.parse(policy + "\n" + lines)
    assert all(s.category != "never" for s in loaded.services)


THREE = '[[category]]\nid = "performance"\n[[category]]\nid = "third-party"\n'
ADVERTISING = b"""<script src="https://connect.facebook.net/en_US/fbevents.js"></script>
<script src="https://www.googleadservices.com/pagead/conversion.js"></script>
<script src="https://www.googletagmanager.com/gtm.js?id=GTM-1"></script>"""


@pytest.mark.parametrize("categories", ["", THREE, '[[category]]\nid = "statistics"\n'])
@pytest.mark.parametrize("undeclared", ["never", "performance"])
def test_advertising_is_proposed_as_marketing_with_the_category_where_it_is_missing(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture, categories: str, undeclared: str
) -> None:
    switch = f'undeclared = "{undeclared}"' if "statistics" not in categories else ""
    policy = f'[site]\nname = "S"\ncontroller = "C"\ncontact = "c@e.org"\n{switch}\n{categories}'
    make_site(Page(ADVERTISING), policy=policy).gets()
    lines = "\n".join(proposals(caplog))
    tables = tomllib.loads(lines)
    assert [table["use"] for table in tables["service"]] == ["meta-pixel", "google-ads", "google-tag-manager"]
    assert tables.get("category", []) == ([{"id": "marketing"}] if categories else [])
    caplog.clear()
    loaded = Policy.parse(f"{policy}\n{lines}")
    assert {service.category for service in loaded.services} == {"marketing"}
    assert not caplog.records


@pytest.mark.parametrize(
    ("categories", "category"),
    [
        # The category is there, and says that it covers something else.
        ('[[category]]\nid = "marketing"\ncovers = ["all"]\n[[category]]\nid = "x"\n', "marketing"),
        # The id is taken.
        (
            '[[category]]\nid = "x"\n[[service]]\nid = "marketing"\ncategory = "x"\nhosts = ["m.example"]\n',
            "x",
        ),
    ],
)
def test_the_category_that_is_proposed_fits_the_policy(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture, categories: str, category: str
) -> None:
    policy = f'[site]\nname = "S"\ncontroller = "C"\ncontact = "c@e.org"\n{categories}'
    make_site(Page(ADVERTISING.partition(b"\n")[0]), policy=policy).gets()
    loaded = Policy.parse(f"{policy}\n" + "\n".join(proposals(caplog)))
    assert [s.category for s in loaded.services if s.id == "meta-pixel"] == [category]


def test_for_payment_the_log_asks_whether_the_site_can_do_without(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    make_site(Page(b'<script src="https://js.stripe.com/v3/"></script>')).gets()
    [lines] = proposals(caplog)
    caplog.clear()
    assert Policy.parse(POLICY + lines).services[-1].category == "third-party"
    assert not caplog.records
    other = re.sub(r"(?m)^# (?=category|reason)", "", lines).replace('category = "third-party"', "")
    stripe = Policy.parse(POLICY + other.replace('"..."', '"payment"')).services[-1]
    assert (stripe.category, stripe.reason) == ("necessary", "payment")


@pytest.mark.parametrize(
    ("host", "category", "known_for"),
    [
        ("ad.01net.com", "marketing", "marketing"),
        ("tags.tiqcdn.com", "marketing", "marketing"),
        ("cdn.appcues.com", "performance", ""),
        ("static.ada.support", "third-party", ""),
        ("nobody.example", "third-party", ""),
    ],
)
def test_a_host_is_proposed_by_what_its_company_is_known_for(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture, host: str, category: str, known_for: str
) -> None:
    page = Page(f'<script src="https://{host}/x.js"></script>'.encode())
    make_site(page).gets()
    [lines] = proposals(caplog)
    assert [table["category"] for table in tomllib.loads(lines)["service"]] == [category]
    caplog.clear()
    make_site(page, policy=POLICY + THREE).gets()
    [lines] = proposals(caplog)
    [table] = tomllib.loads(lines)["service"]
    assert table["category"] == ("third-party" if known_for else category)
    assert ("which no category of this policy covers" in lines) == bool(known_for)


def test_an_address_for_a_program_is_none_that_a_policy_could_declare(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    site = make_site(Page(b'<iframe src="own-app://open"></iframe><iframe src="own-app:again"></iframe>'))
    assert b"own-app" not in site.gets("/").body
    assert proposals(caplog) == [""]
    assert 'an address that begins with "own-app:"' in caplog.text


def test_several_hosts_and_cookies_of_a_known_service_are_one_proposal(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    body = b'<iframe src="https://www.youtube.com/embed/x"></iframe><img src="https://i.ytimg.com/x.jpg">'
    body += b'<img src="https://a-b.example/"><img src="https://a.b.example/">'
    make_site(Page(body)).gets("/", "_ga=1; _gid=2")
    assert sorted(lines.count("use =") for lines in proposals(caplog)) == [0, 0, 0, 0, 1, 1]
    assert 'use = "youtube" declares it too' in caplog.text
    loaded = Policy.parse(POLICY + "\n" + "\n".join(proposals(caplog)))
    assert {"a-b-example", "a-b-example-2", "youtube"} <= {service.id for service in loaded.services}


def test_a_service_of_that_name_may_be_there_already(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    policy = (
        POLICY + '\n[[service]]\nid="youtube"\nname="Y"\ncategory="third-party"\nhosts=["www.youtube.com"]\n'
    )
    policy += '\n[[service]]\nid="i-ytimg-com"\nname="Z"\ncategory="third-party"\nhosts=["z.example"]\n'
    make_site(Page(b'<img src="https://i.ytimg.com/vi/x.jpg">'), policy=policy).gets()
    [lines] = proposals(caplog)
    assert Policy.parse(policy + "\n" + lines).services[-1].hosts == ("i.ytimg.com",)


def test_a_policy_with_nothing_to_ask_can_still_take_the_lines(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    policy = '[site]\nname="S"\ncontroller="C"\ncontact="c@example.org"\n[[category]]\nid="necessary"\n'
    make_site(policy=policy).gets("/", "who=1")
    assert proposals(caplog)
    Policy.parse(policy + "\n" + "\n".join(proposals(caplog)))


@pytest.mark.parametrize(
    "name",
    [
        *(
            "a\x1b[31mb",
            "a\nERROR forged",
            '"quoted"',
            "back\\slash",
            "\xe9\u2028",
            "x" * 300,
            "st*ar",
            "\x85",
        ),
        *("[[cookie]]", "a#b", "a'b", "", "a\x7fb", "*"),
    ],
)
def test_a_log_cannot_be_forged_and_no_line_fails_to_load(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    site = make_site(validated=False)
    site.gets("/", f"{name}=1".encode("latin-1", "replace").decode("latin-1"))
    for record in caplog.records:
        if "cookie" in record.getMessage():
            assert all(
                " " <= character <= "~" for line in record.getMessage().split("\n") for character in line
            )
            assert not any(line.startswith("ERROR") for line in record.getMessage().split("\n"))
    Policy.parse(POLICY + "\n" + "\n".join(proposals(caplog)))


@pytest.mark.parametrize(
    "host", ["[::1]", "x_y.example", "a..b", "-", "1.2.3.4", "x" * 300 + ".example", "b\xc3\xbc.example"]
)
def test_odd_hosts_are_proposed_only_where_a_policy_takes_them(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture, host: str
) -> None:
    make_site(Page(f'<img src="https://{host}/x">'.encode("latin-1"))).gets()
    Policy.parse(POLICY + "\n" + "\n".join(proposals(caplog)))


def test_the_log_is_bounded_and_browsers_do_not_crowd_out_the_site(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    site = make_site(Page(headers=[HTML, ("Set-Cookie", "real=1")]))
    for start in range(0, 1000, 100):
        site.app.page = Page(headers=[HTML])
        site.gets("/", "; ".join(f"made_up_{number}=1" for number in range(start, start + 100)))
    assert len([line for line in proposals(caplog) if "made_up" in line]) == MOST
    site.app.page = Page(headers=[HTML, ("Set-Cookie", "real=1")])
    site.gets("/")
    assert any('"real"' in line for line in proposals(caplog))


def test_declared_things_are_not_logged(make_site: MakeSite, caplog: pytest.LogCaptureFixture) -> None:
    body = b'<script src="https://stats.vendor.example/s.js"></script>'
    site = make_site(Page(body, headers=[HTML, ("Set-Cookie", "_ab=1"), ("Set-Cookie", "sid=1")]))
    site.gets("/", "_st1=1; _film=2; sid=3")
    assert proposals(caplog) == []


def said(caplog: pytest.LogCaptureFixture, start: str) -> list[str]:
    return [m for m in (r.getMessage() for r in caplog.records) if m.startswith(start)]


def test_a_refused_redirect_is_logged_once_with_its_host_and_what_would_open_it(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    policy = POLICY.replace("[site]", "[site]\ngate_redirects = true")
    policy += '[[service]]\nid = "shut"\nname = "S"\ncategory = "never"\nhosts = ["shut.example"]\n'
    hosts = ("films.example", "nobody.example", "pay.example", "shut.example", "own-app:")
    pages = {
        f"/to/{host}": Page(b"", 302, [HTML, ("Location", f"{start}{host}/secret?token=secret")])
        for host in hosts
        for start in ("" if host.endswith(":") else "https://",)
    }
    site = make_site(App(pages=pages), policy=policy)
    for path in (*pages, *pages):
        assert site.gets(path).status == 403
    lines = said(caplog, "refused a redirect")
    assert [
        f'the page "/to/{host}" to the host "{host}" (403)' in line
        for host, line in zip(hosts, lines, strict=True)
    ] == [True] * 5
    assert all("gate_redirects is on in [site]" in line and "secret" not in line for line in lines)
    films, nobody, pay, shut, program = lines
    assert 'consent to "third-party"' in films
    assert "[[service]] with this host" in nobody
    assert '"pay" on other pages only' in pay
    assert 'category = "never"' in shut
    assert "no policy can name a program" in program
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_a_necessary_service_off_its_pages_is_logged_once_with_a_hint(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    page = Page(b'<p><iframe src="https://pay.example/frame"></iframe>')
    site = make_site(App(page))
    for path in ("/checkout/2", "/checkout", "/"):
        assert (b"Pay is not used on this page." in site.gets(path).body) == (path != "/checkout/2")
    assert b"Privacy choices" not in site.gets("/checkout").body
    [line] = said(caplog, 'blocked "pay"')
    assert line == (
        'blocked "pay" on the page "/checkout": the policy has it necessary on other pages only, '
        'pages = ["/checkout/*"]; "/checkout/*" does not match "/checkout"'
    )


def test_a_host_is_named_for_each_service_that_it_serves(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    body = b'<script src="https://www.google.com/recaptcha/api.js"></script>'
    body += b'<iframe src="https://www.google.com/maps/embed?pb=1"></iframe>'
    site = make_site(Page(body))
    site.gets()
    site.gets()
    assert [table["use"] for table in tomllib.loads("\n".join(proposals(caplog)))["service"]] == [
        "recaptcha",
        "google-maps",
    ]


def test_the_services_that_share_a_loader_are_named(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    body = b'<script async src="https://www.googletagmanager.com/gtag/js?id=GT-X"></script>'
    site = make_site(Page(body))
    site.gets()
    [lines] = proposals(caplog)
    assert 'use = "google-tag"' in lines
    assert '# Others load the same. If the site has it for "google-analytics" or "google-ads"' in lines
    # It is good advice.
    policy = Policy.parse(POLICY + '\n[[service]]\nuse = "google-analytics"\n')
    again = make_site(site.app, policy=policy)
    assert again.gets("/", again.chooses("accept")).body.count(b"gtag/js") == 1


@pytest.mark.parametrize(("insecure", "name"), [(False, "__Host-consent"), (True, "consent")])
def test_a_cookie_under_the_gates_own_name_is_dropped_and_logged_once(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture, insecure: bool, name: str
) -> None:
    site = make_site(Page(headers=[HTML, ("Set-Cookie", f"{name}=secret")]), insecure=insecure)
    assert site.gets().set_cookies == site.gets().set_cookies == []
    [line] = said(caplog, "blocked the application's cookie")
    assert f'"{name}"' in line
    assert "secret" not in line


@pytest.mark.parametrize(
    ("line", "said", "lifetime"),
    [
        ("sid=1; Max-Age=2592000", "asks for 30 days, and the policy allows 14 days", "30 days"),
        ("cart=1; Max-Age=5400", "asks for 90 minutes, and the policy allows session", "90 minutes"),
        ("ui_theme=1; Max-Age=63072000", "asks for 730 days, and the policy allows 395 days", "730 days"),
    ],
)
def test_a_lifetime_that_is_cut_is_logged_once_with_the_line_that_raises_it(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture, line: str, said: str, lifetime: str
) -> None:
    site = make_site(Page(headers=[HTML, ("Set-Cookie", line)]))
    assert site.gets().set_cookies != [line]
    site.gets()
    [message] = [text for text in (r.getMessage() for r in caplog.records) if "the lifetime of" in text]
    assert said in message
    name = line.partition("=")[0]
    policy = POLICY.replace('lifetime = "14 days"', "").replace('lifetime = "session"', "")
    declared = message.partition("\n")[2]
    assert declared == f'lifetime = "{lifetime}"'
    key = f'name = "{"ui*" if name == "ui_theme" else name}"'
    again = make_site(site.app, policy=policy.replace(key, f"{key}\n{declared}"))
    assert again.gets().set_cookies == [line]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("our_session", "authentication"),
        ("shopCart", "basket"),
        ("ui-locale", "ui-preference"),
        ("theme", "ui-preference"),
    ],
)
@pytest.mark.parametrize("undeclared", ["never", "third-party", "performance"])
def test_a_cookie_of_the_sites_own_is_never_proposed_as_a_third_partys(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture, name: str, reason: str, undeclared: str
) -> None:
    policy = POLICY.replace("[site]", f'[site]\nundeclared = "{undeclared}"').replace('"ui*"', '"ui_*"')
    make_site(Page(headers=[HTML, ("Set-Cookie", f"{name}=1")]), policy=policy).gets("/", f"{name}=1")
    [lines] = [lines for lines in proposals(caplog) if name in lines]
    assert "third-party" not in lines
    [cookie] = tomllib.loads(lines)["cookie"]
    assert cookie == {"name": name, "category": "performance"}
    # What stands in the comments is the other answer.
    other = re.sub(r"(?m)^# (?=category|reason)", "", lines).replace('category = "performance"', "")
    [exempt] = [c for c in Policy.parse(POLICY + other).cookies if c.name == name]
    assert (exempt.category, exempt.reason) == ("necessary", reason)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        *((name, "authentication") for name in ("JSESSIONID", "remember_token")),
        *((name, "load-balancing") for name in ("AWSALB", "AWSALBCORS", "SERVERID", "ROUTEID")),
        *((name, "load-balancing") for name in ("BIGipServerpool_80", "ARRAffinity", "__cflb")),
        *((name, "security") for name in ("XSRF-TOKEN", "cf_clearance", "__cf_bm", "visid_incap_12")),
    ],
)
def test_a_name_that_frameworks_or_what_is_in_front_of_them_use_is_proposed_as_necessary(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture, name: str, reason: str
) -> None:
    make_site().gets("/", f"{name}=1")
    [lines] = [lines for lines in proposals(caplog) if name in lines]
    policy = POLICY + lines
    [cookie] = [c for c in Policy.parse(policy).cookies if c.name == name]
    assert (cookie.category, cookie.reason) == ("necessary", reason)
    assert '# category = "performance"' in lines
    caplog.clear()
    make_site(policy=policy).gets("/", f"{name}=1")
    assert name not in caplog.text


def test_no_reason_is_suggested_for_a_name_that_tells_nothing(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    make_site().gets("/", "who=1")
    [lines] = [lines for lines in proposals(caplog) if "who" in lines]
    other = re.sub(r"(?m)^# (?=category|reason)", "", lines).replace('category = "performance"', "")
    with pytest.raises(PolicyError, match=r"reason: .*authentication"):
        Policy.parse(POLICY + other)


def test_without_a_category_for_it_a_cookie_of_the_sites_own_stays_shut(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    policy = '[site]\nname="S"\ncontroller="C"\ncontact="c@e.org"\n[[category]]\nid="third-party"\n'
    make_site(policy=policy).gets("/", "who=1")
    lines = next(lines for lines in proposals(caplog) if "who" in lines)
    assert Policy.parse(policy + lines).cookies[0].category == "never"
    assert "necessary" in lines


@pytest.mark.parametrize(
    ("host", "asked"),
    [
        ("mybrand.b-cdn.net", True),
        ("d1234.cloudfront.net", True),
        ("mysite.s3.amazonaws.com", True),
        ("mysite.s3.eu-west-1.amazonaws.com", True),
        ("files.nyc3.cdn.digitaloceanspaces.com", True),
        ("pub-0a1b.r2.dev", True),
        ("mybrand-static.net", True),
        ("img.mybrandcdn.example", True),
        ("s3.amazonaws.com", False),
        ("storage.googleapis.com", False),
        ("d10lpsik1i8c69.cloudfront.net", False),
        ("mybrand.desk.example", False),
        ("nobody.example", False),
    ],
)
@pytest.mark.parametrize("declared", [(), ("www.mybrand.test", "static.mybrand.test")])
def test_a_cdn_or_bucket_that_may_be_the_sites_own_is_proposed_for_its_hosts(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture, host: str, asked: bool, declared: tuple[str, ...]
) -> None:
    hosts = f"hosts = [{', '.join(map(repr, declared))}]" if declared else ""
    policy = POLICY.replace("[site]", f"[site]\n{hosts}")
    page = Page(f'<img src="https://{host}/x.png">'.encode())
    site = make_site(page, policy=policy, host="www.mybrand.test")
    site.gets()
    [lines] = proposals(caplog)
    Policy.parse(policy + lines)
    answers = [line.removeprefix("# ") for line in lines.split("\n") if line.startswith("# hosts")]
    assert len(answers) == asked
    for answer in answers:
        assert "in [site] instead" in lines
        said_so = POLICY.replace("[site]", f"[site]\n{answer}")
        assert host.encode() in make_site(page, policy=said_so, host="www.mybrand.test").gets().body
        assert tomllib.loads(answer)["hosts"] == [*(declared or ("mybrand.test", "*.mybrand.test")), host]


@pytest.mark.parametrize(
    ("query", "service"),
    [
        ("id=G-ABC123", "google-analytics"),
        ("l=x&amp;id=G-ABC123", "google-analytics"),
        ("id=UA-1-1", "google-analytics"),
        ("id=AW-1", "google-ads"),
        ("id=GT-1", "google-tag"),
        ("", "google-tag"),
    ],
)
def test_the_id_in_its_address_says_what_googles_tag_is_for(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture, query: str, service: str
) -> None:
    body = f'<script async src="https://www.googletagmanager.com/gtag/js?{query}"></script>'
    body += "<script>gtag('js', new Date());</script>"
    site = make_site(Page(body.encode()))
    site.gets()
    lines = "\n".join(lines for lines in proposals(caplog) if lines)
    assert [table["use"] for table in tomllib.loads(lines)["service"]] == [service]
    again = make_site(site.app, policy=POLICY + lines)
    opened = again.gets("/", again.chooses("accept")).body
    assert opened.count(b"<script>gtag(") == opened.count(b"/gtag/js") == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://statistics.example/matomo.js",
        "https://statistics.example/a/matomo.php?idsite=1",
        "https://statistics.example/piwik.js",
    ],
)
def test_what_runs_on_a_domain_of_its_own_is_proposed_with_its_host(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture, url: str
) -> None:
    site = make_site(Page(f'<script src="{url}"></script>'.encode()))
    site.gets()
    [lines] = proposals(caplog)
    [table] = tomllib.loads(lines)["service"]
    assert table == {"use": "matomo", "hosts": ["statistics.example"]}
    again = make_site(site.app, policy=POLICY + lines)
    assert url.encode() in again.gets("/", again.chooses("accept")).body


MATOMO = """<script>
  var _paq = window._paq = window._paq || [];
  _paq.push(['trackPageView']);
  (function() {{
    var u="{base}";
    _paq.push(['setTrackerUrl', u+'matomo.php']);
    var d=document, g=d.createElement('script'), s=d.getElementsByTagName('script')[0];
    g.async=true; g.src=u+'matomo.js'; s.parentNode.insertBefore(g,s);
  }})();
</script>"""


@pytest.mark.parametrize(
    ("base", "hosts"),
    [
        ("//matomo.example.org/", ["matomo.example.org"]),
        ("https://statistics.example/a/", ["statistics.example"]),
        ("https:\\/\\/statistics.example\\/", ["statistics.example"]),
        ("//example.matomo.cloud/", None),
        ("//www.example.org/matomo/", None),
        ("//example.org/matomo/", None),
        ("/matomo/", None),
    ],
)
def test_so_is_one_that_an_inline_script_loads(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture, base: str, hosts: list[str] | None
) -> None:
    site = make_site(Page(MATOMO.format(base=base).encode()))
    for _ in range(2):
        assert b"_paq" not in site.gets().body
    [lines] = proposals(caplog)
    [table] = tomllib.loads(lines)["service"]
    assert table == {"use": "matomo", **({"hosts": hosts} if hosts else {})}
    again = make_site(site.app, policy=POLICY + lines)
    opened = again.gets("/", again.chooses("accept"))
    assert b"_paq" in opened.body
    policy = opened.value("content-security-policy")
    assert all(host in policy or host.endswith(".example.org") for host in hosts or ())


def test_a_gate_within_a_gate_is_logged_once(make_site: MakeSite, caplog: pytest.LogCaptureFixture) -> None:
    site = make_site(Page(b"<p>Hello"))
    site.gets()
    assert not said(caplog, "this gate does nothing")
    inner: Any = site.app
    inner.wsgi = wsgi.ConsentMiddleware(site.app.wsgi, make_gate())
    inner.asgi = asgi.ConsentMiddleware(site.app.asgi, make_gate())
    site.gets()
    site.gets()
    assert len(said(caplog, "this gate does nothing")) == 1


def test_a_gate_inside_session_middleware_is_logged_once(
    make_site: MakeSite, interface: str, caplog: pytest.LogCaptureFixture
) -> None:
    gated: Any
    if interface == "wsgi":
        gated = wsgi.ConsentMiddleware(App().wsgi, make_gate())
        environ: dict[str, Any] = {"beaker.session": {}}
        setup_testing_defaults(environ)
        for _ in range(2):
            b"".join(gated(environ, lambda *given: None))
    else:
        gated = asgi.ConsentMiddleware(App().asgi, make_gate())
        scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "session": {}}

        async def call() -> None:
            await gated(scope, None, lambda message: asyncio.sleep(0))

        for _ in range(2):
            asyncio.run(call())
    [line] = said(caplog, "the gate is inside the session middleware")
    assert "the last is the outermost" in line


@pytest.mark.parametrize(
    ("language", "said_so"), [("en", False), ("en-GB", False), ("eo", True), ("ber", True)]
)
def test_a_language_without_texts_is_said_when_the_policy_is_loaded(
    caplog: pytest.LogCaptureFixture, language: str, said_so: bool
) -> None:
    make_gate(POLICY.replace("[site]", f'[site]\nlanguages = ["{language}"]'))
    lines = [line for line in caplog.messages if ": [site], languages: " in line]
    assert len(lines) == said_so
    assert all(language in line for line in lines)


OWN_CODE = b"\n<script>\nopenMenu();\ngtag ('event', 'menu');fbq('track', 'Menu')\n</script>"
SNIPPET = b"<script>var s=document.createElement('script');s.src='https://connect.facebook.net/a.js';fbq('init','1')</script>"


@pytest.mark.parametrize("size", [1 << 20, 40])
def test_own_code_that_goes_with_a_call_is_logged_once_with_its_place_and_words(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture, size: int
) -> None:
    body = b"<!doctype html>\n<p>one\n<p>two" + SNIPPET + OWN_CODE + b"<p>three"
    site = make_site(Page([body[at : at + size] for at in range(0, len(body), size)]))
    for _ in range(4):
        assert b"openMenu" not in site.gets("/menu").body
    logged = [r.getMessage() for r in caplog.records if "inline script" in r.getMessage()]
    (message,) = logged
    place = "line 4" if size > len(body) else f"byte {body.index(OWN_CODE) + 1}"
    assert f'blocked the inline script at {place} of the page "/menu"' in message
    assert '"gtag (' in message
    assert "\"fbq('track'" in message or '"fbq(' in message
    assert '"Google tag (gtag.js)", "Meta Pixel"' in message
    assert "declare the service, and the script stays" in message


@pytest.mark.parametrize("more", ["fetch('/menu')", "img.src = '/menu.png'", "localStorage.menu = 1"])
def test_own_code_that_does_more_than_to_call_is_logged_too(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture, more: str
) -> None:
    page = Page(f"<!doctype html><script>{more}; fbq('track', 'Menu')</script>".encode())
    make_site(page, policy=f'{POLICY}\n[[service]]\nuse = "meta-pixel"').gets()
    (message,) = [r.getMessage() for r in caplog.records if "inline script" in r.getMessage()]
    assert "move the call to a script element of its own" in message


def test_quotes_in_the_words_of_own_code_are_told_as_they_stand(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    make_site(Page(b'<!doctype html><script>openMenu(); gtag("event", "open")</script>')).gets()
    (message,) = [r.getMessage() for r in caplog.records if "inline script" in r.getMessage()]
    assert r'"gtag(\"event"' in message


def test_a_script_that_is_a_service_s_own_snippet_is_not(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    make_site(Page(b"<!doctype html>" + SNIPPET)).gets()
    assert not [r for r in caplog.records if "inline script" in r.getMessage()]


def test_a_tracker_on_the_site_itself_is_named_with_its_path(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    make_site(Page(b'<script src="/metrics/matomo.js"></script>')).gets()
    (message,) = [one for one in caplog.messages if "Matomo" in one]
    assert message.startswith('blocked "Matomo" at "/metrics/matomo.js" on the site itself')
    assert 'use = "matomo"' in message and "hosts" not in message

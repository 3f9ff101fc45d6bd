"""The second net: what it lets through, read as a browser does."""

from __future__ import annotations

import pytest

from consentgate import Gate, Policy
from consentgate.catalogue import catalogue
from consentgate.policy.claims.first_party import registrable_domain
from gate.conftest import MakeSite
from gate.driver import HTML, PAGE, POLICY, SECRET, Page, Reply, Site

from .browser import FETCHES, Csp

NAME = "Content-Security-Policy"


def csp_of(reply: Reply, page: str = "https://www.example.org/") -> Csp:
    return Csp(reply.value(NAME.lower()), page)


FOREIGN = [
    "https://films.example/",
    "https://nobody.example/x",
    "wss://stats.vendor.example/",
    "http://heat.example",
]


def test_closed_it_allows_the_sites_own_hosts_at_any_port_and_nobody_else(make_site: MakeSite) -> None:
    csp = csp_of(make_site().gets())
    for fetch in FETCHES:
        for own in (
            "www.example.org",
            "example.org",
            "static.example.org",
            "a.b.example.org",
            "example.org:8443",
        ):
            assert csp.allows(fetch, f"https://{own}/x"), (fetch, own)
        for foreign in (
            *FOREIGN,
            "https://example.org.evil.example/",
            "https://notexample.org/",
            "https://org/",
        ):
            assert not csp.allows(fetch, foreign), (fetch, foreign)
        assert csp.allows(fetch, "data:,x")
        assert csp.allows(fetch, "blob:https://www.example.org/1")
    for socket in ("wss://example.org/s", "wss://live.example.org:9000/", "ws://www.example.org:3000/"):
        assert csp.allows("connect-src", socket)


def test_it_is_one_directive_that_all_that_fetch_fall_back_to(make_site: MakeSite) -> None:
    assert set(csp_of(make_site().gets()).directives) == {"default-src"}


def test_inline_code_and_eval_stay_as_the_site_had_them(make_site: MakeSite) -> None:
    csp = csp_of(make_site().gets())
    for fetch in ("script-src-elem", "script-src-attr", "style-src-elem", "style-src-attr", "script-src"):
        assert csp.allows_keyword(fetch, "'unsafe-inline'")
    assert csp.allows_keyword("script-src", "'unsafe-eval'")
    assert csp.allows_keyword("script-src", "'wasm-unsafe-eval'")


@pytest.mark.parametrize(
    ("form", "allowed"),
    [
        ({"category": "performance"}, {"https://stats.vendor.example/", "https://heat.example:8443/x"}),
        ({"service": "stats"}, {"https://stats.vendor.example/", "wss://stats.vendor.example/"}),
        (
            {"service": "films"},
            {"https://films.example/", "https://a.films.example/", "wss://b.films.example/"},
        ),
    ],
)
def test_granted_services_and_no_others_are_added(
    make_site: MakeSite, form: dict[str, str], allowed: set[str]
) -> None:
    site = make_site()
    csp = csp_of(site.gets("/", site.chooses("save", **form)))
    every = {"https://stats.vendor.example/", "https://heat.example/", "https://films.example/", *FOREIGN}
    for url in allowed:
        assert csp.allows("connect-src", url), url
        if url.startswith("https"):
            assert all(csp.allows(fetch, url) for fetch in FETCHES)
    hosts = {url.split("/")[2].partition(":")[0] for url in allowed}
    for url in every:
        if url.split("/")[2] not in hosts:
            assert not any(csp.allows(fetch, url) for fetch in FETCHES), url


def test_a_necessary_service_counts_on_its_pages_only(make_site: MakeSite) -> None:
    site = make_site()
    assert csp_of(site.gets("/checkout/1")).allows("frame-src", "https://pay.example/")
    assert not csp_of(site.gets("/")).allows("frame-src", "https://pay.example/")


@pytest.mark.parametrize("own", ["default-src 'none'", "script-src 'self'; report-uri /r"])
def test_the_applications_own_policy_stays_beside_it_H13(make_site: MakeSite, own: str) -> None:
    site = make_site(Page(headers=[HTML, (NAME, own), (f"{NAME}-Report-Only", own)]))
    for cookie in ("", site.chooses("accept")):
        # One line, since some gateways keep only one of a name; browsers read it as several policies.
        policies = site.gets("/", cookie).value(NAME.lower()).split(", ")
        assert policies[0] == own
        assert len(policies) == 2
        assert not Csp(policies[1], "https://www.example.org/").allows("img-src", "https://nobody.example/")
        assert site.gets("/", cookie).values(f"{NAME}-report-only".lower()) == [own]


def test_several_of_them_become_one_list_in_their_order_H13(make_site: MakeSite) -> None:
    site = make_site(
        Page(headers=[(NAME, "img-src *"), HTML, (NAME.lower(), "a, b"), (NAME.upper(), ""), ("X-A", "1")])
    )
    reply = site.gets()
    assert reply.value(NAME.lower()).startswith("img-src *, a, b, default-src ")
    assert [name.lower() for name, _ in reply.headers][:3] == [NAME.lower(), "content-type", "x-a"]


@pytest.mark.parametrize(
    ("mode", "name"), [("on", NAME), ("report-only", f"{NAME}-Report-Only"), ("off", "")]
)
def test_one_setting_switches_it(make_site: MakeSite, mode: str, name: str) -> None:
    site = make_site(policy=POLICY.replace("[site]", f'[site]\ncsp = "{mode}"'))
    found = [key for key, _ in site.gets().headers if key.lower().startswith(NAME.lower())]
    assert [key.lower() for key in found] == ([name.lower()] if name else [])


def test_where_any_host_may_be_contacted_there_is_none(make_site: MakeSite) -> None:
    site = make_site(policy=POLICY.replace("[site]", '[site]\nundeclared = "third-party"'))
    assert site.gets("/", site.chooses("accept")).values(NAME.lower()) == []
    assert len(site.gets("/", site.chooses("save", category="performance")).values(NAME.lower())) == 1


@pytest.mark.parametrize(
    ("host", "own", "foreign"),
    [
        ("www.example.co.uk", ["example.co.uk", "x.example.co.uk"], ["co.uk", "other.co.uk"]),
        ("me.github.io", ["me.github.io", "a.me.github.io"], ["github.io", "you.github.io"]),
        # A development server has several names, and another port for its own scripts and sockets.
        ("127.0.0.1:8000", ["127.0.0.1:8000", "127.0.0.1:9", "localhost:5173"], ["1.0.0.127", "192.168.0.1"]),
        ("localhost:8000", ["localhost:8000", "localhost", "x.localhost", "127.0.0.1:5173"], ["local.host"]),
        ("app.localhost", ["localhost", "app.localhost", "127.0.0.1"], ["localhost.example.org"]),
        ("127.8.8.8", ["127.8.8.8", "localhost"], ["8.8.8.8"]),
        ("EXAMPLE.org.:443", ["example.org", "www.example.org"], ["xample.org"]),
        ("intranet", ["intranet"], ["www.intranet"]),
        ("b\xfccher.example", ["xn--bcher-kva.example"], ["bcher.example"]),
    ],
)
def test_first_party_is_the_registrable_domain(
    make_site: MakeSite, host: str, own: list[str], foreign: list[str]
) -> None:
    site = make_site(host=host)
    csp = csp_of(site.gets(), f"https://{own[0]}/")
    assert all(csp.allows("img-src", f"https://{name}/") for name in own)
    assert not any(csp.allows("img-src", f"https://{name}/") for name in foreign)


def test_declared_hosts_are_the_first_party_and_nothing_beside_them(make_site: MakeSite) -> None:
    policy = POLICY.replace("[site]", '[site]\nhosts = ["www.example.org", "*.cdn.example"]')
    body = PAGE + b'<img src="https://a.cdn.example/x"><img src="https://shop.example.org/x">'
    site = make_site(Page(body), policy=policy)
    reply = site.gets()
    csp = csp_of(reply)
    assert csp.allows("img-src", "https://a.cdn.example/")
    assert not csp.allows("img-src", "https://shop.example.org/")
    assert b"a.cdn.example" in reply.body
    assert b"shop.example.org" not in reply.body


@pytest.mark.parametrize(
    "host",
    [
        *(
            "*",
            "a;b",
            "x; script-src *",
            "a,b",
            "a b",
            "'none'",
            "",
            "[::1]:8000",
            "::1",
            "http://x",
            "*.example.org",
        ),
        *(
            "a\tb",
            "%2a",
            "%3b.example",
            "\xa0",
            "@x",
            "x@films.example/",
            "https:",
            "*:*",
            "-",
            ".",
            "..",
            "x" * 300,
        ),
    ],
)
def test_a_spoofed_host_never_reaches_the_policy_raw_and_opens_nothing(
    make_site: MakeSite, host: str
) -> None:
    site = make_site(host=host)
    reply = site.gets()
    assert reply.status == 200
    csp = csp_of(reply)
    plain = csp_of(make_site().gets()).directives
    assert set(csp.directives) <= set(plain)
    for fetch in FETCHES:
        assert not any(csp.allows(fetch, url) for url in FOREIGN), host
    assert b"films.example/1" not in reply.loading


CATALOGUE = (
    *(
        "google-analytics",
        "google-tag-manager",
        "youtube",
        "facebook",
        "x",
        "linkedin",
        "google-fonts",
        "hotjar",
    ),
    *("vimeo", "meta-pixel"),
)


def using(ids: tuple[str, ...]) -> str:
    return POLICY + "".join(f'\n[[service]]\nuse = "{id}"\ncategory = "third-party"\n' for id in ids)


def test_heads_fit_into_a_proxys_buffer(make_site: MakeSite) -> None:
    headers = [
        HTML,
        ("Server", "gunicorn"),
        ("Date", "Mon, 23 Nov 2026 00:00:00 GMT"),
        ("ETag", '"' + "e" * 32 + '"'),
    ]
    headers += [("Set-Cookie", "sid=" + "s" * 120 + "; Path=/; HttpOnly"), ("X-Frame-Options", "DENY")]
    site: Site = make_site(
        Page(headers=headers), policy=using(CATALOGUE), host="donnees.ville-de-paris.example.org"
    )
    assert site.gets().size_of_head < 3584
    for form in ({"category": "third-party"}, {"category": ["third-party", "performance"]}):
        reply = site.gets("/", site.chooses("save", **form))
        assert reply.size_of_head < 3584
        csp = csp_of(reply)
        assert csp.allows("frame-src", "https://www.youtube.com/embed/x")
        assert not csp.allows("frame-src", "https://nobody.example/")
    assert site.decides("accept").size_of_head < 3584


def test_without_a_policy_file_one_category_fits_too(make_site: MakeSite) -> None:
    from consentgate import Policy

    site = make_site(policy=Policy())
    for category in ("performance", "third-party"):
        assert site.gets("/", site.chooses("save", category=category)).size_of_head < 3584


def test_of_a_category_of_the_catalogue_that_is_too_long_the_most_used_services_fit(
    make_site: MakeSite,
) -> None:
    known = [service for service in catalogue().services if service.category == "functional"]
    policy = POLICY.replace("[site]", '[site]\nundeclared = "third-party"')
    policy += '\n[[category]]\nid = "helpers"\nname = "H"\ndescription = "H"\ncovers = ["functional"]\n'
    policy += '\n[[category]]\nid = "performance"\n\n[[category]]\nid = "third-party"\n'
    policy += '\n[[service]]\nid = "chat"\ncategory = "helpers"\nhosts = ["chat.vendor.example"]\n'
    site = make_site(policy=policy)
    reply = site.gets("/", site.chooses("save", category="helpers"))
    assert reply.size_of_head < 3584
    csp = csp_of(reply)
    for fetch in FETCHES:
        assert csp.allows(fetch, "https://chat.vendor.example/")
        assert csp.allows(fetch, "https://fonts.gstatic.com/")
        assert not csp.allows(fetch, "https://www.youtube.com/")
    assert csp.allows("connect-src", "wss://chat.vendor.example/")
    last = known[-1].urls[-1]
    assert not csp.allows("img-src", f"https://x.{last.host}/")


def many(count: int, hosts: tuple[str, ...] = ("api", "widgets"), category: str = "third-party") -> str:
    """Return a policy with this many services, each with long hosts of a domain of its own."""
    services = [
        {
            "id": f"s{n}",
            "name": f"S{n}",
            "category": category,
            "hosts": [f"{host}.long-vendor-name-{n}.example" for host in hosts],
        }
        for n in range(count)
    ]
    tables = ("\n".join(f"{key} = {value!r}" for key, value in service.items()) for service in services)
    return POLICY + "".join(f"\n[[service]]\n{table}\n" for table in tables)


@pytest.mark.parametrize("connections", ["off", "on"])
def test_with_sixty_services_of_two_long_hosts_the_head_fits_and_what_was_left_out_is_logged_once(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture, connections: str
) -> None:
    policy = many(60).replace("[site]", f'[site]\nconnection_allowlist = "{connections}"')
    site = make_site(policy=policy)
    accepted = site.chooses("accept")
    reply = site.gets("/", accepted)
    assert reply.size_of_head < 3584
    csp = csp_of(reply)
    for fetch in FETCHES:
        assert not csp.allows(fetch, "https://nobody.example/")
    hosts = [f"{host}.long-vendor-name-{n}.example" for n in range(60) for host in ("api", "widgets")]
    text = caplog.text
    for scheme in ("https", "wss"):
        lost = [host for host in hosts if not csp.allows("connect-src", f"{scheme}://{host}/")]
        assert (len(lost) < len(hosts)) or scheme == "wss"
        for host in lost:
            assert f"*.{host.partition('.')[2]}" in text, (scheme, host)
    assert csp.allows("connect-src", f"https://{hosts[0]}/")
    if connections == "off":
        assert all(csp.allows("connect-src", f"https://{host}/") for host in hosts)
    caplog.clear()
    site.gets("/other", accepted)
    assert caplog.text == ""


def test_hosts_of_one_domain_are_merged_only_where_all_that_is_known_of_it_was_granted(
    make_site: MakeSite,
) -> None:
    closed = many(1, ("ads",), "performance").removeprefix(POLICY).replace("s0", "ads")
    site = make_site(policy=many(40) + closed)
    csp = csp_of(site.gets("/", site.chooses("save", category="third-party")))
    for name in ("api", "widgets"):
        assert csp.allows("img-src", f"https://{name}.long-vendor-name-0.example/")
        assert csp.allows("img-src", f"https://{name}.long-vendor-name-1.example/")
    assert not csp.allows("img-src", "https://ads.long-vendor-name-0.example/")
    assert not csp.allows("img-src", "https://other.long-vendor-name-0.example/")


def test_a_short_list_is_not_merged(make_site: MakeSite) -> None:
    site = make_site(policy=many(3))
    csp = csp_of(site.gets("/", site.chooses("accept")))
    assert csp.allows("connect-src", "wss://api.long-vendor-name-1.example/")
    assert not csp.allows("img-src", "https://other.long-vendor-name-1.example/")


def test_sockets_go_to_the_first_services_while_there_is_room(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    site = make_site(policy=many(35, ("chat",)))
    csp = csp_of(site.gets("/", site.chooses("accept")))
    assert csp.allows("connect-src", "wss://chat.long-vendor-name-0.example/")
    assert csp.allows("connect-src", "https://chat.long-vendor-name-34.example/")
    assert not csp.allows("connect-src", "wss://chat.long-vendor-name-34.example/")
    assert "cannot open WebSockets to" in caplog.text
    assert "chat.long-vendor-name-34.example" in caplog.text


def test_with_many_services_granted_it_allows_them_and_no_others(make_site: MakeSite) -> None:
    site = make_site(policy=using(CATALOGUE))
    csp = csp_of(site.gets("/", site.chooses("accept")))
    for fetch in FETCHES:
        assert csp.allows(fetch, "https://www.example.org:8000/")
        assert csp.allows(fetch, "https://stats.vendor.example/")
        assert not csp.allows(fetch, "https://nobody.example/")
    assert csp.allows_keyword("script-src", "'unsafe-inline'")


def test_the_catalogue_is_looked_through_once_for_all_policies(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_site().gets()
    looked_at: list[str] = []

    def count(host: str) -> str | None:
        looked_at.append(host)
        return registrable_domain(host)

    monkeypatch.setattr("consentgate.gate.csp.build.registrable_domain", count)
    another = POLICY + '[[service]]\nid = "new"\ncategory = "performance"\nhosts = ["new.example"]\n'
    site = make_site(gate=Gate(Policy.parse(another), secret_key=SECRET))
    assert "new.example" in site.gets(cookie=site.chooses("accept")).value(NAME.lower())
    assert 0 < len(looked_at) < 50

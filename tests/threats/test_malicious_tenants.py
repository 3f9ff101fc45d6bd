"""One application for many controllers, of whom one is hostile: what its policy says, names and costs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace as with_
from pathlib import Path

import pytest
from gate.conftest import MakeSite
from gate.driver import SECRET, Page, Site, make_gate

from consentgate import Gate, Policies, Policy, PolicyError
from consentgate.ledger import Ledger
from consentgate.ledger.database.connections import reading
from consentgate.ledger.database.reading import all_records

GOOD, EVIL = "good.example", "evil.example"
PAGE = b'<!doctype html><title>t</title><body><script src="https://stats.vendor.example/s.js"></script><p>Hello</p>'
STATS = b"stats.vendor.example"
SERVICE = (
    '[[service]]\nid = "stats"\nname = "Stats"\ncategory = "performance"\nhosts = ["stats.vendor.example"]\n'
)


def policy(name: str, site: str = "", more: str = SERVICE) -> str:
    contact = f"a@{name.lower()}.example"
    named = f'[site]\nname = "{name}"\ncontroller = "{name} Ltd"\ncontact = "{contact}"\n'
    return f"{named}{site}\n{more}"


Serve = Callable[..., Site]


@pytest.fixture
def serve(make_site: MakeSite) -> Serve:
    """`serve(site='hosts = [...]')`: the gate for both, the hostile one with this policy."""

    def made(site: str = "", more: str = SERVICE, **options: object) -> Site:
        policies = {GOOD: Policy.parse(policy("Good")), EVIL: Policy.parse(policy("Evil", site, more))}
        return make_site(
            Page(PAGE), gate=Gate(Policies(policies.get), secret_key=SECRET, **options), host=GOOD
        )

    return made


def at(site: Site, host: str) -> Site:
    return with_(site, host=host)


def accepts(site: Site) -> str:
    """The cookie of somebody who has accepted there."""
    [line] = site.decides("accept").set_cookies
    return line.partition(";")[0]


@pytest.mark.parametrize(
    "claimed",
    [
        f'hosts = ["{GOOD}"]',
        f'hosts = ["*.{GOOD}", "{GOOD}", "{EVIL}"]',
        f'consent_domain = "{GOOD}"',
        f'hosts = ["{GOOD}"]\nconsent_domain = "{GOOD}"',
    ],
)
def test_a_tenant_that_claims_anothers_host_changes_nothing_there(serve: Serve, claimed: str) -> None:
    site, plain = serve(claimed), serve()
    assert site.gets("/").body == plain.gets("/").body
    assert STATS not in site.gets("/").loading
    granted = accepts(at(site, EVIL))
    # Neither its visitors' consent nor its name gets there.
    assert STATS not in site.gets("/", granted).loading
    assert b"Evil" not in site.gets("/", granted).body
    reply = site.decides("accept", headers=[("Sec-Fetch-Site", "same-site"), ("Origin", f"https://{EVIL}")])
    assert reply.status == 403


def test_a_tenant_that_names_anothers_controller_gets_none_of_its_answers(make_site: MakeSite) -> None:
    """One answer counts for a domain and a controller. A host beyond the domain is never asked with it."""
    shared = 'consent_domain = "good.example"'
    policies = {
        "a.good.example": Policy.parse(policy("Good", shared)),
        EVIL: Policy.parse(policy("Good", shared)),
    }
    gate = Gate(Policies(policies.get), secret_key=SECRET)
    site = make_site(Page(PAGE), gate=gate, host="a.good.example")
    granted = accepts(site)
    value = granted.partition("=")[2]
    assert STATS in site.gets("/", granted).loading
    for name in ("__Host-consent", "__Secure-consent"):
        assert STATS not in at(site, EVIL).gets("/", f"{name}={value}").loading


HOSTILE = (
    "</p><script src=https://evil.example/x.js></script><style>*{display:none}</style>"
    "<img src=//evil.example/p>"
)
TEXTS = {
    "name of the site": policy(HOSTILE.replace("//", "/")).replace('contact = "a@', 'contact = "b@', 1),
    "service's name": policy("Evil", more=SERVICE.replace('"Stats"', f'"{HOSTILE}"')),
    "purpose": policy("Evil", more=SERVICE + f'purpose = "{HOSTILE}"\n'),
    "category": policy(
        "Evil",
        more=f'[[category]]\nid = "performance"\nname = "{HOSTILE}"\ndescription = "{HOSTILE}"\n{SERVICE}',
    ),
    "texts": policy("Evil", more=SERVICE + f'[texts.banner]\naccept = "{HOSTILE}"\n'),
    "controller": policy("Evil", more=SERVICE + f'controller = "{HOSTILE}"\n'),
}


@pytest.mark.parametrize("key", TEXTS)
def test_a_tenants_words_are_only_text_on_every_page_of_the_gate(make_site: MakeSite, key: str) -> None:
    try:
        gate = make_gate(TEXTS[key])
    except PolicyError:
        return
    site = make_site(Page(b"<!doctype html><title>t</title><body><p>Hello</p>"), gate=gate, host=EVIL)
    for path in ("/", "/_privacy/choices", "/_privacy/declaration", "/_privacy/nothing"):
        body = site.gets(path).body
        assert b"<script src=https:" not in body
        assert b"<style>*{" not in body
        assert b"<img src=//" not in body


@pytest.mark.parametrize(
    "theme",
    [
        'link = "red;} * { display: none"',
        'link = "#000; background: url(https://evil.example)"',
        'radius = "4px; position: fixed"',
        'font = "a;} .consentgate-refuse { display: none } b, serif"',
        "font = \"'a'; src: url(https://evil.example/f), serif\"",
        'font = "</style><script>alert(1)</script>, serif"',
        'font = "\\\\65 xpression, serif"',
    ],
)
def test_a_tenants_theme_is_no_style_sheet(theme: str) -> None:
    with pytest.raises(PolicyError):
        Policy.parse(policy("Evil", more=f"[theme]\n{theme}\n{SERVICE}"))


@pytest.mark.parametrize(
    "site",
    [
        'prefix = "/"',
        'prefix = "/_privacy"',
        'prefix = "//evil.example/"',
        'prefix = "/a/../"',
        'privacy_url = "javascript:alert(1)"',
        'privacy_url = "//evil.example"',
        'imprint_url = "data:text/html,x"',
        'contact = "javascript:alert(1)"',
        'hosts = ["*"]',
        'hosts = ["*.co.uk"]',
        'consent_domain = "example"',
        'consent_domain = "co.uk"',
    ],
)
def test_a_tenants_addresses_lead_nowhere_else(make_site: MakeSite, site: str) -> None:
    text = policy("Evil", site)
    if site.startswith("contact"):
        text = text.replace('contact = "a@evil.example"\n', "", 1)
        made = make_site(Page(PAGE), gate=make_gate(text), host=EVIL)
        for path in ("/", "/_privacy/choices", "/_privacy/declaration"):
            assert b'href="javascript' not in made.gets(path).body
        return
    with pytest.raises(PolicyError):
        Policy.parse(text)


def test_while_one_tenants_policy_does_not_load_others_are_served(make_site: MakeSite) -> None:
    """Its source hangs, and then raises whatever it likes."""
    goes_on, asked = threading.Event(), threading.Event()

    def source(host: str) -> Policy | None:
        if host != EVIL:
            return Policy.parse(policy("Good")) if host == GOOD else None
        asked.set()
        goes_on.wait()
        raise MemoryError

    gate = Gate(Policies(source), secret_key=SECRET)
    site = make_site(Page(PAGE), gate=gate, host=GOOD)
    site.gets("/")
    statuses: list[int] = []
    waiting = threading.Thread(target=lambda: statuses.append(at(site, EVIL).gets("/").status))
    waiting.start()
    asked.wait()
    try:
        assert STATS not in site.gets("/").loading
        granted = accepts(site)
        assert STATS in site.gets("/", granted).loading
    finally:
        goes_on.set()
        waiting.join()
    assert statuses == [503]


def test_a_tenants_policy_with_mistakes_closes_its_own_host_alone(
    make_site: MakeSite, tmp_path: Path
) -> None:
    (tmp_path / f"{GOOD}.toml").write_text(policy("Good"))
    (tmp_path / f"{EVIL}.toml").write_text(policy("Evil") + "x = " + "[" * 5000)
    site = make_site(Page(PAGE), gate=Gate(Policies(tmp_path), secret_key=SECRET), host=GOOD)
    assert b"Good" in site.gets("/").body
    assert STATS not in at(site, EVIL).gets("/").loading
    assert at(site, EVIL).gets("/_privacy/choices").status == 404


def test_the_rows_of_one_controller_are_not_exported_with_anothers(
    make_site: MakeSite, tmp_path: Path
) -> None:
    """A tenant chooses the controller that it names, and not the host on which visitors decide."""
    policies = {GOOD: Policy.parse(policy("Good")), EVIL: Policy.parse(policy("Good"))}
    ledger = Ledger(f"sqlite:///{tmp_path / 'consent.db'}")
    site = make_site(
        Page(PAGE), gate=Gate(Policies(policies.get), secret_key=SECRET, ledger=ledger), host=GOOD
    )
    accepts(site)
    accepts(at(site, EVIL))
    ledger.move()
    with reading(ledger.engine()) as connection:
        assert len([*all_records(connection, controller="Good Ltd")]) == 2
        [record] = all_records(connection, controller="Good Ltd", host=GOOD)
    assert record.host == GOOD
    ledger.close()

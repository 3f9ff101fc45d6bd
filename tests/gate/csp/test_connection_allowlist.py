"""`Connection-Allowlist`: off unless the policy file asks for it, and never looser than the site's own."""

from __future__ import annotations

import pytest
from documentation.pages import blocks

from gate.conftest import MakeSite
from gate.driver import HTML, JSON, POLICY, Page

NAME = "connection-allowlist"
OWN = '"*://example.org:*" "*://www.example.org:*" "*://*.example.org:*"'
CLOSED = f"(response-origin {OWN});redirects=allow"


def policy(mode: str, more: str = "") -> str:
    return POLICY.replace("[site]", f'[site]\nconnection_allowlist = "{mode}"\n{more}')


def test_it_is_off_by_default(make_site: MakeSite) -> None:
    assert not [name for name, _ in make_site().gets().lowered if name.startswith(NAME)]


@pytest.mark.parametrize(("mode", "name"), [("on", NAME), ("report-only", f"{NAME}-report-only")])
def test_one_setting_switches_it(make_site: MakeSite, mode: str, name: str) -> None:
    reply = make_site(policy=policy(mode)).gets()
    assert [(key, value) for key, value in reply.lowered if key.startswith(NAME)] == [(name, CLOSED)]


def test_it_names_whom_was_granted_and_what_is_necessary_on_the_page(make_site: MakeSite) -> None:
    site = make_site(policy=policy("on"))
    granted = site.gets("/", site.chooses("save", service="films")).value(NAME)
    assert granted == CLOSED.replace(OWN, f'{OWN} "*://films.example:*" "*://*.films.example:*"')
    assert '"*://pay.example:*"' in site.gets("/checkout/1").value(NAME)


def test_who_may_contact_anyone_gets_none(make_site: MakeSite) -> None:
    site = make_site(policy=policy("on", 'undeclared = "third-party"'))
    assert site.gets("/", site.chooses("accept")).values(NAME) == []


def test_the_documentation_shows_what_is_sent(make_site: MakeSite) -> None:
    reply = make_site(policy=policy("on"), host="example.org").gets()
    assert blocks("docs/csp.md", "http") == [f"Connection-Allowlist: {reply.value(NAME)}\n"]


def test_only_documents_bear_it(make_site: MakeSite) -> None:
    assert make_site(Page(b"{}", headers=[JSON]), policy=policy("on")).gets().values(NAME) == []


@pytest.mark.parametrize("mode", ["on", "report-only"])
def test_where_the_site_only_reports_so_does_this(make_site: MakeSite, mode: str) -> None:
    reply = make_site(policy=policy(mode, "report_only = true")).gets()
    assert reply.value(f"{NAME}-report-only") == CLOSED
    assert reply.values(NAME) == []


@pytest.mark.parametrize(
    ("own", "sent"),
    [
        (["(response-origin)"], "(response-origin)"),
        (["()"], "()"),
        (["( response-origin  );redirects=block"], "(response-origin);redirects=block"),
        (['("*://*.example.org:*" "https://nobody.example" "*://*:*")'], '("*://*.example.org:*")'),
        (['("https://nobody.example");webrtc=allow'], "();webrtc=allow"),
        (['(response-origin), ("*://*:*")'], "(response-origin)"),
        (["(response-origin)", '("*://*:*")'], "(response-origin)"),
        # Of what is no list browsers make one that lets nobody pass.
        (["(response-origin"], "(response-origin"),
        (["response-origin"], "response-origin"),
        ([""], CLOSED),
    ],
)
def test_of_the_sites_own_list_what_the_gate_allows_stays(
    make_site: MakeSite, own: list[str], sent: str
) -> None:
    page = Page(headers=[HTML, *(("Connection-Allowlist", value) for value in own)])
    assert make_site(page, policy=policy("on")).gets().value(NAME) == sent


def test_without_the_setting_the_sites_own_stays_as_it_is(make_site: MakeSite) -> None:
    own = '("*://*:*")'
    assert make_site(Page(headers=[HTML, ("Connection-Allowlist", own)])).gets().value(NAME) == own

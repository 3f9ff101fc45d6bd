"""What goes out beside the Content-Security-Policy, and what the site's own policy does to the gate's
insertions."""

from __future__ import annotations

import logging

import pytest

from gate.conftest import MakeSite
from gate.driver import HTML, JSON, POLICY, Page, Reply

CSP = "Content-Security-Policy"
RETIRED = {"attribution-reporting", "join-ad-interest-group", "run-ad-auction", "shared-storage"}
ADVERTISING = {"browsing-topics", "private-state-token-issuance", "private-state-token-redemption", *RETIRED}


def permissions(reply: Reply) -> dict[str, str]:
    """As browsers read them: of two for one feature the later counts."""
    return dict(member.strip().split("=", 1) for member in reply.value("permissions-policy").split(","))


def test_closed_pages_deny_what_advertising_uses(make_site: MakeSite) -> None:
    site = make_site()
    reply = site.gets()
    assert permissions(reply) == dict.fromkeys((*ADVERTISING, "storage-access"), "()")
    assert reply.value("x-dns-prefetch-control") == "off"
    assert reply.value("referrer-policy") == "strict-origin-when-cross-origin"
    # An embed that was granted may ask for its own cookies; who was not granted is still told nothing.
    opened = site.gets("/", site.chooses("save", service="films"))
    assert set(permissions(opened)) == ADVERTISING
    assert opened.value("x-dns-prefetch-control") == "off"


@pytest.mark.parametrize(
    ("brands", "denies_retired"),
    [
        ('"Chromium";v="156", "Not_A Brand";v="24"', False),
        ('"Not;A Brand";v="8", "Chromium"; v="201"', False),
        ('"Chromium";v="143", "Google Chrome";v="143"', True),
        ('"Google Chrome";v="156"', True),
        ('"Chromium";v="99999999"', True),
        ("", True),
    ],
)
def test_browsers_that_have_dropped_features_are_not_told_of_them(
    make_site: MakeSite, brands: str, denies_retired: bool
) -> None:
    """They would warn of each in the console of every page."""
    reply = make_site().asks(headers=[("Sec-CH-UA", brands)])
    expected = ADVERTISING if denies_retired else ADVERTISING - RETIRED
    assert permissions(reply) == dict.fromkeys((*expected, "storage-access"), "()")


@pytest.mark.parametrize("kind", [JSON, ("Content-Type", "text/css"), ("Content-Type", "image/png")])
def test_what_is_no_document_gets_none_of_it(make_site: MakeSite, kind: tuple[str, str]) -> None:
    names = {name for name, _ in make_site(Page(b"", headers=[kind])).gets().lowered}
    assert names == {"content-type"}


def test_where_any_host_may_be_contacted_there_is_none_of_it(make_site: MakeSite) -> None:
    site = make_site(policy=POLICY.replace("[site]", '[site]\nundeclared = "third-party"'))
    names = {name for name, _ in site.gets("/", site.chooses("accept")).lowered}
    assert names == {"content-type", "vary", "cache-control"}


@pytest.mark.parametrize(
    ("own", "result"),
    [
        (["camera=(), browsing-topics=(self)"], {"camera": "()", "browsing-topics": "()"}),
        (["camera=()", "microphone=*"], {"camera": "()", "microphone": "*"}),
        (
            ['camera=(self "https://a.example.org"), usb=?0'],
            {"camera": '(self "https://a.example.org")', "usb": "?0"},
        ),
        (["storage-access=*"], {"storage-access": "()"}),
        # Written as its predecessor was, it counts for nothing and would take ours with it.
        (["camera 'none'; microphone 'none'"], {}),
        (["camera=(", "usb=()"], {}),
        ([""], {}),
    ],
)
def test_the_sites_permissions_stay_and_none_loosens_ours(
    make_site: MakeSite, own: list[str], result: dict[str, str]
) -> None:
    site = make_site(Page(headers=[HTML, *(("Permissions-Policy", value) for value in own)]))
    found = permissions(site.gets())
    assert found == dict.fromkeys((*ADVERTISING, "storage-access"), "()") | result


@pytest.mark.parametrize(
    ("own", "sent"),
    [
        *(([policy], policy) for policy in ("no-referrer", "same-origin", "strict-origin", "origin")),
        (["origin-when-cross-origin"], "origin-when-cross-origin"),
        (["Same-Origin"], "Same-Origin"),
        (["unsafe-url, no-referrer"], "unsafe-url, no-referrer"),
        (["no-referrer, unheard-of"], "no-referrer, unheard-of"),
        *(([policy], None) for policy in ("unsafe-url", "no-referrer-when-downgrade", "", "unheard-of")),
        (["no-referrer, unsafe-url"], None),
        (["no-referrer", "UNSAFE-URL"], None),
    ],
)
def test_a_stricter_referrer_policy_stays(make_site: MakeSite, own: list[str], sent: str | None) -> None:
    site = make_site(Page(headers=[HTML, *(("Referrer-Policy", value) for value in own)]))
    assert site.gets().value("referrer-policy") == (sent or "strict-origin-when-cross-origin")


def test_dns_is_not_asked_ahead_even_if_the_site_would(make_site: MakeSite) -> None:
    site = make_site(Page(headers=[HTML, ("X-DNS-Prefetch-Control", "on")]))
    assert site.gets().value("x-dns-prefetch-control") == "off"


# -- the site's own policy and our insertions --------------------------------------------------------------


def nonce(value: str) -> str:
    return f' nonce="{value}"' if value else ""


@pytest.mark.parametrize(
    ("policies", "style", "script"),
    [
        ([(CSP, "script-src 'nonce-s1'; style-src 'nonce-c1'")], "c1", "s1"),
        ([(CSP, "default-src 'nonce-d+/_-='")], "d+/_-=", "d+/_-="),
        (
            [(CSP, "default-src 'nonce-d'; SCRIPT-SRC-ELEM 'NONCE-e' 'strict-dynamic'; script-src x")],
            "d",
            "e",
        ),
        ([(CSP, "img-src 'none', style-src a 'nonce-x'")], "x", ""),
        ([(CSP, "img-src *"), (CSP.lower(), "script-src 'nonce-y'")], "", "y"),
        ([(f"{CSP}-Report-Only", "script-src 'nonce-r'")], "", "r"),
        ([(f"{CSP}-Report-Only", "script-src 'nonce-r'"), (CSP, "script-src 'nonce-e'")], "", "e"),
        ([(CSP, "script-src 'nonce-\"><script>' 'nonce-' nonce-x")], "", ""),
        ([(CSP, "script-src 'self'; script-src 'nonce-second'")], "", ""),
        ([(CSP, "connect-src 'nonce-x'")], "", ""),
    ],
)
def test_our_own_elements_bear_the_sites_nonces_and_no_others_do_H13(
    make_site: MakeSite, policies: list[tuple[str, str]], style: str, script: str
) -> None:
    reply = make_site(Page(headers=[HTML, *policies])).gets()
    link = f'rel="stylesheet"{nonce(style)} href="/_privacy/style-'
    begin = f'<script{nonce(script)} src="/_privacy/snippet-'
    # One in the head, and one in the banner.
    assert reply.body.count(link.encode()) == 2
    assert begin.encode() in reply.body
    # The style sheet of the placeholder in the page's frame bears one as well.
    assert reply.body.count(b"nonce=") == 3 * bool(style) + bool(script)


@pytest.mark.parametrize(
    ("policy", "unstyled"),
    [
        ("style-src 'none'", True),
        ("default-src 'none'", True),
        ("style-src 'sha256-abc='", True),
        ("style-src-elem 'strict-dynamic' 'self'", True),
        ("default-src 'none'; style-src 'self'", False),
        ("style-src 'nonce-x'", False),
        ("style-src https:", False),
        ("script-src 'none'", False),
    ],
)
def test_the_log_says_once_that_a_policy_keeps_our_styles_out(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture, policy: str, unstyled: bool
) -> None:
    caplog.set_level(logging.WARNING)
    site = make_site(Page(b"<!doctype html><p>x", headers=[HTML, (CSP, policy)]))
    site.gets(), site.gets()
    assert len([r for r in caplog.records if "style-src" in r.getMessage()]) == unstyled

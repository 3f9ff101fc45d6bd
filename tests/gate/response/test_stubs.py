"""Stubs for the services that a page calls and that are blocked."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from consentgate.pages.assets import SNIPPET, SNIPPET_WITH_TAGS
from gate.conftest import MakeSite
from gate.driver import POLICY, Page, Reply

CALL = b"<script>fbq('track', 'x'); menu.open()</script>"
LOADER = b"<script>fbq('init', '1'); s.src = 'https://connect.facebook.net/en_US/fbevents.js'</script>"
PAGE = Page(b"<!doctype html><title>t</title><p>one" + CALL + LOADER)
PIXEL = f'{POLICY}\n[[service]]\nuse = "meta-pixel"\n'


def stubs(reply: Reply) -> str | None:
    script = LexborHTMLParser(reply.body).css_first('script[src*="/_privacy/"]')
    said = script.attributes.get("data-stubs")
    file = SNIPPET_WITH_TAGS if said else SNIPPET
    assert script.attributes["src"].endswith(f"/_privacy/{file.name}")
    return said


def test_a_script_that_only_calls_stays_and_has_its_stub(make_site: MakeSite) -> None:
    reply = make_site(PAGE, policy=PIXEL).gets()
    assert CALL in reply.body
    assert LOADER not in reply.body
    assert stubs(reply) == "_fbq fbq"
    # Before all others.
    assert reply.body.index(b"data-stubs") < reply.body.index(b"<title>")


def test_with_consent_there_is_none(make_site: MakeSite) -> None:
    site = make_site(PAGE, policy=PIXEL)
    reply = site.gets(cookie=site.chooses("save", service=["meta-pixel"]))
    assert stubs(reply) is None
    assert CALL + LOADER in reply.body


def test_what_nobody_declared_has_none(make_site: MakeSite) -> None:
    reply = make_site(PAGE).gets()
    assert stubs(reply) is None
    assert b"fbq" not in reply.body


def test_the_script_runs_first_for_stubs_alone(make_site: MakeSite) -> None:
    reply = make_site(PAGE, policy=PIXEL.replace("[site]", "[site]\nguard = false")).gets()
    script = LexborHTMLParser(reply.body).css_first('script[src*="/_privacy/"]')
    assert stubs(reply) and "defer" not in script.attributes

"""What the application answers after it has asked for the consent depends on it, and caches are told so."""

from __future__ import annotations

from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest

from consentgate.consent import Consent
from consentgate.wsgi import CONSENT, ConsentMiddleware
from gate.conftest import MakeSite
from gate.driver import JSON, App, Page, Seen, make_gate

PUBLIC = ("Cache-Control", "public, max-age=600")


def answering(asks: str) -> App:
    def decide(seen: Seen) -> Page:
        if seen.path != "/asks":
            return Page(b"[]", headers=[JSON, PUBLIC])
        consent = seen.consent
        told = str(getattr(consent, asks) if hasattr(consent, asks) else consent.allows(asks))
        return Page(told.encode(), headers=[JSON, PUBLIC])

    return App(decide=decide)


@pytest.mark.parametrize("asks", ["performance", "stats", "necessary", "key", "is_open", "asks"])
def test_an_answer_that_depends_on_consent_says_so(make_site: MakeSite, asks: str) -> None:
    site = make_site(answering(asks))
    closed = site.gets("/asks")
    assert closed.values("vary") == ["Cookie, Sec-GPC"]
    assert closed.values("cache-control") == ["public, max-age=600"]
    opened = site.gets("/asks", site.chooses("accept"))
    assert opened.values("vary") == ["Cookie, Sec-GPC"]
    assert opened.values("cache-control") == ["private, max-age=600"]


def test_an_answer_without_a_question_stays_as_it_is(make_site: MakeSite) -> None:
    site = make_site(answering("performance"))
    site.gets("/asks")
    for cookie in ("", site.chooses("accept")):
        reply = site.gets("/", cookie)
        assert reply.values("vary") == []
        assert reply.values("cache-control") == ["public, max-age=600"]


def test_a_word_for_the_consent_tells_apart_what_was_granted_and_no_visitors(make_site: MakeSite) -> None:
    site = make_site(answering("key"))

    def key(cookie: str) -> bytes:
        return site.gets("/asks", cookie).body

    closed, opened = key(""), key(site.chooses("accept"))
    assert closed == key(site.chooses("refuse")) == b"closed"
    assert opened == key(site.chooses("accept")) != closed
    some = {key(site.chooses("save", service=id)) for id in ("stats", "heat", "films")}
    assert len(some) == 3
    assert not some & {closed, opened}


def test_an_answer_without_a_body_depends_on_it_too(make_site: MakeSite) -> None:
    app = App(decide=lambda seen: Page(b"", 304 if seen.consent.allows("performance") else 204, [PUBLIC]))
    site = make_site(app)
    assert site.gets("/", site.chooses("accept")).values("cache-control") == ["private, max-age=600"]
    assert site.gets("/").values("vary") == ["Cookie, Sec-GPC"]


def test_a_wsgi_application_may_ask_after_it_has_said_what_it_sends() -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [JSON])
        return [str(environ[CONSENT].allows("performance")).encode()]

    sent: list[Any] = []
    environ: dict[str, Any] = {}
    setup_testing_defaults(environ)
    gated = ConsentMiddleware(app, make_gate())
    assert b"".join(gated(environ, lambda status, headers: sent.extend(headers))) == b"False"
    assert ("Vary", "Cookie, Sec-GPC") in sent


def test_to_look_at_it_while_debugging_is_no_question(make_site: MakeSite) -> None:
    def decide(seen: Seen) -> Page:
        assert isinstance(seen.consent, Consent)
        assert "nothing" in repr(seen.consent)
        return Page(b"[]", headers=[JSON])

    assert make_site(App(decide=decide)).gets().values("vary") == []

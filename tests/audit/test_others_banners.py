"""Banners of other makers are answered: by autoconsent's rules where one knows them, else by their words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http.cookies import SimpleCookie
from typing import Any

import pytest
from browser.servers import serve_wsgi

from consentgate.audit.browser import Watching, take_tour
from consentgate.audit.judging import judge_tour
from consentgate.audit.observations import State
from consentgate.audit.tour import Tour

# Each takes half a minute.
pytestmark = [pytest.mark.browser, pytest.mark.engines, pytest.mark.xdist_group("banners")]

# As the third version of CookieConsent has it, in a language that our words do not know: two layers.
COOKIE_CONSENT = """<div id=cc-main hidden><div class=cm-wrapper>クッキー
<button class=cm__btn data-role=all onclick="answer('yes')">はい</button>
<button class=cm__btn data-role=show onclick="document.getElementById('pm').hidden = false">設定</button>
<div id=pm hidden><button class=pm__btn data-role=necessary onclick="answer('no')">いいえ</button></div>
</div></div>
<a href=# onclick="document.getElementById('cc-main').hidden = false; return false">Cookie settings</a>
<script>
const banner = document.getElementById("cc-main");
banner.hidden = document.cookie.includes("cc_cookie");
const answer = given => { document.cookie = "cc_cookie=" + given; location.reload() };
</script>"""
ALIKE = """<div id=ask hidden>Wir verwenden Cookies.
<button onclick="answer('yes')">Alle akzeptieren</button>
<button onclick="answer('no')">Alle ablehnen</button></div>
<a href=/privacy>Cookie-Einstellungen</a>
<script>
document.getElementById("ask").hidden = document.cookie.includes("cookie_consent");
const answer = given => { document.cookie = "cookie_consent=" + given; location.reload() };
</script>"""
PRIVACY = (
    """<h1>Datenschutz</h1><button onclick="document.cookie = 'cookie_consent=no'">Widerrufen</button>"""
)
NO_WAY = """<div>We use cookies. <button onclick="document.cookie='cookie_consent=yes'">OK</button></div>"""
HEAD = "<!doctype html><meta charset=utf-8><title>A site</title><link rel=icon href=data:,>"


@pytest.fixture
def toured(chromium: str) -> Iterator[Callable[[str], Tour]]:
    """`toured(html)`: a tour of a site whose page that is, and which loads a tracker after a yes."""

    def tour(html: str) -> Tour:
        def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
            start_response("200 OK", [("Content-Type", "text/html")])
            given = {name: one.value for name, one in SimpleCookie(environ.get("HTTP_COOKIE", "")).items()}
            tracker = "<script src=//t.invalid/t.js></script>" if "yes" in given.values() else ""
            page = PRIVACY if environ["PATH_INFO"] == "/privacy" else html
            return [(HEAD + page + tracker).encode()]

        with serve_wsgi(app) as site:
            return take_tour(site.url, watching=Watching(chromium, settle=0.6))

    yield tour


def test_only_states_that_are_asked_for_are_looked_at(chromium: str) -> None:
    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response("302 Found" if environ["PATH_INFO"] == "/" else "200 OK", [("Location", "/there")])
        return [HEAD.encode()]

    with serve_wsgi(app) as site:
        watching = Watching(chromium, settle=0.3)
        tour = take_tour(site.url, states=(State.UNDECIDED,), watching=watching)
        assert tour.url == site.at("/there")
    assert [stage.state for stage in tour.stages] == [State.UNDECIDED]


def clicks(tour: Tour) -> dict[State, int | None]:
    return {stage.state: stage.act.clicks for stage in tour.stages if stage.act is not None}


def test_by_a_rule_of_autoconsent(toured: Callable[[str], Tour]) -> None:
    tour = toured(COOKIE_CONSENT)
    assert clicks(tour) == {State.REFUSED: 2, State.ACCEPTED: 1, State.WITHDRAWN: 3}
    assert {stage.act.by for stage in tour.stages if stage.act} == {"autoconsent's rule cookieconsent3"}
    assert {one.rule for one in judge_tour(tour)} == {"refusing-is-farther", "withdrawing-is-farther"}


def test_by_their_words(toured: Callable[[str], Tour]) -> None:
    tour = toured(ALIKE)
    assert clicks(tour) == {State.REFUSED: 1, State.ACCEPTED: 1, State.WITHDRAWN: 2}
    assert {stage.act.by for stage in tour.stages if stage.act} == {"the words on the buttons"}
    assert judge_tour(tour) == ()
    accepted = tour.stage(State.ACCEPTED)
    assert accepted is not None
    assert "https://t.invalid/t.js" in {
        r.url.replace("http:", "https:") for v in accepted.visits for r in v.requests
    }


def test_where_there_is_no_way_to_refuse_that_is_found(toured: Callable[[str], Tour]) -> None:
    tour = toured(NO_WAY)
    assert clicks(tour) == {State.REFUSED: None, State.ACCEPTED: 1, State.WITHDRAWN: None}
    assert {one.rule for one in judge_tour(tour)} >= {"no-way-to-refuse", "no-way-to-withdraw"}


def test_a_form_of_the_sites_own_is_not_sent(toured: Callable[[str], Tour]) -> None:
    tour = toured("<form method=post action=/subscribe><input name=mail><button>OK</button></form>")
    assert clicks(tour) == {State.REFUSED: None, State.ACCEPTED: None}


def test_halves_of_characters_are_told_as_such(toured: Callable[[str], Tour]) -> None:
    tour = toured("<script>localStorage.setItem('a\\ud800', '')</script>")
    assert {item.key for visit in tour.visits() for item in visit.items} == {"a\ufffd"}
    assert [finding.fingerprint for finding in judge_tour(tour)]


def test_a_site_that_asks_nothing_and_stores_nothing_is_clean(toured: Callable[[str], Tour]) -> None:
    tour = toured("<h1>Nothing to ask</h1><p><a href=/privacy>Privacy policy</a>")
    assert clicks(tour) == {State.REFUSED: None, State.ACCEPTED: None}
    assert judge_tour(tour) == ()

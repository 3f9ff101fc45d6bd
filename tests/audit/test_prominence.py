"""Refusing is as plain to see as accepting (B4, B5): what a browser measures, and what is made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from http.cookies import SimpleCookie
from typing import Any

import pytest
from browser.servers import serve_wsgi
from hypothesis import given
from hypothesis import strategies as st

from consentgate import Gate, Policy
from consentgate.audit.browser import Watching, take_tour
from consentgate.audit.browser.choosing import question_seen
from consentgate.audit.browser.looks import question_in
from consentgate.audit.judging import Finding, judge_tour
from consentgate.audit.observations import State, Visit
from consentgate.audit.tour import Act, SeenButton, SeenQuestion, Stage, Tour
from consentgate.wsgi import ConsentMiddleware

from .planted_notices import APART, FAIR, UNFAIR, notice

URL = "https://shop.example/"
BUTTON = SeenButton("Accept all", 150, 44, 16, 400, 1.0, 7.0, 6.0, 0)
ALIKE = SeenQuestion(BUTTON, replace(BUTTON, words="Reject all", stop=1))
CONTROLLER = '[site]\nname = "Shop"\ncontroller = "Shop Ltd"\ncontact = "privacy@shop.example"\n'
ASKING = '[[service]]\nuse = "youtube"\n'
THEME = """[theme]
background = "#fff8ee"
text = "#3a1d0c"
line = "#9a6a4a"
link = "#8a2b00"
button = "#8a2b00"
radius = "14px"
button_radius = "22px"
[theme.dark]
background = "#2a1710"
button = "#ffb38a"
button_text = "#2a1710"
"""


def judged(seen: SeenQuestion | None, yes: int | None = 1, no: int | None = 1) -> dict[str, Finding]:
    stages = (
        Stage(State.UNDECIDED, (Visit(URL, State.UNDECIDED, 200),)),
        Stage(State.REFUSED, act=Act(State.REFUSED, no), question=seen),
        Stage(State.ACCEPTED, act=Act(State.ACCEPTED, yes)),
    )
    ways = ("no-way-to-refuse", "refusing-is-farther")
    return {one.rule: one for one in judge_tour(Tour(URL, stages)) if one.rule not in ways}


def refusing(**how: Any) -> SeenQuestion:
    return replace(ALIKE, refuse=replace(ALIKE.refuse, **how))


def test_alike_is_no_finding_B5() -> None:
    assert judged(ALIKE) == {}
    assert judged(None) == {}


@pytest.mark.parametrize(
    ("how", "rule", "level", "says"),
    [
        ({"in_view": 0.0}, "refusing-is-out-of-sight", "error", '0% of "Reject all" are in view, and 100%'),
        ({"font_size": 12.0}, "refusing-is-smaller", "warning", "12 px high, against 16 px"),
        (
            {"width": 60.0, "height": 20.0},
            "refusing-is-smaller",
            "warning",
            "60 x 20 px large, against 150 x 44",
        ),
        ({"text_contrast": 2.996}, "refusing-is-fainter", "error", "2.99:1, against 7:1 (WCAG 2.2, 1.4.3"),
        ({"text_contrast": 4.2}, "refusing-is-fainter", "warning", "4.2:1, against 7:1"),
        ({"shape_contrast": 1.4}, "refusing-is-fainter", "warning", "1.4:1, against 6:1 (WCAG 2.2, 1.4.11"),
        ({"shape_contrast": 1.0}, "refusing-is-a-link", "warning", "1:1, against 6:1"),
        ({"stop": None}, "refusing-is-farther-by-keyboard", "error", "WCAG 2.2, 2.1.1"),
        ({"stop": 9}, "refusing-is-farther-by-keyboard", "warning", "9 stops after"),
    ],
)
def test_each_difference_is_told_with_what_was_measured_B5(
    how: dict[str, Any], rule: str, level: str, says: str
) -> None:
    found = judged(refusing(**how))
    assert list(found) == [rule]
    assert (found[rule].level, found[rule].state, found[rule].subject) == (
        level,
        State.REFUSED,
        "shop.example",
    )
    assert says in found[rule].what


@pytest.mark.parametrize(
    "how",
    [
        {"in_view": 0.95},
        {"font_size": 15.0},
        {"text_contrast": None, "shape_contrast": None},
        {"text_contrast": 4.5, "shape_contrast": 3.0},
        {"text_contrast": 3.2, "font_size": 24.0},
        {"words": "No", "width": 60.0},
        {"stop": 3},
    ],
)
def test_what_most_people_would_not_notice_is_no_finding(how: dict[str, Any]) -> None:
    assert judged(refusing(**how)) == {}


def test_where_both_are_as_bad_neither_is_favoured() -> None:
    bad = replace(
        BUTTON, in_view=0.0, text_contrast=2.0, shape_contrast=1.0, stop=None, font_size=8, width=20, height=9
    )
    assert judged(SeenQuestion(bad, bad)) == {}


def test_clicks_come_first_B4() -> None:
    """Where refusing is on another layer, what the first one shows is no answer."""
    assert judged(refusing(in_view=0.0), no=2) == {}
    assert judged(refusing(in_view=0.0), yes=None) == {}


MEASURES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3))
ROWS = st.lists(st.lists(MEASURES, min_size=8, max_size=10) | MEASURES, max_size=3)
NUMBERS = st.floats(0, 1e6)
FULL = st.tuples(
    st.text(max_size=9), *[NUMBERS] * 5, st.none() | NUMBERS, st.none() | NUMBERS, st.none() | NUMBERS
).map(list)


@given(ROWS | MEASURES | st.lists(FULL, max_size=3))
def test_whatever_a_page_tells_of_its_buttons_is_judged(answer: Any) -> None:
    seen = question_in(answer)
    if isinstance(answer, list) and len(answer) != 2:
        assert seen is None
    for finding in judged(seen).values():
        assert finding.what


@pytest.fixture(scope="module")
def page(chromium: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        yield browser.new_page()
        browser.close()


@pytest.mark.browser
@pytest.mark.parametrize("name", FAIR)
def test_a_fair_notice_is_clean_B5(page: Any, name: str) -> None:
    page.set_content(FAIR[name])
    seen = question_seen(page)
    assert seen is not None
    assert judged(seen) == {}


@pytest.mark.browser
def test_words_elsewhere_are_no_answer(page: Any) -> None:
    page.set_content(APART)
    assert question_seen(page) is None


@pytest.mark.browser
@pytest.mark.parametrize("name", UNFAIR)
def test_an_unfair_notice_is_found_B5(page: Any, name: str) -> None:
    html, rules = UNFAIR[name]
    page.set_content(html)
    assert set(judged(question_seen(page))) == rules


@pytest.mark.browser
def test_what_is_measured_is_what_is_there(page: Any) -> None:
    page.set_content(notice(style="#no { font: 700 20px sans-serif; width: 200px; height: 50px }"))
    seen = question_seen(page)
    assert seen is not None
    no = seen.refuse
    assert (no.words, no.width, no.height, no.font_size, no.font_weight) == ("Reject all", 200, 50, 20, 700)
    assert (no.in_view, no.stop, seen.accept.stop) == (1.0, 1, 0)
    # White on #0b5cad, by WCAG's formula.
    assert no.text_contrast == pytest.approx(no.shape_contrast)
    assert no.text_contrast == pytest.approx(6.67, abs=0.01)


@pytest.mark.browser
@pytest.mark.parametrize("lied", ["() => null", "() => ({})", "() => { throw 1 }"])
def test_a_page_that_lies_is_not_measured(page: Any, lied: str) -> None:
    page.set_content(notice() + f"<script>getComputedStyle = {lied}</script>")
    assert question_seen(page) is None
    page.goto("about:blank")


SITES = {
    "default": ASKING,
    "a box": f'{ASKING}[banner]\nposition = "box"\n',
    "a dialog": f'{ASKING}[banner]\nposition = "dialog"\n',
    "a theme": f"{ASKING}{THEME}",
    "right to left": ASKING,
    "German": ASKING,
}
LANGUAGES = {"right to left": "ar", "German": "de"}


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1280, 800), (320, 568)], ids=str)
@pytest.mark.parametrize("site", SITES)
def test_our_own_banner_is_clean_B5(page: Any, site: str, size: tuple[int, int], scheme: str) -> None:
    language = LANGUAGES.get(site, "en")
    policy = Policy.parse(f'{CONTROLLER}languages = ["{language}"]\n{SITES[site]}')

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        head = "<meta name=viewport content=width=device-width><meta name=color-scheme content='light dark'>"
        return [f"<!doctype html><html lang={language}><title>Shop</title>{head}<body><h1>Shop".encode()]

    with serve_wsgi(ConsentMiddleware(app, Gate(policy, secret_key="k" * 40, insecure=True))) as served:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(color_scheme=scheme)
        page.goto(served.url)
        seen = question_seen(page)
    assert seen is not None
    assert seen.accept.text_contrast is not None
    assert seen.accept.shape_contrast is not None
    assert judged(seen) == {}


@pytest.mark.long
@pytest.mark.browser
def test_an_audit_tells_what_is_wrong_with_a_notice_B5(chromium: str) -> None:
    html = UNFAIR["a grey text link beside a big button"][0]
    answers = """<script>for (const id of ["yes", "no"]) document.getElementById(id).onclick = () => {
        document.cookie = "cookie_consent=" + id; location = "/" }</script>"""

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/html")])
        has_answered = "cookie_consent" in SimpleCookie(environ.get("HTTP_COOKIE", ""))
        return [b"<!doctype html><title>Shop</title>" if has_answered else (html + answers).encode()]

    with serve_wsgi(app) as site:
        tour = take_tour(
            site.url,
            states=(State.UNDECIDED, State.REFUSED, State.ACCEPTED),
            watching=Watching(chromium, settle=0.6),
        )
    assert {one.rule for one in judge_tour(tour)} == UNFAIR["a grey text link beside a big button"][1]

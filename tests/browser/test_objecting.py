"""Objecting under UK law (A22), and opting out under those of US states (S4), with JavaScript and without."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from gate.test_regimes import COUNTED, FILMS, UK, US

from consentgate import Gate, Policy
from consentgate.wsgi import ConsentMiddleware

from .engine import in_every_engine, in_firefox_too
from .servers import Site
from .visit import Visit, Visitor

pytestmark = pytest.mark.browser

HOST = "www.shop.example"
COUNTER, FILM = "counter.example", "films.example"
PAGE = """<!doctype html><html lang="en"><head><title>Shop</title></head><body><h1>Shop</h1>
<img src="https://counter.example/pixel" alt=""><img src="https://films.example/still" alt="">
<label>Note <input id="note"></label><a href="/deep">On</a>
<script>window.loads = (window.loads || 0) + 1</script></body></html>"""


def shop(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Counts its visits with a cookie, and with a picture of somebody else's."""
    cookie = ("Set-Cookie", "visits=1; Path=/; Max-Age=999")
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), cookie])
    return [PAGE.encode()]


Opens = Callable[..., tuple[Visitor, Site]]


@pytest.fixture(
    params=[pytest.param(False, marks=pytest.mark.engines), True], ids=["no-javascript", "javascript"]
)
def javascript(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def begins(serve: Callable[..., Site], new_visitor: Callable[..., Visitor], javascript: bool) -> Opens:
    """A new visitor of a shop with this policy."""

    def begin(policy: str, **headers: str) -> tuple[Visitor, Site]:
        gate = Gate(Policy.parse(policy), secret_key="a key for the tests")
        site = serve(ConsentMiddleware(shop, gate), host=HOST)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return new_visitor(javascript=javascript, headers=named), site

    return begin


def counts(visit: Visit) -> bool:
    """Whether the visit was counted: by both means, or by none."""
    assert (COUNTER in visit.hosts) == ("visits" in visit.cookie_names)
    return COUNTER in visit.hosts


@in_every_engine
def test_one_click_objects_on_any_page_and_one_takes_it_back_A22(begins: Opens) -> None:
    visitor, site = begins(UK + COUNTED)
    assert counts(visitor.opens(site.url))
    assert visitor.shows("Object")
    after = visitor.presses("Object")
    assert "visits" not in after.cookie_names
    assert not counts(visitor.opens(f"{site.url}deep"))
    assert not visitor.shows("Object")
    visitor.presses("Take back objection")
    assert counts(visitor.opens(f"{site.url}deep"))
    assert visitor.shows("Object")
    assert not visitor.shows("Take back objection")


@in_firefox_too
def test_a_notice_that_is_closed_does_not_come_back_A22(begins: Opens) -> None:
    visitor, site = begins(UK + COUNTED)
    visitor.opens(site.url)
    assert visitor.shows("Close")
    visitor.presses("Close")
    assert counts(visitor.opens(f"{site.url}deep"))
    assert not visitor.shows("Close")
    # On every page, still.
    assert visitor.shows("Object")
    visitor.presses("Object")
    assert not counts(visitor.opens(site.url))


@pytest.mark.parametrize("javascript", [False], indirect=True)
def test_to_close_a_notice_from_before_the_objection_takes_nothing_back_A22(begins: Opens) -> None:
    visitor, site = begins(UK + COUNTED)
    visitor.opens(site.url)
    other = visitor.context.new_page()
    other.goto(site.url)
    other.get_by_role("button", name="Object", exact=True).first.click()
    other.close()
    visitor.presses("Close")
    assert not counts(visitor.opens(f"{site.url}deep"))


@pytest.mark.parametrize("javascript", [True], indirect=True)
def test_to_close_the_notice_costs_nothing_that_was_typed_A22(begins: Opens) -> None:
    visitor, site = begins(UK + COUNTED)
    visitor.opens(site.url)
    visitor.page.locator("#note").fill("two pounds of plums")
    visitor.presses("Close")
    assert visitor.page.locator("#note").input_value() == "two pounds of plums"
    assert visitor.page.evaluate("window.loads") == 1
    assert not visitor.shows("Close")
    assert visitor.shows("Object")


@in_firefox_too
def test_who_consents_can_object_all_the_same_A22(begins: Opens) -> None:
    visitor, site = begins(UK + COUNTED + FILMS)
    first = visitor.opens(site.url)
    assert counts(first)
    assert FILM not in first.hosts
    visitor.presses("Accept")
    visit = visitor.opens(site.url)
    assert counts(visit)
    assert FILM in visit.hosts
    visitor.presses("Object")
    visit = visitor.opens(site.url)
    assert not counts(visit)
    assert FILM in visit.hosts
    assert counts(visitor.presses("Take back objection"))
    assert visitor.shows("Object")
    assert not visitor.shows("Take back objection")


def test_the_banner_has_the_button_and_to_object_leaves_the_question_A22(begins: Opens) -> None:
    visitor, site = begins(UK + COUNTED + FILMS)
    visitor.opens(site.url)
    visitor.presses("Object")
    visit = visitor.opens(site.url)
    assert not counts(visit)
    assert visitor.shows("Accept")
    assert visitor.shows("Take back objection")


def test_who_refuses_has_objected_A22(begins: Opens) -> None:
    visitor, site = begins(UK + COUNTED + FILMS)
    visitor.opens(site.url)
    visitor.presses("Refuse")
    assert not counts(visitor.opens(site.url))
    assert visitor.shows("Take back objection")


def test_the_settings_have_the_button_too_A22(begins: Opens) -> None:
    visitor, site = begins(UK + COUNTED)
    visitor.opens(f"{site.url}_privacy/choices")
    visitor.presses("Object")
    assert not counts(visitor.opens(site.url))


def test_a_signal_objects_A22(begins: Opens) -> None:
    visitor, site = begins(UK + COUNTED, Sec_GPC="1")
    assert not counts(visitor.opens(site.url))
    assert not visitor.shows("Object")


SIZES = [(320, 640), (320, 480), (768, 640), (1280, 800)]


def test_what_objects_is_in_sight_and_large_enough_at_every_size_A22(begins: Opens) -> None:
    visitor, site = begins(UK + COUNTED + FILMS)

    def boxes() -> Iterator[tuple[int, int, dict[str, float]]]:
        """Give the box of the one button that can be seen, at each size."""
        for width, height in SIZES:
            visitor.page.set_viewport_size({"width": width, "height": height})
            visitor.page.reload()
            found = visitor.page.get_by_role("button", name="Object", exact=True).all()
            (box,) = [box for one in found if one.is_visible() and (box := one.bounding_box())]
            yield width, height, box

    visitor.opens(site.url)
    for _, _, in_banner in boxes():
        assert in_banner["height"] >= 24
        assert in_banner["width"] >= 24
    visitor.presses("Accept")
    for width, height, in_corner in boxes():
        assert in_corner["x"] >= 0
        assert in_corner["x"] + in_corner["width"] <= width
        assert in_corner["y"] + in_corner["height"] <= height
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width


# -- the United States ---------------------------------------------------------------------------------------

LINK = "Do Not Sell or Share My Personal Information"


def reads(visitor: Visitor, text: str) -> bool:
    return any(one.is_visible() for one in visitor.page.get_by_text(text, exact=True).all())


# WebKit sends no such signal.
@in_firefox_too
def test_the_signal_is_honoured_and_nobody_is_asked_S4(begins: Opens) -> None:
    visitor, site = begins(US, Sec_GPC="1")
    visit = visitor.opens(site.url)
    assert FILM not in visit.hosts
    assert not visitor.shows("Accept")
    assert reads(visitor, "Opt-Out Request Honored")
    assert reads(visitor, LINK)


@in_firefox_too
def test_the_link_leads_to_where_one_opts_out_S4(begins: Opens) -> None:
    visitor, site = begins(US)
    visitor.opens(site.url)
    assert not reads(visitor, "Opt-Out Request Honored")
    visitor.presses("Accept")
    assert FILM in visitor.opens(site.url).hosts
    visitor.follows(LINK)
    visitor.presses("Refuse all")
    assert FILM not in visitor.opens(site.url).hosts

"""On the privacy settings, what the visitor sees is what is saved: with and without JavaScript and styles."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from .engine import in_firefox_at_length
from .servers import Site
from .settings_page import SITE, Box, SettingsPage, Shop
from .visit import Visitor

pytestmark = [pytest.mark.browser, in_firefox_at_length]

HOST = "www.shop.example"
CATEGORIES = ("performance", "third-party")


@pytest.fixture(params=[False, True], ids=["no-javascript", "javascript"])
def javascript(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def open_settings(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor], shop: Shop, javascript: bool
) -> SettingsPage:
    """The page in a browser of its own, before any decision."""
    return SettingsPage(new_visitor(javascript=javascript), serve(shop, host=HOST))


PERFORMANCE, THIRD_PARTY = ("category", "performance"), ("category", "third-party")
STATS, OWN, FILMS = ("service", "stats"), ("service", "performance/own"), ("service", "films")
ALL_OF_PERFORMANCE = {("", "performance"), ("stats", "performance")}


def test_only_categories_are_shown_until_one_is_opened(open_settings: SettingsPage) -> None:
    open_settings.opens()
    assert open_settings.boxes() == {PERFORMANCE: False, THIRD_PARTY: False}
    open_settings.unfolds("What “Performance” includes (2)")
    assert open_settings.boxes() == {PERFORMANCE: False, STATS: False, OWN: False, THIRD_PARTY: False}


def test_a_category_can_be_allowed_without_opening_it(open_settings: SettingsPage, shop: Shop) -> None:
    open_settings.opens()
    open_settings.toggles("Allow all: Performance")
    open_settings.presses("Save choice")
    assert shop.granted == ALL_OF_PERFORMANCE


def test_who_unticks_all_that_can_be_seen_has_refused_all(open_settings: SettingsPage, shop: Shop) -> None:
    open_settings.opens()
    open_settings.presses("Accept all")
    assert len(shop.granted) == 4
    open_settings.opens()
    assert open_settings.boxes() == {PERFORMANCE: True, THIRD_PARTY: True}
    open_settings.unticks_all_that_can_be_seen()
    open_settings.presses("Save choice")
    assert shop.granted == set()


def test_a_box_that_is_ticked_stays_in_sight_when_its_list_is_closed(
    open_settings: SettingsPage, shop: Shop
) -> None:
    open_settings.opens()
    open_settings.unfolds("What “Performance” includes (2)")
    open_settings.toggles("Allow Stats")
    open_settings.unfolds("What “Performance” includes (2)")
    assert open_settings.boxes() == {PERFORMANCE: False, STATS: True, THIRD_PARTY: False}
    open_settings.unticks_all_that_can_be_seen()
    open_settings.presses("Save choice")
    assert shop.granted == set()


def test_a_part_of_a_category_is_shown_and_kept(open_settings: SettingsPage, shop: Shop) -> None:
    open_settings.opens()
    open_settings.unfolds("What “Performance” includes (2)")
    open_settings.toggles("Allow Stats")
    for _ in range(2):
        open_settings.presses("Save choice")
        assert shop.granted == {("stats", "performance")}
        open_settings.opens()
        assert open_settings.ticked() == {STATS}
    open_settings.unticks_all_that_can_be_seen()
    open_settings.presses("Save choice")
    assert shop.granted == set()


def test_below_a_ticked_category_nothing_else_can_be_ticked(open_settings: SettingsPage) -> None:
    open_settings.opens()
    open_settings.toggles("Allow all: Performance")
    open_settings.unfolds("What “Performance” includes (2)")
    assert open_settings.boxes() == {PERFORMANCE: True, THIRD_PARTY: False}
    open_settings.toggles("Allow all: Performance")
    assert open_settings.boxes() == {PERFORMANCE: False, STATS: False, OWN: False, THIRD_PARTY: False}


def test_withdrawing_is_one_click(open_settings: SettingsPage, shop: Shop) -> None:
    open_settings.opens()
    open_settings.presses("Accept all")
    open_settings.opens()
    open_settings.presses("Withdraw")
    assert shop.granted == set()


@st.composite
def policies(draw: st.DrawFn) -> str:
    """Policies with some services, cookies of the site's own, and the switch for what is undeclared."""
    undeclared = draw(st.sampled_from(["never", *CATEGORIES]))
    tables = [f'{SITE}undeclared = "{undeclared}"']
    for category in CATEGORIES:
        tables += (
            f'[[cookie]]\nname = "c-{category}"\ncategory = "{category}"'
            for _ in range(draw(st.integers(0, 1)))
        )
        tables += (
            f'[[service]]\nid = "{category}-{n}"\ncategory = "{category}"\nhosts = ["{category}-{n}.example"]'
            for n in range(draw(st.sampled_from([2, 1, 3, 0])))
        )
    return "\n".join(tables)


def stands_for(ticked: set[Box], service: str, category: str) -> bool:
    """Say whether one of the `ticked` boxes allows a service. What the policy calls "" and "*" are the site
    itself and what nobody declares."""
    value = {"": f"{category}/own", "*": f"{category}/undeclared"}.get(service, service)
    return ("category", category) in ticked or ("service", value) in ticked


@pytest.mark.long
# To shrink what it finds would take a browser many minutes.
@settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(policy=policies(), has_styles=st.sampled_from([True, True, False]), data=st.data())
def test_what_is_visibly_ticked_is_granted_and_nothing_else(
    open_settings: SettingsPage, shop: Shop, policy: str, has_styles: bool, data: st.DataObject
) -> None:
    shop.declares(policy)
    context = open_settings.visitor.context
    context.clear_cookies()
    context.unroute_all()
    if not has_styles:
        context.route("**/*.css", lambda route: route.abort())
    for _ in range(3):
        open_settings.opens()
        before = open_settings.ticked()
        if shop.policy.askable:
            for _ in range(data.draw(st.integers(2, 9), label="clicks")):
                open_settings.clicks_one(lambda many: data.draw(st.integers(0, many - 1), label="clicked"))
            if data.draw(st.booleans(), label="closed"):
                open_settings.closes_all()
            seen = open_settings.ticked()
            open_settings.presses("Save choice")
            units = {(unit.service, unit.category) for unit in shop.policy.claims.units}
            assert shop.granted == {unit for unit in units if stands_for(seen, *unit)}, before
    if shop.policy.askable:
        open_settings.opens()
        open_settings.unticks_all_that_can_be_seen()
        open_settings.presses("Save choice")
        assert shop.granted == set()

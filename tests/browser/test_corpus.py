"""Real pages: before a yes the browser contacts nobody but the site itself."""

from pathlib import Path

import pytest

from .corpus import SavedPage, for_each, gated, saved_pages, served, third_parties
from .visit import Visitor

pytestmark = pytest.mark.browser

PAGES = saved_pages()
SAMPLE = [page for page in PAGES if Path(page.file).stem in {"0030", "0196", "1353", "1818", "2619"}]


@for_each(PAGES, step=3)
def test_before_a_choice_only_the_site_itself_is_contacted(page: SavedPage, cleared_visitor: Visitor) -> None:
    with gated(page, cleared_visitor.recorder):
        visit = cleared_visitor.opens(page.url)

    assert third_parties(visit, page) == set()
    # An error page would contact nobody either: this must be the page, asking. One of frames has no body
    # to ask in, and AMP's rules leave no place for it.
    assert visit.shows("Accept") is not (page.is_of_frames or page.is_amp)


@pytest.mark.slow
@for_each(SAMPLE)
def test_without_the_gate_a_page_with_third_parties_contacts_them(
    page: SavedPage, cleared_visitor: Visitor
) -> None:
    """What keeps the tests above and below honest."""
    with served(page.app, page, cleared_visitor.recorder):
        visit = cleared_visitor.opens(page.url)

    assert third_parties(visit, page)


@pytest.mark.slow
@for_each(SAMPLE)
def test_after_refusing_only_the_site_itself_is_contacted(page: SavedPage, cleared_visitor: Visitor) -> None:
    with gated(page, cleared_visitor.recorder):
        cleared_visitor.opens(page.url)
        at_once = cleared_visitor.presses("Refuse")
        later = cleared_visitor.opens(page.url)

    assert third_parties(at_once, page) == set()
    assert third_parties(later, page) == set()
    assert not later.shows("Accept")


@pytest.mark.engines  # for its length
@pytest.mark.slow
@for_each(SAMPLE)
def test_after_withdrawing_only_the_site_itself_is_contacted(
    page: SavedPage, cleared_visitor: Visitor
) -> None:
    with gated(page, cleared_visitor.recorder):
        cleared_visitor.opens(page.url)
        accepted = cleared_visitor.presses("Accept")
        cleared_visitor.opens(page.choices)
        at_once = cleared_visitor.presses("Withdraw")
        later = cleared_visitor.opens(page.url)

    assert third_parties(accepted, page)
    assert third_parties(at_once, page) == set()
    assert third_parties(later, page) == set()

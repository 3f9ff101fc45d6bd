"""Real pages: after a refusal and after a withdrawal the browser contacts nobody but the site itself."""

import pytest

from .corpus import SavedPage, for_each, gated, saved_pages, third_parties
from .visit import Visit, Visitor

pytestmark = pytest.mark.browser

for_every_page = for_each(saved_pages(), step=3)


def decides(visitor: Visitor, page: SavedPage, button: str) -> Visit:
    """Press `button` on the page of choices, and wait until the page that it leads back to is quiet."""
    visitor.page.goto(page.choices)
    return visitor.presses(button)


@for_every_page
def test_after_refusing_it_is_no_other(page: SavedPage, cleared_visitor: Visitor) -> None:
    with gated(page, cleared_visitor.recorder):
        refused = decides(cleared_visitor, page, "Refuse all")

    assert third_parties(refused, page) == set()
    # Each decision leads back to the page itself.
    assert refused.page.url.partition("#")[0] == page.url


@for_every_page
def test_after_withdrawing_it_is_no_other(page: SavedPage, cleared_visitor: Visitor) -> None:
    with gated(page, cleared_visitor.recorder):
        decides(cleared_visitor, page, "Accept all")
        withdrawn = decides(cleared_visitor, page, "Withdraw")

    assert third_parties(withdrawn, page) == set()
    assert withdrawn.page.url.partition("#")[0] == page.url

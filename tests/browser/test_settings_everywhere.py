"""The privacy settings in every engine: allowing, refusing and withdrawing work by forms alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .engine import in_every_engine
from .servers import Site
from .settings_page import LOCATION, Shop
from .visit import Visitor

# Chromium has tests of its own for this page.
pytestmark = [pytest.mark.browser, pytest.mark.engines, in_every_engine]


@pytest.mark.parametrize("javascript", [False, True], ids=["no-javascript", "javascript"])
def test_allowing_a_category_and_taking_it_back(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor], javascript: bool
) -> None:
    shop = Shop()
    site, visitor = serve(shop, host="www.shop.example"), new_visitor(javascript=javascript, settle=0.4)

    def toggles(category: str) -> None:
        name = f"Allow all: {category}"
        found = visitor.page.get_by_role("checkbox", name=name, exact=True).all()
        visitor.does(lambda page: found[0].click(force=not javascript))

    visitor.opens(site.at(LOCATION))
    toggles("Performance")
    visitor.presses("Save choice")
    assert shop.granted == {("", "performance"), ("stats", "performance")}
    visitor.opens(site.at(LOCATION))
    toggles("Performance")
    visitor.presses("Save choice")
    assert shop.granted == set()
    visitor.opens(site.at(LOCATION))
    visitor.presses("Accept all")
    assert len(shop.granted) == 4
    visitor.opens(site.at(LOCATION))
    visitor.presses("Withdraw")
    assert shop.granted == set()

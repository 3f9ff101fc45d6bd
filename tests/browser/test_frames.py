"""A page of the site's own in a frame: its links to the choices, which no frame shows, open in the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .servers import Site
from .test_policies import HTML, gated
from .visit import Visitor

pytestmark = pytest.mark.browser

# Firefox is driven by make engines; our driver of WebKit does not click in frames.
ENGINES = ["chromium", pytest.param("firefox", marks=pytest.mark.engines)]

FILM = '<iframe src="https://films.example/1"></iframe>'
FRAMED = f"<!doctype html><html><head><title>in</title></head><body><p>{FILM}</p></body></html>"
PLACEHOLDER = "a[target=_top]"


def pages(sandbox: str | None) -> dict[str, tuple[str, str]]:
    attribute = "" if sandbox is None else f' sandbox="{sandbox}"'
    frame = f'<iframe{attribute} src="/in" width=800 height=500></iframe>'
    around = f"<!doctype html><html><head><title>out</title></head><body>{frame}</body></html>"
    return {"/": (HTML[1], around), "/in": (HTML[1], FRAMED)}


def follow_placeholder(page: Any) -> None:
    """Follow the link in the placeholder, which has a frame of its own in the page's frame."""
    page.frames[2].locator(PLACEHOLDER).press("Enter", no_wait_after=True)


@pytest.mark.parametrize("engine", ENGINES, indirect=True)
@pytest.mark.parametrize("sandbox", [None, "allow-top-navigation-by-user-activation"])
def test_the_links_in_a_frame_open_the_choices_in_the_window(
    sandbox: str | None, new_visitor: Callable[..., Visitor], serve: Callable[..., Site]
) -> None:
    site = serve(gated(pages(sandbox))[1])
    visitor = new_visitor(javascript=False)
    frame = visitor.opens(site.url).page.frames[1]
    # The page around the frame asks.
    assert frame.locator(".consentgate").count() == 0
    visit = visitor.does(follow_placeholder)
    assert "/_privacy/choices" in visit.page.url
    assert visit.page.title().startswith("Privacy")


@pytest.mark.parametrize("engine", ENGINES, indirect=True)
def test_a_choice_that_begins_in_a_frame_ends_where_it_was(
    new_visitor: Callable[..., Visitor], serve: Callable[..., Site]
) -> None:
    site = serve(gated(pages(None))[1])
    visitor = new_visitor()
    visitor.opens(site.url)
    visitor.does(follow_placeholder)
    visit = visitor.presses("Accept all")
    assert visit.page.url == f"{site.url}in"
    assert visit.hosts == {"films.example"}

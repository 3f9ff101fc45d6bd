"""Social buttons behind the gate are plain links, which contact nobody before a click."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from gate.response.social_buttons import CLOSED, SNIPPETS

from .engine import in_firefox_at_length
from .servers import Site
from .test_policies import HTML, gated
from .visit import Visitor

pytestmark = [pytest.mark.browser, in_firefox_at_length]

OWN = "www.example.org"
STYLE = "<style>li{list-style:none;display:inline-block;width:300px;height:40px;vertical-align:top}</style>"
BOXES = """() => [...document.querySelectorAll('main, main *:is(h1, ul, li), footer')].map(
    element => JSON.stringify(element.getBoundingClientRect()))"""
LINKS = """() => [...document.querySelectorAll('main li')].map(item => {
    const link = item.querySelector('a');
    const {width, height} = link.getBoundingClientRect();
    return {href: link.href, text: link.innerText, width, height, count: item.querySelectorAll('a').length};
})"""


def site_with(buttons: list[str], direction: str = "ltr") -> Any:
    items = "".join(f"<li>{button}</li>" for button in buttons)
    page = (
        f"<!doctype html><html dir={direction}><head><title>Spring &amp; summer</title>{STYLE}</head>"
        f"<body><main><h1>News</h1><ul>{items}</ul></main><footer>Example</footer></body></html>"
    )
    return gated({"/news": (HTML[1], page)})[1]


@pytest.mark.parametrize("javascript", [True, False])
def test_each_snippet_is_a_link_that_contacts_nobody(
    javascript: bool, new_visitor: Callable[..., Visitor], serve: Callable[..., Site]
) -> None:
    site = serve(site_with([snippet for snippet, _ in SNIPPETS.values()]), host=OWN)
    visit = new_visitor(javascript=javascript).opens(site.at("/news"))
    assert visit.hosts == set()
    found = visit.page.evaluate(LINKS)
    assert [link["href"] for link in found] == [href for _, href in SNIPPETS.values()]
    assert all(link["text"] and link["count"] == 1 for link in found)
    quiet = [link for link in found if link["text"] != "Tweet"]
    assert min(link["height"] for link in quiet) >= 24
    assert min(link["width"] for link in quiet) >= 24


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_the_pages_own_elements_keep_their_boxes(
    direction: str, new_visitor: Callable[..., Visitor], serve: Callable[..., Site]
) -> None:
    buttons = [snippet for snippet, _ in SNIPPETS.values()]
    visitor = new_visitor()
    boxes = [
        visitor.opens(serve(site_with(shown, direction)).at("/news")).page.evaluate(BOXES)
        for shown in ([*buttons, *CLOSED], [""] * (len(buttons) + len(CLOSED)))
    ]
    assert boxes[0] == boxes[1]


def test_a_click_leads_to_the_network_and_names_no_page(
    new_visitor: Callable[..., Visitor], serve: Callable[..., Site]
) -> None:
    site = serve(site_with([SNIPPETS["facebook like"][0]]), host=OWN)
    visitor = new_visitor()
    visitor.opens(site.at("/news"))
    visit = visitor.does(lambda page: page.locator(".consentgate-share").click())
    assert visit.hosts == {"www.facebook.com"}
    (request, *_) = visit.requests
    assert request.path.startswith("/sharer/sharer.php?u=https%3A%2F%2Fwww.example.org%2Fnews")
    assert "referer" not in request.headers

"""axe-core, with its rules of best practice, finds nothing on pages with something of all that we insert: in
light and dark, from left to right and from right to left, before and after a choice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from consentgate import Gate, Policy
from consentgate.texts import texts
from consentgate.wsgi import ConsentMiddleware

from .engine import in_firefox_at_length
from .servers import Site
from .test_decisions import POLICY
from .test_neutrality import GATED, LONG, pages
from .visit import Visitor

pytestmark = [pytest.mark.browser, in_firefox_at_length]

LANGUAGES = ("en", "ar", "de", "pl")
PAGE = """<!doctype html><html lang="{language}" dir="{direction}"><head><title>Shop</title>
<meta name="color-scheme" content="light dark"></head>
<body style="background: Canvas; color: CanvasText"><main><h1>Shop</h1>
<p><a href="/">Home</a></p>
<iframe src="https://films.example/embed/1" title="A film" width="560" height="315"></iframe>
<iframe src="https://films.example/embed/2" title="A small film" width="140" height="90"></iframe>
<video controls src="https://films.example/film.mp4"></video>
<img src="https://films.example/a.jpg" alt="A poster" width="100" height="80">
<div class="fb-like" data-href="https://gated.example/"></div>
<a class="twitter-share-button" href="https://twitter.com/share">Tweet</a>
</main></body></html>"""


def findings(page: Any) -> str:
    """What axe finds in the page and its frames, in each of which it has to be."""
    for frame in page.frames[1:]:
        Axe().run(frame)
    found = Axe().run(page)
    return str(found.generate_report()) if found.violations_count else ""


@pytest.fixture
def site(serve: Callable[..., Site]) -> Site:
    more = f'[site]\nlanguages = {list(LANGUAGES)}\nprivacy_url = "/privacy"\nimprint_url = "/imprint"'
    policy = Policy.parse(POLICY.replace("[site]", more))
    of_path = {
        f"/{language}": PAGE.format(language=language, direction=texts(language).direction).encode()
        for language in LANGUAGES
    }
    return serve(
        ConsentMiddleware(pages(of_path), Gate(policy, secret_key="a key for the tests")), host=GATED
    )


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.exhaustive)])
@pytest.mark.parametrize(
    "language",
    [language if language == "ar" else pytest.param(language, marks=LONG) for language in LANGUAGES],
)
def test_it_finds_nothing_before_or_after_a_choice(
    site: Site, new_visitor: Callable[..., Visitor], language: str, scheme: Any
) -> None:
    words, visitor = texts(language).banner, new_visitor(settle=0.2)
    page = visitor.page
    page.emulate_media(color_scheme=scheme)
    visitor.opens(site.at(f"/{language}"))
    assert findings(page) == ""
    page.locator(".consentgate-choose").click()
    page.set_viewport_size({"width": 320, "height": 640})
    assert findings(page) == ""
    visitor.presses(words.refuse)
    assert findings(page) == ""
    visitor.reloads()
    assert findings(page) == ""
